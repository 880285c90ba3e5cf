import ArgumentParser
import Evidence
import Experiments
import Foundation

/// `aanet claims`
struct ClaimsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "claims",
    abstract: "Hold the paper's claims against the runs on disk: reproduced, within noise, missed, opposite.",
    discussion: """
      The claims, their quotes and tolerances are in reports/claims.yaml. Each is judged from finished runs over seeds, with a \
      95 % interval over paired seeds and Cohen's d of the paired differences. On drawn data only orderings are judged; \
      a level there is "not comparable: drawn data". Nothing is trained: what has no runs is "not attempted".

      --deviations prints the register of settings instead (reports/deviations.yaml): what the paper states, what was \
      inferred, chosen or changed, and what varying it cost where runs differ in that setting alone.

      Exit codes: 0 nothing is contradicted, 1 a claim is missed or opposite beyond the noise (with --strict also where \
      one is within noise), 2 the input is wrong.

      Examples:
        aanet claims
        aanet claims --experiment quickstart/table3
        aanet claims --experiment dukemtmc-reid --experiment market1501 --strict
        aanet claims --format json
        aanet claims --deviations
      """)

  @Argument(help: "The changes that the runs were made with, such as train.epochs=5.") var overrides: [String] = []
  @Option(help: "An experiment, or a folder of them; may be given again.") var experiment: [String] = ["quickstart"]
  @Flag(help: "Fail also where a claim is within noise.") var strict = false
  @Flag(help: "Print the register of settings and what varying them cost.") var deviations = false
  @Option(help: "What to print: table or json.") var format = OutputFormat.table
  @OptionGroup var project: ProjectOptions

  /// The ledger for another program.
  private struct Ledger: Encodable {
    let passes: Bool
    let findings: [String]
    let judgements: [ClaimJudgement]
  }

  /// The register for another program.
  private struct Register: Encodable {
    let findings: [String]
    let rows: [DeviationReport.Row]
  }

  func run() throws {
    if deviations { return try printDeviations() }
    let reports = try ProjectReports(project, overrides: overrides)
    let ledger = try reports.claims()
    var made: [Report] = []
    for plan in try experiment.flatMap({ try project.library.plans($0, overrides: overrides) }) {
      guard let definition = try ProjectReports.definition(for: plan, project: project) else { continue }
      made.append(try reports.report(definition, on: plan).report)
    }
    let report = ClaimsReport(ledger, reports: made)
    switch format {
    case .table: print(report.terminal(width: Console.width))
    case .json:
      try Console.printJSON(
        Ledger(passes: report.passes(strict: strict), findings: report.findings, judgements: report.judgements))
    }
    if !report.passes(strict: strict) { throw ExitCode(1) }
  }

  private func printDeviations() throws {
    let report = try ProjectReports.deviations(in: project)
    switch format {
    case .table: print(report.terminal(width: Console.width))
    case .json: try Console.printJSON(Register(findings: report.findings, rows: report.rows))
    }
  }
}
