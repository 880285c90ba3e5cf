import Layers
import Tensors
import TestSupport
import Testing

/// Operations on maps in bfloat16, and linear maps of rounded operands, against plain loops in double precision over the same
/// rounded numbers.
@Suite struct PrecisionTests {
  private let engine = Engine(threads: 2)

  private static func rounded(_ numbers: [Float]) -> [Float] { numbers.map { BFloat16(rounding: $0).single } }

  /// One rounding to bfloat16 of what single precision leaves.
  private static func check(_ what: String, _ values: [Float], _ expected: [Double]) throws {
    let largest = expected.reduce(0) { max($0, abs($1)) }
    try Agreement.require(values.count == expected.count, "\(what) has \(values.count) numbers")
    for (index, (value, expected)) in zip(values, expected).enumerated() {
      try Agreement.require(
        abs(Double(value) - expected) <= abs(expected) / 256 + 1e-5 * largest,
        "\(what)[\(index)] is \(value), not \(expected)")
    }
  }

  @Test func singlePrecisionIsLeftAlone() {
    let tape = Tape(on: engine, mode: .training)
    let value = tape.input(engine.tensor([1.003], shape: [1, 1, 1, 1]))
    #expect(tape.narrowed(value).tensor.pointer == value.tensor.pointer)
    #expect(tape.widened(value).tensor.pointer == value.tensor.pointer)
    let rounding = Tape(on: engine, mode: .training, precision: .bfloat16)
    let narrow = rounding.narrowed(value)
    #expect(narrow.tensor.array == [1] && rounding.widened(narrow).tensor.array == [1])
    #expect(rounding.narrowed(narrow).tensor.numbers(BFloat16.self) == narrow.tensor.numbers(BFloat16.self))
  }

  @Test("images want no gradient where they are rounded, either: a stem would compute it for nobody")
  func imagesWantNoGradient() {
    let tape = Tape(on: engine, mode: .training, precision: .bfloat16)
    let image = engine.tensor([1.003], shape: [1, 1, 1, 1])
    #expect(!tape.narrowed(tape.input(image)).wantsGradient)
    #expect(tape.narrowed(tape.input(image, wantsGradient: true)).wantsGradient)
  }

  @Test func gradientsAreRoundedWhereMapsAre() throws {
    let numbers = TestNumbers.normal(40, "narrowed")
    let cotangents = (0..<2).map { TestNumbers.normal(40, "narrowed dy \($0)") }
    let result = Differentiated(
      on: engine, inputs: [(numbers, [40])], cotangents: cotangents, precision: .bfloat16
    ) { tape, inputs, _ in
      let narrow = tape.narrowed(inputs[0])
      return [tape.widened(narrow), tape.widened(narrow)]
    }
    #expect(result.outputs == [Self.rounded(numbers), Self.rounded(numbers)])
    let late = Self.rounded(cotangents[1])
    #expect(result.gradients == [Self.rounded(zip(cotangents[0], late).map { $0 + $1 })])
  }

  @Test func batchNorm() throws {
    try withEvery("channels", in: [1, 17, 64]) { channels in
      try withEvery("rows", in: [3, 130, 1001]) { rows in
        try withEvery("activation", in: [Activation.rectified, .none]) { activation in
          try withEvery("shortcut", in: [false, true]) { hasShortcut in
            try checkBatchNorm(rows: rows, channels: channels, activation, hasShortcut: hasShortcut, on: engine)
          }
        }
      }
    }
  }

  private func checkBatchNorm(
    rows: Int, channels: Int, _ activation: Activation, hasShortcut: Bool, on engine: Engine
  ) throws {
    let name = "bf16 \(rows)×\(channels)"
    let x = Self.rounded(TestNumbers.normal(rows * channels, "\(name) x", mean: 0.5, deviation: 2))
    let shortcut = Self.rounded(TestNumbers.normal(rows * channels, "\(name) shortcut"))
    let weight = TestNumbers.uniform(channels, "\(name) γ", in: -1.5...1.5)
    let bias = TestNumbers.uniform(channels, "\(name) β", in: -0.5...0.5)
    let oracle = BatchNormOracle(channels: channels, isRectified: activation == .rectified)
    let s = hasShortcut ? shortcut.doubles : nil
    let z = oracle.preactivation(x.doubles, weight: weight.doubles, bias: bias.doubles, shortcut: s)
    let dy = Self.rounded(TestNumbers.silenced(TestNumbers.normal(rows * channels, "\(name) dy"), near: z))
    let store = ParameterStore(on: engine)
    let norm = BatchNorm("bn", channels: channels, group: .new, in: store)
    norm.weight.load(weight)
    norm.bias.load(bias)
    var inputs = [(x, [rows, channels])]
    if hasShortcut { inputs.append((shortcut, [rows, channels])) }
    let result = try Differentiated(on: engine, inputs: inputs, cotangents: [dy], precision: .bfloat16) {
      tape, inputs, _ in
      let maps = inputs.map(tape.narrowed)
      let y = tape.batchNorm(maps[0], norm, activation: activation, adding: hasShortcut ? maps[1] : nil)
      try Agreement.require(y.tensor.element == .bfloat16, "y is not in bfloat16")
      return [tape.widened(y)]
    }
    let gradient = oracle.gradients(x.doubles, weight: weight.doubles, bias: bias.doubles, shortcut: s, dy.doubles)
    try Self.check("y", result.outputs[0], oracle.activated(z))
    try Self.check("dx", result.gradients[0], gradient.x)
    if hasShortcut { try Agreement.check("dshortcut", result.gradients[1], gradient.shortcut, within: 0) }
    try Agreement.check("dγ", norm.weight.gradient.array, gradient.weight, within: 1e-5)
    try Agreement.check("dβ", norm.bias.gradient.array, gradient.bias, within: 1e-5)
  }

