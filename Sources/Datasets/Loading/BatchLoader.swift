import Foundation
import Models
import Support

/// Reads an epoch's batches on other threads while the model works on the one before.
///
/// The whole plan is the caller's (which images, in which order, which of them mirrored), so what is loaded does not
/// depend on threads: any number of them gives the same batches in the same order. At most `ahead` batches wait or are
/// being made at any time. One caller takes batches; letting go of the loader stops its threads and waits for them.
package final class BatchLoader {
  private let queue: BatchQueue

  /// The largest height and width of images that are loaded.
  private static let maximumExtent = 4096

  /// Starts loading.
  ///
  /// - Parameters:
  ///   - images: the list that the plan's items refer to.
  ///   - size: the height and width that every image is brought to.
  ///   - batches: the plan, one array a batch.
  ///   - threads: how many threads read; each makes whole batches.
  ///   - ahead: how many batches may be in the making or waiting.
  ///   - cache: where decoded images are kept for the next epoch.
  ///   - inputs: what tasks read of each image besides.
  ///   - cues: what that is made of; every cue of `inputs` must be open.
  /// - Throws: ``PlainError`` where the plan refers to an image that is not in the list, a number is out of range, or a
  ///   cue is not open.
  package init(
    images: [LabelledImage], size: ImageSize, batches: [[LoadItem]], threads: Int = 1, ahead: Int = 2,
    cache: DecodedCache? = nil, inputs: [CueInput] = [], cues: DatasetCues? = nil
  ) throws(PlainError) {
    guard (1...Self.maximumExtent).contains(size.height), (1...Self.maximumExtent).contains(size.width) else {
      throw PlainError("images cannot be loaded at \(size): height and width are 1 to \(Self.maximumExtent)")
    }
    guard threads >= 1, ahead >= 1 else {
      throw PlainError("a loader needs at least one thread and one batch ahead, not \(threads) and \(ahead)")
    }
    if let input = inputs.first(where: { cues?.cues.contains($0.cue) != true }) {
      throw PlainError("a loader is asked for what is made of \(input.cue.rawValue), which are not open")
    }
    for (number, batch) in batches.enumerated() {
      guard let wrong = batch.first(where: { !images.indices.contains($0.index) }) else { continue }
      throw PlainError("batch \(number) asks for image \(wrong.index) of a list of \(images.count)")
    }
    queue = BatchQueue(images: images, size: size, inputs: inputs, batches: batches, ahead: ahead)
    for _ in 0..<min(threads, ahead, batches.count) {
      queue.start(ImageReader(size: size, cache: cache, inputs: inputs, cues: cues))
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
  /// - Throws: ``PlainError`` that names the file which could not be read, now and on every later call.
  package func next() throws(PlainError) -> LoadedBatch? { try queue.take() }

  /// Gives a batch's memory back for a later one. Its ``LoadedBatch/pixels`` must not be read after that.
  package func recycle(_ batch: LoadedBatch) { queue.giveBack(batch.storage) }

  /// Stops loading and waits for the threads; ``next()`` gives nil from then on.
  package func cancel() { queue.stop() }

  /// How long ``next()`` has waited for batches, in seconds.
  package var secondsWaiting: Double { queue.secondsWaiting }

  /// What is to be said of the batches taken so far, each once: files that libjpeg had to repair, boxes that were cut.
  package var warnings: [String] { queue.warnings }
}

/// What a loader's threads share: the plan, the batches that are ready, and memory to be used again.
final class BatchQueue: @unchecked Sendable {
  // Unchecked: the constants are immutable, every access to the variables holds `condition`.

  private struct Ready {
    let batch: LoadedBatch
    let remarks: [String]
  }

  private let images: [LabelledImage]
  private let size: ImageSize
  private let batches: [[LoadItem]]
  private let ahead: Int
  private let layout: BatchLayout

  private let condition = NSCondition()
  private var started = 0
  private var taken = 0
  private var ready: [Int: Result<Ready, PlainError>] = [:]
  private var spare: [PixelStorage] = []
  private var threads = 0
  private var isStopped = false
  private var waited = 0.0
  private var remarks: [String] = []
  private var said: Set<String> = []

  init(images: [LabelledImage], size: ImageSize, inputs: [CueInput], batches: [[LoadItem]], ahead: Int) {
    self.images = images
    self.size = size
    self.batches = batches
    self.ahead = ahead
    layout = BatchLayout(size: size, inputs: inputs, largest: batches.map(\.count).max() ?? 0)
  }

  var secondsWaiting: Double { condition.withLock { waited } }

  var warnings: [String] { condition.withLock { remarks } }

  func start(_ reader: ImageReader) {
    condition.withLock { threads += 1 }
    let thread = Thread { [self] in
      var reader = reader
      while let (number, storage) = claim() { deliver(make(number, in: storage, with: &reader), as: number) }
      condition.withLock {
        threads -= 1
        condition.broadcast()
      }
    }
    thread.name = "aanet images"
    thread.start()
  }

  /// The next batch to make and memory for it; waits until one may be made, nil when there are no more.
  private func claim() -> (number: Int, storage: PixelStorage)? {
    condition.lock()
    defer { condition.unlock() }
    while !isStopped && started < batches.count && started - taken >= ahead { condition.wait() }
    guard !isStopped && started < batches.count else { return nil }
    started += 1
    return (started - 1, spare.popLast() ?? PixelStorage(count: layout.count))
  }

  private func make(
    _ number: Int, in storage: PixelStorage, with reader: inout ImageReader
  ) -> Result<Ready, PlainError> {
    var remarks: [String] = []
    for (place, item) in batches[number].enumerated() {
      guard !(condition.withLock { isStopped }) else { break }
      do throws(PlainError) {
        let (image, products) = try reader.read(images[item.index])
        if let values = storage.values.baseAddress {
          Normalization.write(image.pixels, size: size, flip: item.flip, to: values + place * size.count)
          for (block, product) in zip(layout.blocks, products) {
            product.write(
              shape: block.input.shape, flip: item.flip, to: values + block.start + place * block.input.count)
          }
        }
        remarks += image.remarks
      } catch {
        return .failure(error)
      }
    }
    let batch = LoadedBatch(items: batches[number], size: size, storage: storage, blocks: layout.blocks)
    return .success(Ready(batch: batch, remarks: remarks))
  }

  private func deliver(_ result: Result<Ready, PlainError>, as number: Int) {
    condition.withLock {
      ready[number] = result
      condition.broadcast()
    }
  }

  /// The next batch in the plan's order.
  func take() throws(PlainError) -> LoadedBatch? {
    condition.lock()
    defer { condition.unlock() }
    guard taken < batches.count, !isStopped else { return nil }
    if ready[taken] == nil {
      let start = DispatchTime.now().uptimeNanoseconds
      while ready[taken] == nil && !isStopped { condition.wait() }
      waited += Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
    }
    switch ready[taken] {
    case nil: return nil
    case .failure(let error): throw error  // and it stays the next one: nothing comes after it
    case .success(let result):
      ready[taken] = nil
      taken += 1
      for remark in result.remarks where said.insert(remark).inserted { remarks.append(remark) }
      condition.broadcast()
      return result.batch
    }
  }

  /// Keeps memory for a later batch, no more of it than can be in use.
  func giveBack(_ storage: PixelStorage) {
    condition.withLock {
      guard spare.count <= ahead, !spare.contains(where: { $0 === storage }) else { return }
      spare.append(storage)
    }
  }

  /// Tells the threads to end and waits until they have.
  func stop() {
    condition.lock()
    defer { condition.unlock() }
    isStopped = true
    condition.broadcast()
    while threads > 0 { condition.wait() }
    ready = [:]
  }
}
