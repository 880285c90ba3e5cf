import Tensors

/// A drawing surface finer than the crop that comes out of it.
struct Canvas {
  /// Samples per pixel in each direction. Shapes also soften their own edges, so two are enough.
  static let samples = 2

  /// The crop's width in pixels.
  let width: Int
  /// The crop's height in pixels.
  let height: Int
  /// One colour per sample, row by row.
  private(set) var colours: [Colour]
  /// What each sample shows, where that is recorded; else empty. It decides no colour.
  private var labels: [UInt8]
  /// What is painted from now on.
  var label = ParsingLabel.background

  init(width: Int, height: Int, recordsLabels: Bool = false) {
    self.width = width
    self.height = height
    let count = width * height * Self.samples * Self.samples
    colours = Array(repeating: .zero, count: count)
    labels = recordsLabels ? Array(repeating: ParsingLabel.background.rawValue, count: count) : []
  }

  /// Paints every sample with the colour of its place.
  @inline(__always)
  mutating func fill(_ colour: (Point) -> Colour) {
    let columns = width * Self.samples
    let step = 1 / Float(Self.samples)
    colours.withUnsafeMutableBufferPointer { colours in
      for row in 0..<height * Self.samples {
        for column in 0..<columns {
          colours[row * columns + column] = colour(Point(Float(column) + 0.5, Float(row) + 0.5) * step)
        }
      }
    }
  }

  /// Paints the samples within a box: `paint` gives a place's colour and how much of it covers what lies beneath.
  ///
  /// A sample that is covered by half or more shows ``label`` from then on, unless what is painted is no thing but a
  /// shadow (`isThing` false).
  @inline(__always)
  mutating func paint(
    from low: Point, to high: Point, isThing: Bool = true, _ paint: (Point) -> (colour: Colour, coverage: Float)
  ) {
    let columns = width * Self.samples
    let samples = Float(Self.samples)
    let left = Int((low.x * samples).limited(0, Float(columns)))
    let right = Int((high.x * samples + 1).limited(0, Float(columns)))
    let top = Int((low.y * samples).limited(0, Float(height * Self.samples)))
    let bottom = Int((high.y * samples + 1).limited(0, Float(height * Self.samples)))
    guard left < right, top < bottom else { return }
    let label = label.rawValue
    colours.withUnsafeMutableBufferPointer { colours in
      labels.withUnsafeMutableBufferPointer { labels in
        let isRecorded = isThing && !labels.isEmpty
        for row in top..<bottom {
          for column in left..<right {
            let (colour, coverage) = paint(Point(Float(column) + 0.5, Float(row) + 0.5) / samples)
            guard coverage > 0 else { continue }
            let place = row * columns + column
            colours[place] += (colour - colours[place]) * min(coverage, 1)
            if isRecorded && coverage >= 0.5 { labels[place] = label }
          }
        }
      }
    }
  }

  /// The crop: the mean of each pixel's samples.
  func averaged() -> [Colour] {
    let n = Self.samples
    var result = [Colour](repeating: .zero, count: width * height)
    for y in 0..<height {
      for x in 0..<width {
        var sum = Colour.zero
        for dy in 0..<n {
          for dx in 0..<n { sum += colours[(y * n + dy) * width * n + x * n + dx] }
        }
        result[y * width + x] = sum / Float(n * n)
      }
    }
    return result
  }

  /// The class of each pixel: that of most of its samples, on a tie the first of those in reading order. Empty where
  /// none are recorded.
  func classes() -> [UInt8] {
    guard !labels.isEmpty else { return [] }
    let n = Self.samples
    var result = [UInt8](repeating: 0, count: width * height)
    for y in 0..<height {
      for x in 0..<width {
        let first = sample(x, y, 0)
        guard (1..<n * n).contains(where: { sample(x, y, $0) != first }) else {
          result[y * width + x] = ParsingLabel.number(of: first)
          continue
        }
        var best = 0
        for place in 0..<n * n {
          let label = ParsingLabel.number(of: sample(x, y, place))
          let count = (0..<n * n).count { ParsingLabel.number(of: sample(x, y, $0)) == label }
          if count > best {
            best = count
            result[y * width + x] = label
          }
        }
      }
    }
    return result
  }

  /// The label of a pixel's sample, the samples counted in reading order.
  @inline(__always)
  private func sample(_ x: Int, _ y: Int, _ place: Int) -> UInt8 {
    let n = Self.samples
    return labels[(y * n + place / n) * width * n + x * n + place % n]
  }

  /// Whether something that was painted as ``ParsingLabel/foreground`` lies at a place on the canvas.
  func isHidden(_ place: Point) -> Bool {
    guard !labels.isEmpty, contains(place) else { return false }
    let n = Float(Self.samples)
    let (row, column) = (Int(place.y * n), Int(place.x * n))
    return labels[row * width * Self.samples + column] == ParsingLabel.foreground.rawValue
  }

  func contains(_ place: Point) -> Bool {
    place.x >= 0 && place.y >= 0 && place.x < Float(width) && place.y < Float(height)
  }
}

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

  func dot(_ other: Self) -> Float { (self * other).sum() }

  /// The same direction with length one.
  var unit: Self { self / Swift.max(dot(self), 1e-12).squareRoot() }
}

extension SIMD2<Float> {
  func dot(_ other: Self) -> Float { (self * other).sum() }

  var length: Float { dot(self).squareRoot() }
}

extension Float {
  func limited(_ low: Float, _ high: Float) -> Float { self < low ? low : (self > high ? high : self) }

  /// 0 below `low`, 1 above `high`, smooth between.
  func smoothed(from low: Float, to high: Float) -> Float {
    let t = ((self - low) / (high - low)).limited(0, 1)
    return t * t * (3 - 2 * t)
  }

  var radians: Float { self * .pi / 180 }
}

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
