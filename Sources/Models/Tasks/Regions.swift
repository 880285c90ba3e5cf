import Configuration
import Layers
import Support
import Tensors

/// Identity from means of the feature map over regions of the body that a human parser found.
///
///     v_r = Σ_q w_r(q) · X(q)     parts = the strongest of head, upper, lower and shoes, number by number
///     logits = classifier([v_foreground, parts, mean of X])
///
/// A region that an image does not show takes no part; without any of the four, parts are 0.
///
/// Source: Kalayeh et al., "Human Semantic Parsing for Person Re-identification", CVPR 2018, in the form of the authors'
/// code. The weights stand for a map enlarged `scale` times, which is never made.
package struct RegionsTask: Task {
  /// What is put side by side.
  package enum Pool: String, CaseIterable, Sendable {
    /// The mean over the whole person.
    case foreground
    /// The strongest of the four parts' means.
    case parts
    /// The mean of the whole map.
    case global
  }

  package var pool: [Pool]
  package var scale: Int

  package static let name = TaskName.regions
  package static let mark = "reg"
  package static let meaning = "Identity from means over regions of the body that a human parser found."
  package static let keys: [Key<RegionsTask>] = [
    Key(
      "pool", \.pool,
      .list(of: .word, count: 1...Pool.allCases.count) { pool, before, item throws(ConfigurationError) in
        guard !before.contains(pool) else { throw item.error("\(pool.rawValue) stands here twice") }
        let order = Pool.allCases
        if let last = before.last, let here = order.firstIndex(of: pool), let there = order.firstIndex(of: last),
          here < there
        {
          throw item.error(
            "\(pool.rawValue) stands behind \(last.rawValue); the order is \(Wording.list(order.map(\.rawValue)))")
        }
      }, "What is put side by side: the whole person's mean, the strongest of four parts, the mean of the map."),
    Key("scale", \.scale, .int(in: 1...4), "How many times finer than the feature map labels are counted."),
  ]

  package init() { self.init(pool: Pool.allCases) }

  package init(pool: [Pool] = Pool.allCases, scale: Int = 2) {
    self.pool = pool
    self.scale = scale
  }

  package var variant: String? {
    pool == Pool.allCases ? nil : pool.map(\.rawValue).joined(separator: " + ")
  }

  package var partWords: String? {
    readsRegions ? "how much of each place belongs to each region of the body that a human parser found" : nil
  }

  /// Without regions it is a baseline that needs no labels.
  private var readsRegions: Bool { pool != [.global] }

  package func inputs(on map: MapExtent) -> [CueInput] {
    readsRegions ? [weights(rows: map.rows, columns: map.columns)] : []
  }

  private func weights(rows: Int, columns: Int) -> CueInput {
    .regionWeights(rows: rows, columns: columns, scale: scale)
  }

  package func vectors(in sizes: TaskSizes) -> [DescriptorLayout.Vector] {
    pool.map { .init(.region($0), width: sizes.features) }
  }

  package func parameterCount(in sizes: TaskSizes) -> Int {
    (pool.count * sizes.features + 1) * sizes.labels.identities
  }

  package func multiplications(on map: MapExtent, in sizes: TaskSizes) -> Double {
    readsRegions ? Double(map.places * sizes.features * ParsedRegion.allCases.count) : 0
  }

  package func sketch(on map: MapExtent, beside tasks: TaskSet, in sizes: TaskSizes) -> TaskSketch {
    let size = "\(sizes.features)"
    let chains = pool.map { pool -> TaskSketch.Chain in
      switch pool {
      case .foreground: .init(reads: [.features], boxes: [.vector("mean over the labels’ foreground", size)])
      case .parts:
        .init(
          reads: [.features],
          boxes: [
            .step("means over head, upper body, lower body, shoes", .numbers(4, sizes.features)),
            .vector("the strongest, number by number", size),
          ])
      case .global: .init(reads: [.features], boxes: [.vector("mean", size)])
      }
    }
    let joined: [TaskSketch.Box] = pool.count > 1 ? [.step("joined", "\(pool.count * sizes.features)")] : []
    return TaskSketch(
      chains + [.init(reads: [.task(.regions)], boxes: joined + [.identities(), .loss("cross-entropy")])])
  }

  package func network(in sizes: TaskSizes, _ store: ParameterStore) -> any TaskNetwork {
    Network(
      task: self,
      classifier: IdentityClassifier("region_classifier", inputs: pool.count * sizes.features, sizes, in: store))
  }

  private struct Network: TaskNetwork {
    let task: RegionsTask
    let classifier: IdentityClassifier

    func pools(of features: Tensor, on engine: Engine) -> [[Range<Int>]] {
      task.pool.contains(.global) ? [features.allRows] : []
    }

    func callAsFunction(_ pass: TaskPass, pooled: [PooledRows], on tape: Tape) -> TaskOutput {
      var output = TaskOutput()
      let regions = regions(pass, &output, on: tape)
      for pool in task.pool {
        switch pool {
        case .foreground: output.vectors += regions.prefix(1).map(\.mean)
        case .parts:
          let parts = regions.dropFirst()
          output.vectors.append(tape.strongest(of: parts.map(\.mean), exists: parts.map(\.exists)))
        case .global: output.vectors += pooled.map(\.vector)
        }
      }
      // In evaluation, too: the logits name the class whose map is shown, and are nothing beside the backbone.
      output.identityLogits = [classifier(tape.joined(output.vectors), on: tape)]
      return output
    }

    func callAsFunction(_ pass: GraphPass, in graph: OperatorGraph) -> GraphOutput {
      let shape = pass.features.shape
      var output = GraphOutput()
      var regions: (means: OperatorGraph.Value, exist: OperatorGraph.Value)?
      if task.readsRegions {
        // [N, 5, H·W]
        let weights = graph.flat(pass.input(task.weights(rows: shape[1], columns: shape[2])))
        let most = graph.reduced("ReduceMax", graph.apply("Abs", weights), over: [2], keepsAxes: true)
        regions = (
          graph.product(weights, graph.places(of: pass.features)),
          graph.apply("Greater", most, graph.float(0), type: .bool)
        )
      }
      for pool in task.pool {
        switch pool {
        case .foreground: output.vectors += regions.map { graph.each(graph.slice($0.means, 0..<1, along: 1)) } ?? []
        case .parts: output.vectors += regions.map { [strongest(of: $0.means, exist: $0.exist, in: graph)] } ?? []
        case .global: output.vectors.append(graph.mean(pass.features))
        }
      }
      return output
    }

    /// ``Tape/strongest(of:exists:)`` of the parts, which stand behind the foreground.
    private func strongest(
      of means: OperatorGraph.Value, exist: OperatorGraph.Value, in graph: OperatorGraph
    ) -> OperatorGraph.Value {
      let parts = 1..<means.shape[0]
      let least = graph.float(-.greatestFiniteMagnitude)
      let own = graph.apply(
        "Where", graph.slice(exist, parts, along: 1), graph.slice(means, parts, along: 1), least,
        shape: [parts.count, means.shape[1]], type: .float)
      let strongest = graph.reduced("ReduceMax", own, over: [1])
      return graph.zero(where: graph.apply("LessOrEqual", strongest, least, type: .bool), strongest)
    }

    /// The mean over each region, and in which images there is one; none where the task reads none and nobody who looks
    /// inside gives any.
    private func regions(
      _ pass: TaskPass, _ output: inout TaskOutput, on tape: Tape
    ) -> [(mean: Value, exists: [Bool])] {
      let shape = pass.features.shape
      let wanted = task.weights(rows: shape[1], columns: shape[2])
      guard let weights = task.readsRegions ? pass.input(wanted) : tape.isTraced ? pass.inputs[wanted] : nil else {
        return []
      }
      let exists = Self.exists(weights)
      let means = tape.weightedMeans(pass.features, weights: weights)
      output.assignment = tape.input(weights)
      if tape.isTraced {
        tape.trace("weights", tape.input(weights))
        tape.trace("exists", integers: (0..<shape[0]).flatMap { image in exists.map { $0[image] ? 1 : 0 } })
        tape.trace("regions", tape.joined(means).reshaped([shape[0], means.count, shape[3]]))
      }
      return Array(zip(means, exists))
    }

    /// Of each region whether each image shows it.
    private static func exists(_ weights: Tensor) -> [[Bool]] {
      let (places, regions) = (weights.shape[1] * weights.shape[2], weights.shape[3])
      return (0..<regions).map { region in
        (0..<weights.shape[0]).map { image in
          (0..<places).contains { weights.pointer[(image * places + $0) * regions + region] != 0 }
        }
      }
    }

    func loss(of output: TaskOutput, _ targets: TrainingTargets, on tape: Tape) -> TaskLoss {
      TaskLoss(identities: .regions, output, targets, .sum, on: tape)
    }

    /// The regions, and the class activation map of the likeliest training identity; see ``RegionEvidence``.
    func addMaps(of look: ImageLook, to maps: inout ImageMaps) {
      guard let logits = look.output.identityLogits.first else { return }
      let evidence = RegionEvidence(
        features: look.features, weights: look.output.assignment?.tensor, image: look.image)
      if task.readsRegions, maps.softParts.isEmpty { maps.softParts = evidence.parts(of: task.pool) }
      guard maps.global == nil else { return }
      let predicted = look.row(of: logits).array.firstIndexOfLargest
      let width = classifier.weight.value.shape[1]
      let row = classifier.weight.value.view([width], offset: predicted * width).array
      maps.global = ActivationMap(
        predicted: predicted, rows: 0..<look.features.shape[1], width: look.features.shape[2],
        values: evidence.map(of: row, pool: task.pool))
    }
  }
}

extension TaskName {
  package static let regions = TaskName(of: "regions")
}

extension DescriptorLayout.Slot {
  /// One of what the regions task puts side by side.
  package static func region(_ pool: RegionsTask.Pool) -> Self {
    Self(task: .regions, number: RegionsTask.Pool.allCases.firstIndex(of: pool) ?? 0)
  }
}
