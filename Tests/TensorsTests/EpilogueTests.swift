import Tensors
import TestSupport
import Testing

/// What becomes of a product's sums, as they leave the registers and afterwards.
struct EpilogueTests {
  private let engine = Engine(threads: 1)

  @Test("bias, shortcut and ReLU as a product in panels is written, also in rows that are computed twice")
  func products() throws {
    let (columns, depth) = (64, 7)
    let weight = engine.tensor(TestNumbers.normal(columns * depth, "weight"), shape: [columns, depth])
    try withEvery("shape", in: PanelShape.allCases) { shape in
      let panels = PanelProduct.panels(ofRows: weight, columns: columns, depth: depth, in: shape, on: engine)
      try withEvery("rows", in: [1, 6, 12, 23, 30]) { rows in
        let left = engine.tensor(TestNumbers.normal(rows * depth, "left"), shape: [rows, depth])
        func product(_ epilogue: Epilogue) -> [Float] {
          let result = engine.filled([rows, columns], with: .nan)
          PanelProduct.multiply(
            rows: rows, columns: columns, depth: depth, left.pointer, stride: depth, panels: panels.pointer, in: shape,
            into: result.pointer, epilogue: epilogue)
          return result.array
        }
        let sums = product(Epilogue())
        try checkEvery(rows: rows, columns: columns, of: sums) { product($0) }
      }
    }
  }

  @Test("the same for rows that are written already, whose last columns fill no vector")
  func rows() throws {
    try withEvery("columns", in: [5, 16, 41]) { columns in
      let sums = TestNumbers.normal(3 * columns, "sums")
      try checkEvery(rows: 3, columns: columns, of: sums) { epilogue in
        let result = engine.tensor(sums, shape: [3, columns])
        epilogue.apply(rows: 3, columns: columns, to: result.pointer)
        return result.array
      }
    }
  }

  @Test("what is not a number is not rectified away")
  func notANumber() {
    let result = engine.filled([1, 17], with: .nan)
    Epilogue(isRectified: true).apply(rows: 1, columns: 17, to: result.pointer)
    #expect(result.array.allSatisfy { $0.isNaN })
  }

  /// Holds what `finish` makes of the sums against plain arithmetic, for every epilogue.
  private func checkEvery(rows: Int, columns: Int, of sums: [Float], _ finish: (Epilogue) -> [Float]) throws {
    let bias = TestNumbers.normal(columns, "bias")
    let shortcut = TestNumbers.normal(rows * columns, "shortcut")
    try withEvery("bias", in: [false, true]) { hasBias in
      try withEvery("shortcut", in: [nil, Tensor.Element.single, .bfloat16]) { stored in
        try withEvery("rectified", in: [false, true]) { isRectified in
          let tensors = (
            hasBias ? engine.tensor(bias, shape: [columns]) : nil,
            stored.map { tensor(shortcut, as: $0) }
          )
          let added = tensors.1?.array
          let expected = sums.enumerated().map { place, sum in
            let sum = sum + (hasBias ? bias[place % columns] : 0) + (added?[place] ?? 0)
            return isRectified ? max(sum, 0) : sum
          }
          let result = withExtendedLifetime(tensors) {
            finish(Epilogue(bias: tensors.0, adding: tensors.1, isRectified: isRectified))
          }
          try Agreement.check("finished", result, expected.doubles, within: 0)
        }
      }
    }
  }

  private func tensor(_ numbers: [Float], as element: Tensor.Element) -> Tensor {
    guard element == .bfloat16 else { return engine.tensor(numbers, shape: [numbers.count]) }
    let tensor = engine.empty([numbers.count], as: .bfloat16)
    for (place, number) in numbers.enumerated() {
      tensor.numbers(BFloat16.self)[place] = BFloat16(rounding: number)
    }
    return tensor
  }
}
