import Foundation
import Models
import Runs
import Support
import Tensors

/// What is kept of runs once they are scored.
extension ExperimentRunner {
  /// Drops what a run's experiment does not keep, once no row that is still to be made reads it.
  ///
  /// - Parameters:
  ///   - runs: all that this call is about.
  ///   - records: those that are finished.
  func tidy(_ runs: [Run], _ records: [String: RunRecord]) throws(FileError) {
    for run in runs where run.plan.keep == .scores {
      // A run of another experiment that stands in for this one is that one's to keep.
      guard let record = records[run.key], record.identity == run.trial.identity(hash: record.identity.hash),
        !runs.contains(where: { row in records[row.key] == nil && row.parts.contains { $0.key == run.key } }),
        store.has(.descriptors, of: record.identity) || store.has(.previousCheckpoint, of: record.identity),
        case .taken(let lock) = try store.lock(record.identity)
      else { continue }
      defer { lock.release() }
      try store.drop(of: record.identity, because: "keep: scores of \(run.plan.name)")
    }
  }

  /// Makes the descriptors of a finished run anew, where they were dropped: its network looks at the test images again, or
  /// those of the runs that it combines are put side by side.
  ///
  /// On the machine and by the kernels that made the run they are the same bits; where they are not, the run's seal tells.
  ///
  /// - Parameter records: those of the runs that it combines, by their keys.
  func restoreDescriptors(
    of run: Run, _ record: RunRecord, _ records: [String: RunRecord], on engine: Engine, isInterrupted: () -> Bool,
    report: (Event) -> Void
  ) throws {
    let identity = record.identity
    guard !store.has(.descriptors, of: identity) else { return }
    if let lack = RunStore.lack(ofDropped: .checkpoint, in: record.folder) { throw PlainError(lack) }
    let parts = run.parts.compactMap { part in records[part.key].map { (part, $0) } }
    for (part, record) in parts {
      try restoreDescriptors(of: part, record, [:], on: engine, isInterrupted: isInterrupted, report: report)
    }
    guard case .taken(let lock) = try store.lock(identity) else {
      throw PlainError("\(identity.inWords): its descriptors are missing, and another process is at work on it")
    }
    defer { lock.release() }
    let store = store.withinExistingFolders
    report(.remark("\(identity.inWords): its descriptors were dropped and are made anew"))
    if parts.isEmpty {
      try describe(run, record, on: engine, isInterrupted: isInterrupted, report: report)
    } else {
      try joinDescriptors(of: parts.map(\.1), on: run.data.dataset, storing: identity, in: store)
    }
    try store.undrop(of: identity)
    let isOther = store.sealStatus(of: identity, .everything).changes.contains {
      $0.file == RunStore.File.descriptors.rawValue
    }
    guard isOther else { return }
    report(
      .remark(
        "\(identity.inWords): its descriptors have other bits than those that it was scored with, as on a machine with "
          + "other kernels; `aanet runs verify` says so, too"))
  }

  /// Writes the descriptors of the test images by a finished run's network.
  private func describe(
    _ run: Run, _ record: RunRecord, on engine: Engine, isInterrupted: () -> Bool, report: (Event) -> Void
  ) throws {
    let store = store.withinExistingFolders
    let trainer = Trainer(
      record.identity, run.trial.settings, data: run.data, weights: nil, store: store, checkpoints: .automatic,
      on: engine)
    try trainer.prepare { report(.remark($0)) }
    guard trainer.progress.epochs == trainer.schedule.epochs else {
      throw PlainError("\(record.folder.path): its checkpoint is not of the last epoch")
    }
    let evaluator = Evaluator(
      model: trainer.model, settings: run.trial.settings, data: run.data, engine: engine,
      keeper: JudgingKeeper(record.identity, in: store))
    let file = try store.descriptorFile(
      of: record.identity, on: run.data.dataset, dimension: trainer.model.layout.length)
    try evaluator.describe(into: file, isInterrupted) { stage, done, all in
      report(.evaluating(run.trial, stage, done: done, total: all))
    }
  }
}
