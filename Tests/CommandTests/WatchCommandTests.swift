import Foundation
import Runs
import TestSupport
import Testing

/// `aanet watch`: on a terminal, in a file, once.
@Suite struct WatchCommandTests {
  private let project: TinyProject
  private var store: RunStore { RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true)) }

  init() throws { project = try TinyProject() }

  /// Starts the program with its standard output on the terminal, too.
  private static let onTerminal = "exec \"$@\" >&2"

  private func aanet(_ arguments: String...) throws -> BuiltCommand.Outcome {
    try BuiltCommand.run(arguments, in: project.url)
  }

  private func train(_ epochs: Int = 1) -> [String] {
    ["run", "tiny", "train.epochs=\(epochs)", "--variant", "plain", "--threads", "1", "--no-report"]
  }

  /// From before the first run to the end of the last.
  @Test func itFollowsRunsToTheirEnd() throws {
    let terminal = try PseudoTerminal(columns: 100)
    let watcher = try StartedCommand(
      ["watch", "tiny", "--every", "0.2", "--patience", "4"], in: project.url, by: Self.onTerminal,
      terminal: terminal.handle)
    #expect(watcher.wait { terminal.read().contains("tiny · no runs yet") })
    let run = try aanet("run", "tiny", "train.epochs=40", "--threads", "1", "--no-report")
    #expect(run.status == 0, "\(run.complaints)")
    // A terminal that nobody reads fills up, and whoever writes to it waits.
    #expect(watcher.wait { terminal.read().contains("[?1049l") })
    #expect(watcher.end() == 0, "\(terminal.read())")
    let once = try aanet("watch", "tiny", "--once", "--format", "json")
    let picture = try #require(try JSONSerialization.jsonObject(with: Data(once.output.utf8)) as? [String: Any])
    let runs = try #require(picture["runs"] as? [[String: Any]])
    #expect(once.status == 0 && runs.count == 2)
    for run in runs {
      #expect(run["state"] as? String == "finished" && run["share"] as? Double == 1 && run["mAP"] is Double)
    }
  }

  /// What is written into a heartbeat while a run goes on is what is shown of it.
  @Test func aRunUnderWayIsShownWithItsFigures() throws {
    let worker = try StartedCommand(
      ["run", "tiny", "train.epochs=10000", "--threads", "1", "--no-report"], in: project.url)
    #expect(worker.wait { store.identities().contains { store.heartbeat(of: $0)?.outlook?.secondsLeft != nil } })
    let once = try aanet("watch", "tiny", "--once")
    #expect(once.status == 0 && once.output.contains("tiny · 1 running; 1 to come"), "\(once.output)")
    #expect(once.output.contains(" left · ") && once.output.contains("  σ attention "), "\(once.output)")
    let json = try aanet("watch", "all/1", "--once", "--format", "json")
    let picture = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let run = try #require((picture["runs"] as? [[String: Any]])?.first)
    #expect(run["loss"] is Double && run["epochs"] as? Int == 10_000 && (run["sigma"] as? [String: Double])?.count == 4)
    #expect(picture["seconds_left"] is Double && picture["to_come"] as? Int == 1)
    worker.send(SIGKILL)
    #expect(worker.end() == -SIGKILL)
    // It died: the command that is told goes on with it.
    let dead = try aanet("watch", "--once")
    #expect(dead.output.contains("died, last alive"), "\(dead.output)")
    let words = dead.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let command = try #require(
      words.firstRange(of: "aanet run tiny train.epochs=10000 --threads 1 --no-report"), "\(words)")
    #expect(!command.isEmpty)
    let waiting = try aanet("watch", "tiny", "--patience", "0")
    #expect(
      waiting.status == 3 && waiting.complaints.contains("error: tiny/all/1 interrupted: process "),
      "\(waiting.complaints)")
  }

  @Test func aTerminalIsGivenBackAsItWas() throws {
    #expect(try BuiltCommand.run(train(), in: project.url).status == 0)
    let terminal = try PseudoTerminal(columns: 80)
    let watcher = try StartedCommand(
      ["watch", "--every", "0.2", "--patience", "1000"], in: project.url, by: Self.onTerminal,
      terminal: terminal.handle)
    #expect(watcher.wait { terminal.read().count(of: "\u{1b}[H") > 2 })
    watcher.send(SIGINT)
    #expect(watcher.end() == 130)
    let shown = terminal.read()
    #expect(shown.hasPrefix("\u{1b}[?1049h\u{1b}[?25l") && shown.contains("plain/1"))
    #expect(shown.count(of: "\u{1b}[?1049h") == 1 && shown.count(of: "\u{1b}[?25h\u{1b}[?1049l") == 1)
    // What is left standing has no more signs for the terminal.
    let end = try #require(shown.firstRange(of: "\u{1b}[?1049l"))
    #expect(shown[end.upperBound...].contains("runs · 1 finished") && !shown[end.upperBound...].contains("\u{1b}"))
    // Each picture begins at the top, and the last one where the screen of its own is left.
    let lines = shown.replacing("\u{1b}[H", with: "\n").replacing("\u{1b}[?1049l", with: "\n")
    for line in lines.split(whereSeparator: { $0 == "\r" || $0.isNewline }) {
      let plain = line.replacing(/\u{1b}\[[?0-9]*[a-zA-Z]/, with: "")
      #expect(plain.count <= 80, "\(plain)")
    }
  }

  @Test func whatIsNotThereIsSaid() throws {
    #expect(try BuiltCommand.run(train(), in: project.url).status == 0)
    let outcome = try aanet("watch", "tini", "--once")
    #expect(outcome.status == 2 && outcome.complaints.contains("did you mean 'tiny'?"), "\(outcome.complaints)")
    for (words, advice) in [
      (["--format", "json"], "give --once, too"), (["--every", "0"], "take 0.2 to 86400 seconds"),
      (["--once", "--every", "3"], "leave --every out"), (["--patience=-1"], "take 0 to 86400 seconds"),
    ] {
      let outcome = try BuiltCommand.run(["watch"] + words, in: project.url)
      #expect(outcome.status == 2 && outcome.complaints.contains(advice), "\(words): \(outcome.complaints)")
    }
  }
}

extension String {
  fileprivate func count(of part: String) -> Int { ranges(of: part).count }
}
