import Tensors
import TestSupport
import Testing

/// Matrix products against plain loops.
struct MatrixProductTests {
  @Test("plain and transposed operands, strides, accumulation")
  func products() throws {
    try withEvery("sizes", in: [(1, 1, 1), (3, 5, 7), (17, 33, 2), (64, 48, 100), (5, 200, 1)]) {
      rows, columns, depth in
      try withEvery("left transposed", in: [false, true]) { leftTransposed in
        try withEvery("right transposed", in: [false, true]) { rightTransposed in
          try withEvery("accumulate", in: [false, true]) { accumulate in
            // Rows that are longer than what counts of them, as in a part of a larger matrix.
            try withEvery("extra", in: [0, 3]) { extra in
              let left = Operand("left", rows, depth, isTransposed: leftTransposed, extra: extra)
              let right = Operand("right", depth, columns, isTransposed: rightTransposed, extra: extra)
              let stride = columns + extra
              let start = TestNumbers.normal(rows * stride, "product")
              try withEvery("accumulation", in: Accumulation.allCases) { accumulation in
                var result = start
                left.values.withUnsafeBufferPointer { l in
                  right.values.withUnsafeBufferPointer { r in
                    result.withUnsafeMutableBufferPointer { target in
                      guard let l = l.baseAddress, let r = r.baseAddress, let target = target.baseAddress else {
                        return
                      }
                      MatrixProduct.multiply(
                        rows: rows, columns: columns, depth: depth, left.operand(l), right.operand(r), into: target,
                        stride: stride, accumulate: accumulate, in: accumulation)
                    }
                  }
                }
                let expected = start.indices.map { place in
                  let (row, column) = (place / stride, place % stride)
                  // What lies between the rows stays.
                  guard column < columns else { return Double(start[place]) }
                  return (0..<depth).reduce(accumulate ? Double(start[place]) : 0) {
                    $0 + left[row, $1] * right[$1, column]
                  }
                }
                try Agreement.check("product", result, expected, within: accumulation == .single ? 1e-5 : 1e-7)
              }
            }
          }
        }
      }
    }
  }

  /// Numbers that stand for a matrix, as they are or transposed.
  private struct Operand {
    let values: [Float]
    let stride: Int
    let isTransposed: Bool

    init(_ name: String, _ rows: Int, _ columns: Int, isTransposed: Bool, extra: Int) {
      stride = (isTransposed ? rows : columns) + extra
      self.isTransposed = isTransposed
      values = TestNumbers.normal((isTransposed ? columns : rows) * stride, "\(name) \(rows) \(columns)")
    }

    subscript(row: Int, column: Int) -> Double {
      Double(values[isTransposed ? column * stride + row : row * stride + column])
    }

    func operand(_ pointer: UnsafePointer<Float>) -> MatrixOperand {
      isTransposed ? .transposed(pointer, stride: stride) : .plain(pointer, stride: stride)
    }
  }

  @Test("OpenBLAS names its kernels")
  func kernels() {
    #expect(!MatrixProduct.kernels.isEmpty)
    #expect(MatrixProduct.build.contains("OpenBLAS"))
  }
}
