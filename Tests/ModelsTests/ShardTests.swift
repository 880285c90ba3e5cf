import Layers
import Models
import Tensors
import TestSupport
import Testing

/// A batch that is computed in shards: the numbers are those of the whole batch but for rounding, and have the same bits on
/// any number of threads.
@Suite struct ShardTests {
  /// What a step of training leaves.
  private struct Outcome {
    let losses: [Double]
    let gradients: [String: [Float]]
    let state: [String: StoredTensor]
  }

  /// A step on eight images, some of them without a label.
  private static func step(
    _ tasks: TaskSet, shards: Int, threads: Int = 2, loss: LossSettings? = nil, precision: Precision = .single,
    policy: ComputePolicy = .automatic
  ) throws -> Outcome {
    let engine = Engine(threads: threads)
    var configuration = TrialNetwork.configuration(tasks)
    if let loss { configuration.loss = loss }
    let model = AANet(configuration, on: engine)
    model.initialise(seed: 1)
    for parameter in model.store.parameters where parameter.group == .new && parameter.value.shape.count == 2 {
      parameter.load(TestNumbers.normal(parameter.value.count, parameter.name, deviation: 0.3))
    }
    let shape = [8, 96, 64, 3]
    let images = engine.tensor(TestNumbers.normal(shape.reduce(1, *), "sharded images"), shape: shape)
    let batch = TrainingBatch(
      images: images, inputs: configuration.trialInputs(images, on: engine),
      targets: TrainingTargets(
        identities: [0, 4, 2, 4, 1, 1, 3, 0], attributes: [[-1, -1, -1, 1, 0, 1, 1, 0], [2, 0, 1, 2, -1, -1, 0, 1]]))
    let rules = AANet.Rules(draws: StepDraws(seed: 1, epoch: 0, step: 3))
    var losses: [[TaskLoss]] = []
    let lockstep = Lockstep(shards: shards)
    let exchange = GradientExchange(of: model.store, in: lockstep)
    exchange.run {
      lockstep.run { shard in
        let part = batch.part(shard)
        let tape = Tape(
          on: engine, mode: .training, precision: precision, policy: policy, shard: shard, exchange: exchange)
        let output = model(tape.input(part.images), inputs: part.inputs, on: tape, as: rules)
        losses.append(model.losses(output, part.targets, on: tape))
        model.multiTaskLoss.backward(losses[losses.count - 1], on: tape)
      }
    }
    // Every shard knows the batch's loss.
    try Agreement.require(
      losses.allSatisfy { $0.map(\.value) == losses[0].map(\.value) }, "shards differ in their loss")
    return Outcome(
      losses: losses[0].map(\.value),
      gradients: Dictionary(
        uniqueKeysWithValues: model.store.parameters.filter(\.hasGradient).map { ($0.name, $0.storedGradient) }),
      state: model.state())
  }

  private static func norm(_ numbers: some Sequence<Float>) -> Double {
    numbers.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
  }

  static let cases: [String: TaskSet] = {
    var cases = ["paper": TaskSet()]
    for name in TaskName.allCases {
      var tasks = TaskSet(only: [name])
      for need in tasks.all.flatMap(\.needs) { tasks = TaskSet(only: tasks.enabled + [need.task]) }
      guard tasks.fault(inShards: 2) == nil, !tasks.weighed.isEmpty else { continue }
      cases[name.rawValue] = tasks
    }
    cases["paper"]?.attention?.attributes = ["hair"]
    cases["attention"]?.attention?.attributes = ["hair"]
    // Its boxes are larger than these images.
    cases["pose"]?.pose?.transform = nil
    cases["identity"]?.identity?.dropout = 0.5
    cases["strips"]?.strips?.dropout = 0.5
    return cases
  }()

