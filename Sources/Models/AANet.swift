import Layers
import Tensors

/// A backbone and the tasks on its feature map: with the paper's four, the Attribute Attention Network.
///
/// Source: Tay, Roy, Yap, "AANet: Attribute Attention Network for Person Re-Identifications", CVPR 2019.
package struct AANet {
  /// What the network is made of.
  package let configuration: AANetConfiguration
  /// All its numbers.
  package let store: ParameterStore
  /// How its losses are weighed.
  package let multiTaskLoss: MultiTaskLoss
  /// Which numbers of its descriptors are whose.
  package let layout: DescriptorLayout
  let backbone: ResNet
  /// In the order of the list of all tasks.
  package let tasks: [(name: TaskName, network: any TaskNetwork)]
  /// The names of the parameters and running statistics that each task registered.
  let owned: [TaskName: Set<String>]

  /// Registers the network's parameters, all at their neutral values: load or initialise them next.
  package init(_ configuration: AANetConfiguration, on engine: Engine) {
    let store = ParameterStore(on: engine)
    self.configuration = configuration
    self.store = store
    layout = configuration.descriptorLayout
    backbone = ResNet(configuration.backbone, prefix: ResNet.backbonePrefix, in: store)
    var owned: [TaskName: Set<String>] = [:]
    tasks = configuration.tasks.sized(configuration.sizes).map { task, sizes in
      let before = store.names
      let network = task.network(in: sizes, store)
      owned[task.name] = store.names.subtracting(before)
      return (task.name, network)
    }
    self.owned = owned
    multiTaskLoss = MultiTaskLoss(configuration, in: store)
  }

  /// The classifiers of identities, by the vector that each reads.
  package var identityHeads: [DescriptorLayout.Slot: IdentityHead] {
    tasks.reduce(into: [:]) { heads, task in heads.merge(task.network.identityHeads) { first, _ in first } }
  }

  /// What judges pairs of images by their maps; nil where no task does.
  package var pairHead: PairHead? { tasks.lazy.compactMap(\.network.pairHead).first }

  /// What a pass over a batch gives.
  package struct Output {
    /// The feature map X, `[N, H, W, Z]`.
    package let features: Value
    /// Which of the vectors are whose.
    package let layout: DescriptorLayout
    /// What each task gives.
    package let tasks: [(name: TaskName, output: TaskOutput)]
    /// The vectors of the descriptor in the layout's order, each `[N, width]`.
    package let vectors: [Tensor]

    init(features: Value, layout: DescriptorLayout, tasks: [(name: TaskName, output: TaskOutput)]) {
      self.features = features
      self.layout = layout
      self.tasks = tasks
      vectors = tasks.flatMap(\.output.vectors).map(\.tensor)
    }

    /// Identity logits `[N, C]` of the tasks that classify identities and gave some: all of them in training.
    package var identityLogits: [TaskName: [Value]] {
      Dictionary(uniqueKeysWithValues: tasks.map { ($0.name, $0.output.identityLogits) }).filter { !$0.value.isEmpty }
    }
    /// Attribute logits `[N, classes]`, in the order of the labels.
    package var attributeLogits: [Value] { tasks.flatMap { $0.output.attributes.map(\.logits) } }
    /// The rows of each part in each image.
    package var partRegions: [[Range<Int>]] { tasks.flatMap(\.output.rows) }
    /// The attribute attention map, `[N, H, W]`.
    package var attentionMap: Tensor? { tasks.compactMap(\.output.map).first }

    /// The maps that images are judged by in pairs, `[N, Hₙ, Wₙ, V]` of each scale, in evaluation.
    package var pairMaps: [Tensor] { tasks.flatMap(\.output.pairMaps) }

    /// The descriptors, one after the other: `N × 12·V` numbers with all tasks on.
    package var descriptors: [Float] {
      let rows = features.shape[0]
      return (0..<rows).flatMap { row in
        vectors.flatMap { vector -> UnsafeMutableBufferPointer<Float> in
          let width = vector.shape[1]
          return UnsafeMutableBufferPointer(start: vector.pointer + row * width, count: width)
        }
      }
    }
  }

  /// What is particular to a pass.
  package struct Rules {
    /// The tasks that take part; nil for all.
    package var tasks: Set<TaskName>?
    /// Where what training leaves to chance is drawn from; nil where nothing is.
    package var draws: StepDraws?

    package init(tasks: Set<TaskName>? = nil, draws: StepDraws? = nil) {
      self.tasks = tasks
      self.draws = draws
    }
  }

  /// Runs the network over a batch.
  ///
  /// - Parameters:
  ///   - images: `[N, H, W, 3]`, normalised.
  ///   - inputs: what the tasks read of each image beside it (``AANetConfiguration/inputs(height:width:)``), `[N]` +
  ///     ``CueInput/shape``.
  ///   - seeFeatureGradient: gets the total loss's gradient by X, `N·H·W·Z` numbers, when the reverse pass reaches it.
  package func callAsFunction(
    _ images: Value, inputs: [CueInput: Tensor] = [:], on tape: Tape, as rules: Rules = Rules(),
    seeFeatureGradient: (([Float]) -> Void)? = nil
  ) -> Output {
    output(
      of: backbone(images, on: tape), images: images, inputs: inputs, on: tape, as: rules,
      seeFeatureGradient: seeFeatureGradient)
  }

  /// Runs the tasks over a batch whose maps are there.
  func output(
    of stages: [Value], images: Value, inputs: [CueInput: Tensor], on tape: Tape, as rules: Rules,
    seeFeatureGradient: (([Float]) -> Void)? = nil
  ) -> Output {
    var pass = TaskPass(images: images, inputs: inputs, stages: stages, draws: rules.draws, on: tape)
    let features = pass.features
    if let seeFeatureGradient { tape.observeGradient(of: features, seeFeatureGradient) }
    let tasks = tasks.filter { rules.tasks?.contains($0.name) ?? true }
    // One pass over X averages what all tasks ask for.
    let pools = tasks.map { $0.network.pools(of: features.tensor, on: tape.engine) }
    let regions = pools.flatMap { $0 }
    var vectors = regions.isEmpty ? [] : tape.regionMeans(features, regions: regions)[...]
    let outputs = zip(tasks, pools).map { task, rows in
      let pooled = zip(rows, vectors).map { PooledRows(rows: $0, vector: $1) }
      vectors = vectors.dropFirst(rows.count)
      let output = task.network(pass, pooled: pooled, on: tape)
      pass.outputs[task.name] = output
      return (task.name, output)
    }
    return Output(features: features, layout: layout, tasks: outputs)
  }

  /// The losses of a training pass, in the order of the tasks that took part and have one.
  package func losses(_ output: Output, _ targets: TrainingTargets, on tape: Tape) -> [TaskLoss] {
    output.tasks.compactMap { name, output in
      tasks.first { $0.name == name && multiTaskLoss.weighs(name) }?.network.loss(of: output, targets, on: tape)
    }
  }
}
