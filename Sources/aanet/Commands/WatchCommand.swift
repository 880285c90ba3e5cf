import ArgumentParser
import Evidence
import Experiments
import Foundation
import Runs
import Support
import Viewers

/// `aanet watch`: runs as they go.
struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Show runs as they go: bar, loss, σ, images/s and time left, over all processes and machines.",
    discussion: """
      What it shows comes from the records and heartbeats under runs/ alone, so that it may be given on any machine that \
      shares the folder, over SSH, before or after the runs are started, and several times at once. It takes no lock.

      On a terminal the picture is drawn anew every two seconds and follows the window's size; Ctrl-C leaves the last one \
      standing. Elsewhere it prints a line a minute. Of a process that died (kill -9, no memory, a lost machine) it says so, and \
      which command goes on; of one that is silent for long, where to look.

      It ends when nobody has been at work, and nothing waited in Slurm's queue, for ten seconds: with exit code 0 where all \
      runs are finished, with 3 where some are not, each named. A NAME of which nothing is on disk yet is waited for, where \
      there is such an experiment.

      Examples:
        aanet watch
        aanet watch quickstart/table3
        aanet watch table3/Lg+Lp
        aanet watch --once
        aanet watch quickstart --once --format json
        aanet watch quickstart --every 600 >> watch.log
      """)

  @Argument(
    help: ArgumentHelp(
      "A run, a variant, an experiment or a folder of them, as `aanet compare` takes it.", valueName: "name"))
  var name: String?
  @Flag(help: "Print one picture and end.") var once = false
  @Option(help: ArgumentHelp("Seconds between pictures: 2 on a terminal, else 60.", valueName: "seconds"))
  var every: Double?
  @Option(
    help: ArgumentHelp("Seconds for which nobody must be at work before it ends.", valueName: "seconds"))
  var patience = 10.0
  @Option(help: "table, or with --once json.") var format = OutputFormat.table
  @OptionGroup var project: ProjectOptions

  func validate() throws {
    if format == .json, !once { throw ValidationError("--format json is one picture: give --once, too") }
    if once, every != nil { throw ValidationError("--once is one picture: leave --every out") }
    if let every, !(0.2...86_400).contains(every) {
      throw ValidationError("--every \(every): take 0.2 to 86400 seconds")
    }
    if !(0...86_400).contains(patience) { throw ValidationError("--patience \(patience): take 0 to 86400 seconds") }
  }

  func run() throws {
    try project.requireRuns()
    let watch = RunsWatch(project.store)
    var picture = try look(watch)
    if once {
      try format == .json
        ? Console.printJSON(picture)
        : print(picture.lines(title: title, columns: Console.width).joined(separator: "\n"))
      if !picture.unfinishable.isEmpty { throw ExitCode(3) }
      return
    }
    Interruption.listen()
    let screen = WatchScreen(title: title, every: every)
    var still: SuspendingClock.Instant?
    while !Interruption.isAsked {
      try screen.show(picture)
      if picture.isStill, !picture.runs.isEmpty {
        let since = still ?? .now
        still = since
        if since.duration(to: .now) >= .seconds(patience) { break }
      } else {
        still = nil
      }
      screen.pause(atMost: still.map { patience - $0.duration(to: .now) / .seconds(1) })
      picture = try look(watch)
    }
    try screen.end(with: picture)
    if Interruption.isAsked { throw ExitCode(130) }
    if !picture.isFinished {
      for complaint in picture.complaints { Console.complain("error: \(complaint)") }
      throw ExitCode(3)
    }
  }

  private var title: String { name ?? "runs" }

  /// The runs that are asked for, as they are now.
  private func look(_ watch: RunsWatch) throws -> WatchPicture {
    let all = watch.identities()
    guard let name else { return watch.look(at: all) }
    do {
      return watch.look(at: try RunSelection.runs(named: [name], in: project.store, among: all))
    } catch {
      // What is not begun yet is waited for.
      guard (try? project.library.plans(name)) != nil else { throw error }
      return watch.look(at: [])
    }
  }
}
