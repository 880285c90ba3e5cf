import Layers
import Tensors
import TestSupport

/// A network small enough for finite differences that has a residual network's shape:
///
///     y = relu(bn(conv(x)) + x)        v = mean over rows        L = CE(linear(v))
struct SmallNetwork {
  let shape = [2, 4, 3, 4]
  let input = TestNumbers.normal(96, "small network input")
  let convolution = TestNumbers.normal(4 * 3 * 3 * 4, "small network convolution", deviation: 0.3)
  let weight = TestNumbers.uniform(4, "small network bn weight", in: 0.5...1.5)
  let bias = TestNumbers.uniform(4, "small network bn bias", in: -0.5...0.5)
  let classifier = TestNumbers.normal(3 * 4, "small network classifier")
  let labels = [2, 0]

  struct Gradients {
    let loss: Double
    let input, convolution: [Float]
  }

  /// One pass of the engine.
  func gradients(on engine: Engine) -> Gradients {
    let store = ParameterStore(on: engine)
    let kernel = store.parameter("conv", shape: [4, 3, 3, 4], group: .backbone)
    kernel.load(convolution)
    let norm = BatchNorm("bn", channels: 4, group: .backbone, in: store)
    norm.weight.load(weight)
    norm.bias.load(bias)
    let linear = store.parameter("linear", shape: [3, 4], group: .new)
    linear.load(classifier)
    let tape = Tape(on: engine, mode: .training)
    let x = tape.input(engine.tensor(input, shape: shape), wantsGradient: true)
    let y = tape.batchNorm(tape.convolution(x, kernel, padding: 1), norm, adding: x)
    let means = tape.regionMeans(y, regions: [[0..<4, 0..<4]])
    let loss = tape.crossEntropy(tape.linear(means[0], linear), labels: labels)
    tape.backward([(loss, 1)])
    return Gradients(
      loss: loss.value, input: tape.gradient(of: x)?.array ?? [], convolution: kernel.gradient.array)
  }

  /// The loss in plain loops and double precision.
  func loss(input: [Double], convolution: [Double]) -> Double {
    let sizes = ConvolutionOracle(
      batch: 2, height: 4, width: 3, channels: 4, filters: 4, kernelHeight: 3, kernelWidth: 3, stride: 1, padding: 1)
    let norm = BatchNormOracle(channels: 4, isRectified: true)
    let y = norm.activated(
      norm.preactivation(
        sizes.output(input, convolution), weight: weight.doubles, bias: bias.doubles, shortcut: input))
    let means = RegionMeansOracle(batch: 2, height: 4, width: 3, channels: 4).output(y, rows: [0..<4, 0..<4])
    let logits = LinearOracle(rows: 2, inputs: 4, outputs: 3).output(means, classifier.doubles, bias: nil)
    return CrossEntropyOracle.loss(logits, classes: 3, labels: labels)
  }
}
