import Layers
import Tensors
import TestSupport
import Testing

/// Batch normalisation with its ReLU and shortcut, against plain loops in double precision.
struct BatchNormTests {
  private let engine = Engine(threads: 2)

  /// Numbers for one batch normalisation.
  struct Case {
    let rows, channels: Int
    let input, shortcut, weight, bias: [Float]
    let cotangent: [Float]
    let activation: Activation
    let hasShortcut: Bool

    init(
      rows: Int, channels: Int, activation: Activation, hasShortcut: Bool, mean: Double = 0.5, deviation: Double = 2
    ) {
      self.rows = rows
      self.channels = channels
      self.activation = activation
      self.hasShortcut = hasShortcut
      let name = "\(rows)×\(channels)"
      input = TestNumbers.normal(rows * channels, "bn x \(name)", mean: mean, deviation: deviation)
      shortcut = TestNumbers.normal(rows * channels, "bn shortcut \(name)")
      weight = TestNumbers.uniform(channels, "bn weight \(name)", in: -1.5...1.5)
      bias = TestNumbers.uniform(channels, "bn bias \(name)", in: -0.5...0.5)
      let oracle = BatchNormOracle(channels: channels, isRectified: activation == .rectified)
      let z = oracle.preactivation(
        input.doubles, weight: weight.doubles, bias: bias.doubles, shortcut: hasShortcut ? shortcut.doubles : nil)
      cotangent = TestNumbers.silenced(TestNumbers.normal(rows * channels, "bn dy \(name)"), near: z)
    }

    var oracle: BatchNormOracle { BatchNormOracle(channels: channels, isRectified: activation == .rectified) }

    struct Result {
      var pass: Differentiated
      var dWeight, dBias, runningMean, runningVariance: [Float]
    }

    func run(on engine: Engine) -> Result {
      let store = ParameterStore(on: engine)
      let norm = BatchNorm("bn", channels: channels, group: .new, in: store)
      norm.weight.load(weight)
      norm.bias.load(bias)
      norm.runningMean.values.update(repeating: 0.25)
      norm.runningVariance.values.update(repeating: 3)
      // As a convolution gives it, with the rows spread over the dimensions before the last.
      let shape = rows % 2 == 0 ? [2, 1, rows / 2, channels] : [rows, channels]
      var inputs = [(input, shape)]
      if hasShortcut { inputs.append((shortcut, shape)) }
      let pass = Differentiated(on: engine, inputs: inputs, cotangents: [cotangent]) { tape, inputs, _ in
        [tape.batchNorm(inputs[0], norm, activation: activation, adding: hasShortcut ? inputs[1] : nil)]
      }
      return Result(
        pass: pass, dWeight: norm.weight.gradient.array, dBias: norm.bias.gradient.array,
        runningMean: norm.runningMean.array, runningVariance: norm.runningVariance.array)
    }

    func check(on engine: Engine, within tolerance: Double = 1e-5) throws {
      let result = run(on: engine)
      let (x, w, b) = (input.doubles, weight.doubles, bias.doubles)
      let s = hasShortcut ? shortcut.doubles : nil
      let oracle = oracle
      let y = oracle.activated(oracle.preactivation(x, weight: w, bias: b, shortcut: s))
      let gradient = oracle.gradients(x, weight: w, bias: b, shortcut: s, cotangent.doubles)
      try Agreement.check("y", result.pass.outputs[0], y, within: tolerance)
      try Agreement.check("dx", result.pass.gradients[0], gradient.x, within: tolerance)
      if hasShortcut { try Agreement.check("dshortcut", result.pass.gradients[1], gradient.shortcut, within: 0) }
      try Agreement.check("dγ", result.dWeight, gradient.weight, within: tolerance)
      try Agreement.check("dβ", result.dBias, gradient.bias, within: tolerance)
      let running = oracle.moved(
        mean: Array(repeating: 0.25, count: channels), variance: Array(repeating: 3, count: channels), by: x)
      try Agreement.check("running mean", result.runningMean, running.mean, within: tolerance)
      try Agreement.check("running variance", result.runningVariance, running.variance, within: tolerance)
    }
  }

  @Test("channels, rows, shortcuts and activations")
  func grid() throws {
    try withEvery("channels", in: [1, 8, 16, 17, 40, 87, 272]) { channels in
      try withEvery("rows", in: [3, 127, 128, 130, 1000, 5000]) { rows in
        try withEvery("activation", in: [Activation.rectified, .none]) { activation in
          try withEvery("shortcut", in: [false, true]) { hasShortcut in
            try Case(rows: rows, channels: channels, activation: activation, hasShortcut: hasShortcut)
              .check(on: engine)
          }
        }
      }
    }
  }

