import Layers
import Models
import Support
import Tensors

extension ParityCase {
  /// Replays the case: its phases one after the other, or the one that it is, and the single operations that it has.
  ///
  /// - Parameters:
  ///   - policy: which of the engine's ways of computing is put to the test; by default what training takes.
  ///   - precision: of every pass.
  /// - Throws: an error where the case lacks a tensor, has one that nothing is compared with, or one does not fit the
  ///   model.
  package func replay(
    on engine: Engine, policy: ComputePolicy = .automatic, precision: Precision = .single
  ) throws -> ParityResult {
    let model = AANet(configuration, on: engine)
    try load(into: model)
    try checkRates(of: model)
    let targets = try targets()
    var batches = [BatchName.first: try batch(.first, on: engine)]
    if composition.second != nil { batches[.second] = try batch(.second, on: engine) }
    var comparison = CaseComparison(tensors, inputs: inputNames)
    let phases = try phases(of: model)
    for (number, phase) in phases.enumerated() {
      let replay = PhaseReplay(
        phase: phase, model: model, composition: composition, optimizer: optimizer, batches: batches, targets: targets,
        policy: policy, precision: precision, showsAll: method == nil)
      try replay.run(isLast: number == phases.count - 1, &comparison)
    }
    let margin = description["margin"]?.scalar.flatMap { Double($0.text) } ?? 0.1
    let operations = try OperationReplay.comparisons(tensors, margin: margin, policy: policy, on: engine)
    let cues = try CueOperations.comparisons(tensors, files: composition.files)
    return ParityResult(name: name, comparisons: try comparison.finish() + operations + cues)
  }

  private var optimizer: StochasticGradientDescent {
    StochasticGradientDescent(
      momentum: description.optimizer.momentum, decay: description.optimizer.decay,
      isNesterov: description.optimizer.isNesterov)
  }

  /// Whether each parameter has the rate of its own that the case says, and no other.
  private func checkRates(of model: AANet) throws(PlainError) {
    for parameter in model.store.parameters where method != nil {
      let name = composition.parameters.theirs(parameter.name)
      let own = description.optimizer.ownRates.first { $0.prefixes.contains(where: name.hasPrefix) }
      let factor = own?.factor ?? 1
      guard abs(parameter.rate - factor) <= 1e-9 * factor else {
        throw PlainError(
          "the case trains '\(name)' at \(factor) times its group's rate, and the model at \(parameter.rate) times")
      }
    }
  }
}

/// One phase: three steps on the batch from the numbers that the model has, with a fresh optimiser, then an evaluation.
private struct PhaseReplay {
  let phase: ParityCase.Phase
  let model: AANet
  let composition: Composition
  let optimizer: StochasticGradientDescent
  let batches: [ParityCase.BatchName: ParityCase.Batch]
  let targets: TrainingTargets
  let policy: ComputePolicy
  let precision: Precision
  /// Whether the case must have whatever the model gives; else what it has is compared.
  let showsAll: Bool

  private var engine: Engine { model.store.engine }

  func run(isLast: Bool, _ comparison: inout CaseComparison) throws {
    try transform(&comparison)
    for parameter in model.store.parameters { parameter.isFrozen = !phase.trained.contains(parameter.name) }
    let before = model.state()
    var number = 0
    for stage in phase.stages {
      for parameter in model.store.parameters { parameter.momentum.values.update(repeating: 0) }
      for _ in 0..<stage.steps {
        try step(number, stage, &comparison)
        number += 1
      }
    }
    try compareState(since: before, &comparison)
    for (name, value) in model.tasks.flatMap({ $0.network.measures(on: engine) }).sorted(by: { $0.key < $1.key }) {
      let name = phase.prefix + composition.values.theirs(name)
      if comparison.has(name) { try comparison.compare(value, with: name, .evaluation) }
    }
    try evaluate("\(phase.prefix)eval.", &comparison)
    if isLast, !phase.prefix.isEmpty { try evaluate("eval.", &comparison) }
  }

  /// What is done to parameters at the phase's start.
  private func transform(_ comparison: inout CaseComparison) throws {
    for rule in phase.rules.transforms {
      guard let parameter = model.store.parameters.first(where: { $0.name == rule.parameter }) else {
        throw PlainError("the model has no parameter \(rule.parameter), which methods.yaml names")
      }
      func show(_ name: String) {
        shown.append(Shown(name, parameter.storedValues, shape: parameter.storedShape, isAsked: true))
      }
      var shown: [Shown] = []
      show("before")
      let figures = model.transform(rule.task)?.figures ?? [:]
      show("after")
      for (name, values) in figures.sorted(by: { $0.key < $1.key }) {
        shown.append(Shown(name, values.map(Float.init), shape: [values.count]))
      }
      for shown in shown { try compare(shown, as: "\(rule.prefix).\(shown.name)", .afterSteps, &comparison) }
    }
  }

