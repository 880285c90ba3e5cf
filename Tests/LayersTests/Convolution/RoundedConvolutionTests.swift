import Layers
import Tensors
import TestSupport
import Testing

/// Convolutions of maps in bfloat16 against plain loops in double precision over the same rounded numbers: a sum is in
/// single precision, a result is rounded once.
@Suite struct RoundedConvolutionTests {
  private static let forms = RoundedForm.allCases.filter { $0 == .widened || PairProduct.isThere }

  /// Every way in which these sizes can be computed.
  private static func policies(for geometry: ConvolutionGeometry) -> [ComputePolicy] {
    let winograd = ConvolutionForm.winograd.supports(geometry) ? [ComputePolicy(form: .winograd)] : []
    return forms.map { ComputePolicy(form: .patches, rounded: $0) } + winograd
  }

  /// Kernels, strides and paddings; odd numbers of channels and filters, of which pairs reach across places; more columns and
  /// rows than a panel and a tile hold; rows that lie 4 KiB apart; more positions than are summed at once; for Winograd's
  /// form, tiles that reach past the map, more of them than a block has, filters that are transformed all at once, or past
  /// the caches, and channels that fill no panel.
  private static let geometries = [
    ConvolutionGeometry(
      batch: 2, height: 9, width: 7, channels: 3, filters: 16, kernelHeight: 7, kernelWidth: 7, stride: 2, padding: 3),
    ConvolutionGeometry(batch: 2, height: 6, width: 5, channels: 34, filters: 40, kernelHeight: 1, kernelWidth: 1),
    ConvolutionGeometry(batch: 1, height: 5, width: 6, channels: 5, filters: 7, kernelHeight: 1, kernelWidth: 1),
    ConvolutionGeometry(
      batch: 3, height: 8, width: 5, channels: 16, filters: 24, kernelHeight: 3, kernelWidth: 3, padding: 1),
    ConvolutionGeometry(
      batch: 2, height: 7, width: 9, channels: 6, filters: 5, kernelHeight: 3, kernelWidth: 3, stride: 2, padding: 1),
    ConvolutionGeometry(
      batch: 2, height: 8, width: 6, channels: 8, filters: 33, kernelHeight: 1, kernelWidth: 1, stride: 2),
    ConvolutionGeometry(batch: 2, height: 5, width: 4, channels: 1, filters: 1, kernelHeight: 2, kernelWidth: 3),
    ConvolutionGeometry(
      batch: 1, height: 1, width: 2, channels: 4, filters: 4, kernelHeight: 3, kernelWidth: 3, stride: 3, padding: 1),
    ConvolutionGeometry(batch: 1, height: 3, width: 5, channels: 2048, filters: 8, kernelHeight: 1, kernelWidth: 1),
    ConvolutionGeometry(
      batch: 4, height: 33, width: 17, channels: 4, filters: 6, kernelHeight: 3, kernelWidth: 3, padding: 1),
    ConvolutionGeometry(
      batch: 2, height: 7, width: 5, channels: 16, filters: 32, kernelHeight: 3, kernelWidth: 3, padding: 1),
    ConvolutionGeometry(
      batch: 3, height: 13, width: 18, channels: 32, filters: 64, kernelHeight: 3, kernelWidth: 3, padding: 1),
    ConvolutionGeometry(
      batch: 1, height: 6, width: 5, channels: 32, filters: 256, kernelHeight: 3, kernelWidth: 3, padding: 1),
    ConvolutionGeometry(
      batch: 1, height: 2, width: 3, channels: 432, filters: 416, kernelHeight: 3, kernelWidth: 3, padding: 1),
  ]

  /// Numbers that bfloat16 holds.
  private static func rounded(_ numbers: [Float]) -> [Float] { numbers.map { BFloat16(rounding: $0).single } }

