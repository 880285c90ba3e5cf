import Experiments
import Foundation
import Proofs
import Runs
import TestSupport
import Testing

/// Runs of the tiny project's row of all tasks.
extension TinyProject {
  var store: RunStore { RunStore(root: url.appendingPathComponent("runs", isDirectory: true)) }

  func runAll(
    _ overrides: [String], threads: Int = 1, isInterrupted: () -> Bool = { false },
    report: (ExperimentRunner.Event) -> Void = { _ in }
  ) throws -> RunRecord {
    let plan = try ExperimentLibrary(project: url).plan("tiny", overrides: ["train.epochs=2"] + overrides)
    let records = try ExperimentRunner(plan, project: url, store: store).run(
      variants: ["all"], threads: threads, isInterrupted: isInterrupted, report: report)
    return try #require(records.first).record
  }

  /// Expects the same bits of a run here and in another project.
  func expectAgreement(_ record: RunRecord, with other: TinyProject) throws {
    for part in try RunAgreement(of: record.identity, in: store, and: other.store).parts {
      #expect(part.count > 0 && part.difference == nil, "\(part.name)")
    }
  }
}
