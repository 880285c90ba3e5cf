import Documents
import Evidence
import Support
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

  /// Section 4.1, the paragraphs on Market1501.
  @Test(arguments: [
    ("PCB (Res-50) [20]", "AANet-50", 0.85, 0.09), ("SPReID (Res-152) [11]", "AANet-152", 0.05, 0.25),
    ("SPReID (Res-152) [11] + RR", "AANet-152 + RR", 1.42, 0.47),
  ])
  func tableTwo(_ from: String, _ to: String, _ mAP: Double, _ rank1: Double) throws {
    #expect(try Self.gain("table2", from: from, to: to, "mAP") == mAP)
    #expect(try Self.gain("table2", from: from, to: to, "rank1") == rank1)
  }

  /// Table 2 has thirteen rows, five of them without Rank-10; an image found at rank 1 is found within rank 10.
  @Test func tableTwoIsWhole() throws {
    let table = try Fabricated.published().table("table2")
    #expect(table.rows.count == 13 && table.columns == ["mAP", "rank1", "rank10"])
    #expect(table.rows.filter { $0.values["rank10"] == nil }.count == 5)
    for row in table.rows {
      let (mAP, rank1) = (try #require(row.values["mAP"]), try #require(row.values["rank1"]))
      #expect(mAP < rank1 && rank1 < row.values["rank10"] ?? 100, "\(row.name)")
    }
    #expect(table.rows.map(\.source) == (1...13).map { "row \($0)" })
    // Section 4.2: similar Rank-1, AANet-50 above those with deeper backbones.
    let smaller = try #require(table.row("AANet-50")?.values["rank1"])
    #expect(smaller > table.row("SPReID (Res-152) [11]")?.values["rank1"] ?? 100)
    // The same methods stand in both tables, but for the first few.
    let first = try Fabricated.published().table("table1")
    #expect(table.rows.suffix(9).map(\.name) == first.rows.suffix(9).map(\.name))
  }

  /// Table 4's means, and its one misprint.
  @Test func tableFour() throws {
    let table = try Fabricated.published().table("table4")
    #expect(table.columns.count == 13 && table.rows.map(\.name) == ["APR [15]", "AANet-152"])
    func mean(_ values: [String: Double]) -> Double {
      // In hundredths, as printed, so that a half is rounded up and not as its binary form happens to be.
      (values.filter { $0.key != "mean" }.values.reduce(0) { $0 + ($1 * 100).rounded() } / 12).rounded() / 100
    }
    let (apr, aanet) = (table.rows[0], table.rows[1])
    #expect(aanet.values.count == 13 && mean(aanet.values) == aanet.values["mean"])
    #expect(aanet.note == nil)
    #expect(apr.values["mean"] == 85.33 && mean(apr.values) == 85.24, "as printed the mean does not follow")
    var corrected = apr.values
    corrected["handbag"] = 89.98
    #expect(mean(corrected) == 85.33)
    #expect(apr.note?.contains("88.98") == true && apr.note?.contains("89.98") == true)
    // Section 5.2: AANet is better in every attribute, as printed.
    for name in table.columns { #expect(aanet.values[name] ?? 0 > apr.values[name] ?? 100, "\(name)") }
  }

  @Test func unknownTable() throws {
    let error = #expect(throws: PlainError.self) { _ = try Fabricated.published().table("tabel3") }
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
    _ = try Fabricated.published().table(#require(ablation.table))
  }

  @Test func nearestName() throws {
    let folder = Fabricated.package.appendingPathComponent("reports")
    let error = #expect(throws: PlainError.self) { _ = try ReportDefinition.find("ablatoin", in: folder) }
    #expect(error?.description.contains("did you mean 'ablation'?") == true)
    #expect(throws: PlainError.self) { _ = try ReportDefinition.find("../experiments/x", in: folder) }
  }

  @Test func noNumberByHand() {
    let text = "title: t\nexperiment: e\ntable: t\nintroduction:\n  - mAP rises to 72.56\n"
    let error = #expect(throws: ConfigurationError.self) { _ = try ReportDefinition(text: text, name: "r") }
    #expect(error?.description.contains("r.yaml:5:5") == true, "\(error?.description ?? "")")
  }
}
