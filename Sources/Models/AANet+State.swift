import Layers
import Support
import Tensors

/// A model's numbers as tensors by name, in PyTorch's shapes.
extension AANet {
  /// The parameters and running statistics, each name behind `prefix`.
  package func state(prefix: String = "") -> [String: StoredTensor] {
    var tensors: [String: StoredTensor] = [:]
    for parameter in store.parameters {
      tensors[prefix + parameter.name] = StoredTensor(parameter.storedValues, shape: parameter.storedShape)
    }
    for statistic in store.statistics {
      tensors[prefix + statistic.name] = StoredTensor(statistic.value.array, shape: statistic.value.shape)
    }
    return tensors
  }

  /// The optimiser's momentum by parameter name, each behind `prefix`.
  package func momentumState(prefix: String) -> [String: StoredTensor] {
    Dictionary(
      uniqueKeysWithValues: store.parameters.map {
        (prefix + $0.name, StoredTensor($0.storedMomentum, shape: $0.storedShape))
      })
  }

  /// Loads every parameter and running statistic from tensors whose names stand behind `prefix`.
  ///
  /// - Throws: ``PlainError`` that names a missing tensor or one of another shape; nothing is loaded then.
  package func load(_ tensors: [String: StoredTensor], prefix: String = "") throws(PlainError) {
    for parameter in store.parameters { try check(tensors, prefix + parameter.name, parameter.storedShape) }
    for statistic in store.statistics { try check(tensors, prefix + statistic.name, statistic.value.shape) }
    for parameter in store.parameters {
      if let stored = tensors[prefix + parameter.name] { parameter.load(stored.floats) }
    }
    for statistic in store.statistics {
      if let stored = tensors[prefix + statistic.name] {
        _ = statistic.value.values.update(fromContentsOf: stored.floats)
      }
    }
  }

  /// Loads the optimiser's momentum from tensors whose names stand behind `prefix`.
  ///
  /// - Throws: ``PlainError`` that names a missing tensor or one of another shape; nothing is loaded then.
  package func loadMomentum(_ tensors: [String: StoredTensor], prefix: String) throws(PlainError) {
    for parameter in store.parameters { try check(tensors, prefix + parameter.name, parameter.storedShape) }
    for parameter in store.parameters {
      if let stored = tensors[prefix + parameter.name] { parameter.loadMomentum(stored.floats) }
    }
  }

  /// Loads everything that training goes on from: parameters and running statistics, whose names stand behind `prefix`,
  /// and the optimiser's momentum behind `momentum`.
  ///
  /// - Throws: ``PlainError`` that names a missing tensor or one of another shape; nothing is loaded then.
  package func load(_ tensors: [String: StoredTensor], prefix: String, momentum: String) throws(PlainError) {
    for parameter in store.parameters { try check(tensors, momentum + parameter.name, parameter.storedShape) }
    try load(tensors, prefix: prefix)
    try loadMomentum(tensors, prefix: momentum)
  }

  /// Gives the tasks' own stages that start from the backbone its parameters and running statistics.
  package func copyBackbone() {
    let prefixes = tasks.flatMap(\.network.copiesOfBackbone)
    let values = store.parameters.map { ($0.name, $0.value) } + store.statistics.map { ($0.name, $0.value) }
    let own = Dictionary(uniqueKeysWithValues: values.filter { $0.0.hasPrefix(ResNet.backbonePrefix) })
    for (name, value) in values {
      guard let prefix = prefixes.first(where: name.hasPrefix),
        let source = own[ResNet.backbonePrefix + name.dropFirst(prefix.count)]
      else { continue }
      _ = value.values.update(fromContentsOf: source.array)
    }
  }

  private func check(_ tensors: [String: StoredTensor], _ name: String, _ shape: [Int]) throws(PlainError) {
    guard let stored = tensors[name] else { throw PlainError("the tensor '\(name)' is missing") }
    guard stored.shape == shape else {
      throw PlainError("the tensor '\(name)' has the shape \(stored.shape); the model needs \(shape)")
    }
  }
}

extension AANetConfiguration {
  /// The training identities of a network of this description whose numbers are stored behind `prefix`: the rows of the
  /// first parameter that has one for each; nil where none has.
  package func identities(in stored: [String: StoredTensor], prefix: String) -> Int? {
    let engine = Engine(threads: 1)
    let shapes = [2, 3].map { identities in
      var small = sketch
      small.labels.identities = identities
      return AANet(small, on: engine).store.parameters.map { (name: $0.name, shape: $0.storedShape) }
    }
    let first = zip(shapes[0], shapes[1]).first { $0.shape.first != $1.shape.first }
    return first.flatMap { stored[prefix + $0.0.name]?.shape.first }
  }
}
