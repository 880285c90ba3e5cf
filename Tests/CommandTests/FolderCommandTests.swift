import Experiments
import Foundation
import Runs
import TestSupport
import Testing

/// `aanet run` and `aanet report` over a folder of experiments.
@Suite struct FolderCommandTests {
  /// Tables 1, 2 and 4 on the tiny dataset, each variant a network that trains in a second.
  private func project() throws -> TinyProject {
    let project = try TinyProject()
    let shared = TinyProject.experiment.split(separator: "\n").prefix { !$0.hasPrefix("seeds") }
      .joined(separator: "\n").replacing("epochs: 3", with: "epochs: 1")
    let rows = """
      variants:
        Global only: { tasks: [global], loss: { weights: { global: 1 } } }
        APR:
          tasks: { part: none, attribute: { regions: whole }, attention: none, global: {} }
          loss: { weights: uncertainty }
        AANet-152: { evaluate: { rerank: { k1: 4, k2: 2 } } }
      """
    let tasks = "tasks: { global: {}, part: {}, attribute: {}, attention: {} }"
    for table in ["table1", "table2"] {
      try project.folder.write("\(shared)\n\(tasks)\ntable: \(table)\n\(rows)\n", to: "experiments/small/\(table).yaml")
    }
    try project.folder.write(
      "table: table4\nruns: { experiment: small/table2, variants: [APR, AANet-152] }\n",
      to: "experiments/small/table4.yaml")
    for file in ["table1.yaml", "table2.yaml", "table4.yaml", "ablation.yaml", "published.yaml"] {
      let text = try String(
        contentsOf: ReportCommandTests.package.appendingPathComponent("reports/\(file)"), encoding: .utf8)
      try project.folder.write(text, to: "reports/\(file)")
    }
    return project
  }

  @Test func aFolderIsRunAndReportedAgainFromItsRecords() throws {
    let project = try project()
    let first = try BuiltCommand.run(["run", "small", "--threads", "1"], in: project.url)
    #expect(first.status == 0, "\(first.complaints)")
    for words in ["Table 1 ·", "Table 2 ·", "Table 4 ·", "AANet-152 + RR", "FMN [5]", "APR [15]"] {
      #expect(first.output.contains(words), "\(words)")
    }
    // Table 2 has the rows of Table 1 and its dataset, so the same runs count; Table 4 trains nothing.
    let store = RunStore(root: project.url.appendingPathComponent("runs"))
    #expect(store.identities().map(\.experiment) == ["small/table1", "small/table1", "small/table1"])
    let page = project.url.appendingPathComponent("reports/_out/small/index.html")
    #expect(first.complaints.contains("open \(page.path)"))
    let html = try String(contentsOf: page, encoding: .utf8)
    #expect(html.contains("runs/small/table1/AANet-152") && html.contains("attribute (no regions)"))

    try FileManager.default.removeItem(at: project.url.appendingPathComponent("reports/_out"))
    try FileManager.default.removeItem(at: project.url.appendingPathComponent("data"))
    let second = try BuiltCommand.run(["report", "small"], in: project.url)
    #expect(second.status == 0 && second.output == first.output, "\(second.complaints)")
    #expect(try String(contentsOf: page, encoding: .utf8) == html)
    for name in ["table1", "table4"] {
      let one = try BuiltCommand.run(["report", "small/\(name)", "--format", "json"], in: project.url)
      #expect(one.status == 0, "\(one.complaints)")
      let value = try JSONSerialization.jsonObject(with: Data(one.output.utf8)) as? [String: Any]
      #expect(value?["table"] as? String == name && value?["experiment"] as? String == "small/\(name)")
      #expect(one.complaints.contains("reports/_out/small-\(name)/index.html"))
    }
    let all = try BuiltCommand.run(["report", "small", "--format", "json"], in: project.url)
    #expect((try JSONSerialization.jsonObject(with: Data(all.output.utf8)) as? [Any])?.count == 3)
  }

