import Foundation
import Layers
import Models
import Support
import Tensors

/// How far the engine is from a golden case, tensor by tensor.
package struct ParityResult: Sendable {
  /// What is compared, each with a tolerance of its own.
  package enum Group: String, Sendable, CaseIterable {
    /// The training pass: X, the descriptor, the attention map, the part rows.
    case forward
    /// Each loss and the total.
    case loss
    /// The gradient of every parameter and of X.
    case gradient
    /// Parameters and running statistics after three steps, and the loss before each.
    case afterSteps = "after_steps"
    /// The evaluation pass after the steps.
    case evaluation

    /// The largest error that passes.
    package var tolerance: Double {
      switch self {
      case .forward, .loss: 1e-4
      case .gradient: 1e-3
      case .afterSteps, .evaluation: 5e-3
      }
    }
  }

  /// One tensor's error.
  package struct Comparison: Sendable {
    /// The tensor's name in the case.
    package let name: String
    /// What it belongs to.
    package let group: Group
    /// The largest difference, relative to the tensor's largest magnitude; infinite where a shape or a part's row
    /// differs.
    package let error: Double
  }

  /// The case's name.
  package let name: String
  /// All comparisons, in the order in which the replay made them.
  package let comparisons: [Comparison]

  /// The largest error of each group that the case has.
  package var groups: [Group: Double] {
    comparisons.reduce(into: [:]) { groups, next in
      groups[next.group] = Self.larger(groups[next.group] ?? 0, next.error)
    }
  }

  /// The comparison that is furthest from its tolerance.
  package var worst: Comparison? {
    comparisons.max { !($0.error / $0.group.tolerance >= $1.error / $1.group.tolerance) }
  }

  /// Whether every group is within its tolerance.
  package var passed: Bool {
    Set(comparisons.map(\.group)).count == Group.allCases.count
      && comparisons.allSatisfy { $0.error <= $0.group.tolerance }
  }

  private static func larger(_ a: Double, _ b: Double) -> Double { a.isNaN || b.isNaN ? .nan : max(a, b) }
}

extension ParityCase {
  /// Replays the case: a training pass with its gradients, three optimiser steps, an evaluation pass, and the single
  /// operations that it has.
  ///
  /// - Parameter policy: which of the engine's ways of computing is put to the test; by default what training takes.
  /// - Throws: `PlainError` where the case lacks a tensor or one does not fit the model.
  package func replay(on engine: Engine, policy: ComputePolicy = .automatic) throws -> ParityResult {
    let model = AANet(configuration, on: engine)
    try model.load(tensors, prefix: "before.")
    let batch = try batch(on: engine)
    var comparison = Comparer(tensors: tensors)

    var featureGradient: [Float] = []
    for step in 0..<3 {
      let tape = Tape(on: engine, mode: .training, policy: policy)
      let output = model(tape.input(batch.images), on: tape) { featureGradient = $0 }
      let losses = model.losses(
        output, TrainingTargets(identities: batch.identities, attributes: batch.attributes), on: tape)
      let total = model.multiTaskLoss.total(losses)
      if step == 0 {
        try comparison.forward(output, losses: losses, total: total)
      }
      try comparison.number(total, in: "losses3", at: step)
      model.multiTaskLoss.backward(losses, on: tape)
      if step == 0 { try comparison.gradients(model, featureGradient: featureGradient) }
      optimizer.step(model.store, rates: rates)
    }
    for (name, tensor) in model.state(prefix: "after3.").sorted(by: { $0.key < $1.key }) {
      try comparison.compare(tensor.floats, with: name, .afterSteps)
    }

    let tape = Tape(on: engine, mode: .evaluation, policy: policy, weights: PreparedWeights())
    let output = model(tape.input(batch.images), on: tape)
    try comparison.compare(output.descriptors, with: "eval.descriptor", .evaluation)
    for (attribute, logits) in zip(configuration.attributes, output.attributeLogits) {
      try comparison.compare(logits.tensor.array, with: "eval.attribute.\(attribute.name)", .evaluation)
    }
    let operations = try OperationReplay.comparisons(tensors, policy: policy, on: engine)
    return ParityResult(name: name, comparisons: comparison.comparisons + operations)
  }

