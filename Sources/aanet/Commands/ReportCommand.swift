import ArgumentParser
import Documents
import Evidence
import Experiments
import Foundation
import Notebook
import Support

/// `aanet report`
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Turn the runs on disk into tables, charts and one page, beside the paper's figures.",
    discussion: """
      Reports are defined in reports/<name>.yaml and written to reports/_out/<name>/. An experiment is reported by \
      the definition of the published table that it names; one that names none, by its variants alone. Nothing is trained: \
      runs that are not finished show as gaps.

      A notebook, reports/<name>.md, is prose with cells and with numbers that are looked up ({{table3.Lg.mAP}}); it is \
      rendered to one page, Markdown, LaTeX, CSV, charts and a Jupyter notebook. Cells are rendered anew only when what \
      they draw from changed.

      Examples:
        aanet report paper
        aanet report ablation
        aanet report ablation --format json
        aanet report quickstart
        aanet report quickstart/table1
        aanet report ablation --experiment quickstart/table3 --out /tmp/ablation
        aanet report ablation train.epochs=5
        aanet report paper --all-seeds
        aanet report paper --from study
        aanet report quickstart --csv-bom
      """)

  @Argument(
    help: "The report, a file's name under reports/ without .md or .yaml; or an experiment, or a folder of them.")
  var report: String
  @Argument(help: "The changes that the runs were made with, such as train.epochs=5.") var overrides: [String] = []
  @Option(help: "Draw from this experiment instead of the report's own.") var experiment: String?
  @Option(
    help: ArgumentHelp(
      "Of a notebook: draw from the experiments of this folder instead, quickstart/table3 from FOLDER/table3.",
      valueName: "folder"))
  var from: String?
  @Option(help: ArgumentHelp("The folder to write to.", valueName: "dir"), completion: .directory) var out: String?
  @Flag(help: "Draw from every seed on disk, also those that 'aanet run --until-decided' added to the experiment's.")
  var allSeeds = false
  @Flag(help: CSV.markHelp) var csvBom = false
  @Option(help: "What to print: table or json.") var format = OutputFormat.table
  @OptionGroup var project: ProjectOptions

  func run() throws {
    if NotebookSource.names(in: project.reports).contains(report) {
      guard experiment == nil else {
        throw PlainError(
          "a notebook names its experiments itself: leave --experiment out, or change \(report.onOneLine).md")
      }
      let name = from.map { "\(report)-\($0)" } ?? report
      return try NotebookOutput(
        project: project, overrides: overrides, experiments: from, allSeeds: allSeeds, marksCSV: csvBom
      ).show(report, to: out.map { URL(fileURLWithPath: $0, isDirectory: true) } ?? project.output(of: name), format)
    }
    guard from == nil else {
      throw PlainError("--from is for notebooks, which are reports/<name>.md; of other reports say --experiment")
    }
    let isDefined = ReportDefinition.names(in: project.reports).contains(report)
    let definition = isDefined ? try ReportDefinition.find(report, in: project.reports) : nil
    let wanted = experiment ?? definition?.experiment ?? report
    let plans = try self.plans(wanted)
    // Of a folder, what is defined; where nothing is, the variants of each experiment.
    let known = try plans.compactMap { plan in
      try (definition ?? ProjectReports.definition(for: plan, project: project)).map { (plan, $0) }
    }
    let defined = try known.isEmpty ? plans.map { ($0, try ProjectReports.shown(of: $0, project: project)) } : known
    let reports = try ProjectReports(project, overrides: overrides)
    var others = 0
    let made = try defined.map { plan, definition in
      let drawn = try reports.report(definition, on: plan, allSeeds: allSeeds)
      others += drawn.others
      return drawn.report
    }
    let name = definition?.name ?? (plans.count == 1 ? defined[0].1.output(for: plans[0].name) : wanted)
    try ReportOutput(
      reports: made, title: ReportOutput.title(of: wanted), command: ProjectReports.command(wanted, overrides),
      folder: out.map { URL(fileURLWithPath: $0, isDirectory: true) } ?? project.output(of: name), marksCSV: csvBom
    ).show(format)
    if others > 0 {
      Console.complain("\(others) older runs of the same settings, on other data or another engine, are left out")
    }
  }

  /// The experiments that are meant; what is no report's name either is said to be neither.
  private func plans(_ wanted: String) throws -> [ExperimentPlan] {
    do throws(ConfigurationError) { return try project.library.plans(wanted, overrides: overrides) } catch {
      let names = ReportDefinition.names(in: project.reports) + NotebookSource.names(in: project.reports)
      guard wanted == report, experiment == nil, !names.contains(report), error.location == nil, error.path.isEmpty
      else { throw error }
      let what = "there is no report and no experiment \(Wording.quoted(report))"
      throw PlainError(
        Wording.unknown(what, report, among: names + project.library.survey().plans.map(\.name)))
    }
  }
}
