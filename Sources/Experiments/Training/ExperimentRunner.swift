import Configuration
import Datasets
import Foundation
import Models
import Runs
import Tensors

/// Runs the trials of one or more experiments: trains and evaluates what is unfinished, and nothing twice.
///
/// A run that another experiment made under the same hash counts: the hash covers everything that decides the result.
public final class ExperimentRunner {
  /// What happens while an experiment runs.
  public enum Event {
    /// A run that has a result already.
    case found(Trial, RunRecord)
    /// Training is under way: images trained on and images in all, over the runs that this call trains.
    case training(Trial, epoch: Int, loss: Double, done: Int, total: Int)
    /// Descriptors are being extracted.
    case evaluating(Trial, done: Int, total: Int)
    /// A run was finished by this call.
    case finished(Trial, RunRecord)
    /// Something worth a line: files that were passed over, a checkpoint that cannot be used.
    case remark(String)
  }

  /// Changes when the engine's results change for the same settings, and so makes new runs of old plans.
  public static let numericVersion = "2"

  private let plans: [ExperimentPlan]
  private let registry: DatasetRegistry
  private let project: URL
  private let places: DatasetPlaces
  private let store: RunStore
  private var opened: [String: TrainingData] = [:]
  private var backbones: [Settings.Backbone: PretrainedBackbone] = [:]

  /// Prepares experiments.
  ///
  /// - Parameters:
  ///   - plans: what to run, one after the other.
  ///   - project: the folder of `datasets.yaml`.
  ///   - places: where datasets are looked for; by default as the registry and `AANET_DATA` say.
  ///   - store: where runs are kept.
  public init(
    _ plans: [ExperimentPlan], project: URL, places: DatasetPlaces? = nil, store: RunStore
  ) throws(ConfigurationError) {
    self.plans = plans
    self.project = project
    self.places = places ?? DatasetPlaces(project: project)
    self.store = store
    registry = try DatasetRegistry(project: project)
  }

  /// Prepares one experiment.
  public convenience init(
    _ plan: ExperimentPlan, project: URL, store: RunStore
  ) throws(ConfigurationError) {
    try self.init([plan], project: project, store: store)
  }

  /// A trial with the name of its run.
  private struct Run {
    let trial: Trial
    let identity: RunIdentity
    let data: TrainingData
    let weights: PretrainedBackbone?

    var hash: String { identity.hash }
  }

  /// Runs what is unfinished.
  ///
  /// Everything that can be checked is checked for all trials before the first is trained.
  ///
  /// - Parameters:
  ///   - variants: only these, in the experiments that have them; nil for all.
  ///   - threads: worker threads of the engine.
  ///   - loaderThreads: threads that read images.
  ///   - checkpoints: how often a run is saved within an epoch.
  ///   - isInterrupted: asked often; where it says yes, the run is saved and ``TrainingError/interrupted`` thrown.
  ///   - report: told what happens.
  /// - Returns: each trial with its record, in the plans' order.
  /// - Throws: `ConfigurationError`, `DatasetError`, `RunStoreError` or ``TrainingError``.
  public func run(
    variants: [String]? = nil, threads: Int = Engine.availableThreads, loaderThreads: Int = 1,
    checkpoints: CheckpointInterval = .automatic, isInterrupted: () -> Bool = { false },
    report: (Event) -> Void = { _ in }
  ) throws -> [(trial: Trial, record: RunRecord)] {
    let runs = try prepare(variants: variants, report: report)
    let finished = FinishedRuns(in: store)
    var records: [String: RunRecord] = [:]
    var pending: [Run] = []
    for run in runs where records[run.identity.hash] == nil && !pending.contains(where: { $0.hash == run.hash }) {
      if let record = try finished.record(of: run.identity) {
        records[run.hash] = record
        report(.found(run.trial, record))
      } else {
        pending.append(run)
      }
    }
    if !pending.isEmpty {
      for name in Set(pending.map(\.trial.settings.dataset)).sorted() {
        guard let data = opened[name] else { continue }
        data.loaderThreads = loaderThreads
        try data.dataset.requireSoundEvaluation(attributes: data.attributes)
        try data.dataset.requireReadableImages(threads: threads)
      }
      let engine = Engine(threads: threads)
      let total = pending.reduce(0) { $0 + Self.images($1) }
      var before = 0
      for run in pending {
        let record = try execute(
          run, before: before, total: total, checkpoints: checkpoints, on: engine, isInterrupted: isInterrupted,
          report: report)
        before += Self.images(run)
        records[run.hash] = record
        report(.finished(run.trial, record))
      }
    }
    return runs.compactMap { run in records[run.hash].map { (run.trial, $0) } }
  }