  /// Half a unit in the last place of a number, and what single precision leaves of its sum.
  private static func check(
    _ what: String, _ values: [Float], _ expected: [Double], within tolerance: Double
  ) throws {
    let largest = expected.reduce(0) { max($0, abs($1)) }
    for (index, (value, expected)) in zip(values, expected).enumerated() {
      try Agreement.require(
        abs(Double(value) - expected) <= abs(expected) / 256 + tolerance * largest,
        "\(what)[\(index)] is \(value), not \(expected)")
    }
    try Agreement.require(values.count == expected.count, "\(what) has \(values.count) numbers")
  }

  /// Two uses of one map, narrowed and widened as model code does it: a gradient by it is the sum of both, rounded.
  private static func run(
    _ geometry: ConvolutionGeometry, _ policy: ComputePolicy, _ input: [Float], _ weight: [Float], _ bias: [Float],
    _ cotangents: [[Float]], on engine: Engine
  ) throws -> Differentiated {
    try Differentiated(
      on: engine, inputs: [(input, geometry.inputShape)],
      parameters: [(weight, geometry.weightShape), (bias, [geometry.filters])], cotangents: cotangents,
      policy: policy, precision: .bfloat16
    ) { tape, inputs, parameters in
      let map = tape.narrowed(inputs[0])
      try Agreement.require(map.tensor.element == .bfloat16, "the map is not in bfloat16")
      return (0..<2).map { _ in
        tape.widened(
          tape.convolution(
            map, parameters[0], bias: parameters[1], stride: geometry.stride, padding: geometry.padding))
      }
    }
  }

  @Test func formsAgreeWithPlainLoops() throws {
    let engine = Engine(threads: 2)
    try withEvery("geometry", in: Self.geometries) { geometry in
      let numbers = ConvolutionCase(geometry)
      let bias = TestNumbers.normal(geometry.filters, "rounded bias")
      let cotangents = numbers.cotangents.map(Self.rounded)
      let (x, w) = (Self.rounded(numbers.input).doubles, Self.rounded(numbers.weight).doubles)
      let y = numbers.oracle.output(x, w).enumerated().map { $1 + Double(bias[$0 % geometry.filters]) }
      let dy = zip(cotangents[0], cotangents[1]).map { Double($0) + Double($1) }
      // The second use's gradient is rounded before the first one's is added to it.
      let late = Self.rounded(numbers.oracle.dInput(cotangents[1].doubles, w).map { Float($0) }).doubles
      let dx = zip(numbers.oracle.dInput(cotangents[0].doubles, w), late).map { $0 + $1 }
      let dw = numbers.oracle.dWeight(x, dy)
      let db = (0..<geometry.filters).map { k in
        stride(from: k, to: dy.count, by: geometry.filters).reduce(0.0) { $0 + dy[$1] }
      }
      try withEvery("policy", in: Self.policies(for: geometry)) { policy in
        let result = try Self.run(geometry, policy, numbers.input, numbers.weight, bias, cotangents, on: engine)
        try Self.check("y", result.outputs[0], y, within: policy.tolerance)
        try Agreement.checkSameBits("the second y", result.outputs[1], result.outputs[0])
        let largest = dx.reduce(0) { max($0, abs($1)) }
        for (index, (value, expected)) in zip(result.gradients[0], dx).enumerated() {
          // Where the first of the two roundings fell the other way than the oracle's, it is one place of that one off.
          try Agreement.require(
            abs(Double(value) - expected) <= abs(expected) / 256 + abs(late[index]) / 128 + policy.tolerance * largest,
            "dx[\(index)] is \(value), not \(expected)")
        }
        try Agreement.check("dw", result.gradients[1], dw, within: policy.tolerance)
        try Agreement.check("db", result.gradients[2], db, within: 1e-5)
      }
    }
  }

  @Test func threadsChangeNoBit() throws {
    try withEvery("geometry", in: Self.geometries) { geometry in
      let numbers = ConvolutionCase(geometry)
      let bias = TestNumbers.normal(geometry.filters, "rounded bias")
      try withEvery("policy", in: Self.policies(for: geometry)) { policy in
        let results = try threadCounts.map { threads in
          try Self.run(
            geometry, policy, numbers.input, numbers.weight, bias, numbers.cotangents, on: Engine(threads: threads))
        }
        for result in results { try result.checkSameBits(as: results[0], "\(policy)") }
      }
    }
  }

