import Documents
import Evidence
import Foundation
import Testing

/// What Tables 1 and 2 say of made-up records.
struct ComparisonTests {
  private func row(_ report: Report, _ name: String) throws -> Row { try #require(report.rows.named(name)) }

  @Test(arguments: ["table1", "table2"]) func everyPublishedRowIsThere(_ table: String) throws {
    let report = try Fabricated.comparison(table)
    let rows = report.rows
    let published = try Fabricated.published().table(table)
    #expect(rows.compactMap(\.published?.name) == published.rows.map(\.name), "in the paper's order")
    #expect(report.sections.count == 3)
    let measured = rows.filter { $0.variant != nil }
    #expect(
      measured.map(\.name) == [
        "Global only", "APR", "PCB (Res-50) [20]", "AANet-50", "AANet-152", "AANet-152 + RR",
      ])
    #expect(Array(report.csvColumns.suffix(published.columns.count)) == published.columns.map { "published_\($0)" })
    #expect(measured.filter { $0.published == nil }.map(\.name) == ["Global only", "APR"])
  }

  @Test func figuresAreThoseOfTheRecords() throws {
    let report = try Fabricated.comparison("table2")
    let plain = try row(report, "AANet-152")
    let reranked = try row(report, "AANet-152 + RR")
    #expect(abs(try #require(plain.sample(.mAP)).mean - 46) < 1e-9)
    #expect(abs(try #require(reranked.sample(.mAP)).mean - 49) < 1e-9)
    #expect(abs(try #require(reranked.sample(.rank1)).mean - 69) < 1e-9)
    #expect(abs(try #require(plain.sample(.rank10)).mean - 81) < 1e-9)
    #expect(plain.published?.values["mAP"] == 83.41 && reranked.published?.values["mAP"] == 92.38)
    #expect(try row(report, "PDC [18]").sample(.mAP) == nil)
    let summary = report.summary
    #expect(summary.rows.count == 15 && summary.isSynthetic && summary.publishedDataset == "Market-1501")
    let last = try #require(summary.rows.last)
    #expect(last.variant == "AANet-152" && last.reranked == true && last.finished == [1, 2])
    let again = try JSONDecoder().decode(ReportSummary.self, from: JSONEncoder().encode(summary))
    #expect(again == summary)
  }

  /// Measured and published cells stand in different groups; a row that is not measured is empty there, not a gap.
  @Test func cellsStandWhereTheyBelong() throws {
    let table = try Fabricated.comparison("table2").results
    #expect(table.label == "Table 2" && table.groups.map(\.origin) == [.measured, .published])
    let rows = table.sections.flatMap(\.rows).map { $0.map(\.plain) }
    #expect(rows[0] == ["PDC [18]", "", "", "", "", "63.40", "84.40", "94.90"])
    #expect(rows[1].suffix(1) == ["—"], "the paper prints no Rank-10 of PL-Net")
    let global = try #require(rows.first { $0[0] == "Global only" })
    #expect(global == ["Global only", "2", "31.00 ± 1.41", "51.00 ± 1.41", "66.00 ± 1.41", "", "", ""])
    let last = try #require(rows.last)
    #expect(last[0] == "AANet-152 + RR" && last[2] == "49.00 ± 1.41" && last[5] == "92.38")
  }

  /// What a row cost stands beside its network: images shown over all epochs, seconds of training and of evaluating.
  @Test func networksSayWhatTheyCost() throws {
    let report = try Fabricated.comparison("table1", hasGap: true)
    let networks = try #require(Table.networks(of: [report.labelled]))
    let heads = networks.columns.map(\.title.plain)
    #expect(heads.suffix(3) == ["Image passes", "Training (s)", "Evaluating (s)"])
    let rows = networks.sections.flatMap(\.rows).map { $0.map(\.plain) }
    // Twelve epochs of 640 images, as they are made up.
    #expect(rows.allSatisfy { $0.suffix(3) == ["7680", "10", "1"] } && rows.count == 5)
    let none = try report.changed { records in
      for row in records.variants.indices { records.variants[row].trials = [] }
    }
    let empty = try #require(Table.networks(of: [none.labelled])).sections.flatMap(\.rows).map { $0.map(\.plain) }
    #expect(empty.allSatisfy { $0.suffix(3) == ["—", "—", "—"] })
  }

  /// The files of the two tables name a variant for every published row, and no row twice.
  @Test(arguments: [("table1", 6), ("table2", 5)])
  func everyRowIsMeasured(_ name: String, _ unpublished: Int) throws {
    let definition = try ReportDefinition.find(name, in: Fabricated.package.appendingPathComponent("reports"))
    let rows = definition.sections.flatMap(\.rows)
    #expect(rows.allSatisfy { $0.variant != nil } && rows.count { $0.paper == nil } == unpublished)
    #expect(Set(rows.map { "\($0.variant ?? $0.label) \($0.isReranked)" }).count == rows.count)
    // The paper's row of PCB is refined part pooling's.
    #expect(rows.first { $0.variant == "PCB+RPP" }?.paper == "PCB (Res-50) [20]")
    #expect(rows.first { $0.variant == "PCB" }?.paper == nil)
  }

