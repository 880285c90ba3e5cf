/// The size of a model's input, height first as in the paper (384 × 128).
public struct ImageSize: Hashable, Sendable, CustomStringConvertible {
  /// Rows.
  public let height: Int
  /// Pixels in a row.
  public let width: Int

  /// Makes a size.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// Numbers of an RGB image of this size.
  public var count: Int { height * width * 3 }

  /// The size as `384x128`.
  public var description: String { "\(height)x\(width)" }
}
