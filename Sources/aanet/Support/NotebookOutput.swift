import Documents
import Experiments
import Foundation
import Machine
import Notebook
import Support

/// Renders a notebook of the project and says what was done.
struct NotebookOutput {
  let project: ProjectOptions
  /// The changes that the runs were made with.
  let overrides: [String]
  /// The folder whose experiments are meant instead of those that the notebook names.
  var experiments: String?
  /// Whether every seed on disk counts, also those that the experiments do not name.
  var allSeeds = false
  /// Whether CSV files begin with a byte order mark.
  var marksCSV = false

  /// The notebook's file.
  static func file(_ name: String, in project: ProjectOptions) -> URL {
    project.reports.appendingPathComponent("\(name).md", isDirectory: false)
  }

  /// Renders a notebook into a folder.
  func show(_ name: String, to folder: URL, _ format: OutputFormat) throws {
    let source = try NotebookSource(contentsOf: Self.file(name, in: project))
    let reports = try ProjectReports(project, overrides: overrides)
    let tables = try source.experiments.map { named in
      do {
        let plan = try project.library.plan(inFolder(named.experiment), overrides: overrides)
        let definition = try ProjectReports.shown(of: plan, project: project)
        return NotebookTable(
          name: named.name, report: try reports.report(definition, on: plan, allSeeds: allSeeds).report)
      } catch let error as ConfigurationError where error.location == nil {
        throw ConfigurationError(at: named.location, path: error.path, error.reason)
      }
    }
    let command = ShellCommand(
      "aanet", "report", arguments: [name] + overrides,
      options: (experiments.map { ShellCommand.option("--from", $0) } ?? []) + (allSeeds ? ["--all-seeds"] : [])
    )
    .text
    let report = try NotebookReport(
      source,
      notebook: NotebookContext(
        tables: tables, store: project.store, claims: reports.claims,
        deviations: { [project] in try ProjectReports.deviations(in: project) },
        method: ProjectMethods(project: project, overrides: overrides).page),
      command: command, program: Self.program)
    let outcome = try report.write(to: folder, marksCSV: marksCSV)
    if format == .json { try Console.printJSON(outcome) } else { print(Self.summary(outcome)) }
    if let page = outcome.files.first { Console.complain("\nopen \(page.path)") }
  }

  /// An experiment that the notebook names, in the folder that is meant instead.
  private func inFolder(_ experiment: String) -> String {
    experiments.map { "\($0)/\(experiment.split(separator: "/").last ?? "")" } ?? experiment
  }

  /// What tells this build of the program from another: its file's size and time.
  static var program: String {
    let facts = try? FileManager.default.attributesOfItem(atPath: RunningProgram.file.path)
    let time = (facts?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    return "\(facts?[.size] ?? 0) \(time)"
  }

  private static func summary(_ outcome: NotebookReport.Outcome) -> String {
    let rendered = outcome.cells.count(where: \.rendered)
    var lines = [
      "\(outcome.report): \(Wording.count(outcome.cells.count, "cell")), \(rendered) rendered, \(outcome.cells.count - rendered) unchanged"
    ]
    for cell in outcome.cells { lines += cell.gaps.map { "  gap in \(cell.name): \($0)" } }
    return lines.joined(separator: "\n")
  }
}
