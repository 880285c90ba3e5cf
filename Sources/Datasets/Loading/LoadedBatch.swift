/// One image of a batch's plan.
package struct LoadItem: Hashable, Sendable {
  /// The image's place in the loader's list.
  package let index: Int
  /// Whether it is mirrored left to right.
  package let flip: Bool

  /// Plans an image.
  package init(index: Int, flip: Bool = false) {
    self.index = index
    self.flip = flip
  }
}

/// A batch that is ready for the model.
package struct LoadedBatch: Sendable {
  /// The images, in the plan's order.
  package let items: [LoadItem]
  /// Height and width of each image.
  package let size: ImageSize
  let storage: PixelStorage

  /// How many images there are.
  package var count: Int { items.count }

  /// The normalised values, `count × height × width × 3`.
  ///
  /// They live until the batch is recycled or let go of, and Swift lets go of a value at its last mention: recycle the
  /// batch when done with them, or use ``withPixels(_:)``.
  package var pixels: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(rebasing: storage.values[0..<items.count * size.count])
  }

  /// Hands over the normalised values, `count × height × width × 3`, for as long as `body` runs.
  package func withPixels<Result>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    try withExtendedLifetime(storage) { try body(pixels) }
  }
}

/// Memory for the values of one batch, used again for a later one.
final class PixelStorage: @unchecked Sendable {
  // Unchecked: one owner at a time. A worker writes it, hands it over under the loader's lock, and the caller of
  // `next` reads it until it gives it back under the same lock.

  let values: UnsafeMutableBufferPointer<Float>

  init(count: Int) { values = .allocate(capacity: count) }

  deinit { values.deallocate() }
}