  private func batch(_ name: ParityCase.BatchName) throws -> ParityCase.Batch {
    guard let batch = batches[name] else { throw PlainError("the tensor '\(name.rawValue)' is missing") }
    return batch
  }

  private func step(_ number: Int, _ stage: ParityCase.Stage, _ comparison: inout CaseComparison) throws {
    let batch = try batch(stage.batch)
    let inside = Inside()
    let isShown = number == 0
    let tape = Tape(
      on: engine, mode: .training, precision: precision, statistics: phase.statistics, policy: policy,
      tracer: isShown ? inside.see : nil)
    inside.tape = tape
    let output = model(
      tape.input(batch.images), inputs: batch.inputs, on: tape, as: .init(tasks: phase.rules.tasks.map(Set.init))
    ) { inside.gradients["X"] = $0 }
    let losses = model.losses(output, targets, on: tape)
    let total = model.multiTaskLoss.total(losses)
    guard total.isFinite else {
      throw PlainError("the loss of step \(number + 1) of '\(phase.prefix)losses3' is not finite here")
    }
    if isShown {
      try compare(output, inside, under: "\(phase.prefix)train.", .forward, &comparison)
      try compare(losses, total: total, &comparison)
    }
    try comparison.compare(total, at: number, with: "\(phase.prefix)losses3", .afterSteps)
    model.multiTaskLoss.backward(losses, on: tape)
    if isShown { try compareGradients(inside, of: output, &comparison) }
    if let broken = optimizer.step(model.store, rates: stage.rates) {
      throw PlainError(
        "step \(number + 1) of '\(phase.prefix)losses3' leaves \(broken.name) with a number that is not finite")
    }
  }

  // MARK: What a pass shows

  private func evaluate(_ prefix: String, _ comparison: inout CaseComparison) throws {
    let inside = Inside()
    let tape = Tape(
      on: engine, mode: .evaluation, precision: precision, policy: policy, weights: PreparedWeights(),
      tracer: inside.see)
    let tasks = phase.rules.evaluates ?? phase.rules.tasks
    let batch = try batch(phase.stages.last?.batch ?? .first)
    let output = model(tape.input(batch.images), inputs: batch.inputs, on: tape, as: .init(tasks: tasks.map(Set.init)))
    try compare(output, inside, under: prefix, .evaluation, &comparison)
    guard let pairs = JudgedPairs(of: output, by: model) else { return }
    try comparison.compare(pairs, under: prefix)
  }

  private func compare(
    _ output: AANet.Output, _ inside: Inside, under prefix: String, _ group: ParityResult.Group,
    _ comparison: inout CaseComparison
  ) throws {
    let isTraining = group == .forward
    var shown = inside.shown
    shown.append(.init("X", output.features.tensor, isAsked: isTraining))
    let descriptors = output.descriptors
    let images = output.features.shape[0]
    shown.append(
      .init(
        "descriptor", descriptors, shape: [images, descriptors.count / images], isAsked: showsAll || !isTraining))
    for (attribute, logits) in zip(model.configuration.attributes, output.attributeLogits) {
      shown.append(.init("attribute.\(attribute.name)", logits.tensor, isAsked: showsAll && !isTraining))
    }
    for (task, logits) in output.identityLogits {
      for (number, logits) in logits.enumerated() {
        shown.append(.init("logits.\(task.rawValue).\(number)", logits.tensor))
      }
    }
    if let map = output.attentionMap { shown.append(.init("aam", map, isAsked: showsAll && isTraining)) }
    if !output.partRegions.isEmpty {
      shown.append(.init("part_rows", integers: partRows(output), isAsked: showsAll && isTraining))
    }
    for shown in shown { try compare(shown, as: prefix + composition.values.theirs(shown.name), group, &comparison) }
  }

  private func compare(
    _ shown: Shown, as name: String, _ group: ParityResult.Group, _ comparison: inout CaseComparison
  ) throws {
    guard shown.isAsked || comparison.has(name) else { return }
    if let integers = shown.integers {
      try comparison.compare(integers, with: name, group)
    } else {
      try comparison.compare(shown.values, shape: shown.shape, with: name, group)
    }
  }