  /// Windows overlap: the gradient of a place is summed before it is rounded.
  @Test func maxPool() throws {
    try withEvery("channels", in: [1, 16, 19]) { channels in
      try withEvery("ties", in: [false, true]) { ties in
        let shape = [2, 9, 13, channels]
        let count = shape.reduce(1, *)
        let x = Self.rounded(
          ties
            ? TestNumbers.whole(count, "bf16 pool", in: -1...1).map(Float.init) : TestNumbers.normal(count, "bf16 pool")
        )
        let oracle = MaxPoolOracle(
          batch: 2, height: 9, width: 13, channels: channels, rows: 3, columns: 3, stride: 2, padding: 1)
        let dy = Self.rounded(TestNumbers.normal(oracle.outputShape.reduce(1, *), "bf16 pool dy"))
        let result = Differentiated(
          on: engine, inputs: [(x, shape)], cotangents: [dy], precision: .bfloat16
        ) { tape, inputs, _ in
          [tape.widened(tape.maxPool(tape.narrowed(inputs[0]), window: 3, stride: 2, padding: 1))]
        }
        try Agreement.check("y", result.outputs[0], oracle.output(x.doubles), within: 0)
        try Self.check("dx", result.gradients[0], oracle.dInput(x.doubles, dy.doubles))
      }
    }
  }

  /// The result of a linear map is in single precision.
  @Test func linear() throws {
    let (rows, inputs, outputs) = (5, 37, 19)
    let numbers = TestNumbers.normal(rows * inputs, "bf16 linear x")
    let weights = TestNumbers.normal(outputs * inputs, "bf16 linear w")
    let bias = TestNumbers.normal(outputs, "bf16 linear b")
    let cotangent = TestNumbers.normal(rows * outputs, "bf16 linear dy")
    let result = Differentiated(
      on: engine, inputs: [(numbers, [rows, inputs])],
      parameters: [(weights, [outputs, inputs]), (bias, [outputs])], cotangents: [cotangent], precision: .bfloat16
    ) { tape, values, parameters in [tape.linear(values[0], parameters[0], bias: parameters[1])] }
    let (x, w, dy) = (
      Self.rounded(numbers).doubles, Self.rounded(weights).doubles, Self.rounded(cotangent).doubles
    )
    func sums(_ count: Int, _ inner: Int, _ term: (Int, Int) -> Double) -> [Double] {
      (0..<count).map { place in (0..<inner).reduce(0.0) { $0 + term(place, $1) } }
    }
    let y = sums(rows * outputs, inputs) { x[$0 / outputs * inputs + $1] * w[$0 % outputs * inputs + $1] }
    try Agreement.check(
      "y", result.outputs[0], y.enumerated().map { $1 + Double(bias[$0 % outputs]) }, within: 1e-6)
    let dx = sums(rows * inputs, outputs) { dy[$0 / inputs * outputs + $1] * w[$1 * inputs + $0 % inputs] }
    try Agreement.check("dx", result.gradients[0], dx, within: 1e-6)
    let dw = sums(outputs * inputs, rows) { dy[$1 * outputs + $0 / inputs] * x[$1 * inputs + $0 % inputs] }
    try Agreement.check("dw", result.gradients[1], dw, within: 1e-6)
  }

  /// A convolution of a map in single precision computes in bfloat16 and gives single precision, with its BatchNorm.
  @Test func headsNeedKnowNothing() throws {
    let store = ParameterStore(on: engine)
    let weight = store.parameter("reduce.weight", shape: [4, 1, 1, 6], group: .new)
    weight.load(TestNumbers.normal(24, "bf16 head"))
    let norm = BatchNorm("bn", channels: 4, group: .new, in: store)
    for mode in [Tape.Mode.training, .evaluation] {
      let tape = Tape(on: engine, mode: mode, precision: .bfloat16)
      let map = tape.input(
        engine.tensor(TestNumbers.normal(2 * 3 * 3 * 6, "bf16 head x"), shape: [2, 3, 3, 6]), wantsGradient: true)
      let output = tape.convolution(map, weight, then: norm)
      #expect(output.tensor.element == .single)
      #expect(output.tensor.array == Self.rounded(output.tensor.array))
      #expect(tape.convolution(map, weight).tensor.element == .single)
    }
  }

  @Test func magnitudesAreTold() throws {
    let store = ParameterStore(on: engine)
    let count = 40_000
    let parameter = store.parameter("weight", shape: [count], group: .new, rate: 2)
    // Half a unit in the last place of 1.5 is 1/256.
    parameter.load([0, 1e-30, -300] + [Float](repeating: 1.5, count: count - 3))
    parameter.setGradient([-2e-6, 0, 7] + [Float](repeating: 0, count: count - 3))
    parameter.loadMomentum([1, 0, 0, 0.19, -0.19, 0.2] + [Float](repeating: 0, count: count - 6))
    let found = Magnitudes(of: parameter, rate: 0.01, on: engine)
    #expect(found.weight == 1e-30...300 && found.gradient == 2e-6...7)
    #expect(found.stepsBelowPlace == 2 / Double(count))
    parameter.load([Float](repeating: 0, count: count))
    #expect(Magnitudes(of: parameter, rate: 0.01, on: engine).weight == 0...0)
  }
}
