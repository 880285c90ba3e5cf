import Documents
import Experiments
import Foundation
import Runs
import Support

/// Shows a person how an experiment gets on: a bar on a terminal; in a file, a line an epoch.
final class RunWatcher {
  private let name: String
  private var training: ProgressBar?
  private var evaluating: (stage: EvaluationStage, bar: ProgressBar)?
  private var mining: ProgressBar?
  private var reading: ProgressBar?
  private var found = 0
  private var warned = false

  /// Watches over what goes by a name: an experiment, or a folder of them.
  init(_ name: String) { self.name = name }

  func see(_ event: ExperimentRunner.Event) {
    switch event {
    case .reading(let dataset, let done, let total):
      let bar = reading ?? ProgressBar("\(Wording.printable(dataset)), reading", unit: "images")
      reading = bar
      bar.update(done, of: total)
      if done == total { finish() }
    case .remark(let text): say("note: \(Wording.printable(text, limit: 1000))")
    case .found(_, let record):
      found += 1
      SealWarning.give([record])
    case .start(let outlook):
      found = 0  // told with the rest
      say(Self.line(outlook))
    case .training(let trial, let epoch, let loss, let progress):
      start()
      guard Console.isTerminal else { return }
      let bar = training ?? ProgressBar(Wording.printable(name), unit: "images")
      training = bar
      bar.update(
        progress.images, of: progress.of, secondsLeft: .some(progress.secondsLeft),
        note: "\(Self.place(trial, epoch: epoch)), loss \(loss.fixed(2))")
    case .mining(let trial, let epoch, let done, let total):
      let bar = mining ?? ProgressBar("\(Self.place(trial, epoch: epoch)), mining", unit: "images")
      mining = bar
      if Console.isTerminal { bar.update(done, of: total) }
    case .epoch(let trial, let record, let progress):
      guard !Console.isTerminal else { return }
      Console.complain("\(Wording.printable(name)): \(Self.line(trial, record, progress))")
    case .evaluating(_, let stage, let done, let total):
      if stage != evaluating?.stage { evaluating?.bar.finish() }
      let bar = evaluating?.stage == stage ? evaluating?.bar : nil
      let shown = bar ?? ProgressBar(stage.rawValue, unit: "images")
      evaluating = (stage, shown)
      shown.update(done, of: total)
    case .finished(let trial, let record): say(Self.line(trial, record))
    case .round: finish()  // its table follows
    case .occupied(let trial, let holder):
      say(
        "note: \(Self.name(trial)) is left to \(holder.map(\.description) ?? "another process"); the others come first")
    case .diverged(let trial, let divergence):
      say(
        "error: \(Self.name(trial)): numbers are no longer finite in epoch \(divergence.epoch), step \(divergence.step)"
          + "; the run stops, the others go on")
    }
  }

  func finish() {
    evaluating?.bar.finish()
    training?.finish()
    mining?.finish()
    reading?.finish()
    evaluating = nil
    reading = nil
    if found > 0 { Console.complain("\(found) \(found == 1 ? "run was" : "runs were") finished before") }
    found = 0
  }

  private func start() {
    if !warned { Console.warnOfNarrowKernels() }
    warned = true
    evaluating = nil
    mining = nil
  }

  private func say(_ text: String) {
    finish()
    Console.complain(text)
  }

  /// `81 runs, 20 done; 1,234,567 images to train, about 1 h 20 min on this machine (2 threads)`
  private static func line(_ outlook: ExperimentRunner.Outlook) -> String {
    let progress = outlook.progress
    let threads =
      (outlook.processes > 1 ? "\(outlook.processes) runs at once, each on " : "")
      + Wording.count(outlook.threads, "thread")
    let time = progress.secondsLeft.map { ", about \(Durations.about($0)) on this machine (\(threads))" }
    return "\(Wording.count(outlook.runs, "run"))\(outlook.finished > 0 ? ", \(outlook.finished) done" : ""); "
      + "\(Wording.grouped(progress.of - progress.images)) images to train\(time ?? "")"
  }

  /// `Lg+Lp, seed 2, epoch 8/16: loss 0.79 (global 0.31, part 0.48), 815 images/s, 4:15 min left`
  private static func line(_ trial: Trial, _ record: EpochRecord, _ progress: SweepProgress) -> String {
    let losses = record.losses.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.fixed(2))" }
    return [
      "\(place(trial, epoch: record.epoch)): loss \(record.loss.fixed(2)) (\(losses.joined(separator: ", ")))",
      "\(Durations.rate(Double(record.images) / max(record.seconds, 1e-9))) images/s",
      progress.secondsLeft.map(Durations.left),
    ].compactMap { $0 }.joined(separator: ", ")
  }

  private static func name(_ trial: Trial) -> String { "\(Wording.printable(trial.variant)), seed \(trial.seed)" }

  private static func place(_ trial: Trial, epoch: Int) -> String {
    let schedule = TrainingSchedule(of: trial.settings.train, images: 0)
    return "\(name(trial)), epoch \(epoch)/\(schedule.epochs)"
      + (schedule.name(of: epoch - 1).map { " (\(Wording.printable($0)))" } ?? "")
  }

  /// `Lg+Lp, seed 2: mAP 41.2 %, Rank-1 60.0 %, 24 s`
  static func line(_ trial: Trial, _ record: RunRecord) -> String {
    guard let metrics = record.metrics else { return "\(name(trial)): unfinished" }
    return "\(name(trial)): "
      + String(
        format: "mAP %.1f %%, Rank-1 %.1f %%, trained in %.0f s at %.0f images/s", metrics.retrieval.mAP * 100,
        metrics.retrieval.rank1 * 100, metrics.secondsTraining, metrics.imagesPerSecond)
  }
}
