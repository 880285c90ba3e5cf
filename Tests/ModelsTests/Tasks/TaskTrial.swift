import Layers
import Models
import Tensors
import TestSupport
import Testing

/// A task, or several, on a small backbone and one batch of images, for the tests of tasks.
struct TaskTrial {
  let configuration: AANetConfiguration
  let model: AANet
  let images: Tensor
  let inputs: [CueInput: Tensor]
  let identities: [Int]
  private static let height = 64
  private static let width = 32
  private var engine: Engine { model.store.engine }

  /// The network at its first values; the backbone's map has 32 channels, 4 rows and 2 columns, half of them where its
  /// last stride is 2.
  init(
    _ tasks: TaskSet, identities: [Int] = [0, 4, 2, 0, 1, 4], lastStride: Int = 1, seed: UInt64 = 1,
    on engine: Engine = Engine(threads: 2)
  ) {
    self.identities = identities
    configuration = Self.configuration(tasks, lastStride: lastStride)
    model = AANet(configuration, on: engine)
    model.initialise(seed: seed)
    let shape = [identities.count, Self.height, Self.width, 3]
    images = engine.tensor(TestNumbers.normal(shape.reduce(1, *), "images of a task"), shape: shape)
    inputs = configuration.trialInputs(images, on: engine)
  }

  private static let labels = TrainingLabels(identities: 5)

  static func configuration(_ tasks: TaskSet, lastStride: Int = 1) -> AANetConfiguration {
    TrialNetwork.configuration(tasks, labels: labels, lastStride: lastStride)
  }

  /// What a pass gave and showed.
  struct Pass {
    let output: AANet.Output
    let losses: [TaskLoss]
    let traces: [String: Tape.Trace]

    /// The numbers that were shown under a name; empty where none were.
    func numbers(_ name: String) -> [Float] {
      guard case .value(let value) = traces[name] else { return [] }
      return value.tensor.array
    }
  }

  /// A training pass, forward and back.
  func train(
    tasks: Set<TaskName>? = nil, triplets: [Triplet]? = nil, statistics: NormStatistics = .batch,
    draws: StepDraws? = nil
  ) -> Pass {
    var traces: [String: Tape.Trace] = [:]
    let tape = Tape(on: engine, mode: .training, statistics: statistics, tracer: { traces[$0] = $1 })
    let output = model(tape.input(images), inputs: inputs, on: tape, as: .init(tasks: tasks, draws: draws))
    let losses = model.losses(
      output, TrainingTargets(identities: identities, attributes: [], triplets: triplets), on: tape)
    model.multiTaskLoss.backward(losses, on: tape)
    return Pass(output: output, losses: losses, traces: traces)
  }

  /// Uses up the gradients of a pass.
  func update() {
    StochasticGradientDescent(momentum: 0.9, decay: [.backbone: 5e-4, .new: 5e-4])
      .step(model.store, rates: [.backbone: 0.01, .new: 0.1])
  }

  /// A pass in evaluation, with or without somebody who looks inside.
  func evaluate(isTraced: Bool = false) -> Pass {
    var traces: [String: Tape.Trace] = [:]
    let tape =
      isTraced
      ? Tape(on: engine, mode: .evaluation, tracer: { traces[$0] = $1 }) : Tape(on: engine, mode: .evaluation)
    return Pass(output: model(tape.input(images), inputs: inputs, on: tape), losses: [], traces: traces)
  }

  /// A training pass and a step.
  @discardableResult
  func step(tasks: Set<TaskName>? = nil, statistics: NormStatistics = .batch) -> Pass {
    let pass = train(tasks: tasks, statistics: statistics)
    update()
    return pass
  }

  func require(_ name: String) throws -> Parameter { try #require(parameter(name), "\(name)") }

  func parameter(_ name: String) -> Parameter? { model.store.parameters.first { $0.name == name } }

  /// The names of what three steps change where parts are frozen.
  func changed(freezing words: [String] = [], statistics: NormStatistics = .running) -> Set<String> {
    let before = model.state()
    model.freeze(words)
    for _ in 0..<3 {
      _ = train(statistics: statistics)
      update()
    }
    return Set(model.state().filter { before[$0.key] != $0.value }.keys)
  }

  /// Checks what is known of tasks beforehand against the network: trainable numbers, the vectors of the descriptor.
  static func checkSizes(_ tasks: TaskSet, on engine: Engine) throws {
    let trial = TaskTrial(tasks, on: engine)
    let count = trial.model.store.parameterCount
    try Agreement.require(
      trial.configuration.parameterCount == count, "\(trial.configuration.parameterCount) parameters, not \(count)")
    let widths = trial.model.layout.vectors.map(\.width)
    let found = trial.evaluate().output.vectors.map { $0.shape[1] }
    try Agreement.require(found == widths, "vectors of \(found), not \(widths)")
  }

  /// Checks that three steps leave the same bits on any number of threads.
  static func checkThreads(_ tasks: TaskSet, draws: StepDraws? = nil) throws {
    let states = [1, 2, 3].map { threads in
      let trial = TaskTrial(tasks, on: Engine(threads: threads))
      for _ in 0..<3 {
        _ = trial.train(draws: draws)
        trial.update()
      }
      return trial.model.state()
    }
    for state in states.dropFirst() {
      for (name, tensor) in state { try Agreement.require(tensor == states[0][name], name) }
    }
  }

  /// What is said of tasks on an input of such a size; nil where all is well.
  static func complaint(
    _ tasks: TaskSet, height: Int = height, width: Int = width, labels: TrainingLabels = labels
  ) -> String? {
    TrialNetwork.complaint(tasks, height: height, width: width, labels: labels)
  }
}

extension TaskSet {
  /// Nothing but what `set` switches on.
  static func only(_ set: (inout TaskSet) -> Void) -> TaskSet {
    var tasks = TaskSet(only: [])
    set(&tasks)
    return tasks
  }
}
