import Foundation
import Layers
import Models
import Tensors
import TestSupport
import Testing

/// A linear classifier of identities on the mean of the feature map, and attributes beside it on the same mean.
struct IdentityTests {
  /// Attributes and identities side by side on one mean.
  private static func both(reweighted: Bool = false, dropout: Double = 0) -> TaskSet {
    var tasks = TaskSet(only: [])
    tasks.attribute = .init(regions: .whole, features: .pooled)
    tasks.identity = .init(dropout: dropout, isReweighted: reweighted, isDescriptor: false)
    return tasks
  }

  private static let alone = TaskSet(only: [.identity])

  @Test(arguments: [alone, both(), both(reweighted: true), both(reweighted: true, dropout: 0.5)])
  func holds(_ tasks: TaskSet) throws { try TrialNetwork.check(tasks) }

  @Test("the parameters are the golden cases'")
  func names() {
    func shapes(_ tasks: TaskSet) -> [String] {
      TrialNetwork(tasks).model.store.parameters.filter { $0.group == .new }.map { "\($0.name) \($0.value.shape)" }
    }
    #expect(shapes(Self.alone) == ["classifier.weight [5, 32]", "classifier.bias [5]"])
    #expect(
      shapes(Self.both(reweighted: true)) == [
        "attribute_classifiers.gender.weight [2, 32]", "attribute_classifiers.gender.bias [2]",
        "attribute_classifiers.hair.weight [3, 32]", "attribute_classifiers.hair.bias [3]",
        "classifier.weight [5, 37]", "classifier.bias [5]", "reweight.weight [5, 5]", "reweight.bias [5]",
      ])
  }

  @Test("the descriptor is the mean of the map, given once")
  func descriptor() throws {
    for tasks in [Self.alone, Self.both(), Self.both(reweighted: true)] {
      let output = TrialNetwork(tasks).look().output
      let (places, channels) = (24, 32)
      let x = output.features.tensor.array.doubles
      let means = (0..<4 * channels).map { index in
        let (image, channel) = (index / channels, index % channels)
        return (0..<places).reduce(0.0) { $0 + x[(image * places + $1) * channels + channel] } / Double(places)
      }
      try Agreement.check("descriptor", output.descriptors, means, within: 1e-5)
    }
    var twice = Self.both()
    twice.identity?.isDescriptor = true
    #expect(TrialNetwork.configuration(twice).descriptorLayout.slots == [.attributes(.global), .identity])
  }

  @Test("the reweighted probabilities are sigmoid(W p + b) times p, p all attributes' softmax side by side")
  func reweighted() throws {
    let trial = TrialNetwork(Self.both(reweighted: true))
    let (output, traces) = trial.look()
    guard case .value(let reweighted)? = traces["reweighted"], case .value(let logits)? = traces["identity"] else {
      throw Disagreement(description: "nothing is shown")
    }
    let state = trial.model.state()
    let (w, b) = (try #require(state["reweight.weight"]).doubles, try #require(state["reweight.bias"]).doubles)
    let c = try #require(state["classifier.weight"]).doubles
    func times(_ matrix: [Double], _ row: Int, _ x: [Double]) -> Double {
      x.indices.reduce(0) { $0 + matrix[row * x.count + $1] * x[$1] }
    }
    for image in 0..<4 {
      let p = output.attributeLogits.flatMap { logits -> [Double] in
        let classes = logits.shape[1]
        let e = logits.tensor.view([classes], offset: image * classes).array.doubles.map { exp($0) }
        let sum = e.reduce(0, +)
        return e.map { $0 / sum }
      }
      let a = (0..<5).map { row -> Double in
        let score = times(w, row, p) + b[row]
        return p[row] / (1 + exp(-score))
      }
      try Agreement.check("a", reweighted.tensor.view([5], offset: image * 5).array, a, within: 1e-5)
      let read = output.vectors[0].view([32], offset: image * 32).array.doubles + a
      let scores = (0..<5).map { times(c, $0, read) }
      try Agreement.check("scores", logits.tensor.view([5], offset: image * 5).array, scores, within: 1e-5)
    }
  }

  @Test("where the attributes sit out of a phase, what reads them does, too")
  func attributesSitOut() throws {
    let trial = TrialNetwork(Self.both(reweighted: true))
    let (_, losses) = trial.step(.init(tasks: [.identity]))
    #expect(losses.map(\.value) == [0])
    #expect(trial.model.store.parameters.allSatisfy { !$0.hasGradient })
  }

  @Test("dropout follows the step's own draws, and there is none without them")
  func dropout() {
    var tasks = Self.alone
    tasks.identity?.dropout = 0.5
    func loss(_ tasks: TaskSet, _ draws: StepDraws?) -> Double {
      TrialNetwork(tasks).step(.init(draws: draws)).1[0].value
    }
    let (first, second) = (StepDraws(seed: 1, epoch: 0, step: 0), StepDraws(seed: 1, epoch: 0, step: 1))
    #expect(loss(tasks, first) == loss(tasks, first) && loss(tasks, first) != loss(tasks, second))
    #expect(loss(tasks, nil) == loss(Self.alone, first) && loss(tasks, first) != loss(tasks, nil))
  }

  @Test("the map of the likeliest identity has the class score less its bias for a mean")
  func maps() throws {
    for tasks in [Self.alone, Self.both()] {
      let trial = TrialNetwork(tasks)
      let output = trial.look().output
      let logits = try #require(output.identityLogits[.identity]?.first).tensor
      for image in 0..<4 {
        let map = try #require(trial.model.maps(of: output, image: image, on: trial.engine).global)
        let scores = logits.view([5], offset: image * 5).array
        #expect(scores[map.predicted] == scores.max() && map.rows == 0..<6 && map.width == 4)
        let mean = map.values.reduce(0.0) { $0 + Double($1) } / Double(map.values.count)
        try Agreement.check("score", [mean], [Double(scores[map.predicted])], within: 1e-4)
      }
    }
    let reweighted = TrialNetwork(Self.both(reweighted: true))
    let output = reweighted.look().output
    #expect(reweighted.model.maps(of: output, image: 3, on: reweighted.engine).global != nil)
  }

  @Test("a stored network says how many identities it tells apart, whether its mean is a vector of its own or not")
  func identities() {
    for tasks in [Self.alone, Self.both(), Self.both(reweighted: true), TaskSet(only: [.global])] {
      let model = TrialNetwork(tasks).model
      #expect(model.configuration.identities(in: model.state(prefix: "model."), prefix: "model.") == 5)
      #expect(model.configuration.identities(in: [:], prefix: "model.") == nil)
    }
    let attributes = TrialNetwork(TaskSet(only: [.attribute])).model
    #expect(attributes.configuration.identities(in: attributes.state(), prefix: "") == nil)
  }

  @Test("what does not fit is said")
  func errors() throws {
    var tasks = Self.both(reweighted: true)
    #expect(TrialNetwork.complaint(tasks) == nil)
    tasks.attribute = nil
    #expect(
      TrialNetwork.complaint(tasks)
        == "the identity task needs the attribute task, whose probabilities it weighs (reweight: true); add attribute to "
        + "tasks")
    tasks.identity = .init(dropout: 1)
    #expect(TrialNetwork.complaint(tasks) == "tasks.identity.dropout: must be below 1")
    tasks.identity = .init(dropout: -0.1)
    #expect(TrialNetwork.complaint(tasks) == "tasks.identity.dropout: -0.1 is out of range; from 0 to 1")
    var labels = TrialNetwork.labels
    labels.attributes = []
    #expect(
      TrialNetwork.configuration(Self.both(), labels: labels).tasks.fault(learning: labels)?.reason
        == "the attribute task has no attribute to learn: the training set has none")
  }

  @Test("an image that no attribute of is labelled is learned by its identity alone")
  func unlabelled() {
    let trial = TrialNetwork(Self.both())
    let tape = Tape(on: trial.engine, mode: .training)
    let images = trial.engine.tensor(TestNumbers.normal(2 * 96 * 64 * 3, "two"), shape: [2, 96, 64, 3])
    let output = trial.model(tape.input(images), on: tape)
    let losses = trial.model.losses(output, .init(identities: [0, 1], attributes: [[-1, -1], [-1, -1]]), on: tape)
    trial.model.multiTaskLoss.backward(losses, on: tape)
    #expect(losses[0].value == 0 && losses[1].value > 0)
    #expect(
      trial.model.store.parameters.filter { $0.name.hasPrefix("attribute_") }
        .allSatisfy { !$0.gradient.array.contains { $0 != 0 } })
  }
}