  /// Opens the datasets, checks every trial against them, and names the runs.
  private func prepare(variants: [String]?, report: (Event) -> Void) throws -> [Run] {
    try trials(variants).map { plan, trial in
      let variant = try plan.variant(named: trial.variant)
      let data = try data(for: variant, among: variants, report: report)
      try check(trial.settings, of: variant, against: data)
      let weights = try weights(for: variant, report: report)
      let hash = trial.hash(
        datasetFingerprint: data.dataset.fingerprint, numericVersion: Self.numericVersion,
        weightsFingerprint: weights?.digest)
      return Run(trial: trial, identity: trial.identity(hash: hash), data: data, weights: weights)
    }
  }

  /// The trials of all plans. A variant that is asked for must be in one of them.
  private func trials(_ variants: [String]?) throws(ConfigurationError) -> [(ExperimentPlan, Trial)] {
    if let plan = plans.first, plans.count == 1 { return try plan.trials(variants: variants).map { (plan, $0) } }
    let known = plans.flatMap { $0.variants.map(\.name) }
    for wanted in variants ?? [] where !known.contains(wanted) {
      throw ConfigurationError(
        at: nil,
        Wording.unknown("no experiment here has a variant \(Wording.quoted(wanted))", wanted, among: known))
    }
    var all: [(ExperimentPlan, Trial)] = []
    for plan in plans {
      let names = variants.map { wanted in wanted.filter { name in plan.variants.contains { $0.name == name } } }
      all += try plan.trials(variants: names).map { (plan, $0) }
    }
    return all
  }

  /// The variant's dataset, with its attributes where one of the chosen variants needs them.
  private func data(
    for variant: ExperimentPlan.Variant, among chosen: [String]?, report: (Event) -> Void
  ) throws -> TrainingData {
    let name = variant.settings.dataset
    let needsAttributes = plans.flatMap(\.variants).contains {
      $0.settings.dataset == name && $0.settings.tasks.attribute != nil && chosen?.contains($0.name) ?? true
    }
    if let data = opened[name], !needsAttributes || data.attributes != nil { return data }
    if registry.entries[name] == nil {
      throw variant.error(
        at: "dataset",
        Wording.unknown(
          "\(registry.source) has no dataset \(Wording.quoted(name))", name, among: registry.entries.keys.sorted()))
    }
    if let entry = registry.entries[name], places.isOwnFolder(of: entry),
      let other = opened.keys.first(where: { $0 != name })
    {
      throw variant.error(
        at: "dataset",
        "--data names the folder of one dataset, and the experiment needs \(Wording.list([other, name].sorted())); "
          + "name the folder that holds them")
    }
    let dataset = try Dataset.open(named: name, registry: registry, places: places)
    let data = try TrainingData(dataset, needsAttributes: needsAttributes)
    for remark in dataset.remarks + [data.defectsInBrief].compactMap({ $0 }) {
      report(.remark("\(name): \(remark)"))
    }
    opened[name] = data
    return data
  }

