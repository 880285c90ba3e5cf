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

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    colours = Array(repeating: .zero, count: width * height * Self.samples * Self.samples)
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
  @inline(__always)
  mutating func paint(from low: Point, to high: Point, _ paint: (Point) -> (colour: Colour, coverage: Float)) {
    let columns = width * Self.samples
    let samples = Float(Self.samples)
    let left = Int((low.x * samples).limited(0, Float(columns)))
    let right = Int((high.x * samples + 1).limited(0, Float(columns)))
    let top = Int((low.y * samples).limited(0, Float(height * Self.samples)))
    let bottom = Int((high.y * samples + 1).limited(0, Float(height * Self.samples)))
    guard left < right, top < bottom else { return }
    colours.withUnsafeMutableBufferPointer { colours in
      for row in top..<bottom {
        for column in left..<right {
          let (colour, coverage) = paint(Point(Float(column) + 0.5, Float(row) + 0.5) / samples)
          guard coverage > 0 else { continue }
          let place = row * columns + column
          colours[place] += (colour - colours[place]) * min(coverage, 1)
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
}