  /// The part of each row of each image; −1 where there is none.
  private func partRows(_ output: AANet.Output) -> [Int] {
    let (images, height) = (output.features.shape[0], output.features.shape[1])
    var rows = [Int](repeating: -1, count: images * height)
    for (part, regions) in output.partRegions.enumerated() {
      for (image, region) in regions.enumerated() {
        for row in region { rows[image * height + row] = part }
      }
    }
    return rows
  }

  // MARK: What a step leaves

  private func compare(_ losses: [TaskLoss], total: Double, _ comparison: inout CaseComparison) throws {
    func compare(_ value: Double, _ name: String, isAsked: Bool) throws {
      let name = "\(phase.prefix)train.loss.\(composition.losses.theirs(name))"
      if isAsked || comparison.has(name) { try comparison.compare(value, with: name, .loss) }
    }
    for loss in losses {
      try compare(loss.value, loss.task.rawValue, isAsked: showsAll)
      for case (let name?, let value) in loss.terms.map({ ($0.name, $0.loss.value) }) {
        try compare(value, "\(loss.task.rawValue).\(name)", isAsked: false)
      }
    }
    try comparison.compare(total, with: "\(phase.prefix)train.total_loss", .loss)
  }

  private func compareGradients(
    _ inside: Inside, of output: AANet.Output, _ comparison: inout CaseComparison
  ) throws {
    let prefix = "\(phase.prefix)grad."
    for shown in inside.shown {
      let name = prefix + composition.values.theirs(shown.name)
      guard let gradient = inside.gradients[shown.name], comparison.has(name) else { continue }
      try comparison.compare(gradient, shape: shown.shape, with: name, .gradient)
    }
    // Where nothing below X is trained no gradient reaches it.
    if let gradient = inside.gradients["X"] {
      let name = prefix + composition.values.theirs("X")
      try comparison.compare(gradient, shape: output.features.shape, with: name, .gradient)
    }
    for parameter in model.store.parameters where !parameter.isFrozen {
      // No gradient is a gradient of zeros; the memory may still hold an older one.
      let gradient =
        parameter.hasGradient
        ? parameter.storedGradient : [Float](repeating: 0, count: parameter.gradient.count)
      try comparison.compare(
        gradient, shape: parameter.storedShape, with: prefix + composition.parameters.theirs(parameter.name),
        .gradient)
    }
  }

  /// What is trained, and statistics that move, must be as in the case; all else to the bit as before.
  private func compareState(
    since before: [String: StoredTensor], _ comparison: inout CaseComparison
  ) throws {
    let movesStatistics = phase.statistics == .batch
    let parameters = Set(model.store.parameters.map(\.name))
    for (name, tensor) in model.state().sorted(by: { $0.key < $1.key }) {
      let theirs = "\(phase.prefix)after3.\(composition.parameters.theirs(name))"
      let isSame = before[name] == tensor
      let moves = parameters.contains(name) ? phase.trained.contains(name) : movesStatistics && !isSame
      if moves || comparison.has(theirs) {
        try comparison.compare(tensor.floats, shape: tensor.shape, with: theirs, .afterSteps)
      } else {
        comparison.keep(theirs, isSame: isSame)
      }
    }
  }
}

/// Something of the inside of a pass, as it was when it was shown.
private struct Shown {
  let name: String
  /// Empty where it is whole numbers.
  let values: [Float]
  let shape: [Int]
  let integers: [Int]?
  /// Whether the case must have it.
  let isAsked: Bool

  init(_ name: String, _ values: [Float], shape: [Int], isAsked: Bool = false) {
    self.name = name
    self.values = values
    self.shape = shape
    integers = nil
    self.isAsked = isAsked
  }

  init(_ name: String, _ tensor: Tensor, isAsked: Bool = false) {
    self.init(name, tensor.array, shape: tensor.shape, isAsked: isAsked)
  }

  init(_ name: String, integers: [Int], isAsked: Bool = false) {
    self.name = name
    self.integers = integers
    self.isAsked = isAsked
    values = []
    shape = []
  }
}

/// Gathers what model code shows of a pass.
private final class Inside {
  /// The tape whose reverse pass gives the gradients; nil where there is none.
  weak var tape: Tape?
  private(set) var shown: [Shown] = []
  /// The gradients of the total loss by shown values, and by X.
  var gradients: [String: [Float]] = [:]

  func see(_ name: String, _ trace: Tape.Trace) {
    switch trace {
    case .integers(let integers): shown.append(Shown(name, integers: integers))
    case .value(let value):
      shown.append(Shown(name, value.tensor))
      tape?.observeGradient(of: value) { [weak self] in self?.gradients[name] = $0 }
    }
  }
}