  /// The variant's pretrained weights, compared with its backbone; nil where it starts from chance.
  private func weights(
    for variant: ExperimentPlan.Variant, report: (Event) -> Void
  ) throws(ConfigurationError) -> PretrainedBackbone? {
    let settings = variant.settings.backbone
    guard let path = settings.weights else { return nil }
    if let known = backbones[settings] { return known }
    let file = URL(fileURLWithPath: path, relativeTo: project).absoluteURL
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw variant.error(
        at: "backbone.weights",
        "there is no file \(file.path); put the backbone's pretrained weights there (torchvision's file fits as it is), "
          + "name another file, or start from chance with backbone.weights=none")
    }
    do {
      let opened = backbones.values.first { $0.file == file }
      let backbone = try PretrainedBackbone(file, named: path, for: settings.configuration, sharing: opened)
      report(.remark(backbone.summary))
      backbones[settings] = backbone
      return backbone
    } catch {
      throw variant.error(at: "backbone.weights", error.description)
    }
  }

  private func check(_ settings: Settings, of variant: ExperimentPlan.Variant, against data: TrainingData) throws {
    let images = data.dataset.train.count
    if settings.train.batch > images {
      throw variant.error(
        at: "train.batch",
        "a batch of \(settings.train.batch) is larger than the \(images) training images of \(settings.dataset); "
          + "take at most \(images)")
    }
    let known = data.scheme.attributes.map(\.name)
    for name in settings.tasks.attention?.attributes ?? [] where !known.contains(name) {
      throw variant.error(
        at: "tasks.attention.attributes",
        Wording.unknown("\(settings.dataset) has no attribute \(Wording.quoted(name))", name, among: known))
    }
    let configuration = settings.modelConfiguration(
      identities: data.dataset.trainIdentities.count, scheme: data.scheme)
    do { try configuration.validate(height: settings.input.height, width: settings.input.width) } catch {
      throw variant.error(at: "tasks", error.description)
    }
  }

  private static func images(_ run: Run) -> Int {
    let batch = run.trial.settings.train.batch
    return run.data.dataset.train.count / batch * batch * run.trial.settings.train.epochs
  }

  private func execute(
    _ run: Run, before: Int, total: Int, checkpoints: CheckpointInterval, on engine: Engine,
    isInterrupted: () -> Bool, report: (Event) -> Void
  ) throws -> RunRecord {
    let identity = run.identity
    let settings = run.trial.settings
    store.sweep(identity)
    try store.writePlan(run.trial.resolvedYAML(), of: identity)
    // From here on the folder is there; where somebody removes it, the run stops instead of leaving parts of one.
    let store = store.withinExistingFolders
    if try store.provenance(of: identity) == nil {
      try store.writeProvenance(
        ProvenanceProbe.provenance(
          project: project, dataset: run.data.dataset.fingerprint, threads: engine.workers.count), of: identity)
    }
    let trainer = Trainer(
      identity, settings, data: run.data, weights: run.weights, store: store, checkpoints: checkpoints, on: engine)
    try trainer.prepare { report(.remark($0)) }
    try trainer.train(isInterrupted: isInterrupted) { step in
      report(.training(run.trial, epoch: step.epoch, loss: step.loss, done: before + step.images, total: total))
    }

    let clock = SuspendingClock()
    let start = clock.now
    let evaluator = Evaluator(model: trainer.model, settings: settings, data: run.data, engine: engine)
    let result = try evaluator.evaluate(isInterrupted: isInterrupted) { done, all in
      report(.evaluating(run.trial, done: done, total: all))
    }
    try store.write(try result.descriptors.pieces(), as: .descriptors, of: identity)
    try store.writeRanks(result.rankings, of: identity)
    let metrics = RunMetrics(
      retrieval: result.scores, reranked: result.reranked, attributes: result.attributes,
      descriptorLength: trainer.model.configuration.descriptorLength,
      parameters: trainer.model.store.parameterCount, secondsTraining: trainer.progress.seconds,
      secondsEvaluating: start.duration(to: clock.now) / .seconds(1),
      imagesPerSecond: Double(trainer.totalImages) / max(trainer.progress.seconds, 1e-9),
      peakMemoryGiB: Process.peakMemoryGiB)
    try store.writeMetrics(metrics, of: identity)
    guard let record = try store.record(for: identity) else {
      throw TrainingError.inconsistent(file: store.folder(for: identity), reason: "the run was removed while it ran")
    }
    return record
  }
}
