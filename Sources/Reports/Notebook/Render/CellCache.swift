import Foundation
import Runs
import Support

/// What cells were rendered to before, by a digest of all that they draw from: files under `.cells` beside the page.
struct CellCache {
  /// The folder's name.
  static let folder = ".cells"
  private let place: URL

  /// Opens the cells of a report's folder, which need not exist.
  init(report: URL) { place = report.appendingPathComponent(Self.folder, isDirectory: true) }

  /// The name of a cell's file, within the report's folder.
  static func file(_ digest: String) -> String { "\(folder)/\(digest).json" }

  /// What was kept under a digest; nil where nothing was, or what there is cannot be read.
  func parts(_ digest: String) -> [CellPart]? {
    guard let data = try? Data(contentsOf: place.appendingPathComponent("\(digest).json")) else { return nil }
    return try? JSONDecoder().decode([CellPart].self, from: data)
  }

  /// What is kept of a cell.
  static func data(_ parts: [CellPart]) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return try encoder.encode(parts)
  }

  /// The digest of what a cell draws from.
  static func digest(_ inputs: [String]) -> String {
    // Each with its length before it, so that no two lists run together to the same text.
    SHA256.hexadecimal(Data(inputs.map { "\($0.utf8.count):\($0)" }.joined().utf8))
  }
}
