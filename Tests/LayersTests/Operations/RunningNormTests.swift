import Layers
import Tensors
import TestSupport
import Testing

/// Batch normalisation by running statistics in training, and what a frozen parameter spares.
struct RunningNormTests {
  private let engine = Engine(threads: 2)

  /// x̂ does not depend on the other rows, so that dx = γ/√(variance + ε) · g.
  @Test("forward as in evaluation, gradients without the batch's terms, statistics that stay")
  func running() throws {
    try withEvery("channels", in: [1, 16, 19]) { channels in
      try withEvery("activation", in: [Activation.rectified, .none]) { activation in
        try withEvery("shortcut", in: [false, true]) { hasShortcut in
          try check(channels: channels, rows: 6, activation, hasShortcut: hasShortcut)
        }
      }
    }
  }

  private func check(channels: Int, rows: Int, _ activation: Activation, hasShortcut: Bool) throws {
    let name = "running \(channels)"
    let store = ParameterStore(on: engine)
    let norm = BatchNorm("bn", channels: channels, group: .new, in: store)
    norm.weight.load(TestNumbers.uniform(channels, "\(name) weight", in: 0.5...1.5))
    norm.bias.load(TestNumbers.uniform(channels, "\(name) bias", in: -0.5...0.5))
    _ = norm.runningMean.values.update(fromContentsOf: TestNumbers.normal(channels, "\(name) mean"))
    _ = norm.runningVariance.values.update(
      fromContentsOf: TestNumbers.uniform(channels, "\(name) variance", in: 0.5...2))
    let before = (norm.runningMean.array, norm.runningVariance.array)
    let x = TestNumbers.normal(rows * channels, "\(name) x")
    let shortcut = TestNumbers.normal(rows * channels, "\(name) shortcut")
    let oracle = BatchNormOracle(channels: channels, isRectified: activation == .rectified)
    let z = oracle.preactivation(
      x.doubles, weight: norm.weight.value.array.doubles, bias: norm.bias.value.array.doubles,
      shortcut: hasShortcut ? shortcut.doubles : nil, mean: before.0.doubles, variance: before.1.doubles)
    let dy = TestNumbers.silenced(TestNumbers.normal(rows * channels, "\(name) dy"), near: z)

    let tape = Tape(on: engine, mode: .training, statistics: .running)
    let input = tape.input(engine.tensor(x, shape: [rows, channels]), wantsGradient: true)
    let added = hasShortcut ? tape.input(engine.tensor(shortcut, shape: [rows, channels]), wantsGradient: true) : nil
    let output = tape.batchNorm(input, norm, activation: activation, adding: added)
    try Agreement.check("y", output.tensor.array, oracle.activated(z), within: 1e-5)
    let evaluation = Tape(on: engine, mode: .evaluation)
    let still = evaluation.batchNorm(
      evaluation.input(engine.tensor(x, shape: [rows, channels])), norm, activation: activation,
      adding: hasShortcut ? evaluation.input(engine.tensor(shortcut, shape: [rows, channels])) : nil)
    try Agreement.checkSameBits("y in evaluation", output.tensor.array, still.tensor.array)

    tape.backward(from: [(output, engine.tensor(dy, shape: [rows, channels]))])
    let masked = dy.indices.map { activation == .rectified && z[$0] <= 0 ? 0 : Double(dy[$0]) }
    let inverse = before.1.map { 1 / (Double($0) + 1e-5).squareRoot() }
    let dx = masked.enumerated().map { place, g in
      g * Double(norm.weight.value.array[place % channels]) * inverse[place % channels]
    }
    var (dWeight, dBias) = ([Double](repeating: 0, count: channels), [Double](repeating: 0, count: channels))
    for (place, g) in masked.enumerated() {
      let c = place % channels
      dWeight[c] += g * (Double(x[place]) - Double(before.0[c])) * inverse[c]
      dBias[c] += g
    }
    try Agreement.check("dx", try #require(tape.gradient(of: input)).array, dx, within: 1e-5)
    try Agreement.check("dγ", norm.weight.gradient.array, dWeight, within: 1e-5)
    try Agreement.check("dβ", norm.bias.gradient.array, dBias, within: 1e-5)
    if let added { try Agreement.check("dshortcut", try #require(tape.gradient(of: added)).array, masked, within: 0) }
    try Agreement.require(
      norm.runningMean.array == before.0 && norm.runningVariance.array == before.1, "the statistics moved")
  }

  @Test("a frozen parameter gets no gradient and is not moved; the input's gradient stays the same")
  func frozen() throws {
    func gradients(frozen: Bool) throws -> (input: [Float], weight: Parameter) {
      let store = ParameterStore(on: engine)
      let weight = store.parameter("w", shape: [3, 4], group: .new)
      weight.load(TestNumbers.normal(12, "frozen w"))
      weight.isFrozen = frozen
      let tape = Tape(on: engine, mode: .training)
      let x = tape.input(engine.tensor(TestNumbers.normal(8, "frozen x"), shape: [2, 4]), wantsGradient: true)
      let y = tape.linear(x, weight)
      tape.backward(from: [(y, engine.tensor(TestNumbers.normal(6, "frozen dy"), shape: [2, 3]))])
      let before = weight.value.array
      StochasticGradientDescent(momentum: 0.9, decay: [.new: 0.1]).step(store, rates: [.new: 1])
      #expect((weight.value.array == before) == frozen && weight.momentum.array.allSatisfy { $0 == 0 } == frozen)
      return (try #require(tape.gradient(of: x)).array, weight)
    }
    #expect(try gradients(frozen: true).input == gradients(frozen: false).input)
  }

  @Test("what is computed still wants no gradient, and what follows is recorded again")
  func still() throws {
    let store = ParameterStore(on: engine)
    let (first, second) = (
      store.parameter("a", shape: [3, 4], group: .backbone), store.parameter("b", shape: [2, 3], group: .new)
    )
    for parameter in [first, second] { parameter.load(TestNumbers.normal(parameter.value.count, parameter.name)) }
    let tape = Tape(on: engine, mode: .training)
    let x = tape.input(engine.tensor(TestNumbers.normal(8, "still x"), shape: [2, 4]), wantsGradient: true)
    let y = tape.linear(tape.still { tape.linear(x, first) }, second)
    tape.backward(from: [(y, engine.tensor([1, 2, 3, 4], shape: [2, 2]))])
    #expect(!first.hasGradient && second.hasGradient && tape.gradient(of: x) == nil)
  }
}
