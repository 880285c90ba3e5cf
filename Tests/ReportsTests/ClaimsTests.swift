import Charts
import Documents
import Evidence
import Foundation
import Runs
import Testing

/// The claims ledger; no figure here was ever measured.
struct ClaimsTests {
  static let file = Fabricated.package.appendingPathComponent("reports/claims.yaml")

  static func ledger() throws -> ClaimsLedger {
    try ClaimsLedger(contentsOf: file, published: Fabricated.published())
  }

  /// A ledger of one claim on Lg and Lg+Lp, and its judgement by made-up mAPs in percent, a seed each.
  private func judge(
    _ tolerance: Double, lower: [Double], upper: [Double], level: Bool = false, synthetic: Bool = false
  ) throws -> ClaimJudgement {
    let what =
      level
      ? "row: Lg+Lp, values: { mAP: 66.35 }" : "above: Lg+Lp, below: Lg, gains: { mAP: 3.43 }"
    let ledger = try ClaimsLedger(
      text: "claims: { it: { says: it holds, quote: q, source: s, table: table3, tolerance: \(tolerance), \(what) } }",
      name: "claims.yaml", published: Fabricated.published())
    let report = try Fabricated.report().changed { records in
      records.isSynthetic = synthetic
      records.variants = [("Lg", lower), ("Lg+Lp", upper)].map { name, values in
        ReportVariant(
          name: name,
          trials: values.enumerated().map { seed, value in
            ReportTrial(seed: seed, record: Fabricated.record(name, seed: seed, tasks: ["global"], mAP: value / 100))
          })
      }
    }
    return try #require(ClaimsReport(ledger, reports: [report]).judgements.first)
  }

  @Test(arguments: [
    ([2.0, 2.1, 1.9], ClaimVerdict.reproduced), ([2.0, 1, 3], .withinNoise), ([-2.0, -2.1, -1.9], .opposite),
    ([-2.0, 3, -4], .withinNoise), ([0.1, 0.11, 0.09], .missed), ([-0.1, -0.11, -0.09], .missed),
    ([0.0, 0, 0], .missed), ([5.0], .withinNoise), ([], .notAttempted), ([.nan, .nan], .notAttempted),
  ])
  func orderings(_ gains: [Double], _ verdict: ClaimVerdict) throws {
    for isSynthetic in [false, true] {
      let found = try judge(0.25, lower: gains.map { _ in 60 }, upper: gains.map { 60 + $0 }, synthetic: isSynthetic)
      #expect(found.verdict == verdict, "\(gains)")
    }
  }

  /// The paper has 66.35.
  @Test(arguments: [
    ([66.0, 66.1, 66.2], ClaimVerdict.reproduced), ([60.0, 60.1, 60.2], .missed), ([80.0, 80.1, 80.2], .missed),
    ([60.0, 66, 72], .withinNoise), ([55.0, 64, 66], .withinNoise), ([66.0], .reproduced), ([20.0], .missed),
    ([], .notAttempted),
  ])
  func levels(_ values: [Double], _ verdict: ClaimVerdict) throws {
    #expect(try judge(1, lower: [], upper: values, level: true).verdict == verdict, "\(values)")
  }

  @Test func aLevelOnDrawnDataIsNeverReproduced() throws {
    let found = try judge(1, lower: [], upper: [66.3, 66.35, 66.4], level: true, synthetic: true)
    #expect(found.verdict == .notComparable && found.effect == nil)
    #expect(abs(try #require(found.measured) - 66.35) < 1e-9)
  }

  @Test func intervalAndEffect() throws {
    // Differences 2, 1 and 3: mean 2, deviation 1, half of the interval 4.3027 / √3.
    let found = try judge(0.25, lower: [60, 60, 60], upper: [62, 61, 63])
    #expect(abs(try #require(found.effect) - 2) < 1e-9 && found.seeds == 3)
    let interval = try #require(found.interval)
    #expect(abs(interval[0] - (2 - 2.4841)) < 1e-4 && abs(interval[1] - (2 + 2.4841)) < 1e-4)
    #expect(found.runs.count == 6 && found.runs[0] == "made/up/Lg+Lp/seed-0-abcd0")
    // No spread: no effect size, and certainly reproduced.
    let same = try judge(0.25, lower: [60, 61], upper: [62, 63])
    #expect(same.effect == nil && same.verdict == .reproduced)
  }

