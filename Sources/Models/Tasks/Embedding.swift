import Configuration
import Layers
import Support
import Tensors

/// What an embedding is made of.
package enum EmbeddingPooling: String, Sendable, CaseIterable {
  /// The largest value of each channel.
  case max
  /// The mean of each channel.
  case average
}

/// An embedding of unit length that is learned from triplets: images of one identity nearer than those of others.
///
///     e = v / |v|,   v = W · pooled(X) + b        loss: ``Tape/tripletLoss(_:triplets:margin:)``
///
/// Source: Almazán, Gajic, Murray and Larlus, "Re-ID done right: towards good practices for person re-identification",
/// arXiv 1801.05339.
package struct EmbeddingTask: Task {
  /// D, the embedding's numbers; nil for as many as the map has channels.
  package var dimension: Int?
  package var pooling: EmbeddingPooling
  /// How much farther than the positive, in squared distance, the negative of a triplet must be.
  package var margin: Double

  package static let name = TaskName.embedding
  package static let mark = "tri"
  package static let meaning = "An embedding of unit length, from triplets of images."
  package static let lookedForInBatch: String? = "triplets"
  package static let keys: [Key<EmbeddingTask>] = [
    Key(
      "dimension", \.dimension, .optional(.int(in: 1...8192), or: "features"),
      "The embedding's numbers; 'features' takes as many as the feature map has channels."),
    Key("pooling", \.pooling, .word, "What it is made of: the largest value of each channel, or its mean."),
    Key(
      "margin", \.margin,
      Form.number(in: 0...4).checked { margin, setting throws(ConfigurationError) in
        // Squared distances of vectors of unit length lie between 0 and 4.
        guard margin > 0, margin < 4 else { throw setting.error("must be above 0 and below 4") }
      }.called("number above 0, below 4"),
      "How much larger the squared distance to the other identity must be for a triplet to have no loss."),
  ]

  package init() { self.init(dimension: nil) }

  package init(dimension: Int? = nil, pooling: EmbeddingPooling = .max, margin: Double = 0.1) {
    self.dimension = dimension
    self.pooling = pooling
    self.margin = margin
  }

  package var variant: String? { pooling == .average ? "average" : nil }

  package func vectors(in sizes: TaskSizes) -> [DescriptorLayout.Vector] {
    [.init(.embedding, width: width(in: sizes))]
  }

  package func parameterCount(in sizes: TaskSizes) -> Int { (sizes.features + 1) * width(in: sizes) }

  package func sketch(on map: MapExtent, beside tasks: TaskSet, in sizes: TaskSizes) -> TaskSketch {
    TaskSketch(
      from: .features,
      through: [
        .step(pooling == .max ? "maximum of each channel" : "mean", "\(sizes.features)"),
        .step("linear", "\(width(in: sizes))"), .vector("to unit length", "\(width(in: sizes))"),
        .loss("triplets, margin \(margin)"),
      ])
  }

  package func network(in sizes: TaskSizes, _ store: ParameterStore) -> any TaskNetwork {
    let width = width(in: sizes)
    return Network(
      task: self, weight: store.parameter("embed.weight", shape: [width, sizes.features], group: .new),
      bias: store.parameter("embed.bias", shape: [width], group: .new))
  }

  private func width(in sizes: TaskSizes) -> Int { dimension ?? sizes.features }

  private struct Network: TaskNetwork {
    let task: EmbeddingTask
    /// `[D, Z]`.
    let weight: Parameter
    /// `[D]`.
    let bias: Parameter

    func pools(of features: Tensor, on engine: Engine) -> [[Range<Int>]] {
      task.pooling == .average ? [features.allRows] : []
    }

    func callAsFunction(_ pass: TaskPass, pooled: [PooledRows], on tape: Tape) -> TaskOutput {
      let vector = pooled.first?.vector ?? tape.channelMaxima(pass.features)
      tape.trace("pooled", vector)
      var output = TaskOutput()
      output.vectors = [tape.unitLength(tape.linear(vector, weight, bias: bias))]
      return output
    }

    func callAsFunction(_ pass: GraphPass, in graph: OperatorGraph) -> GraphOutput {
      let kind = task.pooling == .average ? "ReduceMean" : "ReduceMax"
      var output = GraphOutput()
      output.vectors = [
        graph.unitLength(graph.linear(graph.reduced(kind, pass.features, over: [2, 3]), weight, bias: bias))
      ]
      return output
    }

    /// Without triplets from the sampler, each image's hardest within the batch.
    func loss(of output: TaskOutput, _ targets: TrainingTargets, on tape: Tape) -> TaskLoss {
      let terms = output.vectors.map { embedding in
        let triplets =
          targets.triplets
          ?? Triplet.hardest(in: embedding.tensor, identities: targets.identities, on: tape.engine)
        return tape.tripletLoss(embedding, triplets: triplets, margin: task.margin)
      }
      return TaskLoss(.embedding, terms, .sum)
    }

    /// The lengths of outputs stay near those of the pooled vectors, so that training starts with distances that tell
    /// images apart (chosen).
    func deviation(of parameter: Parameter) -> Double? {
      parameter === weight ? (1 / Double(weight.value.shape[1])).squareRoot() : nil
    }
  }
}

extension TaskName {
  package static let embedding = TaskName(of: "embedding")
}

extension DescriptorLayout.Slot {
  /// The embedding task's.
  package static let embedding = Self(task: .embedding)
}
