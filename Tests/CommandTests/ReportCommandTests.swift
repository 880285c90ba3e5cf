import Experiments
import Foundation
import Runs
import TestSupport
import Testing

/// `aanet report` in a project made up for the test; no figure here was ever measured.
@Suite struct ReportCommandTests {
  static let package = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardized

  /// A project with two variants under two seeds and the given share of their runs finished.
  static func project(finished: Int, hash: String = "0123456789ab", dataset: String = "synthetic-duke") throws
    -> TemporaryFolder
  {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      dataset: \(dataset)
      table: table3
      seeds: [1, 2]
      variants:
        Lg: { tasks: [global], loss: { weights: { global: 1 } } }
        Lg+Lp: { tasks: [global, part], loss: { weights: { global: 1, part: 1 } } }

      """, to: "experiments/quickstart/table3.yaml")
    for file in ["reports/ablation.yaml", "reports/published.yaml", "datasets.yaml"] {
      try folder.write(
        try String(contentsOf: package.appendingPathComponent(file), encoding: .utf8), to: file)
    }
    try run(finished, in: folder, hash: hash)
    return folder
  }

  static func run(_ count: Int, in folder: TemporaryFolder, hash: String, started: String = "1", level: Double = 0.4)
    throws
  {
    let store = RunStore(root: folder.url.appendingPathComponent("runs"))
    let plan = try ExperimentLibrary(project: folder.url).plan("table3")
    // All seeds of a variant before the next variant's.
    let trials = try plan.variants.flatMap { try plan.trials(variants: [$0.name]) }
    for (index, trial) in trials.prefix(count).enumerated() {
      let run = trial.identity(hash: hash)
      try store.writePlan(trial.resolvedYAML(), of: run)
      try store.writeProvenance(
        Provenance(
          commit: "", hasLocalChanges: false, compiler: "c", blas: "b", blasKernels: "k", threads: 1, cpu: "p",
          dataset: "d", started: started), of: run)
      let level = level + 0.01 * Double(index)
      try store.writeMetrics(
        RunMetrics(
          retrieval: RetrievalScores(
            mAP: level, mAPTrapezoid: level, rank1: level, rank5: level, rank10: level, rank20: level, queries: 10,
            queriesWithoutMatch: 0), descriptorLength: 1, parameters: 1, secondsTraining: 1, secondsEvaluating: 1,
          imagesPerSecond: 1, peakMemoryGiB: 1), of: run)
    }
  }

  @Test func csvBeginsWithAMarkWhereItIsAskedFor() throws {
    let project = try Self.project(finished: 4)
    for (arguments, hasMark) in [([String](), false), (["--csv-bom"], true)] {
      let outcome = try BuiltCommand.run(["report", "ablation"] + arguments, in: project.url)
      #expect(outcome.status == 0, "\(outcome.complaints)")
      let file = try Data(contentsOf: project.url.appendingPathComponent("reports/_out/ablation/table3.csv"))
      #expect(file.starts(with: [0xEF, 0xBB, 0xBF]) == hasMark)
      #expect(file.dropFirst(hasMark ? 3 : 0).starts(with: Data("variant,".utf8)))
    }
  }

  @Test func writesAndSaysWhatToOpen() throws {
    let project = try Self.project(finished: 4)
    let outcome = try BuiltCommand.run(["report", "ablation"], in: project.url)
    #expect(outcome.status == 0, "\(outcome.complaints)")
    #expect(outcome.output.contains("40.50 ± 0.71"))
    #expect(outcome.output.contains("62.92"))
    let page = project.url.appendingPathComponent("reports/_out/ablation/index.html")
    #expect(outcome.complaints.contains("open \(page.path)"))
    let text = try String(contentsOf: page, encoding: .utf8)
    #expect(text.contains("runs/quickstart/table3/Lg+Lp/seed-2-0123456789ab"))
    #expect(text.contains("aanet run quickstart/table3"))
    #expect(text.contains("synthetic twin"))
  }

  @Test func jsonHasTheSameNumbers() throws {
    let project = try Self.project(finished: 3)
    let outcome = try BuiltCommand.run(["report", "ablation", "--format", "json", "--out", "here"], in: project.url)
    #expect(outcome.status == 0, "\(outcome.complaints)")
    let value = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    let rows = try #require(value["rows"] as? [[String: Any]])
    #expect(rows.map { $0["finished"] as? [Int] } == [[1, 2], [1]])
    #expect(value["synthetic"] as? Bool == true)
    #expect(FileManager.default.fileExists(atPath: project.url.appendingPathComponent("here/map.png").path))
  }

  @Test func withoutRunsItSaysWhatToRun() throws {
    let project = try Self.project(finished: 0)
    let outcome = try BuiltCommand.run(["report", "ablation"], in: project.url)
    #expect(outcome.status == 2)
    #expect(
      outcome.complaints
        == "error: no run of quickstart/table3 is finished yet: run aanet run quickstart/table3\n")
    #expect(!FileManager.default.fileExists(atPath: project.url.appendingPathComponent("reports/_out").path))
  }

  @Test func unknownNames() throws {
    let project = try Self.project(finished: 1)
    let report = try BuiltCommand.run(["report", "ablaton"], in: project.url)
    #expect(report.status == 2 && report.complaints.contains("did you mean 'ablation'?"))
    let experiment = try BuiltCommand.run(["report", "ablation", "--experiment", "tabel3"], in: project.url)
    #expect(experiment.status == 2 && experiment.complaints.contains("did you mean"))
    let published = try BuiltCommand.run(["report", "published"], in: project.url)
    #expect(published.status == 2)
  }

  /// Changed settings are other runs; the same settings on other data are told apart by the time of their start.
  @Test func runsAreFoundByTheirSettings() throws {
    let project = try Self.project(finished: 4)
    let changed = try BuiltCommand.run(["report", "ablation", "train.epochs=3"], in: project.url)
    #expect(changed.status == 2)
    #expect(changed.complaints.contains("run aanet run quickstart/table3 train.epochs=3"))
    let one = try BuiltCommand.run(["report", "ablation", "seeds=[1]"], in: project.url)
    #expect(one.status == 0)
    #expect(one.output.contains("noise unknown (one seed)"))
    try Self.run(4, in: project, hash: "ffffffffffff", started: "2", level: 0.6)
    let newer = try BuiltCommand.run(["report", "ablation"], in: project.url)
    #expect(newer.output.contains("60.50 ± 0.71"))
    #expect(newer.complaints.contains("4 older runs"))
  }

  @Test func realDataAreNotCalledDrawn() throws {
    let project = try Self.project(finished: 4, dataset: "dukemtmc-reid")
    let outcome = try BuiltCommand.run(["report", "ablation"], in: project.url)
    #expect(outcome.status == 0)
    #expect(!outcome.output.contains("drawn"))
  }
}
