/// Stochastic gradient descent in double precision, PyTorch's form.
///
///     m = momentum · m + gradient + decay · w        w = w − rate · m
package struct DescentOracle {
  /// The numbers that are trained.
  package private(set) var weights: [Double]
  /// The running sum of gradients.
  package private(set) var velocity: [Double]

  /// Starts from these numbers, at rest.
  package init(_ weights: [Double]) {
    self.weights = weights
    velocity = Array(repeating: 0, count: weights.count)
  }

  /// Takes one step.
  package mutating func step(
    _ gradient: [Double], rate: Double, momentum: Double, decay: Double, isNesterov: Bool = false
  ) {
    for i in weights.indices {
      let slope = gradient[i] + decay * weights[i]
      velocity[i] = momentum * velocity[i] + slope
      weights[i] -= rate * (isNesterov ? slope + momentum * velocity[i] : velocity[i])
    }
  }
}
