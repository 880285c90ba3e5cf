import Tensors
import TestSupport
import Testing

/// Products with weights in panels of both shapes, against plain loops. They are right on any processor; only their speed
/// needs AVX2 or AVX-512.
struct PanelProductTests {
  private let engine = Engine(threads: 2)

  @Test("every number of rows around the tile's, odd depths, rows apart")
  func products() throws {
    try withEvery("rows", in: [1, 2, 11, 12, 13, 23, 24, 47]) { rows in
      try withEvery("columns", in: [32, 96]) { columns in
        try withEvery("depth", in: [1, 7, 147]) { depth in
          try withEvery("extra", in: [0, 16]) { extra in
            let stride = depth + extra
            let left = TestNumbers.normal(rows * stride, "left")
            let weight = TestNumbers.normal(columns * depth, "weight")
            let start = TestNumbers.normal(rows * columns, "start")
            try withEvery("accumulate", in: [false, true]) { accumulate in
              let expected = (0..<rows * columns).map { place in
                (0..<depth).reduce(accumulate ? Double(start[place]) : 0) {
                  $0 + Double(left[place / columns * stride + $1]) * Double(weight[place % columns * depth + $1])
                }
              }
              try withEvery("stored as columns", in: [false, true]) { asColumns in
                let results = PanelShape.allCases.map { shape in
                  product(
                    left, weight, rows: rows, columns: columns, depth: depth, stride: stride, asColumns: asColumns,
                    in: shape, addingTo: accumulate ? start : nil)
                }
                try Agreement.check("product", results[0], expected, within: 1e-6)
                try Agreement.checkSameBits("of the other shape", results[1], results[0])
              }
            }
          }
        }
      }
    }
  }

  @Test("half a panel's columns for the narrow shape")
  func narrow() throws {
    let (rows, columns, depth) = (13, 48, 20)
    let left = TestNumbers.normal(rows * depth, "left")
    let weight = TestNumbers.normal(columns * depth, "weight")
    let expected = (0..<rows * columns).map { place in
      (0..<depth).reduce(0.0) {
        $0 + Double(left[place / columns * depth + $1]) * Double(weight[place % columns * depth + $1])
      }
    }
    let result = product(left, weight, rows: rows, columns: columns, depth: depth, stride: depth, in: .narrow)
    try Agreement.check("product", result, expected, within: 1e-6)
  }

  @Test("a row comes out the same whatever rows it is computed with")
  func rowsAreIndependent() throws {
    let (columns, depth) = (64, 300)
    let left = TestNumbers.normal(31 * depth, "left")
    let weight = TestNumbers.normal(columns * depth, "weight")
    try withEvery("shape", in: PanelShape.allCases) { shape in
      let together = product(left, weight, rows: 31, columns: columns, depth: depth, stride: depth, in: shape)
      try withEvery("cut", in: [1, 5, 12, 19, 30]) { cut in
        let head = product(
          Array(left[..<(cut * depth)]), weight, rows: cut, columns: columns, depth: depth, stride: depth, in: shape)
        let tail = product(
          Array(left[(cut * depth)...]), weight, rows: 31 - cut, columns: columns, depth: depth, stride: depth,
          in: shape)
        try Agreement.checkSameBits("rows", head + tail, together)
      }
    }
  }

  @Test("only whole panels are taken, and none where vectors are short")
  func panels() {
    let isWide = ["SkylakeX", "Cooperlake", "Sapphirerapids"].contains(MatrixProduct.kernels)
    let isNarrow = ["Haswell", "Zen", "Excavator"].contains(MatrixProduct.kernels)
    #expect(PanelProduct.suits(columns: 64) == (isWide || isNarrow))
    #expect(PanelProduct.suits(columns: 48) == isNarrow)
    #expect(!PanelProduct.suits(columns: 40))
  }

  @Test("blocks are whole tiles, and small enough for a core's cache where that leaves some tiles")
  func blocks() {
    for shape in PanelShape.allCases {
      for depth in [64, 512, 2048, 4608, 20_000] {
        let rows = PanelProduct.rowsPerBlock(depth: depth, in: shape)
        #expect(rows % shape.rows == 0 && (24...96).contains(rows))
        #expect(rows == 24 || 4 * rows * depth <= 512 << 10)
      }
    }
    #expect(PanelProduct.paddedStride(depth: 1024) == 1040)
    #expect(PanelProduct.paddedStride(depth: 512) == nil)
  }

  private func product(
    _ left: [Float], _ weight: [Float], rows: Int, columns: Int, depth: Int, stride: Int, asColumns: Bool = false,
    in shape: PanelShape, addingTo start: [Float]? = nil
  ) -> [Float] {
    let panels: Tensor
    if asColumns {
      let turned = (0..<depth * columns).map { weight[$0 % columns * depth + $0 / columns] }
      panels = PanelProduct.panels(
        ofColumns: engine.tensor(turned, shape: [depth, columns]), columns: columns, depth: depth, in: shape, on: engine
      )
    } else {
      panels = PanelProduct.panels(
        ofRows: engine.tensor(weight, shape: [columns, depth]), columns: columns, depth: depth, in: shape, on: engine)
    }
    let result = start.map { engine.tensor($0, shape: [rows, columns]) } ?? engine.filled([rows, columns], with: .nan)
    let source = engine.tensor(left, shape: [rows, stride])
    PanelProduct.multiply(
      rows: rows, columns: columns, depth: depth, source.pointer, stride: stride, panels: panels.pointer, in: shape,
      into: result.pointer, accumulate: start != nil)
    return result.array
  }
}