  /// More rows than 64 chunks of 128 hold: the chunks grow and are flushed several times.
  @Test("many rows")
  func manyRows() throws {
    try Case(rows: 30_001, channels: 17, activation: .rectified, hasShortcut: true).check(on: engine)
    try Case(rows: 20_000, channels: 1, activation: .rectified, hasShortcut: false).check(on: engine)
  }

  /// With two rows x̂ is ±1 (but for ε) and dx is all but 0, so only what is not noise is compared.
  @Test("two rows")
  func twoRows() throws {
    try withEvery("channels", in: [1, 17, 32]) { channels in
      let test = Case(rows: 2, channels: channels, activation: .none, hasShortcut: false)
      let (x, w, b) = (test.input.doubles, test.weight.doubles, test.bias.doubles)
      let result = test.run(on: engine)
      let expected = test.oracle.gradients(x, weight: w, bias: b, test.cotangent.doubles)
      try Agreement.check(
        "y", result.pass.outputs[0], test.oracle.preactivation(x, weight: w, bias: b), within: 1e-5)
      try Agreement.check("dγ", result.dWeight, expected.weight, within: 1e-5)
      try Agreement.check("dβ", result.dBias, expected.bias, within: 1e-5)
      for (value, expected) in zip(result.pass.gradients[0], expected.x) {
        try Agreement.require(
          abs(Double(value) - expected) < 1e-4 * max(1, abs(expected)), "dx is \(value), not \(expected)")
      }
    }
  }

  @Test("gradients against finite differences")
  func finiteDifferences() throws {
    try withEvery("activation", in: [Activation.rectified, .none]) { activation in
      try withEvery("shortcut", in: [false, true]) { hasShortcut in
        let test = Case(rows: 12, channels: 17, activation: activation, hasShortcut: hasShortcut)
        let result = test.run(on: engine)
        let oracle = test.oracle
        let (x, w, b) = (test.input.doubles, test.weight.doubles, test.bias.doubles)
        let s = hasShortcut ? test.shortcut.doubles : nil
        func total(_ x: [Double], _ w: [Double], _ b: [Double], _ s: [Double]?) -> Double {
          GradientCheck.contraction(
            test.cotangent.doubles, oracle.activated(oracle.preactivation(x, weight: w, bias: b, shortcut: s)))
        }
        try GradientCheck.check("dx", result.pass.gradients[0], at: x) { total($0, w, b, s) }
        try GradientCheck.check("dγ", result.dWeight, at: w) { total(x, $0, b, s) }
        try GradientCheck.check("dβ", result.dBias, at: b) { total(x, w, $0, s) }
        if let s {
          try GradientCheck.check("dshortcut", result.pass.gradients[1], at: s) { total(x, w, b, $0) }
        }
      }
    }
  }

  /// Squares of numbers around 100 lose the variance of a hundredth of them in single precision unless they are taken
  /// about a point near the mean.
  @Test("a mean far from zero")
  func largeMean() throws {
    try withEvery("mean", in: [10.0, -100, 1000]) { mean in
      try withEvery("channels", in: [3, 32]) { channels in
        // x itself is only known to its own rounding, and y = x · scale + shift rounds once more at that size.
        try Case(rows: 700, channels: channels, activation: .none, hasShortcut: false, mean: mean, deviation: 1)
          .check(on: engine, within: max(1e-5, abs(mean) * 1e-6))
      }
    }
  }

  /// A channel that is the same everywhere has variance 0: y is β, and 1/√ε multiplies the gradient.
  @Test("a constant channel")
  func constant() throws {
    try withEvery("value", in: [Float(0), 50, -0.3]) { value in
      let (rows, channels) = (300, 18)
      let store = ParameterStore(on: engine)
      let norm = BatchNorm("bn", channels: channels, group: .new, in: store)
      norm.bias.value.values.update(repeating: 0.75)
      let cotangent = TestNumbers.normal(rows * channels, "constant dy")
      let x = [Float](repeating: value, count: rows * channels)
      let result = Differentiated(on: engine, inputs: [(x, [rows, channels])], cotangents: [cotangent]) {
        tape, inputs, _ in [tape.batchNorm(inputs[0], norm, activation: .none)]
      }
      let oracle = BatchNormOracle(channels: channels, isRectified: false)
      let expected = oracle.gradients(
        x.doubles, weight: Array(repeating: 1, count: channels), bias: Array(repeating: 0.75, count: channels),
        cotangent.doubles)
      try Agreement.check("y", result.outputs[0], Array(repeating: 0.75, count: rows * channels), within: 1e-3)
      try Agreement.check("dx", result.gradients[0], expected.x, within: 1e-3)
      let variance = norm.runningVariance.array
      try Agreement.check("running variance", variance, Array(repeating: 0.9, count: channels), within: 1e-6)
    }
  }

