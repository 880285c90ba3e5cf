import Configuration
import Layers
import Support
import Tensors

/// Identity at several image scales, each with a backbone of its own, and a consensus of them that teaches each.
///
///     fᵢ = mean of Xᵢ, Xᵢ = backboneᵢ(image at 1/dᵢ of its size)     zᵢ = classifierᵢ(fᵢ)     z = consensus([f₀ f₁ …])
///     L = CE(z, y) + Σ_i [CE(zᵢ, y) + λ · H(softmax(z / T), softmax(zᵢ))]
///
/// An image's smaller sizes are means of its blocks. Source: Chen, Zhu and Gong, "Person Re-Identification by Deep
/// Learning Multi-Scale Representations", ICCV Workshops 2017.
package struct ScalesTask: Task {
  /// By what each scale divides the image's sides; the first is 1, the network's own input.
  package var divisors: [Int]
  package var consensus: ConsensusSettings

  package static let name = TaskName.scales
  package static let mark = "ms"
  package static let meaning = "Identity at several image scales, each with its own backbone, and their consensus."
  package static let keys: [Key<ScalesTask>] = [
    Key(
      "divisors", \.divisors,
      .list(of: .int(in: 1...64), count: 1...4) { divisor, before, item throws(ConfigurationError) in
        guard let last = before.last else {
          guard divisor == 1 else { throw item.error("the first scale is 1, the whole image, not \(divisor)") }
          return
        }
        guard divisor > last else { throw item.error("scales rise, and \(divisor) stands behind \(last)") }
      }, "By what each scale divides the image's sides: the first is 1, then rising."),
    Key("consensus", \.consensus, .group, "How the scales are made to agree."),
  ]

  package init() { self.init(divisors: [1, 2]) }

  package init(divisors: [Int] = [1, 2], consensus: ConsensusSettings = ConsensusSettings()) {
    self.divisors = divisors
    self.consensus = consensus
  }

  package var variant: String? { divisors == [1, 2] ? nil : divisors.map(String.init).joined(separator: "+") }
  package var addsUpTerms: Bool { true }

  package func remark(on map: MapExtent) -> String? {
    divisors.count > 1 ? nil : "the scales task has one scale: its consensus sees what the scale itself sees"
  }

  package func fault(on map: MapExtent) -> SettingFault? {
    for divisor in divisors {
      for side in [map.height, map.width] {
        func fault(_ reason: String) -> SettingFault {
          SettingFault(at: "tasks.scales.divisors", "input.size", "tasks.scales", reason: reason)
        }
        guard side.isMultiple(of: divisor) else {
          return fault(
            "scale \(divisor) divides both sides of the input, and \(side) is no multiple of \(divisor); "
              + "take input sides that all scales divide")
        }
        if divisor > 1, side / divisor < Self.leastSide {
          return fault(
            "scale \(divisor) leaves \(side / divisor) of \(side) pixels, and a side has at least \(Self.leastSide); "
              + "take an input side of at least \(Self.leastSide * divisor), or leave the scale out")
        }
      }
    }
    return nil
  }

  /// The least side of a smaller image: one place of the backbone's map.
  private static let leastSide = 16

  package func fault(learning labels: TrainingLabels) -> SettingFault? {
    labels.identities < 2
      ? SettingFault(
        at: "tasks.scales",
        reason: "the scales task agrees on which of several identities it sees, and \(labels.source) has "
          + Wording.count(labels.identities, "identity", "identities")) : nil
  }

  package func vectors(in sizes: TaskSizes) -> [DescriptorLayout.Vector] {
    divisors.indices.map { .init(.scale($0), width: sizes.features) }
  }

  package func parameterCount(in sizes: TaskSizes) -> Int {
    let (scales, identities) = (divisors.count, sizes.labels.identities)
    return (scales - 1) * sizes.backbone.parameterCount
      + (scales * (sizes.features + 1) + scales * sizes.features + 1) * identities
  }

  package func multiplications(on map: MapExtent, in sizes: TaskSizes) -> Double {
    divisors.dropFirst().reduce(0) {
      $0 + sizes.backbone.multiplications(height: map.height / $1, width: map.width / $1)
    }
  }

  package func sketch(on map: MapExtent, beside tasks: TaskSet, in sizes: TaskSizes) -> TaskSketch {
    let own = TaskSketch.Box.loss("cross-entropy + \(String.number(consensus.weight)) × agreement")
    let scales = divisors.map { divisor -> TaskSketch.Chain in
      let pooled: [TaskSketch.Box] = [.vector("mean", "\(sizes.features)"), .identities(), own]
      guard divisor > 1 else { return .init(reads: [.features], boxes: pooled) }
      let network: [TaskSketch.Box] = [
        .step("means of \(divisor)×\(divisor) pixels", "\(map.height / divisor)×\(map.width / divisor)"),
        .stages("a backbone of its own", map.size(ofStage: 4, divisor: divisor)),
      ]
      return .init(reads: [.images], boxes: network + pooled)
    }
    let joined = TaskSketch.Chain(
      reads: [.task(.scales)],
      boxes: [
        .step("all means, joined", .numbers(divisors.count, sizes.features)), .step("consensus: linear", "C"),
        .loss("cross-entropy"),
      ])
    return TaskSketch(scales + [joined])
  }

  package func network(in sizes: TaskSizes, _ store: ParameterStore) -> any TaskNetwork {
    Network(self, sizes, in: store)
  }

  private struct Network: TaskNetwork {
    let task: ScalesTask
    /// Of each scale but the first, which has the network's own.
    let pyramid: [(divisor: Int, backbone: ResNet)]
    let copiesOfBackbone: [String]
    /// Of each scale.
    let classifiers: [IdentityClassifier]
    let consensus: IdentityClassifier

    init(_ task: ScalesTask, _ sizes: TaskSizes, in store: ParameterStore) {
      self.task = task
      let prefixes = task.divisors.indices.dropFirst().map { "pyramid.\($0)." }
      pyramid = zip(task.divisors.dropFirst(), prefixes).map {
        ($0, ResNet(sizes.backbone, prefix: $1, in: store))
      }
      copiesOfBackbone = prefixes
      classifiers = task.divisors.indices.map {
        IdentityClassifier("classifiers.\($0)", inputs: sizes.features, sizes, in: store)
      }
      consensus = IdentityClassifier("consensus", inputs: task.divisors.count * sizes.features, sizes, in: store)
    }

    func pools(of features: Tensor, on engine: Engine) -> [[Range<Int>]] { [features.allRows] }

    func callAsFunction(_ pass: TaskPass, pooled: [PooledRows], on tape: Tape) -> TaskOutput {
      var output = TaskOutput()
      output.vectors = pooled.map(\.vector)
      for (scale, (divisor, backbone)) in zip(1..., pyramid) {
        // No gradient is wanted by images.
        let images = tape.still { tape.blockMeans(pass.images, divisor: divisor) }
        guard let map = backbone(images, on: tape).last.map(tape.widened) else { continue }
        tape.trace("X.\(scale)", map)
        output.vectors += tape.regionMeans(map, regions: [map.tensor.allRows])
      }
      if tape.isRecording || tape.isTraced { output.identityLogits = logits(of: output.vectors, on: tape) }
      return output
    }

    func callAsFunction(_ pass: GraphPass, in graph: OperatorGraph) -> GraphOutput {
      let maps = pyramid.compactMap { divisor, backbone in
        backbone(graph.blockMeans(pass.images, rows: divisor, columns: divisor), in: graph).last
      }
      var output = GraphOutput()
      output.vectors = ([pass.features] + maps).map(graph.mean)
      return output
    }

    /// Those of each scale, and behind them the consensus'.
    private func logits(of vectors: [Value], on tape: Tape) -> [Value] {
      let own = zip(classifiers, vectors).map { $0($1, on: tape) }
      for (scale, logits) in own.enumerated() { tape.trace("logits.\(scale)", logits) }
      let joined = tape.joined(vectors)
      let seen =
        switch task.consensus.gradient {
        case .all: joined
        case .classifier: tape.input(joined.tensor)
        }
      let agreed = consensus(seen, on: tape)
      tape.trace("consensus", agreed)
      return own + [agreed]
    }

    func loss(of output: TaskOutput, _ targets: TrainingTargets, on tape: Tape) -> TaskLoss {
      guard let teacher = output.identityLogits.last else { return TaskLoss(.scales, terms: []) }
      let settings = task.consensus
      let labels = targets.identities
      let own = output.identityLogits.dropLast().enumerated().flatMap { scale, logits -> [TaskLoss.Term] in
        let agreement = tape.agreement(
          logits, with: teacher.tensor, temperature: settings.temperature, form: settings.form)
        return [
          .init(tape.crossEntropy(logits, labels: labels), named: "scale.\(scale)"),
          .init(agreement, named: "agreement.\(scale)", weight: settings.weight),
        ]
      }
      return TaskLoss(
        .scales, terms: [.init(tape.crossEntropy(teacher, labels: labels), named: "consensus")] + own)
    }
  }
}

