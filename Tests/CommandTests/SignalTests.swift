import Experiments
import Foundation
import Runs
import TestSupport
import Testing

/// Habits of a shell: lost terminals, `nohup`, readers that leave, and processors that a process is bound to.
@Suite struct SignalTests {
  private let project: TinyProject
  private var store: RunStore { RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true)) }

  init() throws { project = try TinyProject() }

  private func command(epochs: Int) -> [String] {
    ["run", "tiny", "train.epochs=\(epochs)", "--variant", "plain", "--threads", "1", "--no-report"]
  }

  private var isFinished: Bool { store.identities().first.map(store.isFinished) ?? false }

  private var hasBegun: Bool { store.identities().contains { store.heartbeat(of: $0) != nil } }

  /// A lost terminal sends SIGHUP, and then the shell does; a session's end sends SIGTERM beside it. All of it is one
  /// request.
  @Test func aTerminalLostTwiceSavesAllTheSame() throws {
    let worker = try StartedCommand(command(epochs: 10_000), in: project.url)
    #expect(worker.wait { hasBegun })
    for signal in [SIGHUP, SIGTERM, SIGHUP, SIGUSR1, SIGHUP] { worker.send(signal) }
    #expect(worker.end() == 130, "\(worker.complaintsSoFar)")
    #expect(worker.complaintsSoFar.contains("interrupted; the run is saved. To go on: aanet run tiny"))
  }

  /// `nohup` starts a program deaf to SIGHUP, and it stays so.
  @Test func underNohupALostTerminalIsNoReasonToStop() throws {
    let script = """
      trap '' HUP
      (while ! ls runs/tiny/plain/seed-*/epochs.jsonl >/dev/null 2>&1; do sleep 0.01; done; kill -HUP $$) &
      exec "$@"
      """
    let outcome = try BuiltCommand.run(command(epochs: 6), in: project.url, by: script)
    #expect(outcome.status == 0 && isFinished, "\(outcome.complaints)")
  }

  /// `aanet run 2>&1 | head -n 1`: the reader leaves at the first word, the work is done all the same.
  @Test func aReaderThatLeavesStopsNoWork() throws {
    let script = "{ \"$@\" 2>&1; echo $? > status; } | head -n 1"
    _ = try BuiltCommand.run(command(epochs: 6), in: project.url, by: script)
    #expect(isFinished)
    let status = try String(contentsOf: project.url.appendingPathComponent("status"), encoding: .utf8)
    #expect(status == "141\n")
  }

  /// What prints a table tells a shell what other programs tell it, without a word.
  @Test func aTableThatNobodyReadsIsNoComplaint() throws {
    // The pipe's reader opens it, so that it can be written to, and leaves.
    let script = "mkfifo pipe; (: < pipe) & exec 3> pipe; wait; \"$@\" >&3 2> said; echo $? > status"
    _ = try BuiltCommand.run(["list"], in: project.url, by: script)
    func text(_ name: String) throws -> String {
      try String(contentsOf: project.url.appendingPathComponent(name), encoding: .utf8)
    }
    #expect(try text("status") == "141\n" && text("said").isEmpty)
  }

  /// A terminal that is gone takes no words, and the work goes on.
  @Test func aLostTerminalTakesNoWords() throws {
    let terminal = try PseudoTerminal(columns: 80)
    let worker = try StartedCommand(command(epochs: 12), in: project.url, terminal: terminal.handle)
    #expect(worker.wait { hasBegun })
    terminal.lose()
    #expect(worker.end() == 0)
    #expect(isFinished)
  }

  @Test func theExitCodesAreInTheHelp() throws {
    let help = try BuiltCommand.run(["--help"])
    for words in ["Exit codes:", "0    done", "130  asked to stop", "SIGHUP", "SIGUSR1", "141  nobody reads"] {
      #expect(help.output.contains(words), "\(help.output)")
    }
  }

  /// Bound to one processor of those that there are, the program takes one thread.
  @Test func aBoundProcessTakesItsProcessorsAlone() throws {
    let script = "exec taskset -c \"$(taskset -cp $$ | sed 's/.*[ ,-]//')\" \"$@\""
    let outcome = try BuiltCommand.run(
      ["bench", "retrieval", "--queries", "4", "--gallery", "8", "--dim", "4", "--format", "json"], by: script)
    let result = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect(result["threads"] as? Int == 1, "\(outcome.complaints)")
  }
}
