import Foundation

/// Reads an epoch's batches on other threads while the model works on the one before.
///
/// The whole plan is the caller's (which images, in which order, which of them mirrored), so what is loaded does not
/// depend on threads: any number of them gives the same batches in the same order. At most `ahead` batches wait or are
/// being made at any time. One caller takes batches; letting go of the loader stops its threads and waits for them.
package final class BatchLoader {
  private let queue: BatchQueue

  /// The largest height and width of images that are loaded.
  package static let maximumExtent = 4096

  /// Starts loading.
  ///
  /// - Parameters:
  ///   - images: the list that the plan's items refer to.
  ///   - size: the height and width that every image is brought to.
  ///   - batches: the plan, one array a batch.
  ///   - threads: how many threads read; each makes whole batches.
  ///   - ahead: how many batches may be in the making or waiting.
  ///   - cache: where decoded images are kept for the next epoch.
  /// - Throws: ``DatasetError`` where the plan refers to an image that is not in the list, or a number is out of range.
  package init(
    images: [LabelledImage], size: ImageSize, batches: [[LoadItem]], threads: Int = 1, ahead: Int = 2,
    cache: DecodedCache? = nil
  ) throws(DatasetError) {
    guard (1...Self.maximumExtent).contains(size.height), (1...Self.maximumExtent).contains(size.width) else {
      throw DatasetError("images cannot be loaded at \(size): height and width are 1 to \(Self.maximumExtent)")
    }
    guard threads >= 1, ahead >= 1 else {
      throw DatasetError("a loader needs at least one thread and one batch ahead, not \(threads) and \(ahead)")
    }
    for (number, batch) in batches.enumerated() {
      guard let wrong = batch.first(where: { !images.indices.contains($0.index) }) else { continue }
      throw DatasetError("batch \(number) asks for image \(wrong.index) of a list of \(images.count)")
    }
    queue = BatchQueue(images: images, size: size, batches: batches, ahead: ahead)
    for _ in 0..<min(threads, ahead, batches.count) {
      queue.start(ImageReader(size: size, cache: cache))
    }
  }

  deinit { queue.stop() }

  /// A plan of all images in order, none mirrored, the last batch as long as what is left: for evaluation.
  package static func inOrder(_ count: Int, batch: Int) -> [[LoadItem]] {
    stride(from: 0, to: count, by: max(1, batch)).map { start in
      (start..<min(start + max(1, batch), count)).map { LoadItem(index: $0) }
    }
  }

  /// The next batch of the plan, waiting for it where need be; nil after the last.
  ///
  /// - Throws: ``DatasetError`` that names the file which could not be read, now and on every later call.
  package func next() throws(DatasetError) -> LoadedBatch? { try queue.take() }

  /// Gives a batch's memory back for a later one. Its ``LoadedBatch/pixels`` must not be read after that.
  package func recycle(_ batch: LoadedBatch) { queue.giveBack(batch.storage) }

  /// Stops loading and waits for the threads; ``next()`` gives nil from then on.
  package func cancel() { queue.stop() }

  /// How long ``next()`` has waited for batches, in seconds.
  package var secondsWaiting: Double { queue.secondsWaiting }

  /// The files among the batches taken so far that libjpeg had to repair, in order, each once.
  package var warnings: [String] { queue.warnings }
}
