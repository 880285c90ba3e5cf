import Tensors

/// Trainable numbers of a model with their gradient and momentum.
package final class Parameter {
  /// How the numbers lie in memory compared with PyTorch's files.
  package enum Layout: Sendable {
    /// As the shape says.
    case plain
    /// A convolution's weights: `[K, R, S, C]` here, `[K, C, R, S]` in files.
    case convolution
    /// A linear layer's that reads a whole map: `[K, R, S, C]` here, `[K, C·R·S]` in files.
    case wholeMap
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
  package let layout: Layout
  package let group: Group
  /// What its group's learning rate is multiplied with for it.
  package let rate: Double
  package let value: Tensor
  /// The gradient of the loss; meaningful where ``hasGradient`` is set.
  package let gradient: Tensor
  /// The optimiser's running sum of gradients.
  package let momentum: Tensor
  /// Whether a gradient has arrived since the optimiser's last step.
  package internal(set) var hasGradient = false
  /// The gradients of a batch's further shards, until they are added to the first one's.
  private var further: [ShardGradient] = []
  /// Whether the batch's gradient is being made of what its shards gave: none of them adds to it any more.
  var isHandedOver = false
  /// Whether it stays as it is: no gradient is computed for it.
  package var isFrozen = false

  init(name: String, layout: Layout, group: Group, rate: Double, value: Tensor, gradient: Tensor, momentum: Tensor) {
    self.name = name
    self.layout = layout
    self.group = group
    self.rate = rate
    self.value = value
    self.gradient = gradient
    self.momentum = momentum
  }

  /// Lets `write` add to a shard's gradient: it gets the memory and whether to add to it or to overwrite it.
  func accumulate(
    of shard: Shard, on engine: Engine, _ write: (_ gradient: Tensor, _ accumulate: Bool) -> Void
  ) {
    guard !isFrozen else { return }
    precondition(!isHandedOver, "\(name) got a gradient after its last one")
    guard shard.place > 0 else {
      write(gradient, hasGradient)
      hasGradient = true
      return
    }
    while further.count < shard.place { further.append(ShardGradient(sum: engine.empty(gradient.shape))) }
    let own = shard.place - 1
    write(further[own].sum, further[own].hasArrived)
    further[own].hasArrived = true
  }

  /// Makes the gradient the sum of the gradients of this process's shards, taken in the tree of ``Shard``; a shard from
  /// which none came counts as zeros.
  func addShards(on engine: Engine) {
    defer { for place in further.indices { further[place].hasArrived = false } }
    guard hasGradient || further.contains(where: \.hasArrived) else { return }
    if !hasGradient { gradient.values.update(repeating: 0) }
    for shard in further where !shard.hasArrived { shard.sum.values.update(repeating: 0) }
    let parts = [gradient] + further.map(\.sum)
    var distance = 1
    while distance < parts.count {
      for place in stride(from: 0, to: parts.count - distance, by: 2 * distance) {
        Elementwise.add(parts[place + distance], to: parts[place], on: engine)
      }
      distance *= 2
    }
    hasGradient = true
  }
}

/// A parameter's gradient from one shard of a batch.
private struct ShardGradient {
  let sum: Tensor
  var hasArrived = false
}

/// Numbers of a model that are not trained: BatchNorm's running statistics.
package struct RunningStatistic {
  package let name: String
  package let value: Tensor
}

/// All numbers of a model by name, in the order in which the model registered them.
package final class ParameterStore {
  /// The engine whose memory holds the numbers.
  package let engine: Engine
  package private(set) var parameters: [Parameter] = []
  package private(set) var statistics: [RunningStatistic] = []

  package init(on engine: Engine) { self.engine = engine }

  /// Registers a parameter, at zero.
  ///
  /// - Parameter rate: what its group's learning rate is multiplied with for it.
  package func parameter(
    _ name: String, shape: [Int], layout: Parameter.Layout = .plain, group: Parameter.Group, rate: Double = 1
  ) -> Parameter {
    let parameter = Parameter(
      name: name, layout: layout, group: group, rate: rate, value: engine.filled(shape),
      gradient: engine.filled(shape), momentum: engine.filled(shape))
    parameters.append(parameter)
    return parameter
  }

  package func statistic(_ name: String, shape: [Int], value: Float) -> Tensor {
    let tensor = engine.filled(shape, with: value)
    statistics.append(RunningStatistic(name: name, value: tensor))
    return tensor
  }

  /// The parameter of a name; nil where there is none.
  package func parameter(named name: String) -> Parameter? { parameters.first { $0.name == name } }

  /// How many trainable numbers there are.
  package var parameterCount: Int { parameters.reduce(0) { $0 + $1.value.count } }
}

extension Parameter {
  /// The shape in files.
  package var storedShape: [Int] {
    let shape = value.shape
    return switch layout {
    case .plain: shape
    case .convolution: [shape[0], shape[3], shape[1], shape[2]]
    case .wholeMap: [shape[0], shape[3] * shape[1] * shape[2]]
    }
  }

  /// The numbers in the order of files.
  package var storedValues: [Float] { reordered(value) }

  /// The gradient in the order of files.
  package var storedGradient: [Float] { reordered(gradient) }

  /// The momentum in the order of files.
  package var storedMomentum: [Float] { reordered(momentum) }

  /// Takes numbers in the order of files; there must be as many as the parameter has.
  package func load(_ stored: [Float]) { load(stored, into: value) }

  /// Takes the momentum in the order of files.
  package func loadMomentum(_ stored: [Float]) { load(stored, into: momentum) }

  /// Sets a gradient that is computed outside the graph.
  package func setGradient(_ values: [Float]) {
    precondition(values.count == gradient.count)
    guard !isFrozen else { return }
    _ = gradient.values.update(fromContentsOf: values)
    hasGradient = true
  }

  private func load(_ stored: [Float], into target: Tensor) {
    precondition(stored.count == target.count, "\(name) has \(target.count) numbers, not \(stored.count)")
    forEachPlace { place, storedPlace in target.pointer[place] = stored[storedPlace] }
  }

  private func reordered(_ tensor: Tensor) -> [Float] {
    var result = [Float](repeating: 0, count: tensor.count)
    forEachPlace { place, storedPlace in result[storedPlace] = tensor.pointer[place] }
    return result
  }

  private func forEachPlace(_ visit: (_ place: Int, _ storedPlace: Int) -> Void) {
    guard layout != .plain else {
      for place in 0..<value.count { visit(place, place) }
      return
    }
    let (filters, rows, columns, channels) = (value.shape[0], value.shape[1], value.shape[2], value.shape[3])
    var place = 0
    for k in 0..<filters {
      for position in 0..<rows * columns {
        for c in 0..<channels {
          visit(place, (k * channels + c) * rows * columns + position)
          place += 1
        }
      }
    }
  }
}
