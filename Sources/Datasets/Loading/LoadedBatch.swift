import Models
import Tensors

/// One image of a batch's plan.
package struct LoadItem: Hashable, Sendable {
  /// The image's place in the loader's list.
  package let index: Int
  /// Whether it is mirrored left to right.
  package let flip: Bool

  package init(index: Int, flip: Bool = false) {
    self.index = index
    self.flip = flip
  }
}

/// A batch that is ready for the model.
package struct LoadedBatch: Sendable {
  package let items: [LoadItem]
  package let size: ImageSize
  let storage: PixelStorage
  /// Where the inputs of tasks lie.
  var blocks: [BatchLayout.Block] = []

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

  /// A copy for a model, `[count, height, width, 3]`: the batch may be recycled behind it.
  package func images(on engine: Engine) -> Tensor {
    let images = engine.empty([count, size.height, size.width, 3])
    withPixels { _ = images.values.update(fromContentsOf: $0) }
    return images
  }

  /// Copies of what tasks read besides, each `[count]` and its shape.
  package func inputs(on engine: Engine) -> [CueInput: Tensor] {
    Dictionary(
      uniqueKeysWithValues: blocks.map { block in
        let tensor = engine.empty([count] + block.input.shape)
        withExtendedLifetime(storage) {
          let values = storage.values[block.start..<block.start + count * block.input.count]
          _ = tensor.values.update(fromContentsOf: UnsafeMutableBufferPointer(rebasing: values))
        }
        return (block.input, tensor)
      })
  }
}

/// Where a batch's numbers lie in its memory: the images' first, then those of each input.
struct BatchLayout {
  struct Block {
    let input: CueInput
    let start: Int
  }

  let blocks: [Block]
  /// Numbers of the largest batch.
  let count: Int

  init(size: ImageSize, inputs: [CueInput], largest: Int) {
    var (blocks, count): ([Block], Int) = ([], largest * size.count)
    for input in inputs {
      blocks.append(Block(input: input, start: count))
      count += largest * input.count
    }
    self.blocks = blocks
    self.count = count
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

/// From 8-bit RGB to a model's input: scaled to [0, 1], less ImageNet's mean, over its deviation.
enum Normalization {
  /// ImageNet's mean of red, green and blue.
  static let mean = [0.485, 0.456, 0.406]
  /// ImageNet's deviation of red, green and blue.
  static let deviation = [0.229, 0.224, 0.225]

  /// The input value of each level of each channel, `256 × 3`, computed once in double precision.
  static let table: [Float] = (0..<256).flatMap { level in
    (0..<3).map { Float((Double(level) / 255 - mean[$0]) / deviation[$0]) }
  }

  /// Writes an image's input values, `height × width × 3`, mirrored left to right where `flip` says so.
  static func write(
    _ pixels: [UInt8], size: ImageSize, flip: Bool, to target: UnsafeMutablePointer<Float>
  ) {
    pixels.withUnsafeBufferPointer { source in
      table.withUnsafeBufferPointer { table in
        let width = size.width
        for y in 0..<size.height {
          let row = y * width * 3
          for x in 0..<width {
            let from = row + (flip ? width - 1 - x : x) * 3
            let to = target + (row + x * 3)
            to[0] = table[Int(source[from]) * 3]
            to[1] = table[Int(source[from + 1]) * 3 + 1]
            to[2] = table[Int(source[from + 2]) * 3 + 2]
          }
        }
      }
    }
  }
}
