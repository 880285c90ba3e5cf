/// Random values that belong to places: the same place always has the same value, in whatever order it is asked for.
enum Noise {
  /// A value from 0 to 1 for a cell of a grid.
  @inline(__always)
  static func cell(_ x: Int32, _ y: Int32, _ seed: UInt32) -> Float {
    var h = UInt32(bitPattern: x) &* 0x9e37_79b1 ^ UInt32(bitPattern: y) &* 0x85eb_ca77 ^ seed &* 0xc2b2_ae3d
    h = (h ^ (h >> 15)) &* 0x2c1b_3c6d
    h = (h ^ (h >> 12)) &* 0x297a_2d39
    return Float((h ^ (h >> 15)) >> 8) * 0x1p-24
  }

  /// Smooth values from 0 to 1 over the plane, with features of size one.
  @inline(__always)
  static func smooth(_ x: Float, _ y: Float, _ seed: UInt32) -> Float {
    let fx = x.rounded(.down)
    let fy = y.rounded(.down)
    let ix = index(fx)
    let iy = index(fy)
    var u = x - fx
    var v = y - fy
    u = u * u * (3 - 2 * u)
    v = v * v * (3 - 2 * v)
    let top = cell(ix, iy, seed) * (1 - u) + cell(ix &+ 1, iy, seed) * u
    let bottom = cell(ix, iy &+ 1, seed) * (1 - u) + cell(ix &+ 1, iy &+ 1, seed) * u
    return top * (1 - v) + bottom * v
  }

  /// Smooth values with finer ones on top, from 0 to 1.
  @inline(__always)
  static func rough(_ x: Float, _ y: Float, _ seed: UInt32) -> Float {
    0.6 * smooth(x, y, seed) + 0.28 * smooth(x * 2.3, y * 2.3, seed &+ 1) + 0.12 * smooth(x * 5.1, y * 5.1, seed &+ 2)
  }

  /// A number's cell, far values limited so that the conversion cannot overflow.
  @inline(__always)
  static func index(_ value: Float) -> Int32 { Int32(value.limited(-1e6, 1e6)) }
}
