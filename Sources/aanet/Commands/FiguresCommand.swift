import ArgumentParser
import Experiments
import Foundation
import Runs
import Trained

/// `aanet figures`: the paper's figures for a run.
struct FiguresCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "figures",
    abstract: "Draw the paper's figures for a run: maps, parts, ranked lists, attribute filters.",
    discussion: """
      Writes PNG files and figures.json, which holds captions, alternative texts and every number that is shown, into \
      the run's folder. Which queries are shown is a rule: spaced evenly over the sorted list, and the worst ones.

      Examples:
        aanet figures 'table3/Lg+Lp+La+Laa uncertainty/1'
        aanet figures 0123abcd --to /tmp/figures --queries 6 --top 10
      """)

  @Argument(
    help: ArgumentHelp(
      "The run's folder, experiment/variant/seed as far as it is unique, or its hash's first digits.",
      valueName: "run"))
  var source: String
  @Option(
    help: ArgumentHelp("The folder to write to (default: figures/ in the run's folder).", valueName: "dir"),
    completion: .directory)
  var to: String?
  @Option(help: "How many queries, spaced evenly.") var queries = 4
  @Option(help: "How many of the worst queries.") var worst = 2
  @Option(help: "How many images of each ranked list.") var top = 8
  @Option(help: "How to print: table or json.") var format = OutputFormat.table
  @OptionGroup var options: TrainedRunOptions

  func validate() throws {
    guard (1...20).contains(queries), (0...20).contains(worst), (1...30).contains(top) else {
      throw ValidationError("--queries goes from 1 to 20, --worst from 0 to 20, --top from 1 to 30")
    }
  }

  func run() throws {
    let trained = try options.openRanked(source)
    let folder =
      to.map { URL(fileURLWithPath: $0, isDirectory: true) }
      ?? trained.folder.appendingPathComponent(RunFigures.folderName, isDirectory: true)
    let bar = ProgressBar("figures", unit: "figures")
    let maker = try FigureMaker(trained, size: .init(queries: queries, worst: worst, top: top)) { text in
      bar.finish()
      Console.complain("note: \(text)")
    }
    let record = try maker.write(to: folder) { bar.update($0, of: $1) }
    bar.finish()
    if format == .json { return try Console.printJSON(record) }
    var table = TextTable(["figure", "follows", "size", "file"])
    for figure in record.figures {
      table.add([
        figure.name, figure.paper, "\(figure.width)x\(figure.height)", folder.appendingPathComponent(figure.file).path,
      ])
    }
    print(table.text)
    for (name, reason) in record.leftOut.sorted(by: { $0.key < $1.key }) {
      Console.complain("left out: \(name), because \(reason)")
    }
  }
}
