import Foundation
import TestSupport
import Testing

/// `aanet run` as a person meets it: what it prints, and what it says of bad input.
@Suite struct RunCommandTests {
  /// Bad input ends with exit code 2, a message that holds all of `words`, and no run on disk.
  private func expectRefused(
    _ project: TinyProject, _ overrides: [String] = [], saying words: String..., line: Int = #line
  ) throws {
    let outcome = try BuiltCommand.run(["run", "tiny"] + overrides, in: project.url)
    #expect(outcome.status == 2, "line \(line): \(outcome.complaints)")
    for word in words { #expect(outcome.complaints.contains(word), "line \(line): \(outcome.complaints)") }
    #expect(!FileManager.default.fileExists(atPath: project.url.appendingPathComponent("runs").path), "line \(line)")
  }

  private func change(_ project: TinyProject, _ old: String, _ new: String) throws {
    #expect(TinyProject.experiment.contains(old))
    try project.folder.write(TinyProject.experiment.replacing(old, with: new), to: "experiments/tiny.yaml")
  }

  @Test func aRunPrintsItsResultsAndASecondOneAnswersAtOnce() throws {
    let project = try TinyProject()
    let first = try BuiltCommand.run(["run", "tiny", "--threads", "1"], in: project.url)
    #expect(first.status == 0, "\(first.complaints)")
    #expect(first.output.contains("all, seed 1: mAP ") && first.output.contains("plain, seed 1: mAP "))
    // Foretold from steps that were measured, and the second time from what was trained.
    let time = "288 images to train, about [0-9]+ (s|min) on this machine [(]1 thread[)]\n"
    #expect(try first.complaints.contains(Regex("2 runs; \(time)")))
    let other = try BuiltCommand.run(["run", "tiny", "seeds=[1, 2]", "--threads", "1"], in: project.url)
    #expect(try other.complaints.contains(Regex("4 runs, 2 done; \(time)")))
    let second = try BuiltCommand.run(["run", "tiny", "--format", "json"], in: project.url)
    #expect(second.status == 0)
    #expect(second.complaints.contains("2 runs were finished before"))
    let rows = try JSONSerialization.jsonObject(with: Data(second.output.utf8)) as? [[String: Any]]
    #expect(rows?.count == 2 && rows?.allSatisfy { $0["metrics"] is [String: Any] } == true)
  }

  /// A run that is asked to stop saves, says how to go on, and goes on where that command is given.
  @Test(arguments: ["INT", "TERM", "HUP", "USR1"]) func aSignalSavesAndSaysHowToGoOn(signal: String) throws {
    let project = try TinyProject()
    let runs = project.url.appendingPathComponent("it's here", isDirectory: true).path
    let command = [
      "run", "tiny", "train.epochs=12", "--variant", "plain", "--threads", "1", "--checkpoint-every", "2",
      "--no-report", "--runs", runs,
    ]
    // A shell starts what it puts in the background deaf to SIGINT, so that the signal comes from there. The tests
    // themselves may run under nohup, which is passed on.
    let script = """
      (while ! ls "\(runs)"/tiny/plain/seed-*/epochs.jsonl >/dev/null 2>&1; do sleep 0.01; done; kill -\(signal) $$) &
      exec env --default-signal=HUP "$@"
      """
    let stopped = try BuiltCommand.run(command, in: project.url, by: script)
    #expect(stopped.status == 130, "\(stopped.complaints)")
    let said = try #require(stopped.complaints.firstRange(of: "interrupted; the run is saved. To go on: aanet "))
    let words = stopped.complaints[said.upperBound...].prefix { $0 != "\n" }
    let quoted = "'" + runs.replacing("'", with: "'\\''") + "'"
    #expect(
      words == "run tiny train.epochs=12 --variant plain --threads 1 --checkpoint-every 2 --no-report --runs \(quoted)")
    let again = try BuiltCommand.run([], in: project.url, by: "\"$1\" \(words)")
    #expect(again.status == 0 && again.output.contains("plain, seed 1: mAP "), "\(again.complaints)")
  }

  @Test func anUnknownDatasetOffersTheNearest() throws {
    let project = try TinyProject()
    try change(project, "dataset: tiny", "dataset: tinny")
    try expectRefused(project, saying: "experiments/tiny.yaml:2:10: dataset", "tinny", "did you mean 'tiny'?")
  }

