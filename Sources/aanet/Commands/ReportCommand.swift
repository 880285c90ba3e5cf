import ArgumentParser
import Experiments
import Foundation
import Reports

/// `aanet report`
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Turn the runs on disk into tables, charts and one page, beside the paper's figures.",
    discussion: """
      Reports are defined in reports/<name>.yaml and written to reports/_out/<name>/. Nothing is trained: runs that \
      are not finished show as gaps.

      Examples:
        aanet report ablation
        aanet report ablation --format json
        aanet report ablation --experiment quickstart/table3 --out /tmp/ablation
        aanet report ablation train.epochs=5
      """)

  @Argument(help: "The report, a file's name under reports/ without .yaml.") var report: String
  @Argument(help: "The changes that the runs were made with, such as train.epochs=5.") var overrides: [String] = []
  @Option(help: "Draw from this experiment instead of the report's own.") var experiment: String?
  @Option(help: ArgumentHelp("The folder to write to.", valueName: "dir"), completion: .directory) var out: String?
  @Option(help: "What to print: table or json.") var format = OutputFormat.table
  @OptionGroup var project: ProjectOptions

  func run() throws {
    let definition = try ReportDefinition.find(report, in: project.reports)
    let plan = try project.library.plan(experiment ?? definition.experiment, overrides: overrides)
    let found = try plan.records(in: project.store)
    let records = Dictionary(found.map { ($0.trial, $0.record) }, uniquingKeysWith: { first, _ in first })
    let ablation = try AblationReport(definition, plan: plan, overrides: overrides, project: project) {
      records[$0] ?? nil
    }
    let folder = out.map { URL(fileURLWithPath: $0, isDirectory: true) } ?? project.output(of: report)
    let files = try ablation.write(to: folder)
    switch format {
    case .table: print(ablation.terminalTable(width: Console.width))
    case .json: try Console.printJSON(ablation.summary())
    }
    let others = found.map(\.others).reduce(0, +)
    if others > 0 {
      Console.complain("\(others) older runs of the same settings, on other data or another engine, are left out")
    }
    if let page = files.first { Console.complain("\nopen \(page.path)") }
  }
}
