import Datasets
import Foundation
import Models
import Retrieval
import Runs
import Support
import Tensors

/// Runs the trials of one or more experiments: trains and evaluates what is unfinished, and nothing twice.
///
/// A run that another experiment made under the same hash counts: the hash covers everything that decides the result.
package final class ExperimentRunner {
  /// Changes when the engine's results change for the same settings, and so makes new runs of old plans. What changes in
  /// bfloat16 alone changes `Precision.bfloat16Version` instead.
  ///
  /// 3: evaluation folds BatchNorm into the convolutions' weights, which moves descriptors by some 1e-6 of their size.
  /// Training's weights are those of 2, but where vectors have 256 bits: there products in panels have come to it, too.
  package static let numericVersion = "3"

  let plans: [ExperimentPlan]
  let registry: DatasetRegistry
  let project: URL
  /// The commit that the runs are of.
  let sourceState: () -> SourceState
  let places: DatasetPlaces
  let store: RunStore
  /// Who trains and evaluates the runs together.
  let ranks: Ranks
  /// Whether the other ranks are at work on the run at hand.
  var isTogether = false
  /// The most numbers of a gallery's descriptors that are taken into memory; those of a larger one are ranked from their
  /// file.
  package var galleryLimit = Gallery.mostNumbers
  /// The runs that backbones start from.
  let sources: BackboneSources
  var opened: [Settings.Reading: TrainingData] = [:]
  var backbones: [Settings.Backbone: PretrainedBackbone] = [:]

  /// Prepares experiments.
  ///
  /// - Parameters:
  ///   - plans: what to run, one after the other.
  ///   - places: where datasets are looked for; by default as the registry and `AANET_DATA` say.
  ///   - ranks: who trains and evaluates each run together.
  /// - Throws: `ConfigurationError`, also where a backbone starts from a run that no experiment makes.
  package init(
    _ plans: [ExperimentPlan], in project: Project, places: DatasetPlaces? = nil, among ranks: Ranks = .alone
  ) throws(ConfigurationError) {
    self.plans = plans
    self.ranks = ranks
    self.project = project.folder
    sourceState = { project.source }
    self.places = places ?? DatasetPlaces(project: project.folder)
    store = project.store
    registry = try project.registry()
    sources = try BackboneSources(of: plans, in: project.library, runs: store.identities())
  }

  /// Prepares one experiment of a project that is not opened otherwise.
  package convenience init(
    _ plan: ExperimentPlan, project: URL, store: RunStore
  ) throws(ConfigurationError) {
    try self.init([plan], in: Project(project, runs: store.root))
  }

  /// Runs what is unfinished.
  ///
  /// Everything that can be checked is checked for all trials before the first is trained. A run that another process is
  /// at work on is passed over, and looked at again when all others are done; one whose numbers stop being finite is
  /// recorded as failed. Either way the others are trained, so that several processes share out a sweep between them.
  ///
  /// - Parameters:
  ///   - variants: only these, in the experiments that have them; nil for all.
  ///   - threads: worker threads of the engine.
  ///   - loaderThreads: threads that read images.
  ///   - checkpoints: how often a run is saved within an epoch.
  ///   - measuring: seconds that may be spent on measuring speeds that no earlier run tells.
  ///   - acceptsDamage: whether images that end early or are damaged within are used as far as they go; otherwise
  ///     nothing is trained on them.
  ///   - company: the processes that train with this one; they share its threads, and their runs are waited for.
  ///   - isInterrupted: asked often; where it says yes, the run is saved and ``TrainingError/interrupted`` thrown.
  ///   - report: told what happens.
  /// - Returns: each trial with its record, in the plans' order.
  /// - Throws: `ConfigurationError`, `PlainError`, `FileError` or ``TrainingError``, at the end
  ///   ``TrainingError/unfinished(_:)`` where some runs could not be finished.
  package func run(
    variants: [String]? = nil, threads: Int = Engine.availableThreads, loaderThreads: Int = 1,
    checkpoints: CheckpointInterval = .automatic, measuring: Double = 0, acceptsDamage: Bool = false,
    company: Company = .none, isInterrupted: () -> Bool = { false }, report: (Event) -> Void = { _ in }
  ) throws -> [(trial: Trial, record: RunRecord)] {
    let finished = FinishedRuns(in: store)
    let runs = try prepare(
      variants: variants, finished: finished, threads: threads, isInterrupted: isInterrupted, report: report)
    var records: [String: RunRecord] = [:]
    var pending: [Run] = []
    for run in runs where records[run.key] == nil && !pending.contains(where: { $0.key == run.key }) {
      if let record = try finished.record(of: run.identity) {
        records[run.key] = record
        report(.found(run.trial, record))
      } else {
        pending.append(run)
      }
    }
    try requireShards(of: pending.filter(\.parts.isEmpty), among: ranks.count)
    try tidy(runs, records)
    let (processes, share) = company.shares(of: pending, threads: threads)
    lazy var engine = Engine(threads: share)
    for run in runs where run.plan.restoresDropped {
      guard let record = records[run.key] else { continue }
      try restoreDescriptors(
        of: run, record, records, on: engine, isInterrupted: isInterrupted, report: report)
    }
    var left = UnfinishedRuns()
    if !pending.isEmpty {
      for (_, data) in opened.sorted(by: { $0.key.order < $1.key.order })
      where pending.contains(where: { $0.data === data }) {
        data.loaderThreads = loaderThreads
        try requireSound(data, acceptsDamage: acceptsDamage, report: report)
      }
      tellWhyAnew(pending, report: report)
      var sweep = Sweep(
        pending, among: runs, forecast(for: pending, among: runs, measuring: measuring, threads: share),
        processes: processes)
      report(
        .start(
          Outlook(
            runs: runs.count, finished: runs.count { records[$0.key] != nil },
            progress: sweep.outlook(begun: imagesBegun(in: pending)), threads: share, processes: processes)))
      if processes > 1 { try company.start(processes - 1, share) }
      var turn = Turn.first
      while true {
        sweep.isCompanyAtWork = false
        for place in pending.indices
        where records[pending[place].key] == nil && !sweep.isFailed(pending[place].identity) {
          if let missing = pending[place].needs.first(where: { records[$0.run.key] == nil }) {
            if turn == .last {
              sweep.waiting.append(
                .init(
                  trial: pending[place].trial, run: pending[place].identity, part: missing.run.identity,
                  relation: missing.relation))
            }
            continue
          }
          if let record = try name(place, of: &pending, records, in: &sweep) {
            records[pending[place].key] = record
            report(sweep.found(pending[place].trial, record))
            sweep.leave(pending[place])
            continue
          }
          let run = pending[place]
          let record = try attempt(
            run, of: run.parts.compactMap { records[$0.key] }, turn, company, in: &sweep,
            checkpoints: checkpoints, on: engine, isInterrupted: isInterrupted, report: report)
          records[run.key] = record
          if record != nil { try tidy(runs, records) }
          // A run that is here for its backbone alone is no row of a table.
          if turn == .first, plans.contains(where: { $0.name == run.plan.name }), place + 1 < pending.count,
            !pending[place + 1].isInRound(of: run)
          {
            let next = pending[place + 1]
            let done = runs.filter { $0.plan.name == run.plan.name }
              .compactMap { run in records[run.key].map { (run.trial, $0) } }
            let isOfAll = seedPlace(of: next) > seedPlace(of: run)
            report(.round(Round(plan: run.plan, seed: run.trial.seed, results: done, isOfAll: isOfAll)))
          }
        }
        if turn == .last { break }
        if turn == .again { try pause(isInterrupted) }
        turn = sweep.isCompanyAtWork ? .again : .last
      }
      left = UnfinishedRuns(occupied: sweep.occupied, diverged: sweep.diverged, waiting: sweep.waiting)
    }
    left.finished = runs.compactMap { run in records[run.key].map { (run.trial, $0) } }
    guard left.isEmpty else { throw TrainingError.unfinished(left) }
    return left.finished
  }

  /// Which of its experiment's seeds a run has.
  private func seedPlace(of run: Run) -> Int { run.plan.seeds.firstIndex(of: run.trial.seed) ?? 0 }

  /// Trains and evaluates a run unless another process is at work on it; nil where it is not finished then.
  ///
  /// - Parameter parts: the records of those that it combines.
  private func attempt(
    _ run: Run, of parts: [RunRecord], _ turn: Turn, _ company: Company, in sweep: inout Sweep,
    checkpoints: CheckpointInterval, on engine: Engine,
    isInterrupted: () -> Bool, report: (Event) -> Void
  ) throws -> RunRecord? {
    // Another process may have finished it since this one looked, perhaps under another experiment's name.
    if let record = try FinishedRuns(in: store).record(of: run.identity) {
      report(sweep.found(run.trial, record))
      sweep.leave(run)
      return record
    }
    let lock: RunLock
    switch try store.lock(run.identity) {
    case .held(let holder):
      if turn == .last {
        sweep.occupied.append(.init(trial: run.trial, run: run.identity, holder: holder))
      } else if company.includes(holder) {
        sweep.isCompanyAtWork = true
      } else if turn == .first {
        report(.occupied(run.trial, holder))
      }
      return nil
    case .taken(let taken): lock = taken
    }
    defer { lock.release() }
    defer { sweep.leave(run) }
    if store.isFinished(run.identity), let record = try store.record(for: run.identity) {
      report(sweep.found(run.trial, record))  // by another process, between the look and the lock
      return record
    }
    if !lock.isEnforced {
      report(.remark("the file system of \(store.root.path) keeps no locks: a second aanet run is not noticed there"))
    }
    store.clearNotes(of: run.identity)
    do {
      let record =
        run.parts.isEmpty
        ? try execute(
          run, in: &sweep, checkpoints: checkpoints, on: engine, isInterrupted: isInterrupted, report: report)
        : try combine(run, of: parts, on: engine, isInterrupted: isInterrupted, report: report)
      report(.finished(run.trial, record))
      return record
    } catch TrainingError.interrupted {
      isTogether = false
      throw TrainingError.interrupted
    } catch TrainingError.diverged(let divergence) {
      isTogether = false
      try? store.writeFailure(divergence.failure, of: run.identity)
      sweep.diverged.append(divergence)
      report(.diverged(run.trial, divergence))
      return nil
    } catch {
      try? store.writeFailure(RunFailure(kind: .error, reason: "\(error)"), of: run.identity)
      throw isTogether ? RanksLeftWaiting(cause: error) : error
    }
  }

  private func execute(
    _ run: Run, in sweep: inout Sweep, checkpoints: CheckpointInterval, on engine: Engine,
    isInterrupted: () -> Bool, report: (Event) -> Void
  ) throws -> RunRecord {
    let identity = run.identity
    let settings = run.trial.settings
    store.sweep(identity)
    let source = run.weights.flatMap { weights in weights.run.map { StatedSource(run: $0, weights: weights.digest) } }
    try store.writePlan(run.trial.resolvedYAML(from: source), of: identity)
    // From here on the folder is there; where somebody removes it, the run stops instead of leaving parts of one.
    let store = store.withinExistingFolders
    let trainer = Trainer(
      identity, settings, data: run.data, weights: run.weights, store: store, checkpoints: checkpoints, on: engine,
      among: ranks)
    try startTogether(run)
    try trainer.prepare { report(.remark($0)) }
    let origin = ProvenanceProbe.provenance(
      of: sourceState(), dataset: run.data.fingerprint, threads: engine.workers.count, running: settings)
    let chain = try ProvenanceChain(
      of: trainer.hasBegun ? store.provenance(of: identity) : nil, goingOnAt: origin)
    if let changed = chain.changed { try store.writeProvenance(changed, of: identity) }
    if let remark = chain.remark { report(.remark("\(identity.inWords) \(remark)")) }
    let pulse = RunPulse(identity, in: store)
    let epochs = settings.train.totalEpochs
    sweep.start(at: trainer.images)
    try trainer.train(isInterrupted: isInterrupted) { told in
      switch told {
      case .step(let step):
        pulse.beat(
          at: .init(phase: .training, epoch: step.epoch, epochs: epochs, step: step.step, steps: step.steps),
          images: step.images, outlook: sweep.outlook(of: run, by: trainer, images: step.images, in: store))
        sweep.step(of: run.work, in: trainer.schedule.place(of: step.epoch - 1), images: step.images)
        report(
          .training(run.trial, epoch: step.epoch, loss: step.loss, sweep.progress(in: run, images: step.images)))
      case .mining(let epoch, let done, let all):
        sweep.describe(of: run.work, done: done)
        pulse.beat(
          at: .init(phase: .mining, epoch: epoch, epochs: epochs, step: done, steps: all), images: trainer.images,
          outlook: sweep.outlook(of: run, by: trainer, images: trainer.images, in: store))
        report(.mining(run.trial, epoch: epoch, done: done, total: all))
      case .validating(let epoch, let done, let all):
        sweep.describe(of: run.work, done: done)
        pulse.beat(
          at: .init(phase: .evaluating, epoch: epoch, epochs: epochs, step: done, steps: all), images: trainer.images,
          outlook: sweep.outlook(of: run, by: trainer, images: trainer.images, in: store))
        report(.evaluating(run.trial, .validation, done: done, total: all))
      case .remark(let text): report(.remark("\(identity.inWords): \(text)"))
      case .epoch(let record):
        let images = trainer.schedule.images(before: record.epoch)
        report(.epoch(run.trial, record, sweep.progress(in: run, images: images)))
      }
    }

    let clock = SuspendingClock()
    let start = clock.now
    let evaluator = Evaluator(
      model: trainer.model, settings: settings, data: run.data, engine: engine,
      keeper: JudgingKeeper(identity, in: store), ranks: ranks)
    let length = trainer.model.layout.length
    tellOfLargeGallery(run, dimension: length, report: report)
    let (result, attributes) = try evaluator.evaluate(
      storing: store.descriptorFile(of: identity, on: run.data.dataset, dimension: length), limit: galleryLimit,
      isInterrupted: isInterrupted
    ) { stage, done, all in
      pulse.beat(
        at: .init(phase: .evaluating, epoch: epochs, epochs: epochs, step: done, steps: all),
        images: trainer.schedule.images + done,
        outlook: sweep.outlook(
          of: run, by: trainer, images: trainer.schedule.images,
          evaluating: start.duration(to: clock.now) / .seconds(1), in: store))
      report(.evaluating(run.trial, stage, done: done, total: all))
    }
    isTogether = false
    try requireUnchanged(run, threads: engine.workers.count)
    try store.write(result, of: identity)
    let metrics = RunMetrics(
      retrieval: result.scores, firstStage: result.firstStage, reranked: result.reranked, attributes: attributes,
      descriptorLength: trainer.model.configuration.descriptorLength,
      parameters: trainer.model.store.parameterCount, secondsTraining: trainer.progress.seconds,
      secondsEvaluating: start.duration(to: clock.now) / .seconds(1),
      imagesPerSecond: Double(trainer.schedule.images) / max(trainer.progress.seconds, 1e-9),
      peakMemoryGiB: ProcessUsage.peakMemoryGiB)
    try store.finish(identity, with: metrics)
    sweep.evaluated(run.work, seconds: metrics.secondsEvaluating)
    pulse.end()
    return try store.finishedRecord(of: identity)
  }
}