  /// Where the paper quotes another version than it names, the notes under the table say so, each beside the figure.
  @Test(arguments: [
    ("table1", "PCB (Res-50) [20]", ["PCB+RPP", "66.1", "81.8"]), ("table1", "SVDNet [19]", ["pool5", "56.3", "75.9"]),
    ("table2", "PCB (Res-50) [20]", ["PCB+RPP", "77.4", "92.3"]), ("table2", "DPFL [3]", ["72.6", "88.6"]),
    ("table4", "APR [15]", ["2017", "re-weighting"]),
  ])
  func whatThePaperQuotesOtherwiseIsSaid(_ table: String, _ row: String, _ words: [String]) throws {
    let note = try #require(try Fabricated.published().table(table).row(row)?.note)
    for word in words { #expect(note.contains(word)) }
    guard table != "table4" else { return }
    #expect(try Fabricated.comparison(table).results.notes.contains { $0.plain.hasPrefix("\(row): ") })
  }

  @Test func gapsAreMarkedNotFilled() throws {
    let report = try Fabricated.comparison("table1", hasGap: true)
    let rows = report.results.sections.flatMap(\.rows).map { $0.map(\.plain) }
    #expect(rows.first { $0[0] == "AANet-152" }?[1] == "1/2")
    let text = report.terminalTable(width: 100)
    #expect(text.contains("Not finished, and left out of every figure here: AANet-152 (seed 2)"))
    let empty = try Fabricated.comparison("table1", reranked: false)
    let last = try #require(empty.results.sections.last?.rows.last).map(\.plain)
    #expect(last.prefix(4) == ["AANet-152 + RR", "0/2", "—", "—"] && last[4] == "86.87")
    #expect(empty.results.notes.contains { $0.plain.contains("Runs without re-ranked figures") })
  }

  @Test func whatTheRowsGainIsSaidPlainly() throws {
    let report = try Fabricated.comparison("table1")
    let findings = report.findings.map(\.plain)
    #expect(
      findings.first
        == "The four rows do not come out in the paper’s order in mAP: AANet-152 (46.00) is not above AANet-50 (49.00)."
    )
    #expect(findings.contains { $0.hasPrefix("Of three steps from row to row, two go the paper’s way in mAP") })
    let gains = try #require(report.gains)
    let first = gains.sections[0].rows.map { $0.map(\.plain) }
    #expect(first.map { $0[0] }.first == "PCB (Res-50) [20] → AANet-50")
    #expect(first[0][1] == "+6.50" && first[0][4] == "+3.36")
    #expect(first[1][1] == "−3.00" && first[1][5].hasPrefix("opposite direction"))
    #expect(first[2][1] == "+3.00" && first[2][4] == "+12.58")
  }

  @Test func otherVariantsAreAppendedAndMissingOnesLeftOut() throws {
    var source = try Fabricated.records()
    source.variants[0].name = "mine | <b>"
    source.variants.removeLast()
    let definition = try ReportDefinition.find("table1", in: Fabricated.package.appendingPathComponent("reports"))
    let report = try Report.made(
      of: ReportBasis(definition, records: source, published: Fabricated.published().table("table1")))
    let rows = report.rows
    #expect(report.sections.last?.title == "Further variants of made/up" && rows.last?.name == "mine | <b>")
    #expect(!rows.contains { $0.name == "Global only" })
    #expect(try row(report, "AANet-152").variant == nil, "the paper's row stays, unmeasured")
    #expect(report.csv.split(separator: "\r\n").count == 1 + rows.count)
  }

  @Test func csvHasARowForEach() throws {
    let lines = try Fabricated.comparison("table1").csv.split(separator: "\r\n")
    #expect(lines.count == 15)
    #expect(
      lines.last
        == "\"With a larger backbone, re-ranked (RR)\",AANet-152 + RR,AANet-152,true,2,2,made-up,49.0000,1.4142,69.0000,1.4142,48.2000,DukeMTMC-reID,86.8700,90.3600"
    )
    #expect(lines[1] == "With a backbone of the smaller size,FMN [5],,,,,,,,,,,DukeMTMC-reID,56.9000,74.5000")
  }

  @Test(arguments: [
    ("sections: [{ rows: [{ paper: 'FMN [6]' }] }]", "table1 has no row 'FMN [6]'; did you mean 'FMN [5]'?"),
    ("sections: [{ rows: [{}] }]", "a row names the paper's row"),
    ("sections: [{ rows: [{ paper: 'FMN [5]', reranked: true }] }]", "'reranked' needs the 'variant'"),
    ("sections: [{ rows: [] }]", "sections[0].rows"),
    ("introduction: []", "sections: is missing"),
    ("sections: [{ rows: [{ variant: x }] }]\nnotes: [mAP of 72]", "holds a number"),
  ])
  func faultyDefinitions(_ rest: String, _ words: String) throws {
    let text = "title: t\nkind: comparison\nexperiment: e\ntable: table1\n\(rest)\n"
    #expect {
      let definition = try ReportDefinition(text: text, name: "made-up")
      _ = try Report.made(
        of: ReportBasis(definition, records: Fabricated.records(), published: Fabricated.published().table("table1")))
    } throws: {
      #expect("\($0)".contains(words) && "\($0)".contains("made-up.yaml"), "\($0)")
      return true
    }
  }

  @Test func anAblationHasNoRowsOfItsOwn() {
    let text = "title: t\nkind: ablation\nexperiment: e\ntable: t\nsections: [{ rows: [{ variant: x }] }]\n"
    #expect { _ = try ReportDefinition(text: text, name: "r") } throws: { "\($0)".contains("an ablation's rows are") }
  }
}

extension Report {
  /// The heads of its comma-separated values.
  fileprivate var csvColumns: [String] {
    csv.prefix { !$0.isNewline }.split(separator: ",").map(String.init)
  }
}
