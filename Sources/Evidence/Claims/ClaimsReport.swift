import Charts
import Documents
import Support

/// The paper's claims, each judged from runs: a ledger that can be read as a table, as sentences, or by a program.
package struct ClaimsReport: Codable, Hashable, Sendable {
  /// A judgement a claim and column, in the ledger's order.
  package var judgements: [ClaimJudgement]

  /// Judges every claim of a ledger by reports on some experiments.
  ///
  /// Where several experiments have a claim's table, one with measurements goes before one without, then one on
  /// photographs before one on drawings, then the first.
  package init(_ ledger: ClaimsLedger, reports: [Report]) {
    let shelf = QueryShelf()
    judgements = ledger.claims.flatMap { claim in
      let fitting = reports.enumerated().filter { $0.element.published?.name == claim.table }
      let ranked = fitting.sorted { Self.rank($0.element, $0.offset) < Self.rank($1.element, $1.offset) }
      return claim.values.map { ClaimJudgement(claim, $0, reports: ranked.map(\.element), shelf: shelf) }
    }
    correctSequences()
  }

  private static func rank(_ report: Report, _ place: Int) -> (Int, Int, Int) {
    (report.records.hasMeasurements ? 0 : 1, report.records.isSynthetic ? 1 : 0, place)
  }

  /// How many judgements came to each verdict.
  package var counts: [ClaimVerdict: Int] {
    judgements.reduce(into: [:]) { $0[$1.verdict, default: 0] += 1 }
  }

  /// Whether the ledger passes: nothing is missed or opposite; where `strict`, nothing is within noise either.
  package func passes(strict: Bool = false) -> Bool {
    !judgements.contains { $0.verdict.isContradiction || (strict && $0.verdict == .withinNoise) }
  }

  /// The ledger as a table: a row a claim and column.
  package func table() -> Table {
    var sections: [(title: String, rows: [[Typeset]])] = []
    // Orderings before levels, those of a table together, tables in the ledger's order.
    let tables = judgements.map(\.table).unique
    let ordered = ["ordering", "level"].flatMap { kind in
      tables.flatMap { table in judgements.filter { $0.kind == kind && $0.table == table } }
    }
    for judgement in ordered {
      let title =
        "\(judgement.tableLabel): \(judgement.kind)s, in \(judgement.kind == "ordering" ? "points" : "percent")"
      if sections.last?.title != title { sections.append((title, [])) }
      sections[sections.count - 1].rows.append(row(judgement))
    }
    var notes: [Typeset] = [
      Typeset(
        "Interval: 95 %, of Student’s t over seeds, for an ordering of the differences within each seed. d: Cohen’s d of "
          + "the paired differences, their mean over their sample deviation."),
      Typeset(
        "Over identities: the 95 % interval over which people were tested, the seeds as they are, by a bootstrap of "
          + "\(IdentityBootstrap.draws) draws of the test set’s identities. The two intervals are of two kinds of noise, and "
          + "neither holds the other."),
      Typeset(
        "Reproduced, missed, opposite: by more than the seeds’ noise. Within noise: neither the claim nor its contrary is "
          + "shown. An ordering counts from its tolerance on; the intervals are not corrected for being many."),
      "Seeds needed: for a paired t test, two-sided at 5 %, to find the paper’s difference in four of five studies, were "
        + "the deviation what these seeds have; its uncertainty, and the hours: "
        + Typeset([.code("aanet claims --plan")]) + ".",
      "The verdict takes the number of seeds as fixed beforehand. Where seeds were added until it was known ("
        + Typeset([.code("aanet run --until-decided")]) + "), what counts is "
        + Typeset([.code("aanet claims --study")]) + ".",
    ]
    if judgements.contains(where: { $0.isSynthetic == true }) {
      notes.append(
        "On drawn data only orderings are judged: a level there is no level of the benchmark, however near it comes.")
    }
    return Table(
      name: "claims",
      caption: "What the paper claims, and what the runs say of it.",
      columns: [
        Table.Column("Claim", .sentences), Table.Column("Column", .leading), Table.Column("Verdict", .sentences),
        Table.Column("Measured"), Table.Column("Paper"), Table.Column("95 % interval"),
        Table.Column("over identities"), Table.Column("Seeds"), Table.Column("Seeds needed"), Table.Column("d"),
      ],
      sections: sections.map { Table.Section(Typeset($0.title), rows: $0.rows) }, notes: notes)
  }

  private func row(_ judgement: ClaimJudgement) -> [Typeset] {
    let isOrdering = judgement.kind == "ordering"
    func number(_ value: Double, _ decimals: Int = 2) -> String {
      isOrdering ? Numerals.signed(value, decimals: decimals) : Numerals.number(value, decimals: decimals)
    }
    let words = judgement.verdict.rawValue + (judgement.reason.map { " (\($0))" } ?? "")
    return [
      Typeset(judgement.statement), Typeset(judgement.columnTitle), Typeset(words),
      judgement.measured.map { Typeset(number($0)) } ?? Table.gap, Typeset(number(judgement.published)),
      Table.cell(judgement.interval.map { "\(number($0[0])) … \(number($0[1]))" }),
      Table.cell(
        judgement.identities.map { "\(number($0.interval[0], 1)) … \(number($0.interval[1], 1))" }),
      Typeset("\(judgement.seeds)"), judgement.seedsNeededCell,
      judgement.effect.map { Typeset(Numerals.signed($0)) } ?? Table.gap,
    ]
  }

  /// The ledger for a terminal of the given width; columns that do not fit are left out, the verdict never.
  package func terminal(width: Int) -> String {
    let room = max(40, width)
    var lines = table().terminal(width: room, optional: [[7], [9], [6], [8], [5]])
    lines.append("")
    for sentence in findings { lines += sentence.wrapped(to: room) }
    for note in table().notes { lines += note.plain.wrapped(to: room) }
    return lines.joined(separator: "\n")
  }

  /// What the ledger says, in sentences: counts first, then every contradiction by name, then where it was measured.
  package var findings: [String] {
    let counts = counts
    let parts = ClaimVerdict.allCases.compactMap { verdict in counts[verdict].map { "\($0) \(verdict.rawValue)" } }
    var sentences = ["Of \(Wording.count(judgements.count, "claim")): \(parts.joined(separator: ", "))."]
    for judgement in judgements where judgement.verdict.isContradiction {
      let measured = judgement.measured.map { Numerals.signed($0) } ?? "nothing"
      let published = Numerals.signed(judgement.published)
      sentences.append(
        "\(judgement.verdict == .opposite ? "Opposite" : "Missed"): \(judgement.statement.onOneLine), in \(judgement.columnTitle) "
          + "(\(judgement.tableLabel)): measured \(measured), the paper has \(published).")
    }
    let places = judgements.compactMap { judgement in
      judgement.measured == nil
        ? nil : judgement.dataset.map { $0.onOneLine + (judgement.isSynthetic == true ? " (drawn)" : "") }
    }
    sentences.append(places.isEmpty ? "Nothing was measured yet." : "Measured on \(Numerals.list(places.unique)).")
    return sentences
  }
}