  @Test(arguments: cases.keys.sorted()) func shardsAgreeWithTheWhole(_ name: String) throws {
    let tasks = try #require(Self.cases[name])
    let whole = try Self.step(tasks, shards: 1)
    for shards in [2, 4] {
      let sharded = try Self.step(tasks, shards: shards)
      for (one, other) in zip(whole.losses, sharded.losses) { #expect(abs(one - other) < 1e-6 * abs(one)) }
      #expect(Set(whole.gradients.keys) == Set(sharded.gradients.keys))
      let all = Self.norm(whole.gradients.values.joined())
      for (parameter, gradient) in whole.gradients {
        let difference = Self.norm(zip(gradient, sharded.gradients[parameter] ?? []).map { $0 - $1 })
        #expect(difference < 1e-5 * max(Self.norm(gradient), 1e-2 * all), "\(parameter), \(shards) shards")
      }
      for (name, tensor) in whole.state where name.contains("running") {
        let other = try #require(sharded.state[name])
        let difference = Self.norm(zip(tensor.floats, other.floats).map { $0 - $1 })
        #expect(difference < 1e-5 * Self.norm(tensor.floats), "\(name), \(shards) shards")
      }
    }
  }

  /// Learned weights: σ moves by the batch's losses, once.
  @Test func theLogVarianceIsTheBatches() throws {
    let tasks = TaskSet(only: [.global, .part])
    let whole = try Self.step(tasks, shards: 1, loss: .init(weights: .uncertainty))
    let gradient = try #require(whole.gradients["log_variance"])
    for shards in [2, 8] {
      let sharded = try #require(
        try Self.step(tasks, shards: shards, loss: .init(weights: .uncertainty)).gradients["log_variance"])
      #expect(zip(gradient, sharded).allSatisfy { abs($0 - $1) < 1e-5 * max(1, abs($0)) })
    }
  }

  @Test(arguments: [2, 4, 8]) func threadsChangeNoBit(_ shards: Int) throws {
    let steps = try [1, 2, 3].map { try Self.step(Self.cases["paper"] ?? TaskSet(), shards: shards, threads: $0) }
    for step in steps {
      #expect(step.losses == steps[0].losses && step.gradients == steps[0].gradients && step.state == steps[0].state)
    }
  }

  @Test(arguments: RoundedForm.allCases.filter { $0 == .widened || PairProduct.isThere }, [1, 2, 4])
  func threadsChangeNoBitOfBFloat16(_ form: RoundedForm, shards: Int) throws {
    let steps = try [1, 2, 3, 5].map {
      try Self.step(
        Self.cases["paper"] ?? TaskSet(), shards: shards, threads: $0, precision: .bfloat16,
        policy: ComputePolicy(rounded: form))
    }
    for step in steps {
      #expect(step.losses == steps[0].losses && step.gradients == steps[0].gradients && step.state == steps[0].state)
    }
  }

  /// Every task takes a step in bfloat16: its loss is that of single precision but for a percent or so, and the same
  /// parameters get gradients, all finite.
  @Test(arguments: cases.keys.sorted()) func everyTaskLearnsInBFloat16(_ name: String) throws {
    let tasks = try #require(Self.cases[name])
    let single = try Self.step(tasks, shards: 1)
    for shards in [1, 2] {
      let rounded = try Self.step(tasks, shards: shards, precision: .bfloat16)
      for (one, other) in zip(single.losses, rounded.losses) { #expect(abs(one - other) < 0.05 * abs(one)) }
      #expect(single.losses != rounded.losses && Set(single.gradients.keys) == Set(rounded.gradients.keys))
      #expect(rounded.gradients.values.allSatisfy { $0.allSatisfy(\.isFinite) })
    }
  }

  @Test func whatNeedsTheWholeBatchIsRefused() throws {
    for name in [TaskName.embedding, .verification, .pairs] {
      let fault = try #require(TaskSet(only: [.global, name]).fault(inShards: 4))
      #expect(fault.paths.first == "train.shards" && fault.reason.contains("the \(name.rawValue) task looks for "))
      #expect(TaskSet(only: [.global, name]).fault(inShards: 1) == nil)
    }
  }
}
