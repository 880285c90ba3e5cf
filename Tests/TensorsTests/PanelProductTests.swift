import Tensors
import TestSupport
import Testing

/// Products with weights in panels, against plain loops. They are right on any processor; only their speed needs AVX-512.
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
                let result = product(
                  left, weight, rows: rows, columns: columns, depth: depth, stride: stride, asColumns: asColumns,
                  addingTo: accumulate ? start : nil)
                try Agreement.check("product", result, expected, within: 1e-6)
              }
            }
          }
        }
      }
    }
  }

  @Test("sums are finished as they are written, also in rows that are computed twice")
  func epilogues() throws {
    let (columns, depth) = (64, 7)
    let weight = TestNumbers.normal(columns * depth, "weight")
    let bias = TestNumbers.normal(columns, "bias")
    try withEvery("rows", in: [1, 12, 23, 30]) { rows in
      let left = TestNumbers.normal(rows * depth, "left")
      let shortcut = TestNumbers.normal(rows * columns, "shortcut")
      let sums = product(left, weight, rows: rows, columns: columns, depth: depth, stride: depth)
      try withEvery("bias", in: [false, true]) { hasBias in
        try withEvery("shortcut", in: [false, true]) { hasShortcut in
          try withEvery("rectified", in: [false, true]) { isRectified in
            let tensors = (
              hasBias ? engine.tensor(bias, shape: [columns]) : nil,
              hasShortcut ? engine.tensor(shortcut, shape: [rows, columns]) : nil
            )
            let epilogue = Epilogue(bias: tensors.0, adding: tensors.1, isRectified: isRectified)
            let expected = sums.enumerated().map { place, sum in
              let added = sum + (hasBias ? bias[place % columns] : 0) + (hasShortcut ? shortcut[place] : 0)
              return isRectified ? max(added, 0) : added
            }
            let result = withExtendedLifetime(tensors) {
              product(left, weight, rows: rows, columns: columns, depth: depth, stride: depth, epilogue: epilogue)
            }
            try Agreement.check("finished", result, expected.doubles, within: 0)
            // What a product without panels is given to: rows whose last columns fill no vector.
            let narrow = columns - 9
            let cut = engine.tensor((0..<rows * narrow).map { sums[$0] }, shape: [rows, narrow])
            withExtendedLifetime(tensors) { epilogue.apply(rows: rows, columns: narrow, to: cut.pointer) }
            let expectedCut = (0..<rows * narrow).map { place in
              let added = sums[place] + (hasBias ? bias[place % narrow] : 0) + (hasShortcut ? shortcut[place] : 0)
              return isRectified ? max(added, 0) : added
            }
            try Agreement.check("applied", cut.array, expectedCut.doubles, within: 0)
          }
        }
      }
    }
  }

  @Test("a row comes out the same whatever rows it is computed with")
  func rowsAreIndependent() throws {
    let (columns, depth) = (64, 300)
    let left = TestNumbers.normal(31 * depth, "left")
    let weight = TestNumbers.normal(columns * depth, "weight")
    let together = product(left, weight, rows: 31, columns: columns, depth: depth, stride: depth)
    try withEvery("cut", in: [1, 5, 12, 19, 30]) { cut in
      let head = product(
        Array(left[..<(cut * depth)]), weight, rows: cut, columns: columns, depth: depth, stride: depth)
      let tail = product(
        Array(left[(cut * depth)...]), weight, rows: 31 - cut, columns: columns, depth: depth, stride: depth)
      try Agreement.checkSameBits("rows", head + tail, together)
    }
  }

  @Test("only whole panels are taken")
  func panels() {
    #expect(!PanelProduct.suits(columns: 48))
    #expect(
      PanelProduct.suits(columns: 64) == ["SkylakeX", "Cooperlake", "Sapphirerapids"].contains(MatrixProduct.kernels))
  }

  @Test("blocks are whole tiles, and small enough for a core's cache where that leaves two tiles")
  func blocks() {
    for (columns, depth) in [(64, 64), (256, 64), (512, 2048), (2048, 512), (2048, 2048)] {
      let rows = PanelProduct.rowsPerBlock(columns: columns, depth: depth)
      #expect(rows % 12 == 0 && (24...48).contains(rows))
      #expect(rows == 24 || 4 * rows * (columns + depth) <= 256 << 10)
    }
    #expect(PanelProduct.paddedStride(depth: 1024) == 1040)
    #expect(PanelProduct.paddedStride(depth: 512) == nil)
  }

  private func product(
    _ left: [Float], _ weight: [Float], rows: Int, columns: Int, depth: Int, stride: Int, asColumns: Bool = false,
    addingTo start: [Float]? = nil, epilogue: Epilogue = Epilogue()
  ) -> [Float] {
    let panels: Tensor
    if asColumns {
      let turned = (0..<depth * columns).map { weight[$0 % columns * depth + $0 / columns] }
      panels = PanelProduct.panels(
        ofColumns: engine.tensor(turned, shape: [depth, columns]), columns: columns, depth: depth, on: engine)
    } else {
      panels = PanelProduct.panels(
        ofRows: engine.tensor(weight, shape: [columns, depth]), columns: columns, depth: depth, on: engine)
    }
    let result = start.map { engine.tensor($0, shape: [rows, columns]) } ?? engine.filled([rows, columns], with: .nan)
    let source = engine.tensor(left, shape: [rows, stride])
    PanelProduct.multiply(
      rows: rows, columns: columns, depth: depth, source.pointer, stride: stride, panels: panels.pointer,
      into: result.pointer, accumulate: start != nil, epilogue: epilogue)
    return result.array
  }
}
