import Documents
import Foundation
import Runs
import Testing

/// What Table 4 says of made-up records.
struct AttributesTests {
  @Test func figuresStandBesideWhatTheDataMake() throws {
    let table = try Fabricated.attributes().results
    #expect(table.label == "Table 4")
    #expect(
      table.columns.map(\.title.plain) == [
        "Attribute", "accuracy", "balanced", "accuracy", "balanced", "majority", "ceiling", "APR [15]", "AANet-152",
      ])
    #expect(table.groups.map(\.origin) == [.measured, .measured, .measured, .published])
    let rows = table.sections.flatMap(\.rows).map { $0.map(\.plain) }
    #expect(rows.count == 13)
    #expect(
      rows[0] == [
        "gender", "75.00 ± 1.41", "50.00 ± 0.00", "79.00 ± 1.41", "50.00 ± 0.00", "60.00", "100.00", "86.45", "92.31",
      ])
    #expect(rows[10][0] == "upper color" && rows[10][6] == "92.00")
    #expect(rows[12][0] == "mean" && rows[12][1] == "80.50 ± 1.41" && rows[12][8] == "87.80")
    #expect(table.notes.contains { $0.plain.contains("misprint for 89.98") })
  }

  @Test func findingsCountAttributes() throws {
    let findings = try Fabricated.attributes().findings.map(\.plain)
    #expect(
      findings.first
        == "AANet-152 is more often right than APR in 12 of 12 attributes (as the paper prints them, 12 of 12).")
    // 75 … 86 against a majority of 60 … 82: better everywhere.
    #expect(findings[1] == "APR is more often right than the most frequent class in every attribute.")
    // Both are made up with the same balanced accuracies, 50 … 61.
    #expect(
      findings.last?.hasSuffix("AANet-152 is above APR in 0 of 12 attributes, and has 55.50 on the mean against 55.50.")
        == true)
    let report = try Fabricated.attributes().changed { records in
      for place in records.variants[0].trials.indices {
        let record = try #require(records.variants[0].trials[place].record)
        var metrics = record.metrics
        metrics?.attributes?.accuracy["hat"] = 0.5
        records.variants[0].trials[place].record = RunRecord(
          identity: record.identity, folder: record.folder, epochs: [], metrics: metrics, provenance: nil)
      }
    }
    #expect(
      report.findings[1].plain
        == "APR is no more often right than always saying the most frequent class in 1 of 12 attributes: hat.")
  }

  @Test func gapsAreMarkedNotFilled() throws {
    let text = try Fabricated.attributes(hasGap: true).terminalTable(width: 160)
    #expect(text.contains("AANet-152 (1/2 seeds)") && text.contains("AANet-152 (seed 2)"))
    let report = try Fabricated.attributes().changed { records in
      for place in records.variants[0].trials.indices { records.variants[0].trials[place].record = nil }
    }
    let rows = report.results.sections.flatMap(\.rows).map { $0.map(\.plain) }
    #expect(rows[0][1] == "—" && rows[0][5] == "60.00" && rows[0][7] == "86.45")
    let none = try report.changed { records in
      for place in records.variants[1].trials.indices { records.variants[1].trials[place].record = nil }
    }
    #expect(none.results.sections[0].rows[0].map(\.plain)[1...6].allSatisfy { $0 == "—" })
  }

  /// Another dataset's attributes come after the paper's, which then have gaps.
  @Test func otherAttributesAreAppended() throws {
    let report = try Fabricated.attributes().changed { records in
      for variant in records.variants.indices {
        for place in records.variants[variant].trials.indices {
          let record = try #require(records.variants[variant].trials[place].record)
          var metrics = record.metrics
          metrics?.attributes = Fabricated.attributeScores(["gender", "boots", "<i>"], level: 0.8)
          records.variants[variant].trials[place].record = RunRecord(
            identity: record.identity, folder: record.folder, epochs: [], metrics: metrics, provenance: nil)
        }
      }
    }
    let attributes = report.metrics.map(\.name).dropLast()
    #expect(attributes.suffix(2) == ["<i>", "boots"] && attributes.count == 14 && report.metrics.last?.name == "mean")
    let rows = report.results.sections[0].rows.map { $0.map(\.plain) }
    #expect(rows[1][1] == "—" && rows[13][1].hasPrefix("81.00") && rows[13][7] == "—")
  }

  @Test func csvAndJSONHaveTheSameNumbers() throws {
    let report = try Fabricated.attributes()
    let lines = report.csv.split(separator: "\r\n")
    #expect(lines.count == 14 && lines[1].hasPrefix("gender,made-up,75.0000,1.4142,50.0000,0.0000,2,79.0000"))
    let summary = report.summary
    #expect(summary.rows.map(\.name) == ["APR", "AANet-152"])
    #expect(abs(try #require(summary.rows[0].measured?["gender"]).mean - 75) < 1e-9)
    #expect(summary.rows[1].published["mean"] == 87.8 && summary.majority?["gender"] == 60)
    #expect(summary.rows[0].balanced?.count == 13 && summary.ceiling?["lower_color"] == 92)
  }

  @Test(arguments: [60, 80, 100, 160]) func terminalKeepsAccuracies(width: Int) throws {
    let text = try Fabricated.attributes().terminalTable(width: width)
    #expect(text.contains("75.00 ± 1.41") && text.contains("86.45"))
    #expect(text.contains("majority") == (width >= 80))
  }
}
