import Foundation

/// The datasets that experiments can name: `datasets.yaml` at the root of the project.
public struct DatasetRegistry: Sendable {
  /// The entries by name.
  public let entries: [String: DatasetEntry]
  /// Where they were read, for messages.
  public let source: String

  /// Gathers entries.
  public init(_ entries: [DatasetEntry], source: String = "datasets.yaml") {
    self.entries = Dictionary(entries.map { ($0.name, $0) }, uniquingKeysWith: { _, last in last })
    self.source = source
  }

  /// The entry of a name.
  ///
  /// - Throws: ``DatasetError`` with the names that there are.
  public func entry(named name: String) throws(DatasetError) -> DatasetEntry {
    if let entry = entries[name] { return entry }
    let known = entries.keys.sorted().joined(separator: ", ")
    throw DatasetError("unknown dataset \(name.quoted); \(source) has: \(known.isEmpty ? "none" : known)")
  }
}
