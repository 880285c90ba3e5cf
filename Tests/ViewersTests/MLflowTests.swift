import Foundation
import Runs
import Support
import TestSupport
import Testing
import Viewers

/// MLflow's file store, written as a run goes on. `Tests/Viewers/check_viewers.py` reads it with MLflow itself.
@Suite struct MLflowTests {
  private let made: FabricatedRuns
  private var root: URL { made.folder.url.appendingPathComponent("mlruns") }

  init() throws { made = try FabricatedRuns() }

  private func export(_ run: RunIdentity) throws -> ExportOutcome {
    var store = try MLflowStore(root)
    return try store.write(try #require(try ExportedRun(run, in: made.store)), from: made.store)
  }

  private func text(_ outcome: ExportOutcome, _ name: String) throws -> String {
    try String(contentsOf: URL(fileURLWithPath: outcome.folder).appendingPathComponent(name), encoding: .utf8)
  }

  /// Every file below the store with its bytes.
  private func bytes() throws -> [String: Data] {
    let files = made.folder.files().filter { $0.hasPrefix("mlruns/") }
    return try Dictionary(
      uniqueKeysWithValues: files.map { ($0, try Data(contentsOf: made.folder.url.appendingPathComponent($0))) })
  }

  @Test func whatIsNewIsAddedAndNothingTwice() throws {
    let run = try made.train(made.name("Lg+Lp"), epochs: 2)
    let first = try export(run)
    #expect(first.numbers > 0 && first.files == 3)
    let started = 1_795_376_700_000
    #expect(try text(first, "metrics/losses/part") == "\(started + 2000) 0.5 1\n\(started + 4000) 0.5 2\n")
    #expect(try text(first, "meta.yaml").contains("status: 5"))
    let before = try bytes()
    let again = try export(run)
    #expect(again.numbers == 0 && again.files == 0 && again.folder == first.folder)
    #expect(try bytes() == before)
    try made.finish(run, mAP: 0.625)
    let last = try export(run)
    #expect(last.numbers > 0 && last.folder == first.folder)
    #expect(try text(last, "metrics/losses/part").split(separator: "\n").count == 4)
    #expect(try text(last, "metrics/test/mAP") == "\(started + 9000) 0.625 4\n")
    #expect(
      try text(last, "metrics/test/cmc").hasPrefix(
        "\(started + 9000) 0.5 1\n\(started + 9000) 0.5 2\n\(started + 9000) 1.0 3\n"))
    let meta = try text(last, "meta.yaml")
    for line in ["status: 3", "end_time: \(started + 9000)", "start_time: \(started)", "run_name: Lg+Lp/1"] {
      #expect(meta.contains(line), "\(meta)")
    }
    #expect(
      try text(last, "artifacts/metrics.json") == String(contentsOf: made.store.url(.metrics, of: run), encoding: .utf8)
    )
    #expect(try export(run).numbers == 0)
  }

  @Test func settingsAndOriginAreParametersAndTags() throws {
    let outcome = try export(try made.finish(made.name("Lg")))
    let parameters = [
      "dataset": "made", "seeds": "[1]", "tasks.global": "none", "tasks.part.parts": "6", "train.rate.new": "0.05",
      "train.rate.step.at": "[2, 3]", "title": "a \"quoted\" word: 100 %",
    ]
    for (name, value) in parameters { #expect(try text(outcome, "params/\(name)") == value) }
    let tags = [
      "aanet.hash": made.name("Lg").hash, "aanet.seal": "intact", "mlflow.runName": "Lg/1", "aanet.status": "finished",
      "mlflow.source.git.commit": "c0ffee",
    ]
    for (name, value) in tags { #expect(try text(outcome, "tags/\(name)") == value) }
  }

  /// An experiment that MLflow made, or deleted, is not made a second time.
  @Test func whatMLflowKeepsStays() throws {
    try made.folder.write("experiment_id: '7'\nname: made/table3\nlifecycle_stage: active\n", to: "mlruns/7/meta.yaml")
    let run = try made.train(made.name("Lg"))
    let outcome = try export(run)
    #expect(URL(fileURLWithPath: outcome.folder).deletingLastPathComponent().lastPathComponent == "7")
    let meta = URL(fileURLWithPath: outcome.folder).appendingPathComponent("meta.yaml")
    let deleted = try text(outcome, "meta.yaml").replacing("lifecycle_stage: active", with: "lifecycle_stage: deleted")
    try Data(deleted.utf8).write(to: meta)
    _ = try export(run)
    #expect(try text(outcome, "meta.yaml") == deleted)

    let other = try made.train(made.name("Lg", of: "made/other"))
    let place = URL(fileURLWithPath: try export(other).folder).deletingLastPathComponent()
    let trash = root.appendingPathComponent(".trash")
    try FileManager.default.createDirectory(at: trash, withIntermediateDirectories: true)
    try FileManager.default.moveItem(at: place, to: trash.appendingPathComponent(place.lastPathComponent))
    let error = #expect(throws: FileError.self) { try export(other) }
    #expect(error?.reason.contains("mlflow experiments restore --experiment-id \(place.lastPathComponent)") == true)
  }

  /// Names that a record holds are parts of no path but their own.
  @Test func hostileNamesStayInside() throws {
    let run = made.name("a/../\u{1b}'b' \"c\" 漢字")
    try made.train(run, epochs: 1)
    try made.store.append(
      EpochRecord(
        epoch: 2, steps: 1, images: 1, loss: .nan, losses: ["../../../../x": .infinity, "": 1, ".hidden": -.infinity],
        weights: [:], sigma: nil, rates: ["a b\n": 1e300], seconds: .nan, secondsWaiting: -1), of: run)
    let plan = "'../../y': 1\n'a b': {'~': [1, {c: '%'}]}\nlong: \(String(repeating: "x", count: 9000))\n"
    try made.store.writePlan(plan, of: run)
    let outcome = try export(run)
    #expect(made.folder.files().allSatisfy { $0.hasPrefix("mlruns/") || $0.hasPrefix("runs/") })
    #expect(try text(outcome, "metrics/loss").hasSuffix(" nan 2\n"))
    #expect(
      try text(outcome, "metrics/losses/_.._.._.._.._x").hasSuffix(" inf 2\n"))
    #expect(try text(outcome, "params/a_b._.1.c") == "%")
    #expect(try text(outcome, "params/long").unicodeScalars.count == 6000)
    try made.store.writePlan("a: [", of: run)
    let error = #expect(throws: FileError.self) { try export(run) }
    #expect(error?.file == made.store.url(.plan, of: run) && error?.reason.hasSuffix("writes both anew") == true)
  }
}
