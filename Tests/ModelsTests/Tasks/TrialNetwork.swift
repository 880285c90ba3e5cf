import Layers
import Models
import Support
import Tensors
import TestSupport
import Testing

/// A small network with given tasks, and what the tests of every task ask of it.
struct TrialNetwork {
  let model: AANet
  let engine: Engine
  private let batch = 4

  static let labels = TrainingLabels(
    identities: 5,
    attributes: [
      .init(name: "gender", classes: 2, region: .global), .init(name: "hair", classes: 3, region: .top),
    ])

  static func configuration(
    _ tasks: TaskSet, labels: TrainingLabels = Self.labels, lastStride: Int = 1
  ) -> AANetConfiguration {
    AANetConfiguration(
      backbone: .init(block: .basic, blocks: [1, 1, 1, 1], width: 4, lastStride: lastStride), head: .init(width: 6),
      tasks: tasks,
      loss: .init(weights: .fixed(Dictionary(uniqueKeysWithValues: tasks.weighed.map { ($0, 1) }))), labels: labels)
  }

  /// What is said of tasks on a map of 24×8 places, or of another input; nil where nothing is wrong.
  static func complaint(
    _ tasks: TaskSet, height: Int = 384, width: Int = 128, labels: TrainingLabels = Self.labels
  ) -> String? {
    do throws(PlainError) {
      try configuration(tasks, labels: labels).validate(height: height, width: width)
      return nil
    } catch {
      return error.description
    }
  }

  /// The network at first values at which every layer has a say.
  init(_ tasks: TaskSet, threads: Int = 2, labels: TrainingLabels = Self.labels) {
    engine = Engine(threads: threads)
    model = AANet(Self.configuration(tasks, labels: labels), on: engine)
    model.initialise(seed: 1)
    for parameter in model.store.parameters where parameter.group == .new && parameter.value.shape.count == 2 {
      parameter.load(TestNumbers.normal(parameter.value.count, parameter.name, deviation: 0.3))
    }
  }

  /// Noise of 96×64 pixels: a map of 6×4 places.
  private var images: Tensor {
    engine.tensor(TestNumbers.normal(batch * 96 * 64 * 3, "trial images"), shape: [batch, 96, 64, 3])
  }

  private var inputs: [CueInput: Tensor] { model.configuration.trialInputs(images, on: engine) }

  private var targets: TrainingTargets {
    .init(identities: [0, 4, 2, 4], attributes: [[0, 1, -1, 1], [2, 0, 1, 2]])
  }

  /// One step of training: its output, its losses, and the gradients behind them.
  @discardableResult
  func step(_ rules: AANet.Rules = .init(), statistics: NormStatistics = .batch) -> (AANet.Output, [TaskLoss]) {
    let tape = Tape(on: engine, mode: .training, statistics: statistics)
    let output = model(tape.input(images), inputs: inputs, on: tape, as: rules)
    let losses = model.losses(output, targets, on: tape)
    model.multiTaskLoss.backward(losses, on: tape)
    return (output, losses)
  }

  /// A pass in evaluation, and what it showed of its inside.
  func look(_ rules: AANet.Rules = .init()) -> (output: AANet.Output, traces: [String: Tape.Trace]) {
    var traces: [String: Tape.Trace] = [:]
    let tape = Tape(on: engine, mode: .evaluation, tracer: { traces[$0] = $1 })
    return (model(tape.input(images), inputs: inputs, on: tape, as: rules), traces)
  }

  /// What holds for every task: counts and layout are known beforehand, numbers are finite in training and in
  /// evaluation, every parameter gets a gradient, a frozen one stays, and threads change no bit.
  static func check(_ tasks: TaskSet) throws {
    let trial = TrialNetwork(tasks)
    let model = trial.model
    try Agreement.require(
      model.configuration.parameterCount == model.store.parameterCount, "a wrong count of parameters")
    let (output, losses) = trial.step()
    let lengths = model.layout.vectors.map(\.width)
    try Agreement.require(output.vectors.map(\.shape) == lengths.map { [trial.batch, $0] }, "\(lengths) in the layout")
    try Agreement.require(output.descriptors.allSatisfy(\.isFinite), "a descriptor that is not finite")
    try Agreement.require(losses.allSatisfy { $0.value.isFinite && $0.value > 0 }, "\(losses.map(\.value))")
    for parameter in model.store.parameters {
      try Agreement.require(
        parameter.hasGradient && parameter.gradient.isFinite && parameter.gradient.array.contains { $0 != 0 },
        "\(parameter.name) learns nothing")
    }
    try Agreement.require(trial.look().output.descriptors.allSatisfy(\.isFinite), "in evaluation")

    let states = [1, 2, 3].map { TrialNetwork(tasks, threads: $0).trained(freezing: []) }
    try Agreement.require(states.allSatisfy { $0 == states[0] }, "threads change the numbers")
    for name in tasks.enabled {
      let frozen = TrialNetwork(tasks)
      let before = frozen.model.state()
      let after = frozen.trained(freezing: [name.rawValue])
      let moved = model.names(of: name.rawValue).filter { before[$0] != after[$0] }
      try Agreement.require(moved.isEmpty, "\(name.rawValue) is frozen, and \(moved.sorted()) moved")
    }
  }

  /// The numbers after two steps.
  private func trained(freezing words: [String]) -> [String: StoredTensor] {
    model.freeze(words)
    let optimizer = StochasticGradientDescent(momentum: 0.9, decay: [.backbone: 5e-4, .new: 5e-4])
    for epoch in 0..<2 {
      step(.init(draws: StepDraws(seed: 1, epoch: epoch, step: 0)), statistics: words.isEmpty ? .batch : .running)
      optimizer.step(model.store, rates: [.backbone: 0.01, .new: 0.1, .logVariance: 0.1])
    }
    return model.state()
  }
}

extension AANetConfiguration {
  /// Noise in place of what a loader makes of joints and labels. The first image shows no shoes, the second nothing but
  /// foreground.
  func trialInputs(_ images: Tensor, on engine: Engine) -> [CueInput: Tensor] {
    var inputs: [CueInput: Tensor] = [:]
    for input in self.inputs(height: images.shape[1], width: images.shape[2]) {
      let shape = [images.shape[0]] + input.shape
      var numbers = TestNumbers.normal(shape.reduce(1, *), "\(input)")
      if case .regionWeights = input {
        let (places, regions) = (shape[1] * shape[2], shape[3])
        for image in 0..<shape[0] {
          for region in 0..<regions {
            let own = (0..<places).map { (image * places + $0) * regions + region }
            let isShown = image > 1 || (image == 0 && region < regions - 1) || region == 0
            let sum = own.reduce(Float(0)) { $0 + abs(numbers[$1]) }
            for place in own { numbers[place] = isShown ? abs(numbers[place]) / sum : 0 }
          }
        }
      }
      inputs[input] = engine.tensor(numbers, shape: shape)
    }
    return inputs
  }
}

extension AANet.Output {
  /// One vector of each image; nil where the network has none of it.
  func vectors(of slot: DescriptorLayout.Slot) -> Tensor? { layout.place(of: slot).map { vectors[$0] } }
}
