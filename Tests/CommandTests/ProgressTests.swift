import Foundation
import TestSupport
import Testing

/// Progress in a file is a line an epoch; on a terminal it is a bar on one line.
@Suite struct ProgressTests {
  @Test func aFileGetsALineAnEpoch() throws {
    let project = try TinyProject()
    let outcome = try BuiltCommand.run(["run", "tiny", "--variant", "all", "--threads", "1"], in: project.url)
    let lines = outcome.complaints.split(separator: "\n").filter { $0.contains("seed 1, epoch ") }
    #expect(lines.count == 3)
    let losses = "attention [0-9.]+, attribute [0-9.]+, global [0-9.]+, part [0-9.]+"
    for (place, line) in lines.enumerated() {
      let wanted = try Regex(
        "tiny: all, seed 1, epoch \(place + 1)/3: loss -?[0-9.]+ \\(\(losses)\\), [0-9.]+ images/s, .+ left")
      #expect(line.wholeMatch(of: wanted) != nil, "\(line)")
    }
    #expect(!outcome.complaints.contains("\u{1b}") && !outcome.complaints.contains("\r"))
  }

  @Test func aTerminalGetsABarThatFitsIt() throws {
    let project = try TinyProject()
    let terminal = try PseudoTerminal(columns: 80)
    let command = ["run", "tiny", "train.epochs=10000", "--variant", "plain", "--threads", "1"]
    let worker = try StartedCommand(command, in: project.url, terminal: terminal.handle)
    #expect(worker.wait { terminal.read().count { $0 == "\r" } > 3 })
    worker.send(SIGINT)
    // A terminal that nobody reads fills up, and whoever writes to it waits.
    #expect(worker.wait { terminal.read().contains("To go on: ") })
    #expect(worker.end() == 130)
    let shown = terminal.read()
    #expect(shown.contains("tiny ░") && shown.contains("images/s"))
    #expect(!shown.contains("epoch 1/10000: loss"), "no line an epoch")
    for line in shown.split(whereSeparator: { $0 == "\r" || $0.isNewline }) where line.contains("░") {
      #expect(line.replacing("\u{1b}[2K", with: "").count < 80, "\(line)")
    }
    #expect(shown.contains("interrupted; the run is saved. To go on: aanet run tiny"))
  }
}
