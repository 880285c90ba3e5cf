import Layers
import Tensors
import TestSupport
import Testing

/// A convolution and the BatchNorm behind it in evaluation, where the one is folded into the other, against plain loops
/// of both.
struct FoldedNormTests {
  private static let geometries = [
    // 1×1: a whole tile of rows and a rest; rows 4 KiB apart; filters that panels do not take, and that vectors do not.
    ConvolutionGeometry(
      batch: 2, height: 7, width: 9, channels: 24, filters: 64, kernelHeight: 1, kernelWidth: 1),
    ConvolutionGeometry(
      batch: 1, height: 7, width: 2, channels: 1024, filters: 32, kernelHeight: 1, kernelWidth: 1),
    ConvolutionGeometry(
      batch: 1, height: 5, width: 4, channels: 16, filters: 48, kernelHeight: 1, kernelWidth: 1),
    ConvolutionGeometry(
      batch: 1, height: 3, width: 3, channels: 5, filters: 7, kernelHeight: 1, kernelWidth: 1),
    // The first convolution, and those with stride.
    ConvolutionGeometry(
      batch: 2, height: 9, width: 7, channels: 3, filters: 32, kernelHeight: 7, kernelWidth: 7, stride: 2, padding: 3),
    ConvolutionGeometry(
      batch: 2, height: 9, width: 7, channels: 16, filters: 32, kernelHeight: 3, kernelWidth: 3, stride: 2, padding: 1),
    ConvolutionGeometry(
      batch: 2, height: 9, width: 7, channels: 16, filters: 64, kernelHeight: 1, kernelWidth: 1, stride: 2),
    // 3×3, also by Winograd: whole tiles and cut ones, in panels and not, block by block and all at once.
    ConvolutionGeometry(
      batch: 2, height: 8, width: 6, channels: 16, filters: 32, kernelHeight: 3, kernelWidth: 3, padding: 1),
    ConvolutionGeometry(
      batch: 1, height: 5, width: 7, channels: 32, filters: 16, kernelHeight: 3, kernelWidth: 3, padding: 1),
    ConvolutionGeometry(
      batch: 2, height: 9, width: 7, channels: 16, filters: 256, kernelHeight: 3, kernelWidth: 3, padding: 1),
  ]

  @Test("every form, with and without shortcut and ReLU, prepared or not")
  func agreement() throws {
    let engine = Engine(threads: 2)
    try withEvery("sizes", in: Self.geometries) { geometry in
      let example = ConvolutionCase(geometry)
      let norm = NormNumbers(channels: geometry.filters, "norm")
      try withEvery("shortcut", in: [false, true]) { hasShortcut in
        try withEvery("activation", in: [Activation.none, .rectified]) { activation in
          let expected = norm.expected(of: example, hasShortcut: hasShortcut, activation)
          try withEvery("policy", in: example.policies) { policy in
            try withEvery("prepared", in: [false, true]) { isPrepared in
              let pass = Pass(example, [norm], policy, on: engine)
              let y = pass.run(keeping: isPrepared ? PreparedWeights() : nil, hasShortcut: hasShortcut, activation)[0]
              // Of the folded weights each is rounded once more.
              try Agreement.check("y", y, expected, within: max(1e-6, policy.tolerance))
            }
          }
        }
      }
    }
  }

  @Test("the same bits on any number of threads, in the first pass and the next")
  func threads() throws {
    let geometries = [
      Self.geometries[0], Self.geometries[5], Self.geometries[9],
      ConvolutionGeometry(
        batch: 3, height: 33, width: 31, channels: 24, filters: 64, kernelHeight: 1, kernelWidth: 1),
      ConvolutionGeometry(
        batch: 3, height: 33, width: 31, channels: 32, filters: 32, kernelHeight: 3, kernelWidth: 3, padding: 1),
    ]
    try withEvery("sizes", in: geometries) { geometry in
      let example = ConvolutionCase(geometry)
      let norm = NormNumbers(channels: geometry.filters, "threads")
      try withEvery("policy", in: example.policies) { policy in
        let results = threadCounts.flatMap { count in
          let pass = Pass(example, [norm], policy, on: Engine(threads: count))
          let weights = PreparedWeights()
          return (0..<2).map { _ in pass.run(keeping: weights, hasShortcut: true, .rectified)[0] }
        }
        for result in results.dropFirst() { try Agreement.checkSameBits("y", result, results[0]) }
      }
    }
  }

