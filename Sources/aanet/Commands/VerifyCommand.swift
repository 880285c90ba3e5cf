import ArgumentParser
import Evidence
import Foundation
import Support

/// `aanet verify`
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract:
      "Check a report's page: recompute its figures from the ranks that it carries, and compare the runs on disk.",
    discussion: """
      A page carries a manifest: its runs, the digests of their files, and the ranks of every query's true matches. mAP and \
      Rank-k are recomputed from those ranks and compared with the manifest and with every figure on the page that names \
      its runs; where a run's record is under runs/ (or --runs), its files are compared too. Re-ranked figures, attribute \
      accuracies and what is derived from figures (gains, charts) are not recomputed.

      Exit codes: 0 all agrees, 1 something differs (each difference is named), 2 the file is no such page.

      Examples:
        aanet verify reports/_out/ablation/index.html
        aanet verify report.html --runs /archive/runs
        aanet verify report.html --format json
      """)

  @Argument(help: "The page.", completion: .file(extensions: ["html"])) var page: String
  @Option(help: "table or json.") var format = OutputFormat.table
  @OptionGroup var project: ProjectOptions

  private struct Outcome: Encodable {
    let page: String
    let agrees: Bool
    let runs: Int
    let runsOnDisk: Int
    let figures: Int
    let figuresNotRecomputable: Int
    let differences: [String]

    enum CodingKeys: String, CodingKey {
      case page, agrees, runs, figures, differences
      case runsOnDisk = "runs_on_disk"
      case figuresNotRecomputable = "figures_not_recomputable"
    }
  }

  func validate() throws {
    guard let runs = project.runsPath else { return }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: runs, isDirectory: &isFolder), isFolder.boolValue else {
      throw ValidationError("--runs \(runs): there is no such folder")
    }
  }

  func run() throws {
    let found = try PageVerification(of: URL(fileURLWithPath: page), against: project.store)
    switch format {
    case .json:
      try Console.printJSON(
        Outcome(
          page: page, agrees: found.differences.isEmpty, runs: found.runs, runsOnDisk: found.runsOnDisk,
          figures: found.figures, figuresNotRecomputable: found.unknown, differences: found.differences))
    case .table:
      for difference in found.differences { print("differs: \(difference)") }
      print(found.summary)
    }
    if !found.differences.isEmpty { throw ExitCode(1) }
  }
}

extension PageVerification {
  /// What was checked, in a few lines.
  fileprivate var summary: String {
    var lines = [
      differences.isEmpty
        ? figures == 0
          ? "No figure on the page can be recomputed."
          : figures == 1
            ? "The one figure agrees with that recomputed from the ranks that the page carries."
            : "All \(figures) figures agree with those recomputed from the ranks that the page carries."
        : "\(Wording.count(differences.count, "difference")); \(Wording.count(figures, "figure")) "
          + "\(figures == 1 ? "agrees" : "agree")."
    ]
    if unknown > 0 {
      let lead = unknown == 1 ? "figure leads" : "figures lead"
      lines.append("\(unknown) \(lead) to runs without ranks and cannot be recomputed.")
    }
    let which = runs == 1 ? "Its one run" : "\(runsOnDisk == 0 ? "None" : "\(runsOnDisk)") of its \(runs) runs"
    let isOne = runs == 1 || runsOnDisk < 2
    lines.append(
      runsOnDisk == 0
        ? "\(which) is \(runs == 1 ? "not " : "")on disk here: the page was checked against itself alone."
        : "\(which) \(isOne ? "is on disk and was" : "are on disk and were") compared file by file.")
    return lines.joined(separator: "\n")
  }
}