  /// Evaluation folds the BatchNorm into the weights before they are rounded, adds the shortcut to the sums and rounds once.
  @Test func evaluationRoundsOnce() throws {
    let engine = Engine(threads: 2)
    try withEvery("geometry", in: Self.geometries) { geometry in
      let numbers = ConvolutionCase(geometry)
      let store = ParameterStore(on: engine)
      let weight = store.parameter("conv.weight", shape: geometry.weightShape, group: .new)
      weight.load(numbers.weight)
      let norm = BatchNorm("bn", channels: geometry.filters, group: .new, in: store)
      norm.weight.load(TestNumbers.uniform(geometry.filters, "rounded γ", in: 0.5...1.5))
      norm.bias.load(TestNumbers.normal(geometry.filters, "rounded β"))
      _ = norm.runningMean.values.update(fromContentsOf: TestNumbers.normal(geometry.filters, "rounded mean"))
      let scales = norm.weight.value.array.map { Double($0) / (1 + BatchNorm.epsilon).squareRoot() }
      let size = numbers.weight.count / geometry.filters
      let folded = numbers.weight.enumerated().map { Float(Double($1) * scales[$0 / size]) }
      let shortcut = Self.rounded(TestNumbers.normal(geometry.outputShape.reduce(1, *), "rounded shortcut"))
      let sums = numbers.oracle.output(Self.rounded(numbers.input).doubles, Self.rounded(folded).doubles)
      let expected = sums.enumerated().map { place, sum in
        let k = place % geometry.filters
        let shift = Double(norm.bias.value.array[k]) - Double(norm.runningMean.array[k]) * scales[k]
        return max(0, sum + shift + Double(shortcut[place]))
      }
      try withEvery("policy", in: Self.policies(for: geometry)) { policy in
        let tape = Tape(
          on: engine, mode: .evaluation, precision: .bfloat16, policy: policy, weights: PreparedWeights())
        for _ in 0..<2 {
          let output = tape.convolution(
            tape.narrowed(tape.input(engine.tensor(numbers.input, shape: geometry.inputShape))), weight,
            stride: geometry.stride, padding: geometry.padding, then: norm,
            adding: tape.narrowed(tape.input(engine.tensor(shortcut, shape: geometry.outputShape))))
          try Agreement.require(output.tensor.element == .bfloat16, "the result is not in bfloat16")
          try Self.check("y", output.tensor.array, expected, within: policy.tolerance)
        }
      }
    }
  }

  /// A result that single precision holds and bfloat16 does not is infinite, and NaN comes through, also ReLU.
  @Test func whatIsNotFiniteShows() throws {
    let geometry = ConvolutionGeometry(
      batch: 1, height: 2, width: 2, channels: 2, filters: 2, kernelHeight: 1, kernelWidth: 1)
    try withEvery("form", in: Self.forms) { form in
      for (number, isNaN) in [(Float.greatestFiniteMagnitude, false), (.nan, true), (.infinity, false)] {
        let engine = Engine(threads: 1)
        let store = ParameterStore(on: engine)
        let weight = store.parameter("conv.weight", shape: geometry.weightShape, group: .new)
        weight.load([1, 0, 0, 1])
        let norm = BatchNorm("bn", channels: 2, group: .new, in: store)
        let tape = Tape(
          on: engine, mode: .evaluation, precision: .bfloat16, policy: ComputePolicy(rounded: form))
        var numbers = [Float](repeating: 1, count: 8)
        numbers[2] = number
        let map = tape.narrowed(tape.input(engine.tensor(numbers, shape: geometry.inputShape)))
        let output = tape.convolution(map, weight, then: norm).tensor
        try Agreement.require(
          !output.isFinite && output.array[2].isNaN == isNaN && output.array[0].isFinite, "\(output.array)")
      }
    }
  }
}
