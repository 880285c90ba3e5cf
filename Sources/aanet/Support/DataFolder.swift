import Configuration
import Datasets
import Foundation

/// Where a dataset that is named on the command line lies.
enum DataFolder {
  /// The folder of a dataset of `datasets.yaml`, or a folder's own path.
  ///
  /// - Throws: what is wrong with the registry, or ``DatasetError`` where there is neither.
  static func find(_ name: String, project: URL) throws -> URL {
    let registry = try DatasetRegistry(project: project)
    let folder: URL
    if let entry = registry.entries[name] {
      folder = entry.folder(project: project)
      guard isFolder(folder) else {
        let advice = entry.isSynthetic ? "make it with 'aanet data make \(name)'" : "put the dataset there"
        throw DatasetError("the dataset '\(name)': there is no folder \(folder.path); \(advice)")
      }
    } else {
      folder = URL(fileURLWithPath: name)
      guard isFolder(folder) else {
        let what = "there is no dataset and no folder \(Wording.quoted(name))"
        throw DatasetError(Wording.unknown(what, name, among: registry.entries.keys.sorted()))
      }
    }
    return folder
  }

  /// The folder that a twin is made in: where the registry looks for it.
  static func toMake(_ kind: SyntheticTwin.Kind, project: URL) throws -> URL {
    let entry = try DatasetRegistry(project: project).entry(named: kind.dataset)
    guard entry.isSynthetic else {
      throw DatasetError(
        "\(DatasetRegistry.fileName): '\(kind.dataset)' is not marked 'synthetic: true', so nothing is drawn into its folder"
      )
    }
    let data = ProcessInfo.processInfo.environment[DatasetEntry.dataVariable] ?? ""
    guard !data.isEmpty, entry.root.hasPrefix("data/") else { return entry.folder(project: project) }
    return URL(fileURLWithPath: data).appendingPathComponent(String(entry.root.dropFirst("data/".count)))
  }

  private static func isFolder(_ url: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
  }
}
