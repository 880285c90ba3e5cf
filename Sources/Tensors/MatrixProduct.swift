import COpenBLAS
import Foundation
import Kernels

/// A matrix in memory: rows of `stride` numbers of which the first columns count, as it stands or transposed.
package struct MatrixOperand {
  let pointer: UnsafePointer<Float>
  let stride: Int
  let isTransposed: Bool

  /// A matrix whose rows begin every `stride` numbers.
  @inlinable
  package static func plain(_ pointer: UnsafePointer<Float>, stride: Int) -> MatrixOperand {
    MatrixOperand(pointer, stride: stride, isTransposed: false)
  }

  /// The transpose of a matrix whose rows begin every `stride` numbers.
  @inlinable
  package static func transposed(_ pointer: UnsafePointer<Float>, stride: Int) -> MatrixOperand {
    MatrixOperand(pointer, stride: stride, isTransposed: true)
  }

  @usableFromInline
  init(_ pointer: UnsafePointer<Float>, stride: Int, isTransposed: Bool) {
    self.pointer = pointer
    self.stride = stride
    self.isTransposed = isTransposed
  }
}

/// Matrix products by OpenBLAS, on the calling thread alone.
package enum MatrixProduct {
  /// `result = left · right`, or `result += left · right` where `accumulate` is set.
  ///
  /// - Parameters:
  ///   - rows: rows of `left` and of the result.
  ///   - columns: columns of `right` and of the result.
  ///   - depth: columns of `left`, rows of `right`.
  ///   - stride: numbers from one row of the result to the next.
  ///   - accumulation: how the sums are kept.
  package static func multiply(
    rows: Int, columns: Int, depth: Int, _ left: MatrixOperand, _ right: MatrixOperand,
    into result: UnsafeMutablePointer<Float>, stride: Int, accumulate: Bool = false,
    in accumulation: Accumulation = .single
  ) {
    guard accumulation == .single else {
      return multiplyInDouble(
        rows: rows, columns: columns, depth: depth, left, right, into: result, stride: stride, accumulate: accumulate)
    }
    cblas_sgemm(
      CblasRowMajor, left.isTransposed ? CblasTrans : CblasNoTrans, right.isTransposed ? CblasTrans : CblasNoTrans,
      blasint(rows), blasint(columns), blasint(depth), 1, left.pointer, blasint(left.stride), right.pointer,
      blasint(right.stride), accumulate ? 1 : 0, result, blasint(stride))
  }

  /// The kernel set that OpenBLAS chose for this processor when the program started: `SkylakeX`, `Haswell`, …
  package static var kernels: String { String(cString: openblas_get_corename()) }

  package static var build: String { String(cString: openblas_get_config()) }
}

/// How the sums inside a matrix product are kept.
///
/// A network of ReLUs has knife edges: where a number is zero to within rounding, its sign decides which gradients flow.
/// The smaller the errors, the fewer such signs are left to chance, so small products, for which it costs next to
/// nothing, are summed in double precision.
package enum Accumulation: String, Sendable, CaseIterable {
  /// In single precision, as fast as the machine can.
  case single
  /// In double precision, rounded once at the end.
  case double

  /// The largest number of multiplications for which a convolution is summed in double precision: any layer of a
  /// network of some thousand pixels and a few channels.
  package static let mostInDouble = 1 << 25

  /// The same for a layer on vectors, where few rows share the cost of widening the weights.
  package static let mostInDoubleOnVectors = 1 << 20

  /// What suits a product of that many multiplications.
  package static func suiting(multiplications: Int, most: Int = mostInDouble) -> Accumulation {
    multiplications <= most ? .double : .single
  }
}

extension MatrixProduct {
  /// The product through double precision: operands are widened, multiplied, and the result is rounded.
  static func multiplyInDouble(
    rows: Int, columns: Int, depth: Int, _ left: MatrixOperand, _ right: MatrixOperand,
    into result: UnsafeMutablePointer<Float>, stride: Int, accumulate: Bool
  ) {
    guard rows > 0, columns > 0 else { return }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: rows * depth + depth * columns + rows * columns) {
      memory in
      guard let wideLeft = memory.baseAddress else { return }
      let wideRight = wideLeft + rows * depth
      let wideResult = wideRight + depth * columns
      let leftStride = left.widen(rows: rows, columns: depth, into: wideLeft)
      let rightStride = right.widen(rows: depth, columns: columns, into: wideRight)
      cblas_dgemm(
        CblasRowMajor, left.isTransposed ? CblasTrans : CblasNoTrans, right.isTransposed ? CblasTrans : CblasNoTrans,
        blasint(rows), blasint(columns), blasint(depth), 1, wideLeft, blasint(leftStride), wideRight,
        blasint(rightStride), 0, wideResult, blasint(columns))
      for row in 0..<rows {
        let source = wideResult + row * columns
        let target = result + row * stride
        if accumulate {
          for c in 0..<columns { target[c] = Float(Double(target[c]) + source[c]) }
        } else {
          for c in 0..<columns { target[c] = Float(source[c]) }
        }
      }
    }
  }
}

extension MatrixOperand {
  /// Copies the operand's numbers without gaps, as they lie; gives the stride of the copy.
  fileprivate func widen(rows: Int, columns: Int, into target: UnsafeMutablePointer<Double>) -> Int {
    let lines = isTransposed ? columns : rows
    let length = isTransposed ? rows : columns
    for line in 0..<lines {
      // No sum of indices within the loop, which would keep it from being done in vectors.
      let (source, copy) = (pointer + line * stride, target + line * length)
      for i in 0..<length { copy[i] = Double(source[i]) }
    }
    return length
  }
}
