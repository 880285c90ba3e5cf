/// Bilinear resize of 8-bit RGB images to one size.
///
/// Each axis on its own. A target pixel's centre `(i + 0.5)·s` lies in the source (`s` is source over target, so pixel
/// centres are halves); it averages the source pixels around it with the weights of a triangle of half-width
/// `max(1, s)`, scaled to sum to 1, and what would lie outside the image is left out. Enlarging, that is plain bilinear
/// interpolation with the edge repeated. Shrinking, the triangle grows with `s`, so that no source pixel is passed
/// over: what Pillow, and with it torchvision's `Resize` on decoded files, does. Sums are kept in single precision and
/// rounded once, to the nearest of 256 levels.
package struct ImageResizer {
  /// The size that images are brought to.
  package let size: ImageSize
  private var columns = Taps(source: 0, target: 0)
  private var rows = Taps(source: 0, target: 0)
  private var narrowed: [Float] = []

  /// Prepares for a target size.
  package init(to size: ImageSize) { self.size = size }

  /// The image at the target size, `height × width × 3` bytes.
  package mutating func resize(_ image: Image) -> [UInt8] {
    if image.height == size.height && image.width == size.width { return image.pixels }
    if columns.source != image.width || columns.target != size.width {
      columns = Taps(source: image.width, target: size.width)
    }
    if rows.source != image.height || rows.target != size.height {
      rows = Taps(source: image.height, target: size.height)
    }
    narrow(image)
    return lengthen()
  }

  /// Brings the rows to the target's width: `source height × target width × 3` numbers.
  private mutating func narrow(_ image: Image) {
    let needed = image.height * size.width * 3
    if narrowed.count < needed { narrowed = [Float](repeating: 0, count: needed) }
    let width = size.width
    image.pixels.withUnsafeBufferPointer { source in
      narrowed.withUnsafeMutableBufferPointer { result in
        for y in 0..<image.height {
          let row = y * image.width * 3
          for x in 0..<width {
            var red: Float = 0
            var green: Float = 0
            var blue: Float = 0
            var place = row + columns.first[x] * 3
            for tap in columns.starts[x]..<columns.starts[x + 1] {
              let weight = columns.weights[tap]
              red += weight * Float(source[place])
              green += weight * Float(source[place + 1])
              blue += weight * Float(source[place + 2])
              place += 3
            }
            let target = (y * width + x) * 3
            result[target] = red
            result[target + 1] = green
            result[target + 2] = blue
          }
        }
      }
    }
  }

  /// Brings the narrowed rows to the target's height and rounds.
  private func lengthen() -> [UInt8] {
    let stride = size.width * 3
    return [UInt8](unsafeUninitializedCapacity: size.count) { result, count in
      narrowed.withUnsafeBufferPointer { source in
        var sums = [Float](repeating: 0, count: stride)
        for y in 0..<size.height {
          for i in 0..<stride { sums[i] = 0.5 }
          var row = rows.first[y] * stride
          for tap in rows.starts[y]..<rows.starts[y + 1] {
            let weight = rows.weights[tap]
            for i in 0..<stride { sums[i] += weight * source[row + i] }
            row += stride
          }
          for i in 0..<stride { result[y * stride + i] = UInt8(max(0, min(255, sums[i]))) }
        }
      }
      count = size.count
    }
  }
}

extension ImageResizer {
  /// Which source pixels a target pixel averages along one axis, and with which weights.
  struct Taps {
    let source: Int
    let target: Int
    /// The first source pixel of each target pixel.
    private(set) var first: [Int] = []
    /// Where each target pixel's weights start in ``weights``, and where the last one's end.
    private(set) var starts = [0]
    private(set) var weights: [Float] = []

    init(source: Int, target: Int) {
      self.source = source
      self.target = target
      let scale = Double(source) / Double(max(target, 1))
      let support = max(1, scale)
      for i in 0..<target {
        let centre = (Double(i) + 0.5) * scale
        let low = max(0, Int(centre - support + 0.5))
        let high = min(source, Int(centre + support + 0.5))
        let shares = (low..<high).map { max(0, 1 - abs(Double($0) + 0.5 - centre) / support) }
        let sum = shares.reduce(0, +)
        first.append(low)
        weights += shares.map { Float($0 / sum) }
        starts.append(weights.count)
      }
    }
  }
}
