import Configuration
import Layers
import Tensors

/// What of the parts goes into the descriptor.
package enum StripDescriptor: String, Sendable, CaseIterable {
  /// Their means, Z numbers a part.
  case means = "G"
  /// What their means are reduced to, V numbers a part.
  case reduced = "H"
}

/// Identity from each of several averaged parts, which share one reduction Z → V and have classifiers of their own.
///
/// The parts are equal strips of rows, or what the refinement task makes of them in a pass in which it takes part.
///
/// Source: Sun et al., "Beyond Part Models", ECCV 2018 (PCB), in the form of the authors' code. With a reduction for each
/// part it is the part task with uniform bins.
package struct StripsTask: Task {
  /// How many parts.
  package var parts = 6
  /// V.
  package var width = 256
  /// How likely each number of a part's mean is dropped in a step of training.
  package var dropout = 0.5
  package var descriptor: StripDescriptor = .means

  package static let name = TaskName.strips
  package static let mark = "s"
  package static let meaning = "Identity from each of several strips, which share a reduction."
  package static let keys: [Key<StripsTask>] = [
    Key("parts", \.parts, .int(in: 1...64), "How many strips; at most the rows of the feature map."),
    Key("width", \.width, .int(in: 1...8192), "The numbers that each strip's mean is reduced to."),
    Key("dropout", \.dropout, .belowOne, "How likely each number of a strip's mean is dropped in a step of training."),
    Key(
      "descriptor", \.descriptor, .word,
      "What goes into the descriptor, each at unit length: the strips' means (G), or what they are reduced to (H)."),
  ]

  package init() {}

  package var variant: String? { descriptor == .reduced ? "H" : nil }
  package var addsUpTerms: Bool { true }

  package func fault(on map: MapExtent) -> SettingFault? {
    SettingFault.tooManyStrips(parts, of: .strips, on: map)
  }

  package func vectors(in sizes: TaskSizes) -> [DescriptorLayout.Vector] {
    (0..<parts).map { .init(.strip($0), width: descriptor == .means ? sizes.features : width) }
  }

  package func parameterCount(in sizes: TaskSizes) -> Int {
    width * (sizes.features + 2) + parts * (width + 1) * sizes.labels.identities
  }

  package func sketch(on map: MapExtent, beside tasks: TaskSet, in sizes: TaskSizes) -> TaskSketch {
    let (given, reduced) = (String.numbers(parts, sizes.features), String.numbers(parts, width))
    let isRefined = tasks.refinement != nil
    let means = TaskSketch.Box.step(
      "means of \(parts) \(isRefined ? "parts, equal strips where refinement rests" : "equal strips")", given)
    let reduction = TaskSketch.Box.step(
      (dropout > 0 ? "dropout \(dropout), " : "") + "one linear, BatchNorm, ReLU for all", reduced)
    let classified: [TaskSketch.Box] = [.identities(parts), .loss(.crossEntropies(parts))]
    let first =
      descriptor == .means
      ? [means, .vector("each to unit length", given)]
      : [means, reduction, .vector("each to unit length", reduced)]
    return TaskSketch([
      .init(reads: (isRefined ? [.task(.refinement)] : []) + [.features], boxes: first),
      .init(reads: [.task(.strips)], boxes: (descriptor == .means ? [reduction] : []) + classified),
    ])
  }

  package func network(in sizes: TaskSizes, _ store: ParameterStore) -> any TaskNetwork {
    Network(self, sizes, in: store)
  }

  private struct Network: TaskNetwork {
    let task: StripsTask
    /// `[V, Z]`.
    let reduce: Parameter
    let norm: BatchNorm
    /// Of each part.
    let classifiers: [IdentityClassifier]

    init(_ task: StripsTask, _ sizes: TaskSizes, in store: ParameterStore) {
      self.task = task
      reduce = store.parameter("part_reduce.weight", shape: [task.width, sizes.features], group: .new)
      norm = BatchNorm("part_bn", channels: task.width, group: .new, in: store)
      classifiers = (0..<task.parts).map { part in
        IdentityClassifier("part_classifiers.\(part)", inputs: task.width, sizes, in: store)
      }
    }

    func callAsFunction(_ pass: TaskPass, pooled: [PooledRows], on tape: Tape) -> TaskOutput {
      let batch = pass.features.shape[0]
      let means = means(pass, on: tape)
      let kept = pass.dropped(means, task.dropout, by: .strips, on: tape)
      // BatchNorm sees all images' parts as one batch.
      let reduced = tape.batchNorm(tape.linear(kept, reduce), norm)
      var output = TaskOutput()
      switch task.descriptor {
      case .means: output.vectors = parts(of: tape.unitLength(means), batch, on: tape)
      case .reduced: output.vectors = parts(of: tape.unitLength(reduced), batch, on: tape)
      }
      if tape.isTraced { tape.trace("H", tape.unitLength(reduced).reshaped([batch, task.parts * task.width])) }
      if tape.isRecording {
        output.identityLogits = zip(classifiers, parts(of: reduced, batch, on: tape)).map { $0($1, on: tape) }
      }
      return output
    }

    /// The parts' means, `[N·P, Z]`: an image's parts one after the other.
    private func means(_ pass: TaskPass, on tape: Tape) -> Value {
      let x = pass.features
      let shape = [x.shape[0] * task.parts, x.shape[3]]
      if let assignment = pass.outputs[.refinement]?.assignment {
        return tape.partMeans(x, assignment: assignment).reshaped(shape)
      }
      let strips = PartBins.regions(of: x.tensor, parts: task.parts, binning: .uniform, on: tape.engine)
      return tape.joined(tape.regionMeans(x, regions: strips)).reshaped(shape)
    }

    func callAsFunction(_ pass: GraphPass, in graph: OperatorGraph) -> GraphOutput {
      let means = means(pass, in: graph)
      let (parts, channels) = (means.shape[0], means.shape[1])
      var output = GraphOutput()
      switch task.descriptor {
      case .means: output.vectors = graph.each(graph.unitLength(means))
      case .reduced:
        let rows = graph.reshaped(means, [channels])
        let reduced = graph.unitLength(graph.batchNorm(graph.linear(rows, reduce), norm))
        output.vectors = graph.each(graph.reshaped(reduced, [parts, task.width]))
      }
      return output
    }

    /// The parts' means, `[N, P, Z]`.
    private func means(_ pass: GraphPass, in graph: OperatorGraph) -> OperatorGraph.Value {
      guard let assignment = pass.outputs[.refinement]?.assignment else {
        return PartBins.parts(of: pass.features, count: task.parts, binning: .uniform, in: graph).means
      }
      let sums = graph.product(assignment, graph.places(of: pass.features))
      return graph.apply("Mul", sums, graph.float(Float(task.parts) / Float(assignment.shape[1])))
    }

    /// Each part of `[N·P, C]`, `[N, C]`.
    private func parts(of value: Value, _ batch: Int, on tape: Tape) -> [Value] {
      let width = value.shape[1]
      let rows = value.reshaped([batch, task.parts * width])
      return (0..<task.parts).map { tape.columns($0 * width..<($0 + 1) * width, of: rows) }
    }

    func loss(of output: TaskOutput, _ targets: TrainingTargets, on tape: Tape) -> TaskLoss {
      TaskLoss(identities: .strips, output, targets, .sum, on: tape)
    }
  }
}

extension TaskName {
  package static let strips = TaskName(of: "strips")
}

extension DescriptorLayout.Slot {
  /// A strip's, counted from the top, from 0.
  package static func strip(_ number: Int) -> Self { Self(task: .strips, number: number) }
}
