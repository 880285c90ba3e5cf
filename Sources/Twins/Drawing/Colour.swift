/// Red, green and blue from 0 to 1, as displayed (not linear light).
package typealias Colour = SIMD3<Float>

/// A place in a drawing, in pixels of the finished crop: x to the right, y downwards.
typealias Point = SIMD2<Float>

extension SIMD3<Float> {
  /// How bright a colour looks (Rec. 601 weights).
  var brightness: Float { 0.299 * x + 0.587 * y + 0.114 * z }

  /// The colour on the way to another, `share` from 0 to 1.
  func mixed(with other: Self, _ share: Float) -> Self { self + (other - self) * share }

  /// Lighter (above 1) or darker (below 1).
  func lit(_ factor: Float) -> Self { (self * factor).clamped(lowerBound: .zero, upperBound: .one) }

  /// Scalar product.
  func dot(_ other: Self) -> Float { (self * other).sum() }

  /// The same direction with length one.
  var unit: Self { self / Swift.max(dot(self), 1e-12).squareRoot() }
}

extension SIMD2<Float> {
  /// Scalar product.
  func dot(_ other: Self) -> Float { (self * other).sum() }

  /// Distance from the origin.
  var length: Float { dot(self).squareRoot() }
}

extension Float {
  /// Limited to a range.
  func limited(_ low: Float, _ high: Float) -> Float { self < low ? low : (self > high ? high : self) }

  /// 0 below `low`, 1 above `high`, smooth between.
  func smoothed(from low: Float, to high: Float) -> Float {
    let t = ((self - low) / (high - low)).limited(0, 1)
    return t * t * (3 - 2 * t)
  }

  /// Degrees as radians.
  var radians: Float { self * .pi / 180 }
}
