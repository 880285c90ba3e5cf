import Tensors
import TestSupport
import Testing

/// Products of operands that are laid out sixteen columns after the other, against plain loops.
struct OuterProductTests {
  /// `[depth, columns]` as `[columns / 16, depth, 16]`.
  private static func laidOut(_ matrix: [Float], columns: Int) -> [Float] {
    let depth = matrix.count / columns
    return (0..<matrix.count).map { place in
      let (block, rest) = place.quotientAndRemainder(dividingBy: 16 * depth)
      return matrix[rest / 16 * columns + block * 16 + rest % 16]
    }
  }

  @Test("every depth, added to what is there or not")
  func products() throws {
    let engine = Engine(threads: 1)
    try withEvery("sizes", in: [(16, 32), (48, 96)]) { (rows, columns) in
      try withEvery("depth", in: [1, 2, 7, 24]) { depth in
        let (left, right) = (TestNumbers.normal(depth * rows, "left"), TestNumbers.normal(depth * columns, "right"))
        let start = TestNumbers.normal(rows * columns, "start")
        try withEvery("accumulate", in: [false, true]) { accumulate in
          let result = engine.tensor(accumulate ? start : start.map { _ in .nan }, shape: [rows, columns])
          let operands = [(left, rows), (right, columns)].map { matrix, columns in
            engine.tensor(Self.laidOut(matrix, columns: columns), shape: [matrix.count])
          }
          OuterProduct.multiply(
            rows: rows, columns: columns, depth: depth, operands[0].pointer, operands[1].pointer, into: result.pointer,
            accumulate: accumulate)
          let expected = (0..<rows * columns).map { place in
            (0..<depth).reduce(accumulate ? Double(start[place]) : 0) {
              $0 + Double(left[$1 * rows + place / columns]) * Double(right[$1 * columns + place % columns])
            }
          }
          try Agreement.check("product", result.array, expected, within: 1e-6)
        }
      }
    }
  }

  @Test("which sizes there are tiles for, if the processor's registers hold them")
  func support() {
    let isWide = OuterProduct.suits(rows: 16, columns: 32)
    #expect(!isWide || PanelProduct.suits(columns: 32), "where registers are that long, panels suit, too")
    #expect(OuterProduct.suits(rows: 64, columns: 96) == isWide)
    #expect(!OuterProduct.suits(rows: 16, columns: 48) && !OuterProduct.suits(rows: 8, columns: 32))
  }
}