  /// What deciding takes: differences 2, 1 and 3 scatter by 1, and the paper has 3.43.
  @Test func aPlanHasSeedsAndHours() throws {
    let report = try Fabricated.report()
    let plan = ClaimsPlan(ClaimsReport(try Self.ledger(), reports: [report]))
    #expect(plan.entries.allSatisfy { $0.experiment != nil || $0.design == nil })
    let entry = try #require(plan.entries.first { $0.claim == "adding-part" && $0.column == "mAP" })
    let design = try #require(entry.design)
    #expect(entry.seeds == 3 && design.pairs == 3 && entry.published == 3.43)
    #expect(entry.seedsNeeded == design.pairsNeeded(for: 3.43))
    #expect(
      design.deviationInterval[0] < design.deviation
        && design.deviation < design.deviationInterval[1])
    // A made-up run takes 10 s to train and 1 s to evaluate, and an ordering has two rows.
    let other = try #require(
      plan.entries.first { $0.claim == "adding-attribute" && $0.column == "mAP" })
    let missing = try #require(other.seedsNeeded) - 3
    #expect(
      missing > 0 && other.cost?.runs == 2 * missing && other.cost?.seconds == Double(22 * missing))
    #expect(
      other.machines == ["made up, 2 threads, Haswell kernels"] && plan.machines == other.machines)
    // Rows that several orderings need are counted once.
    #expect(plan.total.runs < plan.entries.compactMap(\.cost?.runs).reduce(0, +))
    let table = plan.table()
    #expect(table.sections.flatMap(\.rows).allSatisfy { $0.count == table.columns.count })
    for width in [60, 200] { #expect(plan.terminal(width: width).contains("Haswell")) }
    // Nothing was measured: there is nothing to plan by.
    let empty = ClaimsPlan(ClaimsReport(try Self.ledger(), reports: []))
    #expect(
      empty.total.runs == 0 && empty.entries.allSatisfy { $0.seedsNeeded == nil && $0.cost == nil })
  }

  /// A study counts seeds up to the first that a row lacks, and passes over those that diverged.
  @Test func aStudyCountsWhatIsSettled() throws {
    func sequence(_ missing: Int?, diverged: Bool = false) throws -> ClaimSequence {
      let report = try Fabricated.report().changed { records in
        records.variants = [("Lg", 60.0), ("Lg+Lp", 62.0)].map { name, level in
          ReportVariant(
            name: name,
            trials: (1...7).map { seed in
              let isMissing = seed == missing && name == "Lg"
              return ReportTrial(
                seed: seed,
                record: isMissing
                  ? nil
                  : Fabricated.record(
                    name, seed: seed, tasks: ["global"], mAP: (level + 0.1 * Double(seed % 3)) / 100
                  ),
                hasDiverged: isMissing && diverged)
            })
        }
      }
      let claims = ClaimsReport(try Self.ledger(), reports: [report])
      return try #require(
        claims.judgements.first { $0.claim == "adding-part" && $0.column == "mAP" }?.sequence)
    }
    #expect(try sequence(nil).reading.pairs == 7 && sequence(nil).decision == .reproduced)
    #expect(try sequence(5).reading.pairs == 4 && sequence(5).decision == .open)
    #expect(
      try sequence(5, diverged: true).reading.pairs == 6
        && sequence(5, diverged: true).decision == .reproduced)
    // Two orderings of the table have both rows here, mAP and Rank-1 of one: Holm's smallest p-value is twice its own.
    let found = try sequence(nil)
    #expect(found.pHolm >= found.reading.p && found.decisionHolm == .reproduced)
  }

  @Test func openOrderingsWantTheirRows() throws {
    let claims = ClaimsReport(try Self.ledger(), reports: [try Fabricated.report()])
    // Three seeds decide nothing yet.
    #expect(claims.studied.allSatisfy { $0.table == "table3" && $0.sequence?.decision == .open })
    #expect(
      claims.wanted(.none) == ["made/up": Set(Fabricated.names)]
        && claims.wanted(.holm) == claims.wanted(.none))
    #expect(ClaimsReport(try Self.ledger(), reports: []).wanted(.none).isEmpty)
    let table = claims.sequences(.holm)
    #expect(
      table.sections.flatMap(\.rows).allSatisfy {
        $0.count == table.columns.count && $0.last?.plain == "open"
      })
    for width in [60, 200] {
      #expect(claims.terminalSequences(.none, width: width).contains("open"))
    }
    let drawing = try #require(claims.power("claims-power"))
    #expect(drawing.alternative.contains("adding part: "))
    #expect(ClaimsReport(try Self.ledger(), reports: []).power("claims-power") == nil)
  }

  /// The interval over identities: of queries that all gain alike it is a point, and it is the same whenever it is asked.
  @Test func identities() throws {
    try withFolder("claims-identities") { folder in
      func record(_ name: String, seed: Int, gain: (Int) -> Double) throws -> RunRecord {
        let own = Fabricated.record(name, seed: seed, tasks: ["global"], mAP: 0.4)
        let store = RunStore(root: folder)
        try store.writeRanks(
          (0..<40).map { query in
            QueryRanking(
              query: "\(100 + query / 4)_c\(query % 4)_x.jpg", matchRanks: [query % 2 + 1],
              averagePrecision: 0.3 + gain(query / 4))
          }, of: own.identity)
        return RunRecord(
          identity: own.identity, folder: store.folder(for: own.identity), epochs: own.epochs,
          metrics: own.metrics,
          provenance: own.provenance)
      }
      func judged(_ gain: @escaping (Int) -> Double) throws -> IdentityInterval? {
        let report = try Fabricated.report().changed { records in
          let rows: [(String, (Int) -> Double)] = [("Lg", { _ in 0 }), ("Lg+Lp", gain)]
          records.variants = try rows.map { name, gain in
            ReportVariant(
              name: name,
              trials: try (1...2).map {
                ReportTrial(seed: $0, record: try record(name, seed: $0, gain: gain))
              })
          }
        }
        return ClaimsReport(try Self.ledger(), reports: [report])
          .judgements.first { $0.claim == "adding-part" && $0.column == "mAP" }?.identities
      }
      let same = try #require(try judged { _ in 0.02 })
      #expect(same.identities == 10 && same.queries == 40 && same.draws == 2000)
      #expect(same.interval.allSatisfy { abs($0 - 2) < 1e-9 })
      // Half of the identities gain four points and half none: 2 ± 1.96 · 2/√10, roughly.
      let mixed = try #require(try judged { $0 % 2 == 0 ? 0.04 : 0 })
      #expect(abs(mixed.interval[0] - 0.8) < 0.35 && abs(mixed.interval[1] - 3.2) < 0.35)
      #expect(try judged { $0 % 2 == 0 ? 0.04 : 0 } == mixed)
    }
  }

  @Test func everyTableIsRead() throws {
    let reports: [Report] = [
      try Fabricated.comparison("table1"), try Fabricated.comparison("table2"), try Fabricated.report(),
      try Fabricated.attributes(),
    ]
    let report = ClaimsReport(try Self.ledger(), reports: reports)
    func verdict(_ claim: String, _ column: String) -> ClaimVerdict? {
      report.judgements.first { $0.claim == claim && $0.column == column }?.verdict
    }
    #expect(verdict("adding-part", "mAP") == .reproduced)
    #expect(verdict("adding-attribute", "mAP") == .withinNoise)
    // AANet-152 is made up below AANet-50, by the same under both seeds; re-ranking adds three points to it.
    #expect(verdict("deeper-duke", "mAP") == .opposite && verdict("reranking-market", "mAP") == .reproduced)
    #expect(verdict("attributes-above-apr", "mean") == .reproduced)
    #expect(verdict("above-spreid-duke", "mAP") == .notAttempted)
    let levels = report.judgements.filter { $0.kind == "level" }
    #expect(!levels.isEmpty && levels.allSatisfy { $0.verdict == .notComparable })
    #expect(!report.passes())
    #expect(report.findings.first?.hasPrefix("Of \(report.judgements.count) claims: ") == true)
    #expect(report.findings.contains { $0.hasPrefix("Opposite: AANet-152 is above AANet-50") })
    let table = report.table()
    #expect(table.sections.flatMap(\.rows).count == report.judgements.count)
    #expect(table.sections.flatMap(\.rows).allSatisfy { $0.count == table.columns.count })
    for width in [60, 100, 200] { #expect(report.terminal(width: width).contains("opposite")) }
  }

  @Test func strictFailsWithinNoise() throws {
    let report = ClaimsReport(try Self.ledger(), reports: [try Fabricated.report()])
    #expect(report.counts[.withinNoise] != nil && report.counts[.opposite] == nil)
    #expect(report.passes() == (report.counts[.missed] == nil))
    #expect(!report.passes(strict: true))
    #expect(ClaimsReport(try Self.ledger(), reports: []).passes(strict: true))
  }

  /// Photographs go before drawings, what is measured before what is not.
  @Test func theBestExperimentIsTaken() throws {
    let drawn = try Fabricated.report()
    let real = try drawn.changed { ($0.isSynthetic, $0.experiment) = (false, "real/table3") }
    let empty = try real.changed { records in
      records.experiment = "empty/table3"
      for row in records.variants.indices { records.variants[row].trials = [] }
    }
    func experiments(_ reports: [Report]) throws -> Set<String?> {
      Set(ClaimsReport(try Self.ledger(), reports: reports).judgements.map(\.experiment))
    }
    #expect(try experiments([drawn, empty, real]) == [nil, "real/table3"])
    #expect(try experiments([empty, drawn]) == [nil, "made/up"])
  }

  /// Every quote stands in the paper's text, white space aside.
  @Test(.enabled(if: PaperText.isThere)) func quotesOccurInThePaper() throws {
    for claim in try Self.ledger().claims { #expect(try PaperText.has(claim.quote), "\(claim.name)") }
  }

  @Test(arguments: [
    ("row: Lg+Lp, values: { mAP: 66.36 }", "published.yaml gives 66.35"),
    ("row: Lg+Lq, values: { mAP: 66.35 }", "did you mean 'Lg+Lp'?"),
    ("row: Lg+Lp, values: { map: 66.35 }", "did you mean 'mAP'?"), ("row: Lg+Lp, values: {}", "names no column"),
    ("row: Lg+Lp, values: { mAP: 66.35 }, above: Lg", "leave one of them out"),
    ("above: Lg+Lp, below: Lg, gains: { mAP: -3.43 }", "published.yaml gives 3.43"),
    ("above: Lg+Lp, below: Lg, values: { mAP: 3.43 }", "'values' belongs to a level"),
    ("above: Lg+Lp, gains: { mAP: 3.43 }", "below: is missing"),
  ])
  func faults(_ what: String, _ words: String) throws {
    #expect("\(words)") {
      try ClaimsLedger(
        text: "claims: { it: { says: it holds, quote: q, source: s, table: table3, tolerance: 1, \(what) } }",
        name: "claims.yaml", published: Fabricated.published())
    } throws: { "\($0)".contains(words) && "\($0)".contains("claims.yaml:1:") }
  }
}

/// The paper's text, where this checkout has it beside it.
enum PaperText {
  static let file = Fabricated.package.deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("shared/paper/aanet.txt")
  static let nearer = Fabricated.package.deletingLastPathComponent().appendingPathComponent("shared/paper/aanet.txt")

  static var place: URL? { [nearer, file].first { FileManager.default.fileExists(atPath: $0.path) } }
  static var isThere: Bool { place != nil }

  /// Whether a quote stands in it, white space aside.
  static func has(_ quote: String) throws -> Bool {
    func plain(_ text: String) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
    return plain(try String(contentsOf: try #require(place), encoding: .utf8)).contains(plain(quote))
  }
}
