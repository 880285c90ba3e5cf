import Foundation

/// What the registry says of one dataset.
public struct DatasetEntry: Hashable, Sendable {
  /// The name by which experiments call it.
  public let name: String
  /// Its folder as written: absolute, or relative to the project (``folder(project:environment:)``).
  public let root: String
  /// How its folders and files are named.
  public let layout: DatasetLayout
  /// The file of attributes in its folder, where it has any.
  public let attributes: String?
  /// Whether `aanet data make` draws it; otherwise it has to be downloaded.
  public let isSynthetic: Bool
  /// What it must hold, where the registry states it.
  public let expectation: DatasetExpectation?
  /// Where it comes from.
  public let origin: DatasetOrigin

  /// Describes a dataset.
  public init(
    name: String, root: String, layout: DatasetLayout, attributes: String?, isSynthetic: Bool = false,
    expectation: DatasetExpectation? = nil, origin: DatasetOrigin = DatasetOrigin()
  ) {
    self.name = name
    self.root = root
    self.layout = layout
    self.attributes = attributes
    self.isSynthetic = isSynthetic
    self.expectation = expectation
    self.origin = origin
  }

  /// The variable that names a folder to be used in place of the project's `data/`, as for a larger disk.
  public static let dataVariable = "AANET_DATA"

  /// The dataset's folder.
  ///
  /// An absolute root is taken as it is. A relative root is looked for in the folder that `AANET_DATA` names, which
  /// stands for the project's `data/` (`data/market1501` is `$AANET_DATA/market1501`), and, where it is not there or
  /// no folder is named, in the project.
  public func folder(
    project: URL, environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> URL {
    guard !root.hasPrefix("/") else { return URL(fileURLWithPath: root, isDirectory: true) }
    if let data = environment[Self.dataVariable], !data.isEmpty {
      let inside = root.hasPrefix("data/") ? String(root.dropFirst("data/".count)) : root
      let candidate = URL(fileURLWithPath: data, isDirectory: true).appendingPathComponent(inside, isDirectory: true)
      if FileManager.default.fileExists(atPath: candidate.path) { return candidate }
    }
    return project.appendingPathComponent(root, isDirectory: true)
  }
}
