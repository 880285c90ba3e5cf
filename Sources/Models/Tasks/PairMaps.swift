import Layers
import Tensors

/// The maps that pairs of images are judged by, of several scales: each finer one adds the coarser one, enlarged, to
/// its own stage's channels (an hourglass).
///
///     topₙ = BatchNorm(lateralₙ · stage₄₋ₙ) + topₙ₋₁ enlarged        Fₙ = relu(topₙ)
struct PairMaps {
  private let laterals: [(weight: Parameter, norm: BatchNorm)]

  init(_ task: PairsTask, _ sizes: TaskSizes, in store: ParameterStore) {
    let weights = (0..<task.scales).map { n in
      store.parameter(
        "laterals.\(n).weight", shape: [task.width, 1, 1, sizes.backbone.channels(ofStage: 4 - n)],
        layout: .convolution, group: .new)
    }
    laterals = weights.enumerated().map { n, weight in
      (weight, BatchNorm("lateral_bns.\(n)", channels: task.width, group: .new, in: store))
    }
  }

  /// - Parameter stages: the maps behind the backbone's stages.
  /// - Returns: `[N, Hₙ, Wₙ, V]` of each scale, the coarsest first.
  func callAsFunction(_ stages: [Value], on tape: Tape) -> [Value] {
    var top: Value?
    return zip(laterals, stages.reversed()).map { lateral, stage in
      let own = tape.widened(tape.convolution(stage, lateral.weight, then: lateral.norm, activation: .none))
      let sum = top.map { tape.enlargedSum(own, $0) } ?? own
      top = sum
      return tape.rectified(sum)
    }
  }

  func callAsFunction(_ stages: [OperatorGraph.Value], in graph: OperatorGraph) -> [OperatorGraph.Value] {
    var top: OperatorGraph.Value?
    return zip(laterals, stages.reversed()).map { lateral, stage in
      let own = graph.convolution(stage, lateral.weight, then: lateral.norm, activation: .none)
      let sum = top.map { graph.apply("Add", own, graph.enlarged($0, to: own)) } ?? own
      top = sum
      return graph.rectified(sum)
    }
  }
}
