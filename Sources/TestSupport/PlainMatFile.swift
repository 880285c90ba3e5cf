/// The bytes of a MATLAB 5 file of one table of numbers, uncompressed: what tests read predictions and identities from.
package enum PlainMatFile {
  /// A table, its values row by row.
  package static func table(_ name: String, _ rows: [[Double]]) -> [UInt8] {
    let columns = rows.first?.count ?? 0
    let values = (0..<columns).flatMap { column in rows.map { $0[column] } }
    let matrix =
      element(6, words([6, 0])) + element(5, words([UInt32(rows.count), UInt32(columns)]))
      + element(1, Array(name.utf8)) + element(9, values.flatMap(bytes))
    let text = Array("MATLAB 5.0 MAT-file, made by a test".utf8)
    let header = text + [UInt8](repeating: 32, count: 124 - text.count) + [0, 1, 0x49, 0x4d]
    return header + words([14, UInt32(matrix.count)]) + matrix
  }

  /// A list, as one column.
  package static func list(_ name: String, _ values: [Int]) -> [UInt8] { table(name, values.map { [Double($0)] }) }

  private static func element(_ kind: UInt32, _ body: [UInt8]) -> [UInt8] {
    words([kind, UInt32(body.count)]) + body + [UInt8](repeating: 0, count: (8 - body.count % 8) % 8)
  }

  private static func words(_ words: [UInt32]) -> [UInt8] {
    words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) } }
  }

  private static func bytes(_ value: Double) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt64($0))) }
  }
}
