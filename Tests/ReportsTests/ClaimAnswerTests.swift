import Documents
import Evidence
import Foundation
import Testing

/// The answer that a page of claims opens with; no figure here was ever measured.
struct ClaimAnswerTests {
  private func report(_ reports: [Report]) throws -> ClaimsReport {
    ClaimsReport(try ClaimsTests.ledger(), reports: reports)
  }

  @Test func everyMeasuredOrderingHasALine() throws {
    let report = try report([Fabricated.report(), Fabricated.comparison("table1"), Fabricated.attributes()])
    let measured = report.judgements.filter { $0.kind == "ordering" && $0.measured != nil }
    let figure = try #require(report.answer("answer"))
    for drawing in [figure.svg, figure.narrow] {
      let svg = try #require(drawing)
      // A diamond an ordering, and one in the key.
      #expect(svg.components(separatedBy: "stroke=\"\(try #require(Self.published))\"").count - 1 == measured.count + 1)
      for word in ["Table 3, measured on made-up (drawn)", "reproduced", "within noise", "opposite", "open"] {
        #expect(svg.contains(word), "\(word)")
      }
      #expect(!svg.contains("nan") && !svg.contains("inf"))
    }
    #expect(
      figure.alternative.contains("AANet-152 is above AANet-50 on DukeMTMC-reID, mAP: −3.00, the paper +1.73, opposite")
    )
    // The same records, the same bytes.
    #expect(figure.svg == report.answer("answer")?.svg)
  }

  private static var published: String? { "#D55E00" }

  @Test func theParagraphCounts() throws {
    let report = try report([Fabricated.report(), Fabricated.comparison("table1")])
    let orderings = report.judgements.filter { $0.kind == "ordering" }
    func count(_ verdict: ClaimVerdict) -> Int { orderings.count { $0.verdict == verdict } }
    let text = try #require(report.summary).plain
    #expect(
      text.hasPrefix("Of \(orderings.count) orderings that the paper claims, \(count(.reproduced)) are reproduced, "))
    #expect(text.contains("\(count(.opposite)) come out the opposite way round and "))
    #expect(text.contains(" and \(count(.notAttempted)) were not attempted."))
    #expect(text.contains("“All tasks together improve on the global task alone” is reproduced (mAP +"))
    #expect(text.contains("“AANet-152 is above SPReID on Market, both re-ranked” was not attempted."))
    #expect(
      text.contains(
        "none is decided. All of it was measured on drawn people, the synthetic twin made-up, not on photographs, over 2 to 3 seeds."
      ))
    let real = try self.report([Fabricated.report().changed { ($0.isSynthetic, $0.datasets) = (false, ["market1501"]) }]
    )
    #expect(try #require(real.summary).plain.hasSuffix(" It was measured on market1501, over 3 seeds."))
  }

  @Test func whatWasNotAttemptedIsFoldedAway() throws {
    let report = try report([Fabricated.report()])
    let left = report.judgements.filter { $0.kind == "ordering" && $0.measured == nil }
    let table = try #require(report.unmeasured("left"))
    #expect(
      table.words.count == left.count && table.words.allSatisfy { $0.count == table.columns.count && $0[3] != "—" })
    #expect(table.html(label: "Table 1").contains("<summary><b>Table 1.</b> \(left.count) orderings of "))
    let all = try self.report([
      Fabricated.report(), Fabricated.comparison("table1"), Fabricated.comparison("table2"), Fabricated.attributes(),
    ])
    #expect(try #require(all.unmeasured("left")).words.count < left.count)
  }

  @Test func nothingMeasured() throws {
    let report = try report([])
    #expect(report.answer("answer") == nil && report.doubts.isEmpty)
    #expect(try #require(report.summary).plain.contains(" were not attempted."))
    #expect(try #require(report.unmeasured("left")).summary?.plain.hasSuffix("not attempted.") == true)
  }

  /// Claims that came out against the paper are each named once, with at most two reasons.
  @Test func doubtsNameTheirReasons() throws {
    let report = try report([Fabricated.report(), Fabricated.comparison("table1")])
    let doubts = report.doubts
    let deeper = try #require(doubts.first { $0.heading.plain.contains("AANet-152 is above AANet-50") })
    #expect(
      deeper.heading.plain.hasPrefix(
        "opposite: AANet-152 is above AANet-50 on DukeMTMC-reID, in mAP and Rank-1 (Table 1): measured −3.00 and −3.00, the paper has +1.73 and +1.23."
      ))
    #expect(doubts.allSatisfy { (1...2).contains($0.reasons.count) })
    #expect(doubts.count { $0.heading.plain.contains("AANet-152 is above AANet-50") } == 1)
  }
}
