/// Bilinear resize of 8-bit RGB images to one size.
///
/// Each axis on its own. A target pixel's centre `(i + 0.5)·s` lies in the source (`s` is source over target, so pixel
/// centres are halves); it averages the source pixels around it with the weights of a triangle of half-width
/// `max(1, s)`, scaled to sum to 1, and what would lie outside the image is left out. Enlarging, that is plain bilinear
/// interpolation with the edge repeated. Shrinking, the triangle grows with `s`, so that no source pixel is passed
/// over: what Pillow, and with it torchvision's `Resize` on decoded files, does. Sums are kept in single precision and
/// rounded once, to the nearest of 256 levels.
package struct ImageResizer {
  package let size: ImageSize
  private var columns = Taps(source: 0, target: 0)
  private var rows = Taps(source: 0, target: 0)
  private var sums: [Float] = []
  private var narrowed: [Float] = []

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
    addUp(image)
    return [UInt8](unsafeUninitializedCapacity: size.count) { result, count in
      for i in 0..<size.count { result[i] = UInt8(max(0, min(255, sums[i]))) }
      count = size.count
    }
  }

  /// Fills ``sums`` with the target's values plus a half, `height × width × 3`.
  ///
  /// Each source row is brought to the target's width and then added to the target rows that it is part of, so that
  /// memory does not depend on the image: a strip of 1 × 65,535 pixels is no harder than any other image.
  private mutating func addUp(_ image: Image) {
    let stride = size.width * 3
    if sums.count != size.count {
      sums = [Float](repeating: 0, count: size.count)
      narrowed = [Float](repeating: 0, count: stride)
    }
    image.pixels.withUnsafeBufferPointer { source in
      sums.withUnsafeMutableBufferPointer { sums in
        narrowed.withUnsafeMutableBufferPointer { narrowed in
          sums.update(repeating: 0.5)
          var from = 0
          var to = 0
          for y in 0..<image.height {
            while to < size.height && rows.first[to] <= y { to += 1 }
            while from < to && rows.end(of: from) <= y { from += 1 }
            guard from < to else { continue }
            let row = y * image.width * 3
            columns.narrow(UnsafeBufferPointer(rebasing: source[row..<row + image.width * 3]), to: narrowed)
            for target in from..<to {
              let weight = rows.weight(of: y, in: target)
              let sum = UnsafeMutableBufferPointer(rebasing: sums[target * stride..<(target + 1) * stride])
              for i in 0..<stride { sum[i] += weight * narrowed[i] }
            }
          }
        }
      }
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

    /// The source pixel after the last one of a target pixel.
    func end(of target: Int) -> Int { first[target] + starts[target + 1] - starts[target] }

    /// The weight of a source pixel in a target pixel that it is part of.
    func weight(of source: Int, in target: Int) -> Float { weights[starts[target] + source - first[target]] }

    /// Brings a row of RGB pixels to the target's width.
    func narrow(_ row: UnsafeBufferPointer<UInt8>, to result: UnsafeMutableBufferPointer<Float>) {
      for x in 0..<target {
        var red: Float = 0
        var green: Float = 0
        var blue: Float = 0
        var place = first[x] * 3
        for tap in starts[x]..<starts[x + 1] {
          let weight = weights[tap]
          red += weight * Float(row[place])
          green += weight * Float(row[place + 1])
          blue += weight * Float(row[place + 2])
          place += 3
        }
        result[x * 3] = red
        result[x * 3 + 1] = green
        result[x * 3 + 2] = blue
      }
    }

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

/// The size of a model's input, height first as in the paper (384 × 128).
package struct ImageSize: Hashable, Sendable, CustomStringConvertible {
  package let height: Int
  package let width: Int

  package init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// Numbers of an RGB image of this size.
  package var count: Int { height * width * 3 }

  /// The size as `384x128`.
  package var description: String { "\(height)x\(width)" }
}