/// How the scales of an image are made to agree.
package struct ConsensusSettings: Configurable {
  /// What the loss of the consensus' classifier reaches.
  package enum Gradient: String, Sendable, CaseIterable {
    /// Every scale's network.
    case all
    /// Nothing but the classifier.
    case classifier
  }

  /// λ, what a scale's distance from the consensus is multiplied with.
  package var weight: Double
  /// T, which softens the consensus' prediction.
  package var temperature: Double
  package var form: AgreementForm
  package var gradient: Gradient

  package static let keys: [Key<ConsensusSettings>] = [
    Key("weight", \.weight, .number(in: 0...100), "What each scale's distance from the consensus is multiplied with."),
    Key("temperature", \.temperature, .positive(atMost: 100), "What softens the consensus' prediction."),
    Key("form", \.form, .word, "The distance: a cross-entropy over all identities, or each a question of yes or no."),
    Key(
      "gradient", \.gradient, .word, "What the consensus' own loss reaches: all scales' networks, or its classifier."),
  ]

  package init() { self.init(weight: 1) }

  package init(
    weight: Double = 1, temperature: Double = 1, form: AgreementForm = .crossEntropy, gradient: Gradient = .all
  ) {
    self.weight = weight
    self.temperature = temperature
    self.form = form
    self.gradient = gradient
  }
}

extension TaskName {
  package static let scales = TaskName(of: "scales")
}

extension DescriptorLayout.Slot {
  /// The scales task's mean of a scale, counted from 0.
  package static func scale(_ number: Int) -> Self { Self(task: .scales, number: number) }
}
