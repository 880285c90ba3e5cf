import Foundation
import Layers
import Models
import Support
import Tensors
import TestSupport
import Testing

/// The total loss: fixed weights, learned ones, and the gradient by what is learned.
struct MultiTaskLossTests {
  private let engine = Engine(threads: 1)

  private func configuration(_ weights: LossWeights) -> AANetConfiguration {
    AANetConfiguration(
      backbone: .init(block: .basic, blocks: [1, 1, 1, 1], width: 2), head: .init(width: 4),
      tasks: .init(part: .init(parts: 2), attention: nil), loss: .init(weights: weights),
      labels: .init(identities: 3, attributes: [.init(name: "hat", classes: 2, region: .top)]))
  }

  /// Losses over logits of which each has two rows; the part task has two terms.
  private struct Setting {
    let store: ParameterStore
    let loss: MultiTaskLoss
    let tape: Tape
    let logits: [Value]
    let losses: [TaskLoss]
    /// Each term's loss, as plain loops have it.
    let terms: [Double]

    init(
      _ configuration: AANetConfiguration, reduction: LossReduction = .sum, on engine: Engine
    ) {
      store = ParameterStore(on: engine)
      loss = MultiTaskLoss(configuration, in: store)
      let tape = Tape(on: engine, mode: .training)
      let labels = [[0, 2], [1, 1], [2, 0], [1, -1]]
      let numbers = labels.indices.map { TestNumbers.normal(6, "multi-task \($0)") }
      let logits = numbers.map { tape.input(engine.tensor($0, shape: [2, 3]), wantsGradient: true) }
      let entropies = zip(logits, labels).map { tape.crossEntropy($0, labels: $1) }
      losses = [
        TaskLoss(.global, [entropies[0]], .sum), TaskLoss(.part, Array(entropies[1...2]), reduction),
        TaskLoss(.attribute, [entropies[3]], .mean),
      ]
      terms = zip(numbers, labels).map { CrossEntropyOracle.loss($0.doubles, classes: 3, labels: $1) }
      self.tape = tape
      self.logits = logits
    }

    /// How strongly each term's logits counted, from the gradients that arrived.
    func factors() throws -> [Double] {
      try logits.indices.map { index in
        let gradient = try #require(tape.gradient(of: logits[index])).array.doubles
        let labels = [[0, 2], [1, 1], [2, 0], [1, -1]][index]
        let alone = CrossEntropyOracle.dLogits(logits[index].tensor.array.doubles, classes: 3, labels: labels)
        let place = try #require(alone.indices.max { abs(alone[$0]) < abs(alone[$1]) })
        return gradient[place] / alone[place]
      }
    }
  }

  @Test("fixed weights: the weighted sum, and gradients in proportion", arguments: LossReduction.allCases)
  func fixed(reduction: LossReduction) throws {
    let weights: [TaskName: Double] = [.global: 2, .part: 0.5, .attribute: 0]
    let setting = Setting(configuration(.fixed(weights)), reduction: reduction, on: engine)
    let share = reduction == .sum ? 1 : 0.5
    let terms = setting.terms
    #expect(abs(setting.losses[1].value - share * (terms[1] + terms[2])) < 1e-12)
    #expect(abs(setting.loss.total(setting.losses) - (2 * terms[0] + 0.5 * share * (terms[1] + terms[2]))) < 1e-12)
    #expect(setting.loss.sigma == nil)
    #expect(setting.loss.weights == weights)
    #expect(setting.store.parameters.isEmpty, "fixed weights are not trained")
    setting.loss.backward(setting.losses, on: setting.tape)
    try Agreement.check("factors", try setting.factors(), [2, 0.5 * share, 0.5 * share, 0], within: 1e-6)
  }

  @Test("learned weights start at σ = 1: the plain sum")
  func start() throws {
    let setting = Setting(configuration(.uncertainty), on: engine)
    #expect(setting.store.parameters.map(\.name) == ["log_variance"])
    #expect(setting.store.parameters[0].group == .logVariance)
    #expect(setting.loss.sigma == [.global: 1, .part: 1, .attribute: 1])
    #expect(abs(setting.loss.total(setting.losses) - setting.terms.reduce(0, +)) < 1e-12)
  }

