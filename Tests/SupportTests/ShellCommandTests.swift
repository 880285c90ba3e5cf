import Foundation
import Support
import Testing

/// Commands for copying, read by a real shell.
@Suite struct ShellCommandTests {
  /// The words that `sh` makes of a line.
  private func words(_ line: String) throws -> [String] {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "printf '%s\\0' \(line)"]
    process.standardOutput = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return data.split(separator: 0, omittingEmptySubsequences: false).dropLast()
      .map { String(decoding: $0, as: UTF8.self) }
  }

  static let hostile = [
    "", "a", "it's", "$(touch x)", "`id`", "${HOME}", "a b", " a ", "a\nb", "a\n", "\n", "#1", "a #1", "~", "~/a", "*",
    "?",
    "[a]", "{a,b}", "!x", "a;b", "a&b", "a|b", "a>b", "a<b", "(a)", "\"a\"", "\\", "a\\", "\\n", "%s", "é", "²",
    "'\u{301}",
    "a\tb", "\u{1B}[2Ka", "a\u{200B}b", "a\u{202E}b", "\u{7F}", "a\u{1B}\n", "=a", "-x", "--", "a=b", "seeds=[1, 2]",
  ]

  @Test func aShellReadsTheWordsThatWereMeant() throws {
    let command = ShellCommand("aanet", "run", arguments: Self.hostile)
    #expect(try words(command.text) == command.words)
    for word in Self.hostile {
      let line = ShellCommand("aanet", arguments: [word]).text
      // What is shown is what is copied.
      let shown = line.split(separator: "\n", omittingEmptySubsequences: false)
        .map { Wording.printable(String($0), limit: .max) }.joined(separator: "\n")
      let read = try words(shown)
      #expect(shown == line && read.last == word, "\(line)")
    }
  }

  @Test func plainWordsStandAsTheyAre() {
    #expect(
      ShellCommand("aanet", "run", arguments: ["quickstart/table3", "train.epochs=5", "seeds=[1]"]).text
        == "aanet run quickstart/table3 train.epochs=5 'seeds=[1]'")
    #expect(ShellCommand("aanet", arguments: ["it's"]).text == "aanet 'it'\\''s'")
  }

  @Test func aHyphenInFrontMakesNoOption() {
    #expect(
      ShellCommand("aanet", "run", arguments: ["-x"], options: ShellCommand.option("--variant", "-v")).text
        == "aanet run --variant=-v -- -x")
    #expect(
      ShellCommand("aanet", "run", arguments: ["x"], options: ShellCommand.option("--variant", "v -w")).text
        == "aanet run x --variant 'v -w'")
  }
}
