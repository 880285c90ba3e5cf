import Kernels

/// A number of 16 bits: the upper half of a single-precision one. It has the same range and eight binary digits, so that two
/// neighbours lie up to 1/128 apart.
@usableFromInline package struct BFloat16: Hashable, Sendable {
  @usableFromInline let bits: UInt16

  @inlinable
  @inline(__always)
  init(bits: UInt16) { self.bits = bits }
}

extension BFloat16: StoredNumber {
  @inlinable
  @inline(__always)
  package static var element: Tensor.Element { .bfloat16 }

  /// The nearest one, of two as near the even one. What lies beyond the largest becomes infinite, and NaN stays NaN.
  @inlinable
  @inline(__always)
  package init(rounding single: Float) {
    let bits = single.bitPattern
    // Half of the last place is added, and a bit less where that would make an odd one of a tie.
    let rounded = (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16
    // Adding to a NaN could make infinity or zero of it.
    self.bits = UInt16(truncatingIfNeeded: single.isNaN ? bits >> 16 | 0x40 : rounded)
  }

  @inlinable
  @inline(__always)
  package var single: Float { Float(bitPattern: UInt32(bits) << 16) }

  @inlinable
  @inline(__always)
  package static func vector(at place: UnsafeRawPointer) -> Vector { kernels_bf16_widened(place) }

  @inlinable
  @inline(__always)
  package static func store(_ vector: Vector, at place: UnsafeMutableRawPointer) { kernels_bf16_store(vector, place) }
}

extension Vector {
  /// The nearest numbers that are bfloat16's.
  @inlinable
  @inline(__always)
  package var roundedToBFloat16: Vector { unsafeBitCast(kernels_bf16_rounded(self) &<< 16, to: Vector.self) }
}
