import Configuration
import Layers
import Tensors

/// Identity from the whole map: the paper's GFN and `L_g`. It has no setting of its own.
package struct GlobalTask: Task {
  package static let name = TaskName.global
  package static let mark = "g"
  package static let meaning = "Identity from the whole image."
  package static let keys: [Key<GlobalTask>] = []

  package init() {}

  package func vectors(in sizes: TaskSizes) -> [DescriptorLayout.Vector] { [.init(.global, width: sizes.width)] }

  package func parameterCount(in sizes: TaskSizes) -> Int { IdentityHead.parameterCount(in: sizes) }

  package func sketch(on map: MapExtent, beside tasks: TaskSet, in sizes: TaskSizes) -> TaskSketch {
    TaskSketch(from: .features, through: [.step("mean", "\(sizes.features)")] + TaskSketch.Box.head(in: sizes))
  }

  package func network(in sizes: TaskSizes, _ store: ParameterStore) -> any TaskNetwork {
    Network(head: IdentityHead("global_head", sizes, in: store))
  }

  private struct Network: TaskNetwork {
    let head: IdentityHead

    var identityHeads: [DescriptorLayout.Slot: IdentityHead] { [.global: head] }

    func pools(of features: Tensor, on engine: Engine) -> [[Range<Int>]] {
      [features.allRows]
    }

    func callAsFunction(_ pass: TaskPass, pooled: [PooledRows], on tape: Tape) -> TaskOutput {
      var output = TaskOutput()
      for pool in pooled { output.classify(pool.vector, by: head, on: tape) }
      return output
    }

    func callAsFunction(_ pass: GraphPass, in graph: OperatorGraph) -> GraphOutput {
      var output = GraphOutput()
      output.classify(graph.mean(pass.features), by: head, in: graph)
      return output
    }

    func loss(of output: TaskOutput, _ targets: TrainingTargets, on tape: Tape) -> TaskLoss {
      TaskLoss(identities: .global, output, targets, .sum, on: tape)
    }

    /// The class activation map of the likeliest training identity.
    ///
    /// The classifier is not linear in X: between the average and the class scores stand BatchNorm and ReLU. For one
    /// image ReLU is a choice of the units v that are above 0, and given that choice the score of a class is linear:
    ///
    ///     logit = mean over (h,w) of M(h,w) + constant
    ///     M(h,w) = Σ_z u_z · X(h,w,z),   u_z = Σ_{v above 0} W[c,v] · γ_v/√(variance_v + ε) · reduce[v,z]
    ///
    /// which is what the class activation map of a linear classifier is (Zhou et al., CVPR 2016). The paper shows such a
    /// map without saying how it was computed (Figures 3 and 6); the class is the likeliest training identity (chosen).
    func addMaps(of look: ImageLook, to maps: inout ImageMaps) {
      guard let vector = look.vector(0) else { return }
      let numbers = HeadNumbers(head)
      let predicted = numbers.likeliest(vector)
      let weights = numbers.channelWeights(of: predicted, vector: vector)
      let features = look.features
      let (height, width, channels) = (features.shape[1], features.shape[2], features.shape[3])
      let values = (0..<height * width).map { place in
        let line = features.pointer + place * channels
        return Float((0..<channels).reduce(0.0) { $0 + weights[$1] * Double(line[$1]) })
      }
      maps.global = ActivationMap(predicted: predicted, rows: 0..<height, width: width, values: values)
    }
  }
}

extension TaskName {
  package static let global = TaskName(of: "global")
}

extension DescriptorLayout.Slot {
  /// The global task's.
  package static let global = Self(task: .global)
}
