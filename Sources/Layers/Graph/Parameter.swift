import Tensors

/// Trainable numbers of a model with their gradient and momentum.
package final class Parameter {
  /// How the numbers lie in memory compared with PyTorch's files.
  package enum Layout: Sendable {
    /// As the shape says.
    case plain
    /// A convolution's weights: `[K, R, S, C]` here, `[K, C, R, S]` in files.
    case convolution
  }

  /// Who a parameter belongs to, which decides its learning rate and decay.
  package enum Group: String, Sendable, CaseIterable {
    /// The backbone's, pretrained or not.
    case backbone
    /// The task heads'.
    case new
    /// The log variances of uncertainty weighting: no decay.
    case logVariance
  }

  /// The name in files: torchvision's for the backbone.
  package let name: String
  /// The name of the layer that it belongs to: its own without `.weight` or `.bias`.
  package var layer: String {
    for ending in [".weight", ".bias"] where name.hasSuffix(ending) { return String(name.dropLast(ending.count)) }
    return name
  }
  /// How the numbers lie in memory.
  package let layout: Layout
  /// Who the parameter belongs to.
  package let group: Group
  /// The numbers.
  package let value: Tensor
  /// The gradient of the loss; meaningful where ``hasGradient`` is set.
  package let gradient: Tensor
  /// The optimiser's running sum of gradients.
  package let momentum: Tensor
  /// Whether a gradient has arrived since the optimiser's last step.
  package internal(set) var hasGradient = false
  /// Whether it stays as it is: no gradient is computed for it.
  package var isFrozen = false

  init(name: String, layout: Layout, group: Group, value: Tensor, gradient: Tensor, momentum: Tensor) {
    self.name = name
    self.layout = layout
    self.group = group
    self.value = value
    self.gradient = gradient
    self.momentum = momentum
  }

  /// Lets `write` add to the gradient: it gets the memory and whether to add to it or to overwrite it.
  func accumulate(_ write: (_ gradient: Tensor, _ accumulate: Bool) -> Void) {
    guard !isFrozen else { return }
    write(gradient, hasGradient)
    hasGradient = true
  }
}

/// Numbers of a model that are not trained: BatchNorm's running statistics.
package struct RunningStatistic {
  /// The name in files.
  package let name: String
  /// The numbers.
  package let value: Tensor
}

/// All numbers of a model by name, in the order in which the model registered them.
package final class ParameterStore {
  /// The engine whose memory holds the numbers.
  package let engine: Engine
  /// The trainable numbers.
  package private(set) var parameters: [Parameter] = []
  /// The numbers that are not trained.
  package private(set) var statistics: [RunningStatistic] = []

  /// Makes an empty store.
  package init(on engine: Engine) { self.engine = engine }

  /// Registers a parameter, at zero.
  package func parameter(
    _ name: String, shape: [Int], layout: Parameter.Layout = .plain, group: Parameter.Group
  ) -> Parameter {
    let parameter = Parameter(
      name: name, layout: layout, group: group, value: engine.filled(shape), gradient: engine.filled(shape),
      momentum: engine.filled(shape))
    parameters.append(parameter)
    return parameter
  }

  /// Registers running statistics.
  package func statistic(_ name: String, shape: [Int], value: Float) -> Tensor {
    let tensor = engine.filled(shape, with: value)
    statistics.append(RunningStatistic(name: name, value: tensor))
    return tensor
  }

  /// How many trainable numbers there are.
  package var parameterCount: Int { parameters.reduce(0) { $0 + $1.value.count } }
}