  /// An experiment of one's own, which is no table of the paper.
  @Test func anExperimentWithoutAPublishedTable() throws {
    let project = try project()
    let run = try BuiltCommand.run(["run", "tiny", "--no-report", "--threads", "1"], in: project.url)
    #expect(run.status == 0, "\(run.complaints)")
    let report = try BuiltCommand.run(["report", "tiny", "--format", "json"], in: project.url)
    #expect(report.status == 0, "\(report.complaints)")
    let value = try JSONSerialization.jsonObject(with: Data(report.output.utf8)) as? [String: Any]
    #expect(value?["experiment"] as? String == "tiny" && value?["published_dataset"] == nil)
    let file = project.url.appendingPathComponent("reports/_out/tiny/index.html")
    let page = try String(contentsOf: file, encoding: .utf8)
    #expect(page.contains("(dot: mean;") && !page.contains("the paper prints") && !page.contains("(diamond)"))
    try project.folder.write(
      """
      ---
      title: Mine
      experiments: { mine: tiny }
      ---
      # Mine
      ```chart
      of: mine
      show: map
      ```
      """, to: "reports/mine.md")
    let notebook = try BuiltCommand.run(["report", "mine"], in: project.url)
    #expect(notebook.status == 0, "\(notebook.complaints)")
  }

  @Test func withoutRunsItSaysWhatToRun() throws {
    let outcome = try BuiltCommand.run(["report", "small"], in: project().url)
    #expect(outcome.status == 2)
    #expect(outcome.complaints.contains("is finished yet: run aanet run small"), "\(outcome.complaints)")
  }

  @Test func neitherReportNorExperiment() throws {
    let project = try project()
    let unknown = try BuiltCommand.run(["report", "smal/table1"], in: project.url)
    #expect(unknown.status == 2 && unknown.complaints.contains("did you mean 'small/table1'?"), "\(unknown.complaints)")
  }

  /// What is wrong with a report is said before anything is trained for it.
  @Test func aFaultyReportStopsBeforeTraining() throws {
    let project = try project()
    let file = project.url.appendingPathComponent("reports/table2.yaml")
    let text = try String(contentsOf: file, encoding: .utf8)
    try project.folder.write(text.replacing("'PDC [18]'", with: "'PDC [81]'"), to: "reports/table2.yaml")
    let outcome = try BuiltCommand.run(["run", "small"], in: project.url)
    #expect(outcome.status == 2 && outcome.complaints.contains("did you mean 'PDC [18]'?"), "\(outcome.complaints)")
    #expect(!FileManager.default.fileExists(atPath: project.url.appendingPathComponent("runs").path))
  }

  /// A real dataset that is missing gives a page of help, before any training and before weights are asked for.
  @Test(arguments: ["market1501", "dukemtmc-reid", "market1501/table4"])
  func aMissingBenchmarkGivesHelp(_ wanted: String) throws {
    let folder = try TemporaryFolder()
    for name in ["experiments", "reports", "datasets.yaml"] {
      try folder.copy(ReportCommandTests.package.appendingPathComponent(name))
    }
    let outcome = try BuiltCommand.run(["run", wanted], in: folder.url, environment: ["AANET_DATA": ""])
    #expect(outcome.status == 2)
    for words in ["published at: https://", "licence:", "standing:", "AANET_DATA", "aanet data verify"] {
      #expect(outcome.complaints.contains(words), "\(words): \(outcome.complaints)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.url.appendingPathComponent("runs").path))
  }

  /// A twin that is missing is drawn, and only then is the rest of the plan checked against it.
  @Test func aMissingTwinIsDrawn() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "synthetic-market: { root: data/m, layout: market1501, attributes: market_attribute.mat, synthetic: true }\n",
      to: "datasets.yaml")
    try folder.write("dataset: synthetic-market\ntrain: { batch: 961 }\n", to: "experiments/e.yaml")
    let outcome = try BuiltCommand.run(["run", "e"], in: folder.url, environment: ["AANET_DATA": ""])
    #expect(outcome.status == 2)
    #expect(outcome.complaints.contains("synthetic-market made: 2000 images, seed 1"))
    #expect(outcome.complaints.contains("961 is larger than the 960 training images"), "\(outcome.complaints)")
  }
}
