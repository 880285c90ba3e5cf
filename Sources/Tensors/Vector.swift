/// Sixteen single-precision numbers, worked on at once: one AVX-512 register, or two of AVX2.
@usableFromInline package typealias Vector = SIMD16<Float>

/// How the engine's loops read and write vectors of sixteen channels.
extension UnsafePointer<Float> {
  /// Sixteen numbers from `offset` on.
  @inlinable
  @inline(__always)
  package func vector(_ offset: Int) -> Vector {
    UnsafeRawPointer(self + offset).loadUnaligned(as: Vector.self)
  }
}

extension UnsafeMutablePointer<Float> {
  /// Sixteen numbers from `offset` on.
  @inlinable
  @inline(__always)
  package func vector(_ offset: Int) -> Vector {
    UnsafeRawPointer(self + offset).loadUnaligned(as: Vector.self)
  }

  /// Writes sixteen numbers from `offset` on.
  @inlinable
  @inline(__always)
  package func store(_ vector: Vector, _ offset: Int) {
    UnsafeMutableRawPointer(self + offset).storeBytes(of: vector, as: Vector.self)
  }
}

/// `a·b + c`, rounded once.
@inlinable
@inline(__always)
package func fused(_ a: Vector, _ b: Vector, plus c: Vector) -> Vector { c.addingProduct(a, b) }

/// `a·b + c`, rounded once.
@inlinable
@inline(__always)
package func fused(_ a: Float, _ b: Float, plus c: Float) -> Float { c.addingProduct(a, b) }

extension Vector {
  /// The numbers, with those at or below zero replaced by zero.
  @inlinable
  @inline(__always)
  package var rectified: Vector { replacing(with: 0, where: self .<= 0) }
}
