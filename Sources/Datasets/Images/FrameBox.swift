import Support

/// A box of a frame as a file of boxes has it, in pixels from the frame's upper left corner; COCO's `bbox`.
package struct FrameBox: Hashable, Sendable {
  package let x: Double
  package let y: Double
  package let width: Double
  package let height: Double

  /// The farthest edge from a frame's corner that a box may have, in pixels.
  package static let farthest = 1e6

  /// - Throws: ``PlainError`` where it is no box: a number is not finite, a side is not above 0, an edge is far from every
  ///   frame.
  package init(x: Double, y: Double, width: Double, height: Double) throws(PlainError) {
    for (name, side) in [("width", width), ("height", height)] where !(side > 0) {
      throw PlainError("its \(name) is \(side.inFewDigits), not above 0")
    }
    for edge in [x, y, x + width, y + height] where !(abs(edge) <= Self.farthest) {
      throw PlainError("it has an edge at \(edge), which is no place of a frame in pixels")
    }
    (self.x, self.y, self.width, self.height) = (x, y, width, height)
  }

  /// The numbers as COCO has them.
  package var numbers: [Double] { [x, y, width, height] }

  /// `[12, 30, 64, 128]`.
  package var words: String { "[\(numbers.map(\.inFewDigits).joined(separator: ", "))]" }

  /// The whole pixels of a frame that the box covers, its edges at the nearest ones between pixels, cut at the frame's; nil
  /// where nothing is left.
  package func pixels(of frame: FileExtent) -> (rows: Range<Int>, columns: Range<Int>, isCut: Bool)? {
    func edges(_ low: Double, _ size: Double, _ most: Int) -> (range: Range<Int>, isCut: Bool)? {
      let from = Int((low + 0.5).rounded(.down))
      // A box thinner than a pixel is the pixel that it lies in.
      let to = max(from + 1, Int((low + size + 0.5).rounded(.down)))
      let (first, end) = (max(0, from), min(most, to))
      return first < end ? (first..<end, first != from || end != to) : nil
    }
    guard let down = edges(y, height, frame.height), let across = edges(x, width, frame.width) else { return nil }
    return (down.range, across.range, down.isCut || across.isCut)
  }
}

extension Double {
  /// The number without a tail of zeros: `64`, `0.25`.
  var inFewDigits: String {
    guard abs(self) < 1e9 else { return "\(self)" }
    let rounded = (self * 100).rounded() / 100
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }
}
