import Layers
import Tensors

/// Where a model's numbers are not finite.
package enum NonFinitePlace: Hashable, Sendable {
  /// A parameter is not, by its name.
  case parameter(String)
  /// A layer makes such numbers of finite ones, by its name; all before it make finite ones.
  case output(of: String)
  /// BatchNorm's running statistics are not, by their name.
  case statistic(String)
  /// Every parameter and every layer's output is finite: the loss alone is not.
  case lossAlone

  /// The layer, parameter or statistic; nil for the loss alone.
  package var name: String? {
    switch self {
    case .parameter(let name), .output(let name), .statistic(let name): name
    case .lossAlone: nil
    }
  }
}

extension AANet {
  /// The first running statistic that is not finite; nil while all are. They are few: looking costs microseconds.
  package var nonFiniteStatistic: NonFinitePlace? {
    store.statistics.first { !$0.value.isFinite }.map { .statistic($0.name) }
  }

  /// Looks for the cause of a loss that is not finite: the first parameter, in forward order, that is not finite, else
  /// the first layer whose output is not, for which the batch is run through the network once more.
  ///
  /// The running statistics move by that, as in any training pass: the model is not to be trained on afterwards.
  ///
  /// - Parameters:
  ///   - images: the batch, or a shard of it, `[N, H, W, 3]`, normalised.
  ///   - inputs: what the tasks read of each image beside it.
  ///   - precision: the tape's.
  ///   - statistics: what BatchNorm divided by.
  ///   - rules: those of the step.
  ///   - shard: which part of the batch the images are. All shards are told the same.
  package func placeOfNonFinite(
    in images: Tensor, inputs: [CueInput: Tensor] = [:], precision: Precision = .single,
    statistics: NormStatistics = .batch, as rules: Rules = Rules(), of shard: Shard = .whole
  ) -> NonFinitePlace {
    if let parameter = store.parameters.first(where: { !$0.value.isFinite }) { return .parameter(parameter.name) }
    var layers: [String] = []
    var first: Int?
    let tape = Tape(
      on: store.engine, mode: .training, precision: precision, statistics: statistics, shard: shard
    ) { layer, output in
      if first == nil, !output.isFinite { first = layers.count }
      layers.append(layer)
    }
    _ = self(tape.input(images), inputs: inputs, on: tape, as: rules)
    let place = Int(shard.merged([Double(first ?? layers.count)]) { [min($0[0], $1[0])] }[0])
    return layers.indices.contains(place) ? .output(of: layers[place]) : .lossAlone
  }
}
