import ArgumentParser
import Documents
import Evidence
import Foundation
import Support

/// What a study of orderings ends with.
struct StudyOutput {
  /// As it was asked for.
  let experiment: String
  /// The command that goes on.
  let command: String
  /// What it may be given to go on with.
  let more: String
  let correction: ClaimCorrection
  let format: OutputFormat
  let project: ProjectOptions

  /// Prints how the orderings stand, after the tables with every seed, and writes the page.
  ///
  /// - Parameter failed: lines that name what could not be finished.
  /// - Throws: exit code 3 where orderings are open, or runs are not finished.
  func show(_ study: inout DecidingStudy, of drawn: DrawnReports, failed: [String]) throws {
    let reports = try study.members.map { plan, definition in
      try drawn.reports.report(definition, on: plan).report
    }
    study.close(by: reports)
    if reports.contains(where: \.records.hasMeasurements) {
      let output = ReportOutput(
        reports: reports, title: ReportOutput.title(of: experiment), command: command,
        folder: project.output(of: drawn.page))
      if format == .table { try output.show(.table) } else { _ = try output.write() }
    }
    switch format {
    case .table: print("\n\n" + study.claims.terminalSequences(correction, width: Console.width))
    case .json: try Console.printJSON(study.summary)
    }
    for (plan, _) in study.members where !plan.addedSeeds.isEmpty {
      Console.complain(
        "\(Wording.printable(plan.name)) has the seeds \(Wording.list(plan.seeds.map(String.init))) now; aanet claims and "
          + "aanet report take them all with --all-seeds")
    }
    for line in failed { Console.complain("not finished: \(Wording.printable(line, limit: 2000))") }
    guard study.open == 0 else {
      Console.complain("\(Wording.count(study.open, "ordering")) still open; to go on, with more \(more): \(command)")
      throw ExitCode(3)
    }
    if !failed.isEmpty { throw ExitCode(3) }
  }
}
