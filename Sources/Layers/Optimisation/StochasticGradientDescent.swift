import Foundation
import Synchronization
import Tensors

/// Stochastic gradient descent with momentum and weight decay, PyTorch's form:
///
///     g = gradient + decay · w        m = momentum · m + g        w = w − rate · m
///
/// or, with Nesterov's momentum, w = w − rate · (g + momentum · m).
///
/// Gradient, momentum and update are one pass over the memory. A parameter that no gradient reached stays as it is.
package struct StochasticGradientDescent: Sendable {
  /// How much of the running sum of gradients is kept.
  package var momentum: Double
  package var decay: [Parameter.Group: Double]
  /// Whether the step looks ahead along the momentum.
  package var isNesterov: Bool

  package init(momentum: Double, decay: [Parameter.Group: Double], isNesterov: Bool = false) {
    self.momentum = momentum
    self.decay = decay
    self.isNesterov = isNesterov
  }

  /// Takes one step, using up the gradients.
  ///
  /// - Parameter rates: the learning rate of each group, which a parameter's own factor multiplies; a group without one is
  ///   not trained.
  /// - Returns: the first parameter that the step left with a number that is not finite, its momentum included; nil
  ///   while all is well. The numbers are in registers anyhow when they are looked at.
  @discardableResult
  package func step(_ store: ParameterStore, rates: [Parameter.Group: Double]) -> Parameter? {
    var broken: Parameter?
    for parameter in store.parameters where parameter.hasGradient {
      parameter.hasGradient = false
      guard let rate = rates[parameter.group] else { continue }
      let isFinite = update(
        parameter, rate: Float(rate * parameter.rate), decay: Float(decay[parameter.group] ?? 0), on: store.engine)
      if !isFinite, broken == nil { broken = parameter }
    }
    return broken
  }

  /// Updates a parameter; says whether all its numbers are finite afterwards.
  private func update(_ parameter: Parameter, rate: Float, decay: Float, on engine: Engine) -> Bool {
    let w = parameter.value.pointer
    let g = parameter.gradient.pointer
    let m = parameter.momentum.pointer
    let keep = Float(momentum)
    let isNesterov = isNesterov
    let faults = Atomic(0)
    engine.parallel(over: parameter.value.count, grain: 1 << 15) { range, _ in
      let keeps = Vector(repeating: keep)
      let decays = Vector(repeating: decay)
      let rates = Vector(repeating: -rate)
      // Zero times an infinite number or NaN is NaN, and NaN stays in a sum. Infinite momentum makes infinite weights.
      let zero = Vector(repeating: 0)
      var check = zero
      var i = range.lowerBound
      while i &+ 16 <= range.upperBound {
        let slope = fused(decays, w.vector(i), plus: g.vector(i))
        let sum = fused(keeps, m.vector(i), plus: slope)
        m.store(sum, i)
        let next = fused(rates, isNesterov ? fused(keeps, sum, plus: slope) : sum, plus: w.vector(i))
        w.store(next, i)
        check = fused(next, zero, plus: check)
        i &+= 16
      }
      while i < range.upperBound {
        let slope = fused(decay, w[i], plus: g[i])
        let sum = fused(keep, m[i], plus: slope)
        m[i] = sum
        w[i] = fused(-rate, isNesterov ? fused(keep, sum, plus: slope) : sum, plus: w[i])
        check[0] = fused(w[i], 0, plus: check[0])
        i &+= 1
      }
      if check != zero { faults.add(1, ordering: .relaxed) }
    }
    return faults.load(ordering: .relaxed) == 0
  }
}

/// A fall by a power of what is left, in equal steps: in epoch e of E the learning rate is multiplied with
/// `(1 − k/steps)^power`, `k = ⌊steps · e/E⌋`.
package struct PowerSchedule: Hashable, Sendable {
  package var steps: Int
  package var power: Double

  package init(steps: Int, power: Double) {
    self.steps = steps
    self.power = power
  }

  /// What the first rate is multiplied with in an epoch, counted from 0, of so many.
  package func multiplier(epoch: Int, of epochs: Int) -> Double {
    pow(1 - Double(steps * epoch / max(1, epochs)) / Double(steps), power)
  }
}

/// A staircase: the learning rate is multiplied with `factor` at the start of each of the epochs `at`.
package struct StepSchedule: Hashable, Sendable {
  /// Epochs (counted from 0) before which the factor is applied.
  package var at: [Int]
  package var factor: Double

  package init(at: [Int], factor: Double = 0.1) {
    self.at = at
    self.factor = factor
  }

  /// What the first rate is multiplied with in an epoch, counted from 0.
  package func multiplier(epoch: Int) -> Double {
    at.reduce(1) { $1 <= epoch ? $0 * factor : $0 }
  }
}
