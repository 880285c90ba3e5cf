import Experiments
import Foundation
import Runs
import Support

/// The tables of what is done while other runs are still to come: to look at after a third of the time, with three seeds.
///
/// They go where progress goes, so that standard output holds the whole tables alone.
struct EarlyTables {
  typealias Results = [(trial: Trial, record: RunRecord)]

  private var finished: [String: Results] = [:]

  /// Shows the table of the experiment that is done under one more seed; once all are, the page too.
  ///
  /// - Parameter output: draws the reports of some results; nil where no report draws from the experiments.
  mutating func show(_ round: ExperimentRunner.Round, output: (Results) throws -> ReportOutput?) {
    finished[round.plan.name] = round.results
    do {
      guard let output = try output(finished.values.flatMap { $0 }) else { return }
      for report in output.reports where report.records.experiment == round.plan.name {
        let table = report.terminalResults(width: Console.width).joined(separator: "\n")
        Console.complain("\nso far, with seed \(round.seed):\n\n\(table)\n")
      }
      if round.isOfAll, let page = try output.write().first { Console.complain("so far: open \(page.path)\n") }
    } catch {
      // What is trained is worth more than a look at it.
      Console.complain("note: what is done so far cannot be shown: \(Wording.printable("\(error)", limit: 2000))")
    }
  }
}
