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

  /// Whether the kernels work on 512 bits at once.
  static let hasWideKernels = KernelChoice.wide.contains(kernels)

  /// OpenBLAS's description of itself.
  package static var build: String { String(cString: openblas_get_config()) }
}
