import Tensors

/// Stochastic gradient descent with momentum and weight decay, PyTorch's form:
///
///     g = gradient + decay · w        m = momentum · m + g        w = w − rate · m
///
/// Gradient, momentum and update are one pass over the memory. A parameter that no gradient reached stays as it is.
public struct StochasticGradientDescent: Sendable {
  /// How much of the running sum of gradients is kept.
  public var momentum: Double
  /// The weight decay of each group.
  public var decay: [Parameter.Group: Double]

  /// Sets up the optimiser.
  public init(momentum: Double, decay: [Parameter.Group: Double]) {
    self.momentum = momentum
    self.decay = decay
  }

  /// Takes one step, using up the gradients.
  ///
  /// - Parameter rates: the learning rate of each group; a group without one is not trained.
  public func step(_ store: ParameterStore, rates: [Parameter.Group: Double]) {
    for parameter in store.parameters where parameter.hasGradient {
      parameter.hasGradient = false
      guard let rate = rates[parameter.group] else { continue }
      update(parameter, rate: Float(rate), decay: Float(decay[parameter.group] ?? 0), on: store.engine)
    }
  }

  private func update(_ parameter: Parameter, rate: Float, decay: Float, on engine: Engine) {
    let w = parameter.value.pointer
    let g = parameter.gradient.pointer
    let m = parameter.momentum.pointer
    let keep = Float(momentum)
    engine.parallel(over: parameter.value.count, grain: 1 << 15) { range, _ in
      let keeps = Vector(repeating: keep)
      let decays = Vector(repeating: decay)
      let rates = Vector(repeating: -rate)
      var i = range.lowerBound
      while i &+ 16 <= range.upperBound {
        let sum = fused(keeps, m.vector(i), plus: fused(decays, w.vector(i), plus: g.vector(i)))
        m.store(sum, i)
        w.store(fused(rates, sum, plus: w.vector(i)), i)
        i &+= 16
      }
      while i < range.upperBound {
        let sum = fused(keep, m[i], plus: fused(decay, w[i], plus: g[i]))
        m[i] = sum
        w[i] = fused(-rate, sum, plus: w[i])
        i &+= 1
      }
    }
  }
}

/// A staircase: the learning rate is multiplied with `factor` at the start of each of the epochs `at`.
public struct StepSchedule: Hashable, Sendable {
  /// Epochs (counted from 0) before which the factor is applied.
  public var at: [Int]
  /// What the rate is multiplied with.
  public var factor: Double

  /// Sets up a schedule.
  public init(at: [Int], factor: Double) {
    self.at = at
    self.factor = factor
  }

  /// What the first rate is multiplied with in an epoch, counted from 0.
  public func multiplier(epoch: Int) -> Double {
    at.reduce(1) { $1 <= epoch ? $0 * factor : $0 }
  }
}
