import Experiments
import Foundation
import Layers
import Models
import Support
import Tensors

/// Times whole training steps, or descriptor extraction, of a model on made-up images that are already in memory.
package struct TrainingBench {
  /// What is timed.
  package enum Pass: String, CaseIterable, Sendable {
    /// Forward, backward and the optimiser's step, all enabled tasks.
    case train
    /// The evaluation pass that gives descriptors.
    case infer
  }

  /// What a bench measured.
  package struct Result: Codable, Sendable {
    /// Images per second of the fastest repeat.
    package let imagesPerSecond: Double
    /// Images per second of the median repeat.
    package let medianImagesPerSecond: Double
    /// The process's largest resident size so far, in GiB.
    package let peakMemoryGiB: Double
    /// The kernel set that OpenBLAS runs.
    package let blasKernels: String
    /// `fp32`, or `bf16`.
    package let precision: String
    /// What computes bf16: `avx512_bf16` or `portable`; nil in fp32.
    package let bf16Kernels: String?
    /// Worker threads.
    package let threads: Int
    /// Images in a batch.
    package let batch: Int
    /// Trainable numbers of the model.
    package let parameters: Int

    enum CodingKeys: String, CodingKey {
      case imagesPerSecond = "images_per_s"
      case medianImagesPerSecond = "median_images_per_s"
      case peakMemoryGiB = "peak_rss_gib"
      case blasKernels = "blas_kernels"
      case bf16Kernels = "bf16_kernels"
      case precision, threads, batch, parameters
    }
  }

  let model: AANet
  let engine: Engine
  let ranks: Ranks
  let lockstep: Lockstep
  let exchange: GradientExchange
  /// This rank's part of the batch.
  private let batch: TrainingBatch
  private let weights = PreparedWeights()
  private let optimizer: StochasticGradientDescent
  private let statistics: NormStatistics
  private let precision: (train: Precision, evaluate: Precision)
  private let tasks: Set<TaskName>?
  private let draws: StepDraws?

  /// What the paper's model tells apart on Market-1501: its twelve attributes, those of the attention map among them.
  package static func labels(identities: Int) -> TrainingLabels {
    TrainingLabels(
      identities: identities, attributes: attributes,
      attended: ["gender", "hair", "upper_color", "lower_color", "lower_type", "lower_length"])
  }

  private static let attributes: [AttributeOutput] = [
    ("gender", 2, .global), ("age", 4, .global), ("hair", 2, .top), ("hat", 2, .top), ("sleeve", 2, .top),
    ("upper_color", 9, .top), ("backpack", 2, .middle), ("bag", 2, .middle), ("handbag", 2, .middle),
    ("lower_length", 2, .bottom), ("lower_type", 2, .bottom), ("lower_color", 10, .bottom),
  ].map { AttributeOutput(name: $0, classes: $1, region: $2) }

  /// Makes a model as it stands in a phase of its training, and a batch of noise in the phase's form: four images of an
  /// identity in a row, or triplets.
  ///
  /// - Parameter ranks: who shares its shards out.
  package init(
    _ settings: Settings, in phase: Settings.Train.Phase, identities: Int, on engine: Engine,
    among ranks: Ranks = .alone
  ) {
    let batch = phase.batch / ranks.count
    let size = settings.input
    let labels = Self.labels(identities: identities)
    let configuration = AANetConfiguration(
      backbone: settings.backbone, head: settings.head, tasks: settings.tasks, loss: settings.loss, labels: labels)
    self.engine = engine
    self.ranks = ranks
    model = AANet(configuration, on: engine)
    model.initialise(seed: 0)
    model.freeze(phase.frozen)
    var stream = RandomStream(seed: 0, name: "bench")
    lockstep = Lockstep(shards: settings.train.shards, among: ranks)
    exchange = GradientExchange(of: model.store, in: lockstep, among: ranks)
    let images = engine.tensor(
      (0..<batch * size.height * size.width * 3).map { _ in Float(stream.uniform(in: -2...2)) },
      shape: [batch, size.height, size.width, 3])
    let inputs = Self.inputs(configuration.inputs(height: size.height, width: size.width), batch: batch, on: engine)
    var triplets: [Triplet]?
    if case .triplets = phase.sampler, batch % 3 == 0 { triplets = Triplet.inThirds(of: batch) }
    let targets = TrainingTargets(
      identities: (0..<batch).map { $0 / 4 % labels.identities },
      attributes: configuration.attributes.map { attribute in
        (0..<batch).map { _ in stream.int(below: attribute.classes) }
      }, triplets: triplets)
    self.batch = TrainingBatch(images: images, inputs: inputs, targets: targets)
    optimizer = StochasticGradientDescent(phase.optimizer)
    statistics = phase.batchNorm
    precision = (settings.train.precision, settings.evaluate.precision)
    tasks = phase.tasks.map(Set.init)
    draws = phase.dropout ? StepDraws(seed: 0, epoch: 0, step: 0) : nil
  }

  /// Noise in place of what a loader makes of joints and labels.
  private static func inputs(_ wanted: [CueInput], batch: Int, on engine: Engine) -> [CueInput: Tensor] {
    var stream = RandomStream(seed: 0, name: "bench/inputs")
    var inputs: [CueInput: Tensor] = [:]
    for input in wanted {
      let shape = [batch] + input.shape
      let range = if case .regionWeights = input { 0.0...1.0 } else { -2.0...2.0 }
      var numbers = (0..<shape.reduce(1, *)).map { _ in Float(stream.uniform(in: range)) }
      if case .regionWeights(let rows, let columns, _) = input {
        let regions = shape[3]
        for image in 0..<batch {
          for region in 0..<regions {
            let own = (0..<rows * columns).map { (image * rows * columns + $0) * regions + region }
            let sum = own.reduce(Float(0)) { $0 + numbers[$1] }
            for place in own { numbers[place] /= sum }
          }
        }
      }
      inputs[input] = engine.tensor(numbers, shape: shape)
    }
    return inputs
  }

  /// Runs the pass once to warm up and then `repeats` times.
  package func run(_ pass: Pass, repeats: Int) -> Result {
    var seconds: [Double] = []
    let clock = ContinuousClock()
    for round in 0...max(1, repeats) {
      let duration = clock.measure { pass == .train ? train() : infer() }
      if round > 0 {
        seconds.append(Double(duration.components.attoseconds) * 1e-18 + Double(duration.components.seconds))
      }
    }
    seconds.sort()
    let batch = images
    let precision = pass == .train ? precision.train : precision.evaluate
    return Result(
      imagesPerSecond: Double(batch) / (seconds.first ?? .nan),
      medianImagesPerSecond: Double(batch) / seconds[seconds.count / 2], peakMemoryGiB: ProcessUsage.peakMemoryGiB,
      blasKernels: MatrixProduct.kernels, precision: precision.rawValue,
      bf16Kernels: precision == .bfloat16 ? RoundedForm.suiting.rawValue : nil, threads: engine.workers.count,
      batch: batch, parameters: model.store.parameterCount)
  }

  /// Images of the whole batch.
  var images: Int { batch.images.shape[0] * ranks.count }

  /// Takes one step.
  func train() {
    exchange.run {
      lockstep.run { shard in
        let part = batch.part(shard)
        let tape = Tape(
          on: engine, mode: .training, precision: precision.train, statistics: statistics, shard: shard,
          exchange: exchange)
        let output = model(
          tape.input(part.images), inputs: part.inputs, on: tape, as: .init(tasks: tasks, draws: draws))
        model.multiTaskLoss.backward(model.losses(output, part.targets, on: tape), on: tape)
      }
    }
    optimizer.step(model.store, rates: [.backbone: 1e-4, .new: 1e-4, .logVariance: 1e-4])
  }

  private func infer() {
    let tape = Tape(on: engine, mode: .evaluation, precision: precision.evaluate, weights: weights)
    _ = model(tape.input(batch.images), inputs: batch.inputs, on: tape)
  }
}
