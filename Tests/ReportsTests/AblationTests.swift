import Documents
import Evidence
import Foundation
import Runs
import Support
import Testing

/// What the report says of made-up records.
struct AblationTests {
  /// Runs of one row from two kernel sets: the note says how far these lie apart.
  @Test func kernelSetsAreTold() throws {
    let plain = try Fabricated.report()
    #expect(!plain.gaps.contains { $0.plain.contains("kernel") })
    let mixed = try plain.changed { records in
      guard let record = records.variants[0].trials[2].record else { return }
      var origin = try #require(record.provenance)
      origin.blasKernels = "SkylakeX"
      records.variants[0].trials[2].record = RunRecord(
        identity: record.identity, folder: record.folder, epochs: record.epochs,
        metrics: record.metrics,
        provenance: origin)
    }
    let note = try #require(mixed.gaps.first { $0.plain.contains("same kernels") }).plain
    // 40.1 and 41.2 against 42.0.
    #expect(
      note.contains("Haswell 40.65 ± 0.78 (2), SkylakeX 42.00 (1), 1.35 points apart; "), "\(note)")
    #expect(note.contains("Haswell 49.03 ± 0.91 (3); "))
  }

  @Test func numbersAreThoseOfTheRecords() throws {
    let summary = try Fabricated.report().summary
    let first = try #require(summary.rows.first)
    #expect(abs(try #require(first.mAP).mean - 41.1) < 1e-9)
    #expect(abs(try #require(first.mAPTrapezoid).mean - 40.3) < 1e-9)
    #expect(abs(try #require(first.rank1).mean - 61.1) < 1e-9)
    #expect(first.published == ["mAP": 62.92, "rank1": 80.18])
    let step = try #require(summary.deltas?.first)
    // By seed 7.9, 8.2 and 7.7 points: mean 7.9333, deviation 0.2517, noise 4.3027 · 0.2517 / √3.
    #expect(abs(try #require(step.measured) - 7.9333) < 1e-3)
    #expect(abs(try #require(step.noise) - 0.6252) < 1e-3)
    #expect(abs(try #require(step.published) - 3.43) < 1e-9)
    #expect(summary.deltas?.count == 2 * (4 + 3))
  }

  @Test func summaryIsJSON() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let summary = try Fabricated.report(hasGap: true).summary
    let again = try JSONDecoder().decode(ReportSummary.self, from: encoder.encode(summary))
    #expect(again == summary)
    #expect(again.rows[3].finished == [1, 2])
    #expect(again.isSynthetic)
  }

  @Test func orderIsSaidPlainly() throws {
    let findings = try Fabricated.report().findings.map(\.plain)
    #expect(
      findings.first == "The five rows do not come out in the paper’s order in mAP: Lg + Lp + La (48.80) is not above "
        + "Lg + Lp (49.03).")
    let report = try Fabricated.report().changed { $0.variants.remove(at: 2) }
    #expect(report.findings.first?.plain == "The four rows come out in the paper’s order in mAP.")
  }

  @Test func gapsAreMarkedNotFilled() throws {
    let report = try Fabricated.report(hasGap: true)
    let table = report.terminalTable(width: 120)
    #expect(table.contains("2/3"))
    #expect(table.contains("Not finished, and left out of every figure here: Lg+Lp+La learned (seed 3)"))
    #expect(report.rows.steps(in: .mAP)[2].paired?.differences.count == 2)
  }

  @Test func aRowWithoutRunsIsAGapEverywhere() throws {
    let report = try Fabricated.report().changed { records in
      for place in records.variants[1].trials.indices { records.variants[1].trials[place].record = nil }
    }
    let summary = report.summary
    #expect(summary.rows[1].mAP == nil)
    #expect(summary.deltas?[0].measured == nil)
    #expect(summary.deltas?[0].verdict == "not measured")
    try withFolder("empty-row") { folder in
      let out = folder.appendingPathComponent("out")
      try report.write(to: out)
      let svg = try String(contentsOf: out.appendingPathComponent("map.svg"), encoding: .utf8)
      #expect(svg.contains("no finished run"))
      let page = try String(contentsOf: out.appendingPathComponent("index.html"), encoding: .utf8)
      #expect(page.contains("not started"))
    }
  }

  @Test func oneSeedHasNoNoise() throws {
    let report = try Fabricated.report().changed { records in
      for row in records.variants.indices { records.variants[row].trials.removeLast(2) }
    }
    #expect(report.findings.contains { $0.plain.contains("One seed alone") })
    #expect(report.rows.steps(in: .mAP).allSatisfy { $0.verdict.noise == .unknown })
    #expect(report.terminalTable(width: 100).contains("40.10") && !report.terminalTable(width: 100).contains("40.10 ±"))
    try withFolder("one-seed") { try report.write(to: $0.appendingPathComponent("out")) }
  }

  @Test func nothingMeasuredSaysWhatToRun() throws {
    let report = try Fabricated.report().changed { records in
      for row in records.variants.indices { records.variants[row].trials = [ReportTrial(seed: 1, record: nil)] }
    }
    #expect(!report.records.hasMeasurements)
    try withFolder("nothing") { folder in
      let out = folder.appendingPathComponent("out")
      let error = #expect(throws: PlainError.self) { try report.write(to: out) }
      #expect(error?.description.contains("aanet run made/up") == true)
      #expect(!FileManager.default.fileExists(atPath: out.path))
    }
  }

  @Test func syntheticIsSaidFirst() throws {
    let report = try Fabricated.report()
    #expect(report.terminalTable(width: 100).contains("drawn"))
    #expect(try !report.changed { $0.isSynthetic = false }.terminalTable(width: 100).contains("drawn"))
  }

  @Test(arguments: [40, 60, 80, 100, 140]) func terminalKeepsFigures(width: Int) throws {
    let table = try Fabricated.report().terminalTable(width: width)
    #expect(table.contains("41.10 ± 0.95"))
    #expect(table.contains("62.92"))
    if width >= 80 {
      let results = table.split(separator: "\n").prefix { !$0.hasPrefix("Gains") }
      for line in results { #expect(line.count <= width, "\(line)") }
    }
  }

  @Test func manyRows() throws {
    let one = try Fabricated.report().records.variants[0]
    for (count, files) in [(60, 18), (500, 8)] {
      let report = try Fabricated.ablation((0..<count).map { ReportVariant(name: "row \($0)", trials: one.trials) })
      try withFolder("many-\(count)") { folder in
        let written = try report.write(to: folder.appendingPathComponent("out"))
        #expect(written.count == files)
      }
    }
  }

  @Test func aRunThatDivergedMeasuresNothing() throws {
    let report = try Fabricated.report().changed { records in
      for place in records.variants[1].trials.indices {
        records.variants[1].trials[place].record = Fabricated.record(
          "Lg+Lp", seed: place + 1, tasks: ["global", "part"], mAP: .nan)
      }
    }
    #expect(report.rows.steps(in: .mAP)[0].verdict.words == "not measured")
    #expect(report.terminalTable(width: 140).contains("not a number"))
    try withFolder("diverged") { try report.write(to: $0.appendingPathComponent("out")) }
  }

  @Test func onlyLossesThatARowHasGetAColumn() throws {
    func weights(_ report: Report) -> [String] {
      report.csv.prefix { !$0.isNewline }.split(separator: ",").filter { $0.hasPrefix("weight_") }.map(String.init)
    }
    var basis = try Fabricated.report().basis
    basis.records.variants.removeLast(3)
    #expect(
      try weights(Report.made(of: basis)) == ["weight_global", "weight_part", "weight_attribute", "weight_attention"],
      "the paper's table has them")
    basis.published = nil
    let report = try Report.made(of: basis)
    #expect(weights(report) == ["weight_global", "weight_part"])
    #expect(report.results.columns.map(\.title.plain).filter { $0.hasPrefix("λ") } == ["λg", "λp"])
    #expect(!report.terminalTable(width: 40).contains("λ"))
    #expect(report.terminalTable(width: 140).contains("λp"))
  }

  @Test func withoutAPublishedTable() throws {
    var basis = try Fabricated.report().basis
    basis.published = nil
    let report = try Report.made(of: basis)
    #expect(report.rows.steps(in: .mAP).allSatisfy { $0.verdict.direction == .unpublished })
    try withFolder("unpublished") { try report.write(to: $0.appendingPathComponent("out")) }
  }
}
