import Datasets
import Foundation

/// A name that nothing answers to, with the nearest that something does.
struct DataNameError: Error, CustomStringConvertible {
  let description: String

  init(name: String, known: [String], what: String) {
    let shown = String(name.prefix(60).map { $0.isNewline ? " " : $0 })
    let near = known.min { Self.distance($0, name) < Self.distance($1, name) }
    let hint = near.map { Self.distance($0, name) <= max(2, $0.count / 3) ? "; did you mean '\($0)'?" : "" } ?? ""
    description = "there is no \(what) '\(shown)'\(hint) (known: \(known.joined(separator: ", ")))"
  }

  /// Levenshtein's distance of two words; long ones are cut.
  private static func distance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a.lowercased().prefix(60)), Array(b.lowercased().prefix(60)))
    var row = Array(0...b.count)
    for (i, letter) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in b.enumerated() {
        let next = min(row[j] + 1, row[j + 1] + 1, diagonal + (letter == other ? 0 : 1))
        diagonal = row[j + 1]
        row[j + 1] = next
      }
    }
    return row[b.count]
  }
}

/// Where a data set named on the command line lies.
enum DataFolder {
  /// - Throws: ``DataNameError`` where there is no such data set and no such folder.
  static func find(_ name: String) throws(DataNameError) -> URL {
    let files = FileManager.default
    for place in ["data/\(name)", name] {
      var isFolder: ObjCBool = false
      if files.fileExists(atPath: place, isDirectory: &isFolder), isFolder.boolValue {
        return URL(fileURLWithPath: place)
      }
    }
    let present = ((try? files.contentsOfDirectory(atPath: "data")) ?? []).filter { !$0.hasPrefix(".") }.sorted()
    let known = Set(present + SyntheticTwin.Kind.allCases.map(\.dataset)).sorted()
    if SyntheticTwin.Kind.allCases.contains(where: { $0.dataset == name }) {
      throw DataNameError(description: "data/\(name): is not there yet; make it with 'aanet data make \(name)'")
    }
    throw DataNameError(name: name, known: known, what: "data set or folder")
  }
}

extension DataNameError {
  init(description: String) { self.description = description }
}