  /// As the streams of a body's parts have it: the convolutions of one network under BatchNorms of others.
  @Test("networks that share a convolution keep their own BatchNorms apart")
  func shared() throws {
    let engine = Engine(threads: 1)
    try withEvery("sizes", in: [Self.geometries[0], Self.geometries[7]]) { geometry in
      let example = ConvolutionCase(geometry)
      let norms = ["first", "second"].map { NormNumbers(channels: geometry.filters, $0) }
      let weights = PreparedWeights()
      let pass = Pass(example, norms, .automatic, on: engine)
      for _ in 0..<2 {
        for (y, norm) in zip(pass.run(keeping: weights, hasShortcut: false, .none), norms) {
          try Agreement.check("y", y, norm.expected(of: example, hasShortcut: false, .none), within: 1e-6)
        }
      }
      // The convolution alone, whose weights are prepared without a BatchNorm.
      let alone = Tape(on: engine, mode: .evaluation, weights: weights).convolution(
        pass.input, pass.weight, stride: geometry.stride, padding: geometry.padding)
      try Agreement.check(
        "y alone", alone.tensor.array, example.oracle.output(example.input.doubles, example.weight.doubles),
        within: 1e-6)
    }
  }

  @Test("what is not a number stays one through ReLU and shortcut")
  func notANumber() throws {
    let engine = Engine(threads: 1)
    let example = ConvolutionCase(Self.geometries[0])
    let pass = Pass(example, [NormNumbers(channels: example.geometry.filters, "NaN")], .automatic, on: engine)
    pass.input.tensor.pointer[0] = .nan
    let y = pass.run(keeping: nil, hasShortcut: true, .rectified)[0]
    let filters = example.geometry.filters
    #expect(y[..<filters].allSatisfy { $0.isNaN })
    #expect(!y[filters...].contains { $0.isNaN })
  }
}

/// A BatchNorm's numbers, among them a variance of zero, one that ε outweighs, and factors of zero and below.
private struct NormNumbers {
  let channels: Int
  let weight, bias, mean, variance: [Float]

  init(channels: Int, _ name: String) {
    self.channels = channels
    var (weight, variance) = (
      TestNumbers.normal(channels, "\(name) γ"), TestNumbers.uniform(channels, "\(name) variance", in: 0.1...4)
    )
    // So small a variance comes with weights that leave the channel as large as the others.
    (variance[1], weight[1]) = (0, 0.01)
    (variance[2], weight[2]) = (1e-9, -0.01)
    weight[channels - 1] = 0
    (self.weight, self.variance) = (weight, variance)
    bias = TestNumbers.normal(channels, "\(name) β")
    mean = TestNumbers.normal(channels, "\(name) mean")
  }

  func norm(_ name: String, in store: ParameterStore) -> BatchNorm {
    let norm = BatchNorm(name, channels: channels, group: .new, in: store)
    norm.weight.load(weight)
    norm.bias.load(bias)
    _ = norm.runningMean.values.update(fromContentsOf: mean)
    _ = norm.runningVariance.values.update(fromContentsOf: variance)
    return norm
  }

  func expected(of example: ConvolutionCase, hasShortcut: Bool, _ activation: Activation) -> [Double] {
    let oracle = BatchNormOracle(channels: channels, isRectified: activation == .rectified)
    return oracle.activated(
      oracle.preactivation(
        example.oracle.output(example.input.doubles, example.weight.doubles), weight: weight.doubles,
        bias: bias.doubles, shortcut: hasShortcut ? example.cotangents[0].doubles : nil, mean: mean.doubles,
        variance: variance.doubles))
  }
}

/// A convolution under some BatchNorms, one after the other.
private struct Pass {
  let input: Value
  let weight: Parameter
  private let example: ConvolutionCase
  private let norms: [BatchNorm]
  private let policy: ComputePolicy
  private let engine: Engine

  init(_ example: ConvolutionCase, _ norms: [NormNumbers], _ policy: ComputePolicy, on engine: Engine) {
    let store = ParameterStore(on: engine)
    (self.example, self.policy, self.engine) = (example, policy, engine)
    weight = store.parameter("w", shape: example.geometry.weightShape, group: .new)
    _ = weight.value.values.update(fromContentsOf: example.weight)
    self.norms = norms.enumerated().map { $1.norm("bn\($0)", in: store) }
    input = Tape(on: engine, mode: .evaluation).input(
      engine.tensor(example.input, shape: example.geometry.inputShape))
  }

  /// y under each BatchNorm.
  func run(keeping weights: PreparedWeights?, hasShortcut: Bool, _ activation: Activation) -> [[Float]] {
    let geometry = example.geometry
    let tape = Tape(on: engine, mode: .evaluation, policy: policy, weights: weights)
    let shortcut =
      hasShortcut ? tape.input(engine.tensor(example.cotangents[0], shape: geometry.outputShape)) : nil
    return norms.map { norm in
      engine.poison([geometry.outputShape])
      return tape.convolution(
        input, weight, stride: geometry.stride, padding: geometry.padding, then: norm, activation: activation,
        adding: shortcut
      ).tensor.array
    }
  }
}