extension ClaimsReport {
  /// Every ordering that was measured: the difference over paired seeds, its interval, and what the paper prints; nil
  /// before anything was measured.
  package func drawing(_ name: String) -> Drawing? {
    let rows = judgements.filter {
      $0.kind == "ordering" && $0.measured != nil && $0.column == Metric.mAP.name
    }
    guard !rows.isEmpty, rows.count <= Report.largestChart else { return nil }
    let chart = DotChart(
      name: name, axis: "difference in mAP (points)", seeds: "", measured: "measured, and its 95 % interval",
      published: "paper", marksZero: true,
      rows: rows.map { row in
        DotChart.Row(
          label: row.statement.onOneLine, mean: row.measured, spread: row.interval.map { ($0[1] - $0[0]) / 2 },
          values: [], published: row.published)
      })
    let readings = rows.map { row in
      "\(row.statement.onOneLine): \(row.measured.map { Numerals.signed($0) } ?? "nothing"), \(row.verdict.rawValue)"
    }
    return Drawing(
      chart,
      caption:
        "The orderings that the paper claims, in mAP: the measured difference over paired seeds with its 95 % interval "
        + "(a claim is reproduced where the whole bar is right of the dotted line), and the paper’s difference (diamond).",
      alternative: "Differences in mAP with intervals. \(readings.joined(separator: "; ")).")
  }
}
