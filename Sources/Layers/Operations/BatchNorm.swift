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
  /// Mean and variance are the whole batch's in training (and move the running ones) unless the tape takes the running ones
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
      let output = result(engine.empty(input.shape, as: input.tensor.element))
      ChannelAffine(norm, on: engine)
        .apply(input.tensor, adding: shortcut?.tensor, activation: activation, into: output.tensor, on: engine)
      return output
    }
    let (mean, inverseDeviation) =
      statistics == .batch ? batchStatistics(of: input.tensor, rows: rows, norm) : norm.runningStatistics
    let affine = ChannelAffine(norm, mean: mean, inverseDeviation: inverseDeviation, on: engine)
    let output = result(engine.empty(input.shape, as: input.tensor.element))
    affine.apply(input.tensor, adding: shortcut?.tensor, activation: activation, into: output.tensor, on: engine)
    observe(output, of: norm.weight)

    let gradient = BatchNormGradient(
      input: input.tensor, output: shortcut == nil ? nil : output.tensor, affine: affine, activation: activation,
      norm: norm, mean: mean, inverseDeviation: inverseDeviation, isOfBatch: statistics == .batch, shard: shard)
    let inputSlot = input.slot
    let shortcutSlot = shortcut?.slot
    record(output, training: norm.weight, norm.bias) { [engine] dOutput in
      // A shortcut's gradient is the masked one, which the first pass leaves in place of dOutput.
      let dInput = gradient.run(dOutput, keepsMasked: shortcutSlot != nil, on: engine)
      shortcutSlot?.give(dOutput, on: engine)
      inputSlot?.give(dInput, on: engine)
    }
    return output
  }

  /// Mean and 1/√(variance + ε) of the whole batch, by which the running statistics move.
  ///
  /// Sums are taken about the first row: squares of numbers whose mean is a hundred deviations away from zero would leave
  /// single precision three digits of their variance.
  private func batchStatistics(
    of input: Tensor, rows: Int, _ norm: BatchNorm
  ) -> (mean: [Float], inverseDeviation: [Float]) {
    let moments =
      switch input.element {
      case .single: moments(UnsafePointer(input.pointer), rows: rows, norm)
      case .bfloat16: moments(UnsafePointer(input.numbers(BFloat16.self)), rows: rows, norm)
      }
    // What the shards of a process share moves once.
    if shard.place == 0 { norm.move(towards: moments) }
    return (
      moments.mean.map { Float($0) }, moments.variance.map { Float(1 / ($0 + BatchNorm.epsilon).squareRoot()) }
    )
  }
}

extension Tape {
  /// Mean and variance of the whole batch.
  private func moments<Number: StoredNumber>(
    _ x: UnsafePointer<Number>, rows: Int, _ norm: BatchNorm
  ) -> ChannelMoments {
    let sums = ChannelSums(rows: rows, channels: norm.weight.value.count, on: engine, Moments(x: x))
    return ChannelMoments(sums, about: x, rows: rows).ofBatch(shard)
  }
}

extension BatchNorm {
  /// The running mean and 1/√(running variance + ε).
  var runningStatistics: (mean: [Float], inverseDeviation: [Float]) {
    (runningMean.array, runningVariance.array.map { Float(1 / (Double($0) + Self.epsilon).squareRoot()) })
  }

  /// Moves the running statistics towards a batch's.
  func move(towards batch: ChannelMoments) {
    let count = batch.count
    for c in batch.mean.indices {
      let unbiased = count > 1 ? batch.variance[c] * count / (count - 1) : batch.variance[c]
      runningMean.pointer[c] += Float(Self.rate * (batch.mean[c] - Double(runningMean.pointer[c])))
      runningVariance.pointer[c] += Float(Self.rate * (unbiased - Double(runningVariance.pointer[c])))
    }
  }
}

/// Mean and biased variance of each channel over some rows.
struct ChannelMoments {
  /// How many rows.
  let count: Double
  let mean: [Double]
  let variance: [Double]

  /// Of a shard's rows.
  ///
  /// - Parameter reference: what was subtracted from each channel's numbers before they and their squares were summed.
  init(_ sums: ChannelSums, about reference: UnsafePointer<some StoredNumber>, rows: Int) {
    let count = Double(rows)
    let offsets = sums.first.map { $0 / count }
    self.count = count
    mean = offsets.enumerated().map { Double(reference[$0].single) + $1 }
    variance = zip(sums.second, offsets).map { max(0, $0 / count - $1 * $1) }
  }

  /// Of what stands in a row: the count, the means, the variances.
  private init(_ numbers: [Double]) {
    let channels = numbers.count / 2
    count = numbers[0]
    mean = Array(numbers[1...channels])
    variance = Array(numbers[(channels + 1)...])
  }

  /// Of the whole batch, from those of its shards.
  func ofBatch(_ shard: Shard) -> ChannelMoments {
    guard shard.count > 1 else { return self }
    return ChannelMoments(
      shard.merged([count] + mean + variance) { lower, upper in
        let merged = ChannelMoments(lower).merged(with: ChannelMoments(upper))
        return [merged.count] + merged.mean + merged.variance
      })
  }

  private init(count: Double, mean: [Double], variance: [Double]) {
    (self.count, self.mean, self.variance) = (count, mean, variance)
  }

  /// Of the rows of both; Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample
  /// variances", 1979.
  private func merged(with other: ChannelMoments) -> ChannelMoments {
    let total = count + other.count
    let (own, others) = (count / total, other.count / total)
    let distance = zip(mean, other.mean).map { $1 - $0 }
    return ChannelMoments(
      count: total, mean: zip(mean, distance).map { $0 + $1 * others },
      variance: variance.indices.map {
        variance[$0] * own + other.variance[$0] * others + distance[$0] * distance[$0] * own * others
      })
  }
}

/// The numbers of each channel and their squares, about the first row.
private struct Moments<Number: StoredNumber>: ChannelTerms {
  let x: UnsafePointer<Number>

  @inline(__always)
  func vector(_ place: Int, _ channel: Int) -> (Vector, Vector) {
    let v = x.vector(place) - x.vector(channel)
    return (v, v * v)
  }

  @inline(__always)
  func scalar(_ place: Int, _ channel: Int) -> (Float, Float) {
    let v = x[place].single - x[channel].single
    return (v, v * v)
  }
}
