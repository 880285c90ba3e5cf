import Layers
import Models
import Support
import Tensors
import TestSupport
import Testing

/// Tasks on a small backbone and one batch of images, for the tests of tasks that compare images in pairs.
struct PairedNetwork {
  let configuration: AANetConfiguration
  let model: AANet
  private let images: Tensor
  private let identities: [Int]

  init(
    _ tasks: TaskSet, identities: [Int] = [0, 4, 2, 0, 1, 4], lastStride: Int, on engine: Engine = Engine(threads: 2)
  ) {
    self.identities = identities
    configuration = Self.configuration(tasks, lastStride: lastStride)
    model = AANet(configuration, on: engine)
    model.initialise(seed: 1)
    let shape = [identities.count, 64, 32, 3]
    images = engine.tensor(TestNumbers.normal(shape.reduce(1, *), "images in pairs"), shape: shape)
  }

  private static func configuration(_ tasks: TaskSet, lastStride: Int) -> AANetConfiguration {
    AANetConfiguration(
      backbone: .init(block: .basic, blocks: [1, 1, 1, 1], width: 4, lastStride: lastStride), head: .init(width: 6),
      tasks: tasks,
      loss: .init(weights: .fixed(Dictionary(uniqueKeysWithValues: tasks.weighed.map { ($0, 1) }))),
      labels: .init(identities: 5))
  }

  /// What a pass gave and showed.
  struct Pass {
    let output: AANet.Output
    var losses: [TaskLoss] = []
    var traces: [String: Tape.Trace] = [:]
  }

  /// A training pass, forward and back, and by default a step.
  func train(tasks: Set<TaskName>? = nil, statistics: NormStatistics = .batch, update: Bool = true) -> Pass {
    var traces: [String: Tape.Trace] = [:]
    let tape = Tape(on: model.store.engine, mode: .training, statistics: statistics, tracer: { traces[$0] = $1 })
    let output = model(tape.input(images), on: tape, as: .init(tasks: tasks))
    let losses = model.losses(output, TrainingTargets(identities: identities, attributes: []), on: tape)
    model.multiTaskLoss.backward(losses, on: tape)
    if update {
      StochasticGradientDescent(momentum: 0.9, decay: [.backbone: 5e-4, .new: 5e-4])
        .step(model.store, rates: [.backbone: 0.01, .new: 0.1])
    }
    return Pass(output: output, losses: losses, traces: traces)
  }

  /// A pass in evaluation, with or without somebody who looks inside.
  func evaluate(isTraced: Bool = false) -> Pass {
    var traces: [String: Tape.Trace] = [:]
    let engine = model.store.engine
    let tape =
      isTraced
      ? Tape(on: engine, mode: .evaluation, tracer: { traces[$0] = $1 }) : Tape(on: engine, mode: .evaluation)
    let output = model(tape.input(images), on: tape)
    return Pass(output: output, traces: traces)
  }

  /// The numbers that a pass showed under a name.
  func numbers(_ name: String, _ traces: [String: Tape.Trace]) throws -> [Float] {
    guard case .value(let value)? = traces[name] else { throw PlainError("'\(name)' was not shown") }
    return value.tensor.array
  }

  func parameter(_ name: String) throws -> Parameter {
    try #require(model.store.parameters.first { $0.name == name }, "\(name)")
  }

  /// Checks that three steps leave the same bits on any number of threads.
  static func checkThreads(_ tasks: TaskSet) throws {
    let states = [1, 2, 3].map { threads in
      let network = PairedNetwork(tasks, lastStride: 1, on: Engine(threads: threads))
      for _ in 0..<3 { _ = network.train() }
      return network.model.state()
    }
    for state in states.dropFirst() {
      for (name, tensor) in state { try Agreement.require(tensor == states[0][name], name) }
    }
  }

  /// What is said of tasks on an input of such a size; nil where all is well.
  static func complaint(_ tasks: TaskSet, height: Int, width: Int) -> String? {
    do throws(PlainError) {
      try configuration(tasks, lastStride: 1).validate(height: height, width: width)
      return nil
    } catch {
      return error.description
    }
  }
}

extension TaskSet {
  static func only(_ names: TaskName...) -> TaskSet { TaskSet(only: names) }

  static func pairs(_ task: PairsTask) -> TaskSet {
    var tasks = TaskSet(only: [])
    tasks.pairs = task
    return tasks
  }
}
