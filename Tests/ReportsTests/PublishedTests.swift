import Configuration
import Reports
import Testing

/// The published figures against what the paper itself computes from them in its prose.
struct PublishedTests {
  static func gain(_ table: String, from: String, to: String, _ column: String) throws -> Double {
    let table = try Fabricated.published().table(table)
    let first = try #require(table.row(from)?.values[column])
    let second = try #require(table.row(to)?.values[column])
    return ((second - first) * 100).rounded() / 100
  }

  /// Abstract and Section 4.1: "by 3.36% in mAP and 3.12% in Rank-1", and the sentences after Table 1.
  @Test(arguments: [
    ("PCB (Res-50) [20]", "AANet-50", 3.36, 3.12),
    ("SPReID (Res-152) [11]", "AANet-152", 0.95, 1.70),
    ("GP-reID (Res-101) [1] + RR", "AANet-152 + RR", 1.27, 0.96),
  ])
  func tableOne(_ from: String, _ to: String, _ mAP: Double, _ rank1: Double) throws {
    #expect(try Self.gain("table1", from: from, to: to, "mAP") == mAP)
    #expect(try Self.gain("table1", from: from, to: to, "rank1") == rank1)
  }

  /// Section 4.2: AANet-50 beats SPReID in Rank-1 by 0.47, GP-reID by 1.22.
  @Test func smallerBeatsDeeper() throws {
    #expect(try Self.gain("table1", from: "SPReID (Res-152) [11]", to: "AANet-50", "rank1") == 0.47)
    #expect(try Self.gain("table1", from: "GP-reID (Res-101) [1]", to: "AANet-50", "rank1") == 1.22)
  }

  /// The last row of Table 3 is AANet-50 of Table 1; Section 4.2 repeats the last two rows in prose.
  @Test func tableThree() throws {
    let table = try Fabricated.published().table("table3")
    #expect(table.rows.map(\.name) == Fabricated.names)
    #expect(table.rows.map(\.tasks) == Fabricated.tasks)
    #expect(table.rows.last?.values == (try Fabricated.published().table("table1").row("AANet-50")?.values))
    #expect(table.row("Lg+Lp+La uncertainty")?.values == ["mAP": 70.47, "rank1": 85.44])
    for metric in ["mAP", "rank1"] {
      let values = table.rows.compactMap { $0.values[metric] }
      #expect(values == values.sorted() && values.count == 5, "each task improves the accuracy (Section 4.2)")
    }
    #expect(table.rows.map { $0.weights == nil } == [false, false, false, true, true])
    #expect(table.row("Lg+Lp")?.weights == ["global": 1, "part": 1, "attribute": 0, "attention": 0])
  }

  @Test func unknownTable() throws {
    let error = #expect(throws: ReportError.self) { _ = try Fabricated.published().table("tabel3") }
    #expect(error?.description.contains("'table3'") == true)
  }

  static let start = "paper: p\ntables:\n  t:\n    title: a\n    dataset: d\n    backbone: b\n    source: s\n"

  @Test(arguments: [
    ("    columns: [mAP]\n    rows: { r: { mAP: 101, source: x } }\n", "9:"),
    ("    columns: [mAP]\n    rows: { r: { mpA: 10, source: x } }\n", "did you mean 'mAP'?"),
    ("    columns: [mAP]\n    rows: { r: { mAP: ten, source: x } }\n", "expected a number"),
    ("    columns: [mAP]\n    rows: { r: { mAP: 10 } }\n", "source: is missing"),
    ("    columns: [mAP]\n    rows: { r: { tasks: [globle], mAP: 10, source: x } }\n", "did you mean 'global'?"),
    ("    columns: [mAP]\n", "rows: is missing"),
  ])
  func faults(_ rest: String, _ words: String) throws {
    let error = #expect(throws: ConfigurationError.self) {
      _ = try PublishedFigures(text: Self.start + rest, name: "made-up.yaml")
    }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "no error")")
    #expect(error?.description.contains("made-up.yaml:") == true)
  }
}

/// Report definitions.
struct DefinitionTests {
  @Test func theAblation() throws {
    let folder = Fabricated.package.appendingPathComponent("reports")
    #expect(ReportDefinition.names(in: folder).contains("ablation"))
    #expect(!ReportDefinition.names(in: folder).contains("published"))
    let ablation = try ReportDefinition.find("ablation", in: folder)
    #expect(ablation.experiment == "quickstart/table3")
    _ = try Fabricated.published().table(ablation.table)
  }

  @Test func nearestName() throws {
    let folder = Fabricated.package.appendingPathComponent("reports")
    let error = #expect(throws: ReportError.self) { _ = try ReportDefinition.find("ablatoin", in: folder) }
    #expect(error?.description.contains("did you mean 'ablation'?") == true)
    #expect(throws: ReportError.self) { _ = try ReportDefinition.find("../experiments/x", in: folder) }
  }

  @Test func noNumberByHand() {
    let text = "title: t\nexperiment: e\ntable: t\nintroduction:\n  - mAP rises to 72.56\n"
    let error = #expect(throws: ConfigurationError.self) { _ = try ReportDefinition(text: text, name: "r") }
    #expect(error?.description.contains("r.yaml:5:5") == true, "\(error?.description ?? "")")
  }
}
