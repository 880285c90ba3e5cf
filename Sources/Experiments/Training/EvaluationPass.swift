import Datasets
import Layers
import Models
import Tensors

/// Runs a network in evaluation over images of a dataset, batch by batch.
struct EvaluationPass {
  let model: AANet
  let settings: Settings
  let data: TrainingData
  let engine: Engine
  /// The convolutions' weights in the layouts that they multiply with, prepared at the first batch: nothing may change
  /// the network's parameters while the pass is in use.
  private let weights = PreparedWeights()

  /// - Parameters:
  ///   - places: which of the images, in this order; nil for all.
  ///   - isInterrupted: asked after each batch.
  ///   - see: gets what the network gives of a batch, and how many images are done with it.
  /// - Throws: `PlainError` where an image cannot be read; ``TrainingError/interrupted``.
  func run(
    over images: [LabelledImage], places: [Int]? = nil, _ isInterrupted: () -> Bool,
    see: (_ output: AANet.Output, _ done: Int) throws -> Void
  ) throws {
    let batches = BatchLoader.inOrder(places?.count ?? images.count, batch: settings.evaluate.batch)
    let loader = try data.loader(
      images, size: settings.input.imageSize,
      batches: places.map { places in batches.map { $0.map { LoadItem(index: places[$0.index]) } } } ?? batches,
      inputs: model.configuration.inputs(height: settings.input.height, width: settings.input.width))
    defer { loader.cancel() }
    var done = 0
    while let batch = try loader.next() {
      let tape = Tape(on: engine, mode: .evaluation, weights: weights)
      let output = model(tape.input(batch.images(on: engine)), inputs: batch.inputs(on: engine), on: tape)
      loader.recycle(batch)
      done += batch.count
      try see(output, done)
      if isInterrupted() { throw TrainingError.interrupted }
    }
  }
}
