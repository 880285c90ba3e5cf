/// Sixteen single-precision numbers, worked on at once: one AVX-512 register, or two of AVX2.
@usableFromInline package typealias Vector = SIMD16<Float>

/// How numbers lie in memory: ``Swift/Float`` or ``BFloat16``. Loops compute in single precision; they are written once and
/// compiled for each kind.
@usableFromInline package protocol StoredNumber {
  /// What tensors of such numbers are called.
  static var element: Tensor.Element { get }
  /// The number, rounded to nearest even where it has more digits than are stored.
  init(rounding single: Float)
  /// The number in single precision.
  var single: Float { get }
  /// Sixteen numbers from a place in memory on.
  static func vector(at place: UnsafeRawPointer) -> Vector
  /// Writes sixteen numbers, rounded as one is.
  static func store(_ vector: Vector, at place: UnsafeMutableRawPointer)
}

extension Float: StoredNumber {
  @inlinable
  @inline(__always)
  package static var element: Tensor.Element { .single }

  @inlinable
  @inline(__always)
  package init(rounding single: Float) { self = single }

  @inlinable
  @inline(__always)
  package var single: Float { self }

  @inlinable
  @inline(__always)
  package static func vector(at place: UnsafeRawPointer) -> Vector { place.loadUnaligned(as: Vector.self) }

  @inlinable
  @inline(__always)
  package static func store(_ vector: Vector, at place: UnsafeMutableRawPointer) {
    place.storeBytes(of: vector, as: Vector.self)
  }
}

/// How the engine's loops read and write vectors of sixteen channels.
extension UnsafePointer where Pointee: StoredNumber {
  /// Sixteen numbers from `offset` on.
  @inlinable
  @inline(__always)
  package func vector(_ offset: Int) -> Vector { Pointee.vector(at: UnsafeRawPointer(self + offset)) }
}

extension UnsafeMutablePointer where Pointee: StoredNumber {
  /// Sixteen numbers from `offset` on.
  @inlinable
  @inline(__always)
  package func vector(_ offset: Int) -> Vector { Pointee.vector(at: UnsafeRawPointer(self + offset)) }

  /// Writes sixteen numbers from `offset` on.
  @inlinable
  @inline(__always)
  package func store(_ vector: Vector, _ offset: Int) {
    Pointee.store(vector, at: UnsafeMutableRawPointer(self + offset))
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
