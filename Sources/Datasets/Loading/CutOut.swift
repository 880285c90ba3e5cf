import Tensors

/// A rectangle of an image that noise overwrites in training.
///
/// Source: Almazán, Gajić, Murray and Larlus, "Re-ID done right", arXiv 1801.05339; the law of the rectangle is the
/// specification's.
package struct CutOut: Hashable, Sendable {
  package let rows: Range<Int>
  package let columns: Range<Int>

  /// Makes a rectangle of four draws u₀ … u₃ from [0, 1):
  ///
  ///     height ⌊u₀·s·H⌋      width ⌊u₁·s·W⌋      top ⌊u₂·(H − height + 1)⌋      left ⌊u₃·(W − width + 1)⌋
  ///
  /// - Parameter largest: s, the largest share of a side, 0 to 1.
  package init(draws: [Double], largest: Double, size: ImageSize) {
    precondition(draws.count == 4, "a rectangle is made of 4 draws, not of \(draws.count)")
    let height = Int(draws[0] * largest * Double(size.height))
    let width = Int(draws[1] * largest * Double(size.width))
    let top = Int(draws[2] * Double(size.height - height + 1))
    let left = Int(draws[3] * Double(size.width - width + 1))
    rows = top..<top + height
    columns = left..<left + width
  }

  /// Draws a rectangle.
  package init(largest: Double, size: ImageSize, from stream: inout RandomStream) {
    self.init(draws: (0..<4).map { _ in stream.uniform() }, largest: largest, size: size)
  }

  /// Whether nothing is cut out.
  package var isEmpty: Bool { rows.isEmpty || columns.isEmpty }

  /// Overwrites the rectangle, row by row.
  ///
  /// - Parameters:
  ///   - pixels: `height × width × 3`.
  ///   - noise: the number for a place (of the whole image, channels counted) of a channel.
  package func apply(
    to pixels: UnsafeMutableBufferPointer<Float>, size: ImageSize, noise: (_ place: Int, _ channel: Int) -> Float
  ) {
    precondition(pixels.count == size.count, "\(pixels.count) numbers are no image of \(size)")
    for row in rows {
      for column in columns {
        for channel in 0..<3 {
          let place = (row * size.width + column) * 3 + channel
          pixels[place] = noise(place, channel)
        }
      }
    }
  }

  /// Overwrites the rectangle of a normalised image with noise that is even in [0, 1) before normalisation.
  package func apply(
    to pixels: UnsafeMutableBufferPointer<Float>, size: ImageSize, from stream: inout RandomStream
  ) {
    apply(to: pixels, size: size) { _, channel in
      Float((stream.uniform() - Normalization.mean[channel]) / Normalization.deviation[channel])
    }
  }
}
