import Datasets
import Foundation
import Support

/// Times reading, decoding, resizing and normalising a dataset's training images, without the model.
package enum LoaderBench {
  /// What a bench measured.
  package struct Result: Codable, Sendable {
    /// Images per second of the fastest pass.
    package let imagesPerSecond: Double
    /// Images of a pass.
    package let images: Int
    /// `HEIGHTxWIDTH` that every image is brought to.
    package let size: String
    /// Reading threads.
    package let threads: Int

    enum CodingKeys: String, CodingKey {
      case imagesPerSecond = "images_per_s"
      case images, size, threads
    }
  }

  /// Runs through the training images `repeats` times after once to warm the disk's cache; nothing decoded is kept.
  ///
  /// - Throws: `PlainError` where an image cannot be read.
  package static func run(
    _ dataset: Dataset, size: ImageSize, batch: Int, threads: Int, repeats: Int, report: (Int, Int) -> Void
  ) throws(PlainError) -> Result {
    var best = Double.infinity
    for round in 0...repeats {
      let start = SuspendingClock.now
      let loader = try BatchLoader(
        images: dataset.train, size: size, batches: BatchLoader.inOrder(dataset.train.count, batch: batch),
        threads: threads, ahead: threads + 1)
      while let next = try loader.next() { loader.recycle(next) }
      if round > 0 { best = min(best, start.duration(to: .now) / .seconds(1)) }
      report(round + 1, repeats + 1)
    }
    return Result(
      imagesPerSecond: Double(dataset.train.count) / best, images: dataset.train.count, size: size.description,
      threads: threads)
  }
}
