import Foundation
import Runs
import TestSupport
import Testing

/// `aanet compare` as a person meets it, in a project made up for the test; no figure here was ever measured.
@Suite struct CompareCommandTests {
  @Test func comparesVariantsAndWritesAPage() throws {
    let project = try ReportCommandTests.project(finished: 4)
    let outcome = try BuiltCommand.run(["compare", "table3/Lg", "table3/Lg+Lp"], in: project.url)
    #expect(outcome.status == 0, "\(outcome.complaints)")
    #expect(outcome.output.contains("2 Lg+Lp") && outcome.output.contains("+2.00 ± 0.00 *"))
    #expect(outcome.output.contains("loss.weights.part") && !outcome.output.contains("train.batch"))
    #expect(outcome.output.contains("drawn pedestrians"))
    #expect(outcome.complaints.contains("reports/_out/compare/table3-Lg_vs_table3-Lg+Lp/index.html"))
    let page = project.url.appendingPathComponent("reports/_out/compare/table3-Lg_vs_table3-Lg+Lp/index.html")
    #expect(try String(contentsOf: page, encoding: .utf8).contains("<h1>Lg and Lg+Lp</h1>"))
  }

  @Test func printsJSONAndWritesWhereItIsTold() throws {
    let project = try ReportCommandTests.project(finished: 3)
    let outcome = try BuiltCommand.run(
      ["compare", "quickstart/table3", "--sort", "rank1", "--format", "json", "--out", "side"], in: project.url)
    #expect(outcome.status == 0, "\(outcome.complaints)")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect(object["order"] as? [Int] == [2, 1])
    let deltas = try #require(object["deltas"] as? [[String: Any]])
    #expect(deltas.first?["hindrance"] as? String == "one seed: noise unknown")
    #expect(FileManager.default.fileExists(atPath: project.url.appendingPathComponent("side/index.html").path))
  }

  @Test func saysWhatIsUnknownAndWhatIsDamaged() throws {
    let project = try ReportCommandTests.project(finished: 4)
    let unknown = try BuiltCommand.run(["compare", "table3/Lg", "table3/Lg+Lq"], in: project.url)
    #expect(unknown.status == 2 && unknown.complaints.contains("did you mean 'table3/Lg+Lp'?"))
    let alone = try BuiltCommand.run(["compare", "table3/Lg"], in: project.url)
    #expect(alone.status == 2 && alone.complaints.contains("only one thing to compare"))
    let metric = try BuiltCommand.run(["compare", "table3", "--sort", "rank2"], in: project.url)
    #expect(metric.status == 2 && metric.complaints.contains("did you mean 'rank"))

    let store = RunStore(root: project.url.appendingPathComponent("runs"))
    let run = try #require(store.identities().first { $0.variant == "Lg+Lp" && $0.seed == 2 })
    try store.write(Data("{".utf8), as: .metrics, of: run)
    let damaged = try BuiltCommand.run(["compare", "table3"], in: project.url)
    #expect(damaged.status == 2 && damaged.complaints.contains("metrics.json"))
    #expect(damaged.output.contains("1 of 2") && damaged.output.contains("Cannot be read"))
    #expect(damaged.complaints.contains("index.html"))
  }
}
