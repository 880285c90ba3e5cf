import Configuration
import Layers
import Support

/// To which of several parts each column of the feature map belongs, softly: refined part pooling. It has no loss of its
/// own; the strips task averages by it in place of equal strips and sends the gradient back.
///
/// Source: Sun et al., "Beyond Part Models", ECCV 2018; what the part classifier reads follows the authors' code.
package struct RefinementTask: Task {
  /// How many parts.
  package var parts = 6
  /// The groups of neighbouring channels whose means the part classifier reads, where the map has more channels.
  package var channels = 256
  /// Whether it reads them less their mean over the image.
  package var isCentred = true

  package static let name = TaskName.refinement
  package static let mark = "r"
  package static let meaning = "To which part each column of the feature map belongs, for the strips task."
  package static let hasLoss = false
  package static let keys: [Key<RefinementTask>] = [
    Key("parts", \.parts, .int(in: 1...64), "How many parts: as many as the strips task has."),
    Key(
      "channels", \.channels, .int(in: 1...8192),
      "How many groups of neighbouring channels are told apart; a divisor of the map's channels where those are more."),
    Key("centre", \.isCentred, .flag, "Whether the groups are read less their mean over the image."),
  ]

  package init() {}

  package var partWords: String? { "how much of each place belongs to each, numbered from the top as they began" }

  package func fault(on map: MapExtent) -> SettingFault? {
    let all = map.backbone.channels
    guard all > channels, all % channels != 0 else { return nil }
    let nearest = (1...channels).last { all % $0 == 0 } ?? 1
    return SettingFault(
      at: "tasks.refinement.channels", "backbone.width", "tasks.refinement",
      reason: "the feature map's \(Wording.count(all, "channel")) do not make \(channels) groups of equal size; take a "
        + "divisor of \(all), such as \(nearest)")
  }

  package func fault(beside tasks: TaskSet) -> SettingFault? {
    guard let strips = tasks.strips else {
      return SettingFault(
        at: "tasks.refinement", "tasks",
        reason: "the refinement task serves the strips task, which is off; add strips to tasks, or leave refinement out"
      )
    }
    guard strips.parts != parts else { return nil }
    return SettingFault(
      at: "tasks.refinement.parts", "tasks.strips.parts",
      reason: "the strips task has \(Wording.count(strips.parts, "part")) and the refinement task \(parts); give both "
        + "the same number")
  }

  package func vectors(in sizes: TaskSizes) -> [DescriptorLayout.Vector] { [] }

  package func parameterCount(in sizes: TaskSizes) -> Int { parts * (groups(in: sizes) + 1) }

  /// The scores and the parts' means by them.
  package func multiplications(on map: MapExtent, in sizes: TaskSizes) -> Double {
    Double(map.places) * Double(parts) * Double(groups(in: sizes) + sizes.features)
  }

  /// R, what the part classifier reads of a column.
  private func groups(in sizes: TaskSizes) -> Int { min(channels, sizes.features) }

  package func sketch(on map: MapExtent, beside tasks: TaskSet, in sizes: TaskSizes) -> TaskSketch {
    let groups = groups(in: sizes)
    let read = groups < sizes.features ? "means of \(groups) groups of channels" : "channels"
    return TaskSketch(
      from: .features,
      through: [
        .step(read + (isCentred ? ", less the image’s" : ""), "\(map.sides)×\(groups)"),
        .step("linear, softmax over parts", "\(map.sides)×\(parts)"),
      ])
  }

  package func network(in sizes: TaskSizes, _ store: ParameterStore) -> any TaskNetwork {
    Network(
      task: self, weight: store.parameter("refine.weight", shape: [parts, groups(in: sizes)], group: .new),
      bias: store.parameter("refine.bias", shape: [parts], group: .new))
  }

  private struct Network: TaskNetwork {
    let task: RefinementTask
    /// `[P, R]`.
    let weight: Parameter
    /// `[P]`.
    let bias: Parameter

    func callAsFunction(_ pass: TaskPass, pooled: [PooledRows], on tape: Tape) -> TaskOutput {
      let assignment = tape.partAssignment(pass.features, weight: weight, bias: bias, isCentred: task.isCentred)
      tape.trace("assignment", assignment)
      var output = TaskOutput()
      output.assignment = assignment
      return output
    }

    /// ``Tape/partAssignment(_:weight:bias:isCentred:)``.
    func callAsFunction(_ pass: GraphPass, in graph: OperatorGraph) -> GraphOutput {
      let x = graph.flat(pass.features)
      let (parts, groups) = (weight.value.shape[0], weight.value.shape[1])
      let grouped = graph.reshaped(x, [groups, x.shape[0] / groups, x.shape[1]])
      var columns = graph.reduced("ReduceMean", grouped, over: [2])
      if task.isCentred {
        columns = graph.apply("Sub", columns, graph.reduced("ReduceMean", columns, over: [2], keepsAxes: true))
      }
      let scores = graph.apply(
        "MatMul", graph.constant(weight), columns, shape: [parts, x.shape[1]])
      let offsets = graph.apply(
        "Unsqueeze", graph.constant(bias), graph.integers([1]), shape: [1], type: .float)
      var output = GraphOutput()
      output.assignment = graph.softmax(graph.apply("Add", scores, offsets), along: 1)
      return output
    }

    func loss(of output: TaskOutput, _ targets: TrainingTargets, on tape: Tape) -> TaskLoss {
      TaskLoss(.refinement, terms: [])
    }

    func addMaps(of look: ImageLook, to maps: inout ImageMaps) {
      guard let assignment = look.output.assignment else { return }
      let places = maps.height * maps.width
      let own = assignment.tensor.view([places * task.parts], offset: look.image * places * task.parts).array
      maps.softParts = (0..<task.parts).map { part in
        SoftPart(name: "part \(part + 1)", values: (0..<places).map { own[$0 * task.parts + part] })
      }
    }

    /// He's rule over the outputs, as the authors' code has it.
    func deviation(of parameter: Parameter) -> Double? {
      parameter === weight ? (2 / Double(task.parts)).squareRoot() : nil
    }
  }
}

extension TaskName {
  package static let refinement = TaskName(of: "refinement")
}
