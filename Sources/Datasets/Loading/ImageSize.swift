/// The size of a model's input, height first as in the paper (384 × 128).
package struct ImageSize: Hashable, Sendable, CustomStringConvertible {
  /// Rows.
  package let height: Int
  /// Pixels in a row.
  package let width: Int

  /// Makes a size.
  package init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// Numbers of an RGB image of this size.
  package var count: Int { height * width * 3 }

  /// The size as `384x128`.
  package var description: String { "\(height)x\(width)" }
}