  private var optimizer: StochasticGradientDescent {
    let settings = description.optimizer
    return StochasticGradientDescent(
      momentum: settings.momentum,
      decay: [
        .backbone: settings.weightDecay, .new: settings.weightDecay, .logVariance: settings.logVarianceDecay ?? 0,
      ])
  }

  private var rates: [Parameter.Group: Double] {
    [
      .backbone: description.optimizer.backboneRate, .new: description.optimizer.newRate,
      .logVariance: description.optimizer.newRate,
    ]
  }
}

/// Gathers comparisons against a case's tensors.
private struct Comparer {
  let tensors: [String: StoredTensor]
  var comparisons: [ParityResult.Comparison] = []

  /// `[N, H, W, Z]` of X.
  private var featureShape: [Int] = []

  init(tensors: [String: StoredTensor]) { self.tensors = tensors }

  mutating func forward(_ output: AANet.Output, losses: [TaskLoss], total: Double) throws {
    featureShape = output.features.shape
    try compareFeatures(output.features.tensor.array, with: "train.X", .forward)
    try compare(output.descriptors, with: "train.descriptor", .forward)
    if let map = output.attentionMap { try compare(map.array, with: "train.aam", .forward) }
    if !output.partRegions.isEmpty { try compareRows(output) }
    for loss in losses { try number(loss.value, in: "train.loss.\(loss.task.rawValue)", at: 0, .loss) }
    try number(total, in: "train.total_loss", at: 0, .loss)
  }

  mutating func gradients(_ model: AANet, featureGradient: [Float]) throws {
    try compareFeatures(featureGradient, with: "grad.X", .gradient)
    for parameter in model.store.parameters {
      try compare(parameter.storedGradient, with: "grad.\(parameter.name)", .gradient)
    }
  }

  /// Compares X or its gradient, whose stored shape is `[N, Z, H, W]`.
  private mutating func compareFeatures(_ values: [Float], with name: String, _ group: ParityResult.Group) throws {
    let shape = [featureShape[0], featureShape[3], featureShape[1], featureShape[2]]
    let agrees = try ParityCase.require(tensors, name, rank: 4).shape == shape && values.count == shape.reduce(1, *)
    if agrees {
      try compare(Layout.channelsFirst(values, shape: shape), with: name, group)
    } else {
      comparisons.append(.init(name: name, group: group, error: .infinity))
    }
  }

  /// Part rows must agree exactly.
  private mutating func compareRows(_ output: AANet.Output) throws {
    let stored = try ParityCase.require(tensors, "train.part_rows", rank: 2)
    let (images, height) = (featureShape[0], featureShape[1])
    var rows = [Int](repeating: -1, count: images * height)
    for (part, regions) in output.partRegions.enumerated() {
      for (image, region) in regions.enumerated() {
        for row in region { rows[image * height + row] = part }
      }
    }
    let agrees = stored.shape == [images, height] && stored.integers == rows
    comparisons.append(.init(name: "train.part_rows", group: .forward, error: agrees ? 0 : .infinity))
  }

  mutating func number(
    _ value: Double, in name: String, at index: Int, _ group: ParityResult.Group = .afterSteps
  ) throws {
    let stored = try ParityCase.require(tensors, name).doubles
    guard stored.indices.contains(index) else { throw PlainError("the tensor '\(name)' has no number \(index)") }
    let label = stored.count > 1 ? "\(name)[\(index)]" : name
    let error = abs(value - stored[index]) / max(abs(stored[index]), .leastNormalMagnitude)
    comparisons.append(.init(name: label, group: group, error: value == stored[index] ? 0 : error))
  }

  mutating func compare(_ values: [Float], with name: String, _ group: ParityResult.Group) throws {
    let stored = try ParityCase.require(tensors, name).doubles
    comparisons.append(.init(name: name, group: group, error: ParityResult.Comparison.error(values, stored)))
  }
}

extension ParityResult.Comparison {
  /// The largest difference relative to the largest magnitude.
  static func error(_ values: [Float], _ stored: [Double]) -> Double {
    guard values.count == stored.count else { return .infinity }
    let largest = stored.reduce(0) { max($0, abs($1)) }
    var error = 0.0
    for (value, expected) in zip(values, stored) {
      let difference = abs(Double(value) - expected)
      if difference.isNaN { return .nan }
      error = max(error, difference)
    }
    return error == 0 ? 0 : error / max(largest, .leastNormalMagnitude)
  }
}
