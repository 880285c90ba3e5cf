import ArgumentParser
import Foundation
import Runs
import Support

/// `aanet runs trash`
struct RunsTrashCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trash",
    abstract: "List what `aanet runs remove` put away, or empty the trash.",
    discussion: """
      Examples:
        aanet runs trash
        aanet runs trash --format json
        aanet runs trash --empty
      """)

  @Flag(help: "Remove everything in the trash for good.") var empty = false
  @Option(help: "table or json.") var format = OutputFormat.table
  @OptionGroup var project: ProjectOptions

  func run() throws {
    try project.requireRuns()
    let trash = RunTrash(of: project.store)
    let removals = try empty ? trash.empty() : trash.removals()
    if format == .json { return try Console.printJSON(removals) }
    let size = RemovalWords.size(removals.reduce(0) { $0 + $1.bytes })
    let count = Wording.count(removals.reduce(0) { $0 + $1.runs.count }, "run")
    if empty {
      print(removals.isEmpty ? "the trash was empty" : "\(count), \(size), removed for good")
    } else {
      print(removals.isEmpty ? "the trash is empty" : "\(table(removals))\n\(count), \(size), in \(trash.folder.path)")
    }
  }

  private func table(_ removals: [Removal]) -> String {
    var table = TextTable(["removal", "run", "status", "size", "by"], right: [3])
    for removal in removals {
      for run in removal.runs {
        table.add([
          removal.name, RemovalWords.name(run.identity), run.isFinished ? "finished" : "unfinished",
          RemovalWords.size(run.bytes), removal.why,
        ])
      }
    }
    return table.text
  }
}