  @Test("learned weights to the letter of Equation 6: exp(−s)·L + s/2, and gradients in proportion")
  func learned() throws {
    let setting = Setting(configuration(.learned(.init(terms: .task))), on: engine)
    let s: [Float] = [0.5, -1, 2]
    setting.store.parameters[0].load(s)
    let (terms, weights) = (setting.terms, s.map { exp(-Double($0)) })
    let expected = weights[0] * terms[0] + weights[1] * (terms[1] + terms[2]) + weights[2] * terms[3] + 0.75
    #expect(abs(setting.loss.total(setting.losses) - expected) < 1e-12)
    let sigma = try #require(setting.loss.sigma)
    #expect(abs((sigma[.part] ?? 0) - exp(-0.5)) < 1e-12)
    #expect(abs((setting.loss.weights[.attribute] ?? 0) - exp(-2)) < 1e-12)
    setting.loss.backward(setting.losses, on: setting.tape)
    try Agreement.check(
      "factors", try setting.factors(), [weights[0], weights[1], weights[1], weights[2]], within: 1e-6)
  }

  /// ∂L/∂s = n/2 − exp(−s)·L, against the engine's own total moved by s.
  @Test("the gradient by each log variance against finite differences", arguments: LearnedWeights.Terms.allCases)
  func logVariances(terms: LearnedWeights.Terms) throws {
    let setting = Setting(configuration(.learned(.init(terms: terms))), on: engine)
    let s: [Float] = [0.5, -1, 2]
    let parameter = setting.store.parameters[0]
    // s is stored in single precision: a step that it holds exactly, whose square is the error that remains.
    let step: Float = 0x1p-10
    let differences = s.indices.map { index -> Double in
      let sides = [step, -step].map { move -> Double in
        var moved = s
        moved[index] += move
        parameter.load(moved)
        return setting.loss.total(setting.losses)
      }
      return (sides[0] - sides[1]) / Double(2 * step)
    }
    parameter.load(s)
    setting.loss.backward(setting.losses, on: setting.tape)
    try Agreement.check("∂L/∂s", parameter.gradient.array, differences, within: 1e-5)
    #expect(parameter.hasGradient)
  }

  /// Two part terms that are added up count twice, their mean once; the attribute task's mean counts once.
  @Test("each likelihood counts once in the regulariser", arguments: LossReduction.allCases)
  func each(reduction: LossReduction) throws {
    let setting = Setting(configuration(.learned(.init(terms: .each))), reduction: reduction, on: engine)
    let s: [Float] = [0.5, -1, 2]
    setting.store.parameters[0].load(s)
    let weights = s.map { exp(-Double($0)) }
    let (count, share) = reduction == .sum ? (2.0, 1.0) : (1.0, 0.5)
    let part = share * (setting.terms[1] + setting.terms[2])
    let expected =
      weights[0] * setting.terms[0] + weights[1] * part + weights[2] * setting.terms[3]
      + (0.5 - count + 2) / 2
    #expect(abs(setting.loss.total(setting.losses) - expected) < 1e-12)
    setting.loss.backward(setting.losses, on: setting.tape)
    let gradient = setting.store.parameters[0].gradient.array.doubles
    #expect(abs(gradient[1] - (count / 2 - weights[1] * part)) < 1e-6)
    #expect(abs(gradient[2] - (0.5 - weights[2] * setting.terms[3])) < 1e-6)
    try Agreement.check(
      "factors", try setting.factors(), [weights[0], share * weights[1], share * weights[1], weights[2]], within: 1e-6)
  }

  @Test("σ starts where it is told to", arguments: [0.5, 1, 3])
  func begun(start: Double) throws {
    let configuration = configuration(.learned(.init(start: start)))
    let model = AANet(configuration, on: engine)
    model.initialise(seed: 1)
    let sigma = try #require(model.multiTaskLoss.sigma)
    #expect(sigma.count == 3 && sigma.values.allSatisfy { abs($0 - start) < 1e-6 })
    for wrong in [0, -1, Double.infinity, .nan] {
      var refused = configuration
      refused.loss.weights = .learned(.init(start: wrong))
      #expect(throws: PlainError.self) { try refused.validate(height: 64, width: 32) }
    }
  }

  @Test("log variances follow the tasks that are on")
  func order() {
    let store = ParameterStore(on: engine)
    var configuration = configuration(.uncertainty)
    configuration.tasks.global = nil
    let loss = MultiTaskLoss(configuration, in: store)
    store.parameters[0].load([1, 3])
    #expect(store.parameters[0].storedShape == [2])
    #expect(loss.sigma.map { Set($0.keys) } == [.part, .attribute])
    #expect(loss.sigma?[.part] == exp(0.5))
  }
}
