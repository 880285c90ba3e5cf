import ArgumentParser
import Datasets
import Evidence
import Foundation
import Notebook

/// `aanet compare`
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Set runs, variants or whole experiments side by side: settings, figures, curves, queries.",
    discussion: """
      Names are those of `aanet runs`, as far as they are unique: an experiment stands for all its variants, a variant \
      for all its seeds, and experiment/variant/seed, a folder or the first digits of a hash for a run. Everything is \
      compared against the first; of whole experiments, each variant against the first one's variant of its name.

      Only settings that differ are shown. A difference is judged by the noise of paired seeds, and only on the same \
      data. Queries are told apart by whether their first match is right; of single pairs of runs a permutation test over \
      the queries (10,000 permutations, two-sided) says whether they differ by more than chance. Unfinished runs show as such, and a record \
      that cannot be read is named (exit code 2) while the rest is compared. The page goes to \
      reports/_out/compare/<names>/index.html.

      Examples:
        aanet compare table3/Lg 'table3/Lg+Lp'
        aanet compare quickstart/table3 --sort rank1
        aanet compare table3/Lg/1 table3/Lg/2 0123abcd
        aanet compare quickstart/table1 quickstart/table3 --format json
        aanet compare table3/Lg 'table3/Lg+Lp' --out /tmp/parts
      """)

  @Argument(
    help: ArgumentHelp(
      "Runs, variants, experiments; the first is what the others are compared against.", valueName: "name"))
  var names: [String]
  @Option(
    help: ArgumentHelp(
      "Sort rows by a figure, best first: \(Metric.all.map(\.name).joined(separator: ", ")).",
      valueName: "metric"))
  var sort: String?
  @Option(help: ArgumentHelp("The folder to write to.", valueName: "dir"), completion: .directory) var out: String?
  @Option(help: "What to print: table or json.") var format = OutputFormat.table
  @OptionGroup var project: ProjectOptions

  func run() throws {
    let comparison = try RunComparison(
      names, in: project.store, sorting: try sort.map { try Metric(named: $0) }, drawn: drawnDatasets())
    switch format {
    case .table: print(comparison.terminal(width: Console.width))
    case .json: try Console.printJSON(comparison.summary())
    }
    for fault in comparison.damage { Console.complain("error: \(fault)") }
    for run in comparison.groups.flatMap(\.runs) {
      let changes = project.store.sealStatus(of: run.identity).changes
      if !changes.isEmpty { Console.complain("warning: \(SealWarning.sentence(run.identity, changes))") }
    }
    let files = try comparison.notebook(program: NotebookOutput.program)
      .write(to: out.map { URL(fileURLWithPath: $0, isDirectory: true) } ?? folder).files
    if let page = files.first { Console.complain("\nopen \(page.path)") }
    if !comparison.damage.isEmpty { throw ExitCode(2) }
  }

  private var folder: URL {
    project.output(of: "compare").appendingPathComponent(RunComparison.folderName(for: names), isDirectory: true)
  }

  /// Which datasets the registry knows, and whether they are drawn. Records outlive the registry that they were made
  /// under: without one, the page says that it is not known.
  private func drawnDatasets() -> [String: Bool] {
    do {
      return try project.registry.entries.mapValues(\.isSynthetic)
    } catch {
      Console.complain("note: \(error)")
      return [:]
    }
  }
}