  /// One that takes minutes to draw; smaller ones are drawn without a word.
  @Test func aMissingDatasetSaysHowToMakeIt() throws {
    let project = try TinyProject()
    try FileManager.default.removeItem(at: project.url.appendingPathComponent("data/tiny"))
    let file = project.url.appendingPathComponent("datasets.yaml")
    let registry = try String(contentsOf: file, encoding: .utf8)
    try project.folder.write(
      registry.replacing("synthetic: true", with: "synthetic: true\n  scale: full"), to: "datasets.yaml")
    try expectRefused(project, saying: "data/tiny", "aanet data make tiny")
  }

  @Test func anEmptyFolderIsNamed() throws {
    let project = try TinyProject()
    let folder = project.url.appendingPathComponent("data/tiny/query")
    try FileManager.default.removeItem(at: folder)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try expectRefused(project, saying: "data/tiny/query")
  }

  @Test func anUnreadableImageIsNamedBeforeTraining() throws {
    let project = try TinyProject()
    try project.folder.write("no picture", to: "data/tiny/bounding_box_train/0001_c1s1_000000_01.jpg")
    try expectRefused(
      project, saying: "bounding_box_train/0001_c1s1_000000_01.jpg", "Not a JPEG file", "mend or remove it")
  }

  @Test func anUnknownKeyOffersTheNearest() throws {
    let project = try TinyProject()
    try change(project, "epochs: 3", "epoch: 3")
    try expectRefused(project, saying: "experiments/tiny.yaml:6:10: train.epoch", "did you mean 'epochs'?")
  }

  @Test func aWrongTypeIsNamed() throws {
    let project = try TinyProject()
    try change(project, "batch: 8,", "batch: eight,")
    try expectRefused(project, saying: "experiments/tiny.yaml:6:28: train.batch", "eight")
  }

  @Test func attentionNeedsAttributes() throws {
    let project = try TinyProject()
    try change(project, "all: {", "all: { tasks: [global, attention],")
    try expectRefused(project, saying: "experiments/tiny.yaml:10", "attention", "needs the attribute task")
  }

  @Test func sixPartsDoNotFitOnFourRows() throws {
    try expectRefused(
      TinyProject(), ["input.size=[64, 32]"], saying: "override", "6 parts do not fit", "4 rows", "at most 4 parts")
  }

  @Test func aBatchLargerThanTheSplitIsRefused() throws {
    try expectRefused(
      TinyProject(), ["train.batch=49"], saying: "train.batch", "49 is larger than the 48 training images", "at most 48"
    )
  }

  @Test func anUnknownAttributeOffersTheNearest() throws {
    try expectRefused(
      TinyProject(),
      ["tasks={global: {}, attribute: {}, attention: {attributes: [gendre]}}", "loss.weights=uncertainty"],
      saying: "tasks.attention.attributes", "did you mean 'gender'?")
  }

  @Test func rerankingIsCheckedAndShown() throws {
    let project = try TinyProject()
    try expectRefused(project, ["evaluate.rerank={k1: 20, variant: d3}"], saying: "evaluate.rerank.variant", "d2, d4")
    let command = ["run", "tiny", "train.epochs=1", "evaluate.rerank={k1: 4, k2: 2}", "--variant", "all"]
    let outcome = try BuiltCommand.run(command, in: project.url)
    #expect(outcome.status == 0, "\(outcome.complaints)")
    let shown = try BuiltCommand.run(["runs", "tiny", "--format", "json"], in: project.url)
    let runs = try #require(try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [[String: Any]])
    let metrics = try #require(runs.first?["metrics"] as? [String: Any])
    #expect((metrics["reranked"] as? [String: Double])?["mAP_trapezoid"] != nil)
    let attributes = try #require(metrics["attributes"] as? [String: Any])
    #expect(Set(attributes.keys) == ["accuracy", "mean", "majority", "ceiling", "balanced"])
    #expect((attributes["accuracy"] as? [String: Double])?["gender"] != nil)
  }

  @Test func usageErrorsEndWithTwo() throws {
    let project = try TinyProject()
    #expect(try BuiltCommand.run(["run"], in: project.url).status == 2)
    #expect(try BuiltCommand.run(["run", "tiny", "--threads", "0"], in: project.url).status == 2)
    let unknown = try BuiltCommand.run(["run", "tinny"], in: project.url)
    #expect(unknown.status == 2 && unknown.complaints.contains("did you mean 'tiny'?"))
    let help = try BuiltCommand.run(["run", "--help"], in: project.url)
    #expect(help.status == 0 && help.output.contains("aanet run quickstart/table3 train.epochs=5"))
  }
}
