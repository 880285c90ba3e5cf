import Tensors

/// Batch normalisation's parameters and running statistics, one number each per channel.
///
/// PyTorch's conventions: ε = 1e-5 is added to the variance; the running statistics move by 0.1 towards the batch's; the
/// running variance is the unbiased one, while the batch is normalised with the biased one.
package struct BatchNorm {
  /// The factor γ, `[C]`, started at 1.
  package let weight: Parameter
  /// The offset β, `[C]`, started at 0.
  package let bias: Parameter
  /// The running mean, `[C]`.
  package let runningMean: Tensor
  /// The running variance, `[C]`.
  package let runningVariance: Tensor

  package static let epsilon = 1e-5
  /// How far the running statistics move towards a batch's.
  package static let rate = 0.1

  /// Registers `NAME.weight`, `NAME.bias`, `NAME.running_mean` and `NAME.running_var`.
  package init(_ name: String, channels: Int, group: Parameter.Group, in store: ParameterStore) {
    weight = store.parameter("\(name).weight", shape: [channels], group: group)
    bias = store.parameter("\(name).bias", shape: [channels], group: group)
    runningMean = store.statistic("\(name).running_mean", shape: [channels], value: 0)
    runningVariance = store.statistic("\(name).running_var", shape: [channels], value: 1)
    weight.value.values.update(repeating: 1)
  }
}

/// What happens to a normalised value before it leaves a BatchNorm.
package enum Activation: Sendable {
  case none
  /// Negative numbers become zero.
  case rectified
}

extension Tape {
  /// Batch normalisation, fused with the addition of a shortcut and with ReLU.
  ///
  ///     y = activation(γ · (x − mean) / √(variance + ε) + β + shortcut)
  ///
  /// Mean and variance are the batch's in training (and move the running ones) unless the tape takes the running ones
  /// there too, and the running ones in evaluation.
  ///
  /// - Parameters:
  ///   - input: `[…, C]`; every dimension but the last is averaged over.
  ///   - shortcut: of the same shape, where there is one.
  /// - Returns: of the same shape.
  package func batchNorm(
    _ input: Value, _ norm: BatchNorm, activation: Activation = .rectified, adding shortcut: Value? = nil
  ) -> Value {
    let channels = norm.weight.value.count
    precondition(input.shape.last == channels, "\(norm.weight.name) does not take the shape \(input.shape)")
    let rows = input.tensor.count / channels
    guard mode == .training else {
      let output = result(engine.empty(input.shape))
      ChannelAffine(norm, on: engine)
        .apply(input.tensor, adding: shortcut?.tensor, activation: activation, into: output.tensor, on: engine)
      return output
    }
    let (mean, inverseDeviation) =
      statistics == .batch ? batchStatistics(of: input.tensor, rows: rows, norm) : norm.runningStatistics
    let affine = ChannelAffine(norm, mean: mean, inverseDeviation: inverseDeviation, on: engine)
    let output = result(engine.empty(input.shape))
    affine.apply(input.tensor, adding: shortcut?.tensor, activation: activation, into: output.tensor, on: engine)
    observe(output, of: norm.weight)

    let gradient = BatchNormGradient(
      input: input.tensor, output: shortcut == nil ? nil : output.tensor, affine: affine, activation: activation,
      norm: norm, mean: mean, inverseDeviation: inverseDeviation, isOfBatch: statistics == .batch)
    let inputSlot = input.slot
    let shortcutSlot = shortcut?.slot
    record(output) { [engine] dOutput in
      // A shortcut's gradient is the masked one, which the first pass leaves in place of dOutput.
      let dInput = gradient.run(dOutput, keepsMasked: shortcutSlot != nil, on: engine)
      shortcutSlot?.give(dOutput, on: engine)
      inputSlot?.give(dInput, on: engine)
    }
    return output
  }

  /// Mean and 1/√(variance + ε) of a batch, by which the running statistics move.
  ///
  /// Sums are taken about the first row: squares of numbers whose mean is a hundred deviations away from zero would leave
  /// single precision three digits of their variance.
  private func batchStatistics(
    of input: Tensor, rows: Int, _ norm: BatchNorm
  ) -> (mean: [Float], inverseDeviation: [Float]) {
    let x = UnsafePointer(input.pointer)
    let sums = ChannelSums(rows: rows, channels: norm.weight.value.count, on: engine, Moments(x: x))
    return norm.takeStatistics(sums, about: x, rows: rows)
  }
}

extension BatchNorm {
  /// The running mean and 1/√(running variance + ε).
  var runningStatistics: (mean: [Float], inverseDeviation: [Float]) {
    (runningMean.array, runningVariance.array.map { Float(1 / (Double($0) + Self.epsilon).squareRoot()) })
  }

  /// Turns a batch's sums into its mean and 1/√(variance + ε), and moves the running statistics.
  ///
  /// - Parameter reference: what was subtracted from each channel's numbers before they and their squares were summed.
  func takeStatistics(
    _ sums: ChannelSums, about reference: UnsafePointer<Float>, rows: Int
  ) -> (mean: [Float], inverseDeviation: [Float]) {
    let count = Double(rows)
    var means: [Float] = []
    var inverses: [Float] = []
    for c in sums.first.indices {
      let offset = sums.first[c] / count
      let mean = Double(reference[c]) + offset
      let variance = max(0, sums.second[c] / count - offset * offset)
      let unbiased = rows > 1 ? variance * count / (count - 1) : variance
      runningMean.pointer[c] += Float(Self.rate * (mean - Double(runningMean.pointer[c])))
      runningVariance.pointer[c] += Float(Self.rate * (unbiased - Double(runningVariance.pointer[c])))
      means.append(Float(mean))
      inverses.append(Float(1 / (variance + Self.epsilon).squareRoot()))
    }
    return (means, inverses)
  }
}

/// The numbers of each channel and their squares, about the first row.
private struct Moments: ChannelTerms {
  let x: UnsafePointer<Float>

  @inline(__always)
  func vector(_ place: Int, _ channel: Int) -> (Vector, Vector) {
    let v = x.vector(place) - x.vector(channel)
    return (v, v * v)
  }

  @inline(__always)
  func scalar(_ place: Int, _ channel: Int) -> (Float, Float) {
    let v = x[place] - x[channel]
    return (v, v * v)
  }
}
