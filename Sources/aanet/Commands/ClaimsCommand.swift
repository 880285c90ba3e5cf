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

      --plan prints what it would take to decide the orderings instead: how the pairs of runs scatter (with the interval that \
      so few seeds leave), the smallest difference that these seeds can show, the seeds that the paper's difference takes \
      (paired t test, two-sided at 5 %, found in four of five studies), and the hours at the speed of the runs on disk.

      --study prints how the orderings stand by an always-valid t test instead, which stays right in 95 of 100 studies however \
      often it is looked at: what counts where 'aanet run --until-decided' added seeds.

      Exit codes: 0 nothing is contradicted, 1 a claim is missed or opposite beyond the noise (with --strict also where \
      one is within noise), 2 the input is wrong.

      Examples:
        aanet claims
        aanet claims --experiment quickstart/table3
        aanet claims --experiment dukemtmc-reid --experiment market1501 --strict
        aanet claims --format json
        aanet claims --study --experiment quickstart/table3 --all-seeds
        aanet claims --plan
        aanet claims --plan --experiment quickstart/table3 --format json
        aanet claims --deviations
      """)

  @Argument(help: "The changes that the runs were made with, such as train.epochs=5.") var overrides: [String] = []
  @Option(help: "An experiment, or a folder of them; may be given again.") var experiment: [String] = ["quickstart"]
  @Flag(help: "Judge by every seed on disk, also those that 'aanet run --until-decided' added to the experiment's.")
  var allSeeds = false
  @Flag(help: "Fail also where a claim is within noise.") var strict = false
  @Flag(help: "Print how the orderings stand where they are looked at after every seed.") var study = false
  @Flag(help: "Print what deciding them would take, in seeds and hours.") var plan = false
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

  func validate() throws {
    if plan, deviations {
      throw ValidationError("--plan and --deviations print different things: take one of them")
    }
  }

  func run() throws {
    if deviations { return try printDeviations() }
    let reports = try ProjectReports(project, overrides: overrides)
    let ledger = try reports.claims()
    var made: [Report] = []
    for plan in try experiment.flatMap({ try project.library.plans($0, overrides: overrides) }) {
      guard let definition = try ProjectReports.definition(for: plan, project: project) else { continue }
      made.append(try reports.report(definition, on: plan, allSeeds: allSeeds).report)
    }
    let report = ClaimsReport(ledger, reports: made)
    if plan { return try printPlan(ClaimsPlan(report)) }
    if study { return try printStudy(report) }
    switch format {
    case .table: print(report.terminal(width: Console.width))
    case .json:
      try Console.printJSON(
        Ledger(passes: report.passes(strict: strict), findings: report.findings, judgements: report.judgements))
    }
    if !report.passes(strict: strict) { throw ExitCode(1) }
  }

  private func printPlan(_ plan: ClaimsPlan) throws {
    switch format {
    case .table: print(plan.terminal(width: Console.width))
    case .json: try Console.printJSON(plan)
    }
  }

  private func printStudy(_ report: ClaimsReport) throws {
    switch format {
    case .table: print(report.terminalSequences(.none, width: Console.width))
    case .json: try Console.printJSON(report.studied)
    }
  }

  private func printDeviations() throws {
    let report = try ProjectReports.deviations(in: project)
    switch format {
    case .table: print(report.terminal(width: Console.width))
    case .json: try Console.printJSON(Register(findings: report.findings, rows: report.rows))
    }
  }
}
