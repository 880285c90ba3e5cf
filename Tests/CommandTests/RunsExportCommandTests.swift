import Foundation
import Runs
import TestSupport
import Testing

/// `aanet runs export`: runs for other tools to read.
@Suite struct RunsExportCommandTests {
  private let project: TinyProject
  private var store: RunStore { RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true)) }
  private static let tools = ["tensorboard", "mlflow"]

  init() throws {
    project = try TinyProject()
    let run = ["run", "tiny", "train.epochs=1", "--threads", "1", "--no-report"]
    let outcome = try BuiltCommand.run(run, in: project.url)
    #expect(outcome.status == 0, "\(outcome.complaints)")
  }

  private func export(_ arguments: String...) throws -> BuiltCommand.Outcome {
    try BuiltCommand.run(["runs", "export"] + arguments, in: project.url)
  }

  @Test(arguments: tools) func onlyWhatIsNewIsWritten(tool: String) throws {
    let first = try export("--to", tool, "out put", "tiny/plain")
    #expect(first.status == 0 && first.output.contains("tiny        plain"), "\(first.output)")
    #expect(
      first.complaints.contains("look: ") && first.complaints.contains("'\(project.url.path)/out put'"),
      "\(first.complaints)")
    let second = try export("--to", tool, "out put", "--format", "json")
    let outcomes = try #require(try JSONSerialization.jsonObject(with: Data(second.output.utf8)) as? [[String: Any]])
    #expect(outcomes.map { $0["numbers"] as? Int ?? 0 > 0 } == [true, false], "\(second.output)")
    let third = try export("--to", tool, "out put")
    #expect(third.status == 0 && third.output == "nothing is new of 2 runs\n", "\(third.output)")
  }

  @Test func whatCannotBeIsSaidWithWhatToDo() throws {
    try project.folder.write("x", to: "file")
    for (words, advice) in [
      (["--to", "mlflow", "runs"], "take one outside of it"),
      (["--to", "mlflow", "runs/mlruns"], "take one outside of it"),
      (["--to", "mlflow", "file"], "a file stands where a folder is needed"),
      (["--to", "tensorboard", "file"], "a file stands where a folder is needed"),
      (["--to", "mlflow", "out", "tini"], "did you mean 'tiny'?"), (["--to", "excel", "out"], "tensorboard, mlflow"),
      (["--to", "mlflow"], "Missing expected argument"),
    ] {
      let outcome = try BuiltCommand.run(["runs", "export"] + words, in: project.url)
      #expect(outcome.status == 2 && outcome.complaints.contains(advice), "\(words): \(outcome.complaints)")
    }
  }

  /// Copied records are runs like any other for whoever reads records, and finished ones for `aanet run`.
  @Test func recordsAloneAreReadLikeRuns() throws {
    let exported = try export("--to", "records", "published")
    #expect(exported.status == 0 && exported.complaints.contains("look: aanet runs --runs"), "\(exported.complaints)")
    let again = try export("--to", "records", "published")
    #expect(again.output == "nothing is new of 2 runs\n", "\(again.output)")
    for words in [["runs", "verify"], ["compare", "tiny/plain", "tiny/all"]] {
      let outcome = try BuiltCommand.run(words + ["--runs", "published"], in: project.url)
      #expect(outcome.status == 0, "\(words): \(outcome.complaints)")
    }
    let words = ["run", "tiny", "train.epochs=1", "--runs", "published", "--no-report"]
    let run = try BuiltCommand.run(words, in: project.url)
    #expect(run.status == 0 && !run.complaints.contains("epoch 1/1"), "\(run.complaints)")
    for words in [["figures", "tiny/all/1"], ["query", "tiny/all/1", "person.jpg"], ["predict", "tiny/all/1", "."]] {
      let outcome = try BuiltCommand.run(words + ["--runs", "published"], in: project.url)
      #expect(
        outcome.status == 2 && outcome.complaints.contains("by its records alone"), "\(words): \(outcome.complaints)")
    }
  }

  /// A run whose record is damaged is named, and the others are exported.
  @Test(arguments: tools + ["records"]) func aDamagedRunStopsNoOther(tool: String) throws {
    let run = try #require(store.identities().first { $0.variant == "all" })
    try Data("{".utf8).write(to: store.url(.ranks, of: run))
    let outcome = try export("--to", tool, "out")
    #expect(outcome.status == 2 && outcome.complaints.contains("ranks.json: is no JSON"), "\(outcome.complaints)")
    #expect(outcome.output.contains("plain") && !outcome.output.contains(run.hash), "\(outcome.output)")
  }
}
