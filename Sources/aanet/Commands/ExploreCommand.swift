import ArgumentParser
import Documents
import Experiments
import Foundation
import Support
import Trained

/// `aanet explore`: a run's queries and rankings as a page to click through.
struct ExploreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explore",
    abstract:
      "Make a page to look into a run with: queries, ranked lists, attribute filters, maps; of two runs side by side.",
    discussion: """
      The page is one file that needs no network and no program but a browser. A query is chosen by its picture; what the \
      protocol calls right and wrong is marked, and on request what it leaves out; attribute filters are switched on and off \
      while ranks and average precision follow, by the rules of `aanet query`; every image opens with its maps and \
      attributes. Two runs are shown side by side on the same queries.

      Queries are drawn by lot, always the same ones first. Pictures, maps and queries are taken as far as --most-mb (of \
      1,000,000 bytes) allows; the page and the command say what was left out.

      Examples:
        aanet explore 'table3/Lg+Lp+La+Laa uncertainty/1'
        aanet explore table3/Lg/1 table3/Lg+Lp/1
        aanet explore quickstart/table3 --best
        aanet explore 0123abcd --most-mb 80 --queries 300 --maps 5000 --out market.html
        aanet explore 0123abcd --format json
      """)

  private static let usual = (mostMb: 30, queries: 200, maps: 1000)

  @Argument(
    help: ArgumentHelp(
      "The run's folder, experiment/variant/seed as far as it is unique, or its hash's first digits.",
      valueName: "run"))
  var source: String
  @Argument(help: ArgumentHelp("Another run on the same dataset, to be set beside it.", valueName: "run2"))
  var other: String?
  @Flag(help: "RUN is an experiment: take its run of the greatest mAP.") var best = false
  @Option(help: ArgumentHelp("The most megabytes of the file, 1 to 200.", valueName: "MB"))
  var mostMb = Self.usual.mostMb
  @Option(help: "The most queries.") var queries = Self.usual.queries
  @Option(help: "The most images with maps; each goes through the network once.") var maps = Self.usual.maps
  @Option(
    help: ArgumentHelp("The HTML file to write (default: under reports/_out/explore/).", valueName: "file"),
    completion: .file(extensions: ["html"]))
  var out: String?
  @Option(help: "How to print: table or json.") var format = OutputFormat.table
  @OptionGroup var options: TrainedRunOptions

  func validate() throws {
    guard (1...200).contains(mostMb) else { throw ValidationError("--most-mb goes from 1 to 200") }
    guard (1...100_000).contains(queries) else { throw ValidationError("--queries goes from 1 to 100000") }
    guard (0...1_000_000).contains(maps) else { throw ValidationError("--maps goes from 0 to 1000000") }
    if let out, !out.lowercased().hasSuffix(".html") { throw ValidationError("--out \(out): end its name in .html") }
  }

  func run() throws {
    let names = [best ? try bestRun() : source, other].compactMap { $0 }
    let runs = try names.map { (run: try options.openRanked($0), words: [$0] + options.words) }
    let file = out.map { URL(fileURLWithPath: $0) } ?? place(of: runs.map(\.run.name))
    try ExplorerPage.requireOwn(file)
    Interruption.listen()
    let bar = ProgressBar("page", unit: "images")
    let explorer = try Explorer(runs) { text in
      bar.finish()
      Console.complain("note: \(text)")
    }
    var page: ExplorerPage
    do {
      page = try explorer.page(
        Explorer.Limits(bytes: mostMb * 1_000_000, queries: queries, maps: maps), command: command(names),
        isInterrupted: { Interruption.isAsked }, report: { bar.update($0, of: $1) })
      bar.finish()
    } catch TrainingError.interrupted {
      bar.finish()
      throw ExitCode(130)
    }
    try page.write(to: file)
    try print(page.summary)
  }

  /// The full name of the experiment's run of the greatest mAP, of equal ones the first of the plan.
  private func bestRun() throws -> String {
    let plan = try options.project.library.plan(source)
    var best: (mAP: Double, name: String)?
    for case let record? in try plan.records(in: options.project.store).map(\.record) {
      guard let mAP = record.metrics?.retrieval.mAP, mAP > best?.mAP ?? -1 else { continue }
      best = (mAP, record.identity.fullName)
    }
    guard let best else {
      throw PlainError(
        "no run of \(Wording.quoted(source)) is finished; `aanet run \(source.quotedForShell)` makes them")
    }
    return best.name
  }

  private func print(_ summary: ExplorerSummary) throws {
    if format == .json { return try Console.printJSON(summary) }
    let size = String(format: "%.1f", Double(summary.bytes ?? 0) / 1e6)
    Swift.print(
      "\(summary.runs.map { Wording.printable($0, limit: 1000) }.joined(separator: " and ")): \(summary.queries) of "
        + "\(Wording.count(summary.queriesInAll, "query", "queries")), \(summary.gallery) gallery images, "
        + "\(Wording.count(summary.pictures, "picture")), maps of \(Wording.count(summary.maps, "image")), \(size) MB")
    for sentence in summary.leftOut { Swift.print("left out: \(Wording.printable(sentence, limit: 4096))") }
    if let page = summary.page { Console.complain("\nopen \(page)") }
  }

  private func place(of names: [String]) -> URL {
    options.project.output(of: "explore").appendingPathComponent("\(PanelName.safe(names.joined(separator: ","))).html")
  }

  /// The command that makes the page again, as far as it decides what is in it.
  private func command(_ names: [String]) -> String {
    var words = options.words
    if mostMb != Self.usual.mostMb { words += ["--most-mb", "\(mostMb)"] }
    if queries != Self.usual.queries { words += ["--queries", "\(queries)"] }
    if maps != Self.usual.maps { words += ["--maps", "\(maps)"] }
    return ShellCommand("aanet", "explore", arguments: names, options: words).text
  }
}
