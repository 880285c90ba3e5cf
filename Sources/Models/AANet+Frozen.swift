import Layers

/// Parts of a network by name, and those of them that a phase of training leaves as they are.
extension AANet {
  /// The names of the parameters and running statistics that a word stands for; none where it stands for nothing here.
  ///
  /// - Parameter word: `backbone`, which are all stages that start from its weights; `new`, which is every other layer; a
  ///   task; or the beginning of names up to a dot, as in `backbone.layer4`.
  package func names(of word: String) -> Set<String> {
    let pretrained = [ResNet.backbonePrefix] + tasks.flatMap(\.network.copiesOfBackbone)
    if word == Parameter.Group.new.rawValue {
      return store.names.filter { !pretrained.contains(where: $0.hasPrefix) && $0 != MultiTaskLoss.parameter }
    }
    if word == Parameter.Group.backbone.rawValue {
      return store.names.filter { pretrained.contains(where: $0.hasPrefix) }
    }
    if let task = TaskName(rawValue: word) { return owned[task] ?? [] }
    return store.names.filter { $0 == word || $0.hasPrefix(word + ".") }
  }

  /// The words for large parts of the network, for messages.
  package var words: [String] {
    [Parameter.Group.backbone.rawValue, Parameter.Group.new.rawValue] + tasks.map(\.name.rawValue)
      + (configuration.loss.parameterCount(tasks: 1) > 0 ? [MultiTaskLoss.parameter] : [])
  }

  /// Freezes these parts and no others.
  package func freeze(_ words: [String]) {
    let names = words.reduce(into: Set<String>()) { $0.formUnion(self.names(of: $1)) }
    for parameter in store.parameters { parameter.isFrozen = names.contains(parameter.name) }
  }

  /// Transforms a task's parameters, as a phase of training asks.
  ///
  /// - Returns: what it came to; nil where the task is off or has nothing to transform.
  package func transform(_ task: TaskName) -> Transformation? {
    tasks.first { $0.name == task }.flatMap { $0.network.transform(on: store.engine) }
  }

  /// Whether these words leave no parameter to train.
  package func isWhollyFrozen(by words: [String]) -> Bool {
    let names = words.reduce(into: Set<String>()) { $0.formUnion(self.names(of: $1)) }
    return store.parameters.allSatisfy { names.contains($0.name) }
  }
}

extension ParameterStore {
  /// The names of all numbers.
  var names: Set<String> { Set(parameters.map(\.name) + statistics.map(\.name)) }
}

extension AANetConfiguration {
  /// The same network at the least size: what has names, and takes no memory.
  package var sketch: AANetConfiguration {
    var small = self
    small.backbone.width = 1
    small.head.width = 1
    small.labels.identities = 2
    return small
  }
}