  @Test("evaluation uses the running statistics and leaves them")
  func evaluation() throws {
    try withEvery("channels", in: [5, 16, 33]) { channels in
      try withEvery("activation", in: [Activation.rectified, .none]) { activation in
        let store = ParameterStore(on: engine)
        let norm = BatchNorm("bn", channels: channels, group: .new, in: store)
        let mean = TestNumbers.normal(channels, "running mean")
        let variance = TestNumbers.uniform(channels, "running variance", in: 0.1...4)
        let weight = TestNumbers.normal(channels, "evaluation weight")
        _ = norm.runningMean.values.update(fromContentsOf: mean)
        _ = norm.runningVariance.values.update(fromContentsOf: variance)
        norm.weight.load(weight)
        let x = TestNumbers.normal(7 * channels, "evaluation x")
        let shortcut = TestNumbers.normal(7 * channels, "evaluation shortcut")
        let tape = Tape(on: engine, mode: .evaluation)
        let y = tape.batchNorm(
          tape.input(engine.tensor(x, shape: [7, channels])), norm, activation: activation,
          adding: tape.input(engine.tensor(shortcut, shape: [7, channels])))
        let oracle = BatchNormOracle(channels: channels, isRectified: activation == .rectified)
        let expected = oracle.activated(
          oracle.preactivation(
            x.doubles, weight: weight.doubles, bias: Array(repeating: 0, count: channels),
            shortcut: shortcut.doubles, mean: mean.doubles, variance: variance.doubles))
        try Agreement.check("y", y.tensor.array, expected, within: 1e-6)
        try Agreement.checkSameBits("running mean", norm.runningMean.array, mean)
        try Agreement.checkSameBits("running variance", norm.runningVariance.array, variance)
      }
    }
  }

  /// What enters a block leaves it both through the branch and as the shortcut.
  @Test("one value as input and as shortcut")
  func shared() throws {
    let (rows, channels) = (9, 20)
    let test = Case(rows: rows, channels: channels, activation: .none, hasShortcut: false)
    let store = ParameterStore(on: engine)
    let norm = BatchNorm("bn", channels: channels, group: .new, in: store)
    norm.weight.load(test.weight)
    norm.bias.load(test.bias)
    let result = Differentiated(
      on: engine, inputs: [(test.input, [rows, channels])], cotangents: [test.cotangent]
    ) { tape, inputs, _ in
      [tape.batchNorm(inputs[0], norm, activation: .none, adding: inputs[0])]
    }
    let gradient = test.oracle.gradients(
      test.input.doubles, weight: test.weight.doubles, bias: test.bias.doubles, test.cotangent.doubles)
    let expected = zip(gradient.x, test.cotangent).map { $0 + Double($1) }
    try Agreement.check("dx", result.gradients[0], expected, within: 1e-5)
  }

  /// A γ of 0 makes y = β exactly; where that is 0 the ReLU lets nothing back.
  @Test("the gradient at exactly zero")
  func atZero() throws {
    let channels = 17
    let store = ParameterStore(on: engine)
    let norm = BatchNorm("bn", channels: channels, group: .new, in: store)
    norm.weight.value.values.update(repeating: 0)
    let x = TestNumbers.normal(4 * channels, "at zero")
    let ones = [Float](repeating: 1, count: 4 * channels)
    for hasShortcut in [false, true] {
      var inputs = [(x, [4, channels])]
      if hasShortcut { inputs.append((ones.map { _ in 0 }, [4, channels])) }
      let result = Differentiated(on: engine, inputs: inputs, cotangents: [ones]) { tape, inputs, _ in
        [tape.batchNorm(inputs[0], norm, adding: hasShortcut ? inputs[1] : nil)]
      }
      #expect(result.outputs[0].allSatisfy { $0 == 0 })
      #expect(result.gradients.allSatisfy { $0.allSatisfy { $0 == 0 } })
      #expect(norm.bias.gradient.array.allSatisfy { $0 == 0 })
    }
  }

  @Test("the same bits on any number of threads")
  func threads() throws {
    let engines = threadCounts.map { Engine(threads: $0) }
    try withEvery("rows × channels", in: [(4000, 17), (700, 272), (33, 64)]) { rows, channels in
      let test = Case(rows: rows, channels: channels, activation: .rectified, hasShortcut: true)
      let results = engines.map { test.run(on: $0) }
      for (count, result) in zip(threadCounts, results) {
        try result.pass.checkSameBits(as: results[0].pass, "\(count) threads")
        try Agreement.checkSameBits("dγ on \(count) threads", result.dWeight, results[0].dWeight)
        try Agreement.checkSameBits("dβ on \(count) threads", result.dBias, results[0].dBias)
        try Agreement.checkSameBits(
          "running variance on \(count) threads", result.runningVariance, results[0].runningVariance)
      }
    }
  }
}
