import Datasets
import Foundation
import Support

/// A pattern in the first line, a file's name in the second.
struct NamesTarget: FuzzTarget {
  func feed(_ bytes: [UInt8]) {
    let lines = String(decoding: bytes, as: UTF8.self).split(
      separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(lines.last ?? "")
    if let pattern = try? NamePattern(String(lines.first ?? "")), let found = pattern.match(name) {
      precondition(found.values.allSatisfy { $0.unicodeScalars.count <= name.unicodeScalars.count })
    }
    // A folder for any name, and the name back from it.
    if FolderName.fits(name) {
      let component = FolderName.component(for: name)
      precondition(FolderName.name(of: component) == name && !component.contains("/") && !component.hasPrefix("."))
    }
    _ = FolderName.name(of: name)
  }

  func seeds() throws -> [String: [UInt8]] {
    [
      "own": Array("(?<identity>[a-z]+|-1)_cam(?<camera>\\d+)_.*\\.jpe?g\nanna_cam2_000017.jpg".utf8),
      "market": Array(
        "(?P<identity>-1|\\d{4})_c(?<camera>[1-6])s\\d_(?:\\d+)_\\d{2,}\\.jpg\n0002_c1s1_000451_03.jpg".utf8),
      "nested": Array("((a+?)+|[^_]{0,3}?)*\\w.\naaaa_é".utf8),
    ]
  }
}
