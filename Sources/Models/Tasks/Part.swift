import Configuration
import Layers
import Tensors

/// Identity from each of several horizontal parts: the paper's PFN and `L_p`.
///
/// Source: paper, section 3.2. How the parts are found is ``PartBins``.
package struct PartTask: Task {
  /// How many parts.
  package var parts: Int
  package var binning: PartBinning
  /// How the parts' losses become `L_p`.
  package var reduction: LossReduction

  package static let name = TaskName.part
  package static let mark = "p"
  package static let meaning = "Identity from each of several horizontal parts."
  package static let keys: [Key<PartTask>] = [
    Key("parts", \.parts, .int(in: 1...64), "How many parts; at most the rows of the feature map."),
    Key(
      "binning", \.binning, .word,
      "How rows are divided: by k-means over the rows in which channels peak, or into equal strips."),
    Key("reduction", \.reduction, .word, "How the parts' losses become one."),
  ]

  package init() { self.init(parts: 6) }

  package init(parts: Int = 6, binning: PartBinning = .kmeans, reduction: LossReduction = .sum) {
    self.parts = parts
    self.binning = binning
    self.reduction = reduction
  }

  package var variant: String? { binning == .uniform ? "uniform" : nil }
  package var addsUpTerms: Bool { reduction == .sum }
  package var partWords: String? { binning.words }

  package func fault(on map: MapExtent) -> SettingFault? {
    SettingFault.tooManyStrips(parts, of: .part, on: map)
  }

  package func vectors(in sizes: TaskSizes) -> [DescriptorLayout.Vector] {
    (0..<parts).map { .init(.part($0), width: sizes.width) }
  }

  package func parameterCount(in sizes: TaskSizes) -> Int { parts * IdentityHead.parameterCount(in: sizes) }

  package func sketch(on map: MapExtent, beside tasks: TaskSet, in sizes: TaskSizes) -> TaskSketch {
    let strips = binning == .uniform ? "equal strips" : "strips by k-means of peaks’ rows"
    return TaskSketch(
      from: .features,
      through: [.step("means of \(parts) \(strips)", .numbers(parts, sizes.features))]
        + TaskSketch.Box.head(parts, in: sizes, loss: .crossEntropies(parts, reduction)))
  }

  package func network(in sizes: TaskSizes, _ store: ParameterStore) -> any TaskNetwork {
    Network(task: self, heads: (0..<parts).map { IdentityHead("part_heads.\($0)", sizes, in: store) })
  }

  private struct Network: TaskNetwork {
    let task: PartTask
    let heads: [IdentityHead]

    var identityHeads: [DescriptorLayout.Slot: IdentityHead] {
      Dictionary(uniqueKeysWithValues: heads.enumerated().map { (.part($0), $1) })
    }

    func pools(of features: Tensor, on engine: Engine) -> [[Range<Int>]] {
      PartBins.regions(of: features, parts: task.parts, binning: task.binning, on: engine)
    }

    func callAsFunction(_ pass: TaskPass, pooled: [PooledRows], on tape: Tape) -> TaskOutput {
      var output = TaskOutput()
      output.rows = pooled.map(\.rows)
      for (pool, head) in zip(pooled, heads) { output.classify(pool.vector, by: head, on: tape) }
      return output
    }

    func callAsFunction(_ pass: GraphPass, in graph: OperatorGraph) -> GraphOutput {
      let found = PartBins.parts(of: pass.features, count: task.parts, binning: task.binning, in: graph)
      var output = GraphOutput()
      output.rows = found.rows
      for (mean, head) in zip(graph.each(found.means), heads) { output.classify(mean, by: head, in: graph) }
      return output
    }

    func loss(of output: TaskOutput, _ targets: TrainingTargets, on tape: Tape) -> TaskLoss {
      TaskLoss(identities: .part, output, targets, task.reduction, on: tape)
    }

    func addMaps(of look: ImageLook, to maps: inout ImageMaps) {
      maps.parts = look.output.rows.map { MapBox(rows: $0[look.image], columns: 0..<maps.width) }
    }
  }
}

extension TaskName {
  package static let part = TaskName(of: "part")
}

extension DescriptorLayout.Slot {
  /// A part's, counted from the top, from 0.
  package static func part(_ number: Int) -> Self { Self(task: .part, number: number) }
}
