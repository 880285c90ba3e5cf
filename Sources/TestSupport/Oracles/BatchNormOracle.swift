/// Batch normalisation with a shortcut and ReLU, in plain loops and double precision.
///
///     z = γ · (x − mean) / √(variance + ε) + β + shortcut        y = max(z, 0), or z
///
/// Shapes: x, shortcut and y `[P, C]`, the rest `[C]`. In training mean and variance are the batch's over the P rows,
/// the variance biased.
package struct BatchNormOracle {
  /// C.
  package let channels: Int
  /// Whether y is rectified.
  package let isRectified: Bool

  static let epsilon = 1e-5
  static let rate = 0.1

  /// Names the sizes.
  package init(channels: Int, isRectified: Bool) {
    self.channels = channels
    self.isRectified = isRectified
  }

  /// The mean and the biased variance of each channel.
  package func statistics(_ x: [Double]) -> (mean: [Double], variance: [Double]) {
    let rows = Double(x.count / channels)
    var mean = [Double](repeating: 0, count: channels)
    var variance = mean
    for (place, value) in x.enumerated() { mean[place % channels] += value / rows }
    for (place, value) in x.enumerated() {
      let difference = value - mean[place % channels]
      variance[place % channels] += difference * difference / rows
    }
    return (mean, variance)
  }

  /// The running statistics after a batch: a tenth of the way towards its mean and its unbiased variance.
  package func moved(
    mean: [Double], variance: [Double], by x: [Double]
  ) -> (mean: [Double], variance: [Double]) {
    let rows = Double(x.count / channels)
    let batch = statistics(x)
    return (
      zip(mean, batch.mean).map { $0 + Self.rate * ($1 - $0) },
      zip(variance, batch.variance).map { $0 + Self.rate * ($1 * rows / (rows - 1) - $0) }
    )
  }

  /// z, with the batch's statistics.
  package func preactivation(
    _ x: [Double], weight: [Double], bias: [Double], shortcut: [Double]? = nil
  ) -> [Double] {
    let (mean, variance) = statistics(x)
    return preactivation(x, weight: weight, bias: bias, shortcut: shortcut, mean: mean, variance: variance)
  }

  /// z, with given statistics, as in evaluation.
  package func preactivation(
    _ x: [Double], weight: [Double], bias: [Double], shortcut: [Double]? = nil, mean: [Double], variance: [Double]
  ) -> [Double] {
    x.indices.map { place in
      let c = place % channels
      let normalised = (x[place] - mean[c]) / (variance[c] + Self.epsilon).squareRoot()
      return weight[c] * normalised + bias[c] + (shortcut?[place] ?? 0)
    }
  }

  /// y from z.
  package func activated(_ preactivation: [Double]) -> [Double] {
    isRectified ? preactivation.map { max($0, 0) } : preactivation
  }

  /// The gradients by x, γ, β and the shortcut in training.
  ///
  ///     g = dy where z > 0        dshortcut = g        dβ = Σ g        dγ = Σ g · x̂
  ///     dx = γ / √(variance + ε) · (g − mean(g) − x̂ · mean(g · x̂))
  package func gradients(
    _ x: [Double], weight: [Double], bias: [Double], shortcut: [Double]? = nil, _ dy: [Double]
  ) -> (x: [Double], weight: [Double], bias: [Double], shortcut: [Double]) {
    let z = preactivation(x, weight: weight, bias: bias, shortcut: shortcut)
    let (mean, variance) = statistics(x)
    let rows = Double(x.count / channels)
    let masked = dy.indices.map { isRectified && z[$0] <= 0 ? 0 : dy[$0] }
    let normalised = x.indices.map { place in
      (x[place] - mean[place % channels]) / (variance[place % channels] + Self.epsilon).squareRoot()
    }
    var dWeight = [Double](repeating: 0, count: channels)
    var dBias = dWeight
    for place in x.indices {
      dWeight[place % channels] += masked[place] * normalised[place]
      dBias[place % channels] += masked[place]
    }
    let dx = x.indices.map { place in
      let c = place % channels
      return weight[c] / (variance[c] + Self.epsilon).squareRoot()
        * (masked[place] - dBias[c] / rows - normalised[place] * dWeight[c] / rows)
    }
    return (dx, dWeight, dBias, masked)
  }
}
