import Foundation

/// Where the folders of datasets are looked for: `--data`, then the variable `AANET_DATA`, then the registry.
///
/// Where a dataset lies has no part in its fingerprint, nor in the name of a run.
package struct DatasetPlaces: Sendable {
  /// The folder of `datasets.yaml`.
  package let project: URL
  /// The folder that was named for this command.
  package let data: URL?
  /// The folder that the variable names.
  package let shared: URL?

  /// The variable that names a folder to be used in place of the project's `data/`, as for a larger disk.
  package static let variable = "AANET_DATA"

  /// Says where to look.
  ///
  /// - Parameter data: what `--data` names.
  package init(
    project: URL, data: URL? = nil, environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    self.project = project
    self.data = data
    shared = environment[Self.variable].flatMap { $0.isEmpty ? nil : URL(fileURLWithPath: $0, isDirectory: true) }
  }

  /// The folder of a dataset, whether it is there or not.
  ///
  /// What `--data` names is either that folder itself, where it holds the dataset's three lists, or stands for the
  /// project's `data/` (`data/market1501` is `FOLDER/market1501`, an absolute root's last part is looked for), and
  /// nothing else is tried. Without it an absolute root is taken as it is; a relative one is looked for in the folder
  /// that `AANET_DATA` names, which stands for `data/` too, and where it is not there in the project.
  package func folder(of entry: DatasetEntry) -> URL {
    if let data { return entry.layout.isHeld(by: data) ? data : Self.folder(of: entry, in: data) }
    guard !entry.root.hasPrefix("/") else { return URL(fileURLWithPath: entry.root, isDirectory: true) }
    if let shared {
      let candidate = Self.folder(of: entry, in: shared)
      if FileManager.default.fileExists(atPath: candidate.path) { return candidate }
    }
    return project.appendingPathComponent(entry.root, isDirectory: true)
  }

  /// Whether `--data` names a dataset's own folder.
  package func isOwnFolder(of entry: DatasetEntry) -> Bool { data.map { entry.layout.isHeld(by: $0) } ?? false }

  /// The folder to make a dataset in: what ``folder(of:)`` will find.
  package func target(of entry: DatasetEntry) -> URL {
    if let data { return Self.folder(of: entry, in: data) }
    guard let shared, entry.root.hasPrefix(Self.prefix) else { return folder(of: entry) }
    return Self.folder(of: entry, in: shared)
  }

  private static let prefix = "data/"

  private static func folder(of entry: DatasetEntry, in folder: URL) -> URL {
    let isAbsolute = entry.root.hasPrefix("/")
    let inside =
      isAbsolute
      ? URL(fileURLWithPath: entry.root).lastPathComponent
      : entry.root.hasPrefix(prefix) ? String(entry.root.dropFirst(prefix.count)) : entry.root
    return folder.appendingPathComponent(inside, isDirectory: true)
  }
}
