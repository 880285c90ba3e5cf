import Foundation
import Models
import Proofs
import TestSupport
import Testing

/// `aanet bench compare`: the engine itself beside a Python that only says that it has PyTorch.
@Suite struct BenchCompareTests {
  /// The quickstart's network, as `aanet bench` has it.
  private static let parameters = AANetConfiguration(
    backbone: ResNetConfiguration(block: .basic, blocks: [1, 1, 1, 1], width: 32),
    labels: TrainingBench.labels(identities: 64)
  ).parameterCount

  private static let command = [
    "bench", "compare", "--only", "quickstart", "--batch", "2", "--size", "96x32", "--threads", "1", "--repeats", "1",
  ]

  @Test func theTableHasEveryModeOfEachPass() throws {
    let python = try FakePython(parameters: Self.parameters)
    let outcome = try BuiltCommand.run(Self.command + ["--quick", "--python", python.program.path])
    #expect(outcome.status == 0, "\(outcome.complaints)")
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(lines.count == 8 && lines[0].hasSuffix("kernels; torch 9.9.9+fake"), "\(outcome.output)")
    #expect(lines[1].hasPrefix("model       pass         batch  PyTorch        images/s   GiB  aanet  images/s"))
    for (line, start) in zip(
      lines.dropFirst(2),
      [
        "training         2  fp32               2.00", "training         2  channels_last      4.00",
        "training         2  bf16               8.00", "descriptors      2  fp32               2.00",
        "descriptors      2  channels_last      4.00", "descriptors      2  bf16               8.00",
      ])
    {
      #expect(line.hasPrefix("quickstart  \(start)  2.00  "), "\(line)")
    }
  }

  @Test func jsonHasEveryRound() throws {
    let python = try FakePython(parameters: Self.parameters)
    let outcome = try BuiltCommand.run(
      Self.command + [
        "--only", "train", "--only", "channels_last", "--rounds", "2", "--python", python.program.path, "--format",
        "json",
      ])
    #expect(outcome.status == 0, "\(outcome.complaints)")
    let report = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect(report["torch"] as? String == "9.9.9+fake" && report["threads"] as? Int == 1)
    #expect(report["is_complete"] as? Bool == true && report["python"] as? String == python.program.path)
    let rows = try #require(report["rows"] as? [[String: Any]])
    let row = try #require(rows.first)
    #expect(rows.count == 1 && row["model"] as? String == "quickstart" && row["size"] as? String == "96x32")
    let (peer, engine) = (row["peer"] as? [String: Any], row["engine"] as? [String: Any])
    #expect(peer?["rounds"] as? [Double] == [4, 4] && peer?["setting"] as? String == "channels_last")
    let speeds = try #require(engine?["rounds"] as? [Double])
    let ratios = try #require(row["ratios"] as? [Double])
    // Both were written in decimals.
    #expect(speeds.count == 2 && ratios.count == 2 && zip(ratios, speeds).allSatisfy { abs($0 * 4 / $1 - 1) < 1e-9 })
  }

  @Test func askedToStopItPrintsWhatItHas() throws {
    let python = try FakePython(
      parameters: Self.parameters, first: "case \"$2\" in *'\"mode\":\"bf16\"'*) kill -INT $PPID; exec sleep 600;; esac"
    )
    let outcome = try BuiltCommand.run(
      Self.command + ["--only", "train", "--rounds", "1", "--python", python.program.path])
    #expect(outcome.status == 130 && outcome.complaints.contains("interrupted"), "\(outcome.complaints)")
    let rows = outcome.output.split(separator: "\n").filter { $0.hasPrefix("quickstart") }
    #expect(rows.count == 2 && outcome.output.contains("Not all rounds are in it."), "\(outcome.output)")
  }

  @Test func theEnvironmentIsMadeOnce() throws {
    let (python, caches) = (try FakePython(parameters: Self.parameters), try TemporaryFolder())
    // Half-made by a process that is no more, and by one that is.
    let prefix = "aanet/torch-\(PeerPython.version)"
    try caches.write("", to: "\(prefix).unfinished-2147483647/pyvenv.cfg")
    try caches.write("", to: "\(prefix).unfinished-1/pyvenv.cfg")
    let environment = ["XDG_CACHE_HOME": caches.url.path, "PATH": "\(python.folder.url.path):/usr/bin:/bin"]
    let command = Self.command + ["--only", "infer", "--only", "fp32", "--rounds", "1", "--format", "json"]
    for call in 1...2 {
      let outcome = try BuiltCommand.run(command, environment: environment)
      #expect(outcome.status == 0, "\(outcome.complaints)")
      #expect(
        outcome.complaints.contains("making \(caches.url.path)/\(prefix)") == (call == 1), "\(outcome.complaints)")
      #expect(outcome.output.contains("\(caches.url.path)/\(prefix)/bin/python"))
    }
    #expect(python.notes("venv").count == 1 && python.notes("pip").count == 1)
    #expect(python.notes("pip").first?.contains("torch==\(PeerPython.version)") == true)
    #expect(caches.files() == ["\(prefix).unfinished-1/pyvenv.cfg", "\(prefix)/bin/python"])
  }

  @Test func whatCannotBeMadeIsSaidAndLeavesNothing() throws {
    let caches = try TemporaryFolder()
    func refused(_ script: String, saying words: String, path: String? = nil) throws {
      let python = try FakePython(first: script)
      let path = path ?? "\(python.folder.url.path):/usr/bin:/bin"
      let outcome = try BuiltCommand.run(
        ["bench", "compare"], environment: ["XDG_CACHE_HOME": caches.url.path, "PATH": path])
      #expect(
        outcome.status == 2 && outcome.output.isEmpty && outcome.complaints.contains(words), "\(outcome.complaints)")
      #expect(caches.files().isEmpty)
    }
    try refused(
      "[ \"$2\" = pip ] && { echo 'ERROR: No matching distribution' >&2; exit 1; }", saying: "No matching distribution")
    try refused("[ \"$2\" = pip ] && exit 1", saying: "--python; any version will do")
    try refused("[ \"$2\" = venv ] && { echo 'ensurepip is not available'; exit 1; }", saying: "python3-venv")
    try refused("[ \"$1\" = -c ] && { echo 'ImportError: libgomp.so.1' >&2; exit 1; }", saying: "libgomp.so.1")
    try refused("", saying: "there is no python3 here", path: caches.url.path)
  }

  @Test func whatItDoesNotTake() throws {
    for (bad, words) in [
      (["--only", "aanet5"], "did you mean 'aanet50'?"), (["--only", "tf32"], "--only"),
      (["--rounds", "0"], "--rounds"),
      (["--repeats", "0"], "--repeats"), (["--threads", "0"], "--threads"), (["--batch", "1"], "--batch"),
      (["--size", "64x32"], "parts"), (["--size=-5"], "--size"), (["--python", "/nowhere"], "no such program"),
    ] {
      let outcome = try BuiltCommand.run(["bench", "compare"] + bad)
      #expect(
        outcome.status == 2 && outcome.output.isEmpty && outcome.complaints.contains(words), "\(outcome.complaints)")
    }
  }
}
