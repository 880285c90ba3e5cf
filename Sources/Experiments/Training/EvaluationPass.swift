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
  /// Who shares out the batches.
  var ranks = Ranks.alone
  /// The convolutions' weights in the layouts that they multiply with, prepared at the first batch: nothing may change
  /// the network's parameters while the pass is in use.
  private let weights = PreparedWeights()

  /// What the network makes of a batch.
  struct Described {
    /// The descriptors, one after the other.
    var descriptors: [Float]
    /// For each attribute the likeliest class of each image.
    var attributes: [[Int]]
    /// The maps that images are judged by in pairs; another rank's are not here.
    var pairMaps: [Tensor] = []
  }

  /// Ranks take turns with the batches, and the leader alone sees what becomes of them, in their order.
  ///
  /// - Parameters:
  ///   - places: which of the images, in this order; nil for all.
  ///   - isInterrupted: asked after each batch.
  ///   - see: gets what the network gives of a batch, and how many images are done with it.
  /// - Throws: `PlainError` where an image cannot be read; ``TrainingError/interrupted``.
  func run(
    over images: [LabelledImage], places: [Int]? = nil, _ isInterrupted: () -> Bool,
    see: (_ output: Described, _ done: Int) throws -> Void
  ) throws {
    let items = BatchLoader.inOrder(places?.count ?? images.count, batch: settings.evaluate.batch)
    let batches = places.map { places in items.map { $0.map { LoadItem(index: places[$0.index]) } } } ?? items
    let loader = try data.loader(
      images, size: settings.input.imageSize,
      batches: stride(from: ranks.rank, to: batches.count, by: ranks.count).map { batches[$0] },
      inputs: model.configuration.inputs(height: settings.input.height, width: settings.input.width))
    defer { loader.cancel() }
    var done = 0
    for round in stride(from: 0, to: batches.count, by: ranks.count) {
      var own: Described?
      if let batch = try loader.next() {
        let tape = Tape(
          on: engine, mode: .evaluation, precision: settings.evaluate.precision, weights: weights)
        let output = model(tape.input(batch.images(on: engine)), inputs: batch.inputs(on: engine), on: tape)
        loader.recycle(batch)
        own = Described(
          descriptors: output.descriptors, attributes: output.attributeLogits.map(\.tensor.likeliest),
          pairMaps: output.pairMaps)
      }
      let sizes = (0..<ranks.count).map { round + $0 < batches.count ? batches[round + $0].count : 0 }
      for (size, described) in zip(sizes, gathered(own, sizes)) where size > 0 && ranks.isLeader {
        done += size
        try see(described, done)
      }
      if ranks.any(isInterrupted()) { throw TrainingError.interrupted }
    }
  }

  /// At the leader what each rank made of its batch, of so many images each.
  private func gathered(_ own: Described?, _ sizes: [Int]) -> [Described] {
    guard ranks.count > 1 else { return own.map { [$0] } ?? [] }
    let length = model.layout.length
    let width = length + model.configuration.attributes.count
    let numbers = own.map { $0.descriptors + $0.attributes.joined().map(Float.init) } ?? []
    return zip(sizes, ranks.gathered(numbers, counts: sizes.map { $0 * width })).map { size, numbers in
      guard ranks.isLeader else { return Described(descriptors: [], attributes: []) }
      let classes = numbers[(size * length)...].map { Int($0) }
      return Described(
        descriptors: Array(numbers[..<(size * length)]),
        attributes: model.configuration.attributes.indices.map { Array(classes[$0 * size..<($0 + 1) * size]) })
    }
  }
}

extension Tensor {
  /// The column of the largest number of each row, the first of equals.
  fileprivate var likeliest: [Int] {
    let width = shape.last ?? 1
    return (0..<count / max(1, width)).map { row in
      (0..<width).reduce(0) { values[row * width + $1] > values[row * width + $0] ? $1 : $0 }
    }
  }
}
