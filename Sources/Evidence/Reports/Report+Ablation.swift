import Documents

extension Report {
  /// The ablation of the task losses (the paper's Table 3): a row a variant, and what each gains over the row before.
  static func ablation(of basis: ReportBasis) -> Report {
    let (records, published) = (basis.records, basis.published)
    let rows = records.variants.map { variant in
      let paper = published?.row(variant.name)
      let sum = paper.flatMap { LossSum($0) }
      return Row(
        variant.name, label: sum?.typeset, longLabel: sum?.withWeights, plain: sum?.plain, variant: variant,
        published: paper, metrics: Metric.ofRanks)
    }
    let metrics: [Metric] = [.mAP, .rank1]
    let terms = terms(of: rows, published)
    let learned: [Typeset] =
      records.variants.contains { $0.learnsWeights == true }
      ? ["Learned weights are 1/σ² after the last epoch, the mean over the seeds."] : []
    let labels = Dictionary(rows.map { ($0.name, $0.plain) }, uniquingKeysWith: { first, _ in first })
    let gaps = records.gapNotes { labels[$0.name] ?? $0.name }
    let measured = metrics.map { metric in ColumnOf<Row>(Typeset(metric.title), group: 0) { $0.cell(metric) } }
    let printed =
      published == nil
      ? [] : metrics.map { metric in ColumnOf<Row>(Typeset(metric.title), group: 1) { $0.publishedCell(metric) } }
    let beside = published.map { "; beside it the row that the paper’s \($0.label) prints." } ?? "."
    let results = Table(
      name: basis.fileName, label: published?.label,
      caption: Typeset(
        "mAP and Rank-1 in percent for each \(published == nil ? "variant" : "combination of task losses"), "
          + "\(records.measuredWhere), mean ± sample deviation over n seeds\(beside)"),
      groups: basis.groups,
      columns: [ColumnOf<Row>(published == nil ? "Variant" : "Task loss", .leading) { $0.label }] + weightColumns(terms)
        + [ColumnOf("n", group: 0) { Typeset($0.count()) }] + measured + printed,
      sections: [(nil, rows)],
      notes: learned + gaps + (published.map { [Typeset("Published figures: \($0.source), \($0.backbone).")] } ?? []))
    let steps = metrics.flatMap { metric -> [(title: Typeset?, items: [Difference])] in
      AblationStep.allCases.map { step in
        (Typeset("\(metric.title), \(step.words)"), step.differences(of: rows, in: metric))
      }
    }
    let gains = Table.gains(
      name: "deltas",
      caption:
        "What each row gains, in percentage points: the measured gain, the seeds’ noise (half of its 95 % interval)"
        + (published == nil ? "." : ", and the gain between the paper’s rows."),
      head: "Row", groups: basis.groups,
      sections: steps.filter { !$0.items.isEmpty }
    ) { $0.to.longLabel }
    let findings = metrics.flatMap { rows.findings(in: $0, planned: rows.count) } + records.seedWarnings
    return Report(
      basis: basis, sections: [Section(rows: rows)], metrics: Metric.ofRanks, results: results,
      gains: rows.count > 1 ? gains : nil, findings: findings,
      methods: methods(seeds: rows.map { $0.finished().count }.max()),
      remarks: learned, gaps: gaps, csv: ablationCSV(rows, terms, metrics, basis),
      summary: ReportSummary(basis, rows: rows, metrics: metrics, findings: findings),
      screens: screens(results, gains, rows, weights: terms.count, metrics, basis))
  }

  /// The losses that a row was trained with or that the paper's table has: any other would be a column of zeros.
  private static func terms(of rows: [Row], _ published: PublishedTable?) -> [LossTerm] {
    let names = Set(
      rows.flatMap { $0.variant?.weights.map { Array($0.keys) } ?? [] } + (published?.rows.flatMap(\.tasks) ?? []))
    return LossTerm.all.filter { names.contains($0.name) }
  }

  private static func weightColumns(_ terms: [LossTerm]) -> [ColumnOf<Row>] {
    terms.map { term in
      ColumnOf(Typeset([.symbol("λ", subscript: term.mark)])) { row in
        Table.cell(row.variant?.weights.map { Numerals.weight($0[term.name] ?? 0) })
      }
    } + [ColumnOf("Weights", .leading) { Table.cell($0.variant?.learnsWeights.map { $0 ? "learned" : "fixed" }) }]
  }

  private static func methods(seeds: Int?) -> [Typeset] {
    let seeds = seeds ?? 0
    let quantile = StudentT.twoSidedQuantile(
      probability: PairedDifference.confidence, degreesOfFreedom: seeds - 1)
    let factor = quantile.map { " (\(Numerals.number($0)) for \(Numerals.words(seeds)))" } ?? ""
    return [
      .rectangleForm, .rankOne, .deviation, .gainAndNoise,
      Typeset(
        "With few seeds t is large\(factor), so small true gains stay within the noise; that a gain is within the noise "
          + "does not say that there is none. The intervals are not corrected for being many."),
    ]
  }

  /// A narrow terminal loses the weights' columns first, then the seeds' count; the figures stay.
  private static func screens(
    _ results: Table, _ gains: Table, _ rows: [Row], weights: Int, _ metrics: [Metric], _ basis: ReportBasis
  ) -> [Screen] {
    var plain = results
    if plain.groups.count > 1 { (plain.groups[0].title, plain.groups[1].title) = ("measured", "published") }
    for (place, row) in rows.enumerated() { plain.sections[0].rows[place][0] = Typeset(row.plain) }
    var groups = gains.groups
    if groups.count > 1 { (groups[0].title, groups[1].title) = ("measured", "paper") }
    let steps = Table.gains(
      name: gains.name, caption: "", head: "From → to", groups: groups,
      sections: metrics.map { (nil, rows.steps(in: $0)) }, verdict: "verdict"
    ) { Typeset("\($0.metric.title)  \($0.from.plain) → \($0.to.plain)") }
    return [
      Screen(
        heading: "\(basis.label) · percent, mean ± deviation over n seeds · \(basis.records.measuredWhere)",
        table: plain,
        optional: [Set((0..<weights).map { 1 + $0 }), [1 + weights], [2 + weights]]),
      Screen(
        heading: "Gains from row to row, in points; noise is half of the 95 % interval over paired seeds", table: steps,
        optional: [[3]]),
    ]
  }

  /// A row a variant, figures in percent, both forms of mAP by name, the gain over the row before. An empty field is a gap.
  private static func ablationCSV(
    _ rows: [Row], _ terms: [LossTerm], _ metrics: [Metric], _ basis: ReportBasis
  ) -> String {
    typealias Field = (head: String, text: (Int) -> String)
    var fields: [Field] = [
      ("variant", { rows[$0].name }),
      ("weights", { rows[$0].variant?.learnsWeights.map { $0 ? "learned" : "fixed" } ?? "" }),
      ("seeds_planned", { "\(rows[$0].variant?.trials.count ?? 0)" }),
      ("seeds_finished", { "\(rows[$0].finished().count)" }),
    ]
    fields += terms.map { term in
      ("weight_\(term.name)", { row in Numerals.exact(rows[row].variant?.weights.map { $0[term.name] ?? 0 }) })
    }
    fields.append(("measured_on", { _ in basis.records.dataset }))
    for metric in [Metric.mAP, .trapezoid, .rank1] {
      fields.append(("\(metric.name)_mean", { Numerals.exact(rows[$0].sample(metric)?.mean) }))
      fields.append(("\(metric.name)_deviation", { Numerals.exact(rows[$0].sample(metric)?.deviation) }))
    }
    fields.append(("published_on", { _ in basis.published?.dataset ?? "" }))
    fields += metrics.map { metric in
      ("published_\(metric.name)", { Numerals.exact(rows[$0].published(metric)) })
    }
    for metric in metrics {
      let steps = rows.steps(in: metric)
      func add(_ name: String, _ text: @escaping (Difference) -> String) {
        fields.append(("\(metric.name)_\(name)", { $0 > 0 ? text(steps[$0 - 1]) : "" }))
      }
      add("gain") { Numerals.exact($0.paired?.mean) }
      add("gain_noise") { Numerals.exact($0.noise) }
      add("gain_pairs") { "\($0.paired?.differences.count ?? 0)" }
      add("gain_published") { Numerals.exact($0.published) }
      add("gain_verdict") { $0.verdict.words }
    }
    return CSV.text(of: Array(rows.indices), fields)
  }
}

/// Which rows a step of an ablation is between.
package enum AblationStep: String, CaseIterable, Sendable {
  /// A row with the one before it.
  case consecutive
  case overFirst = "over_first"

  var words: String { self == .consecutive ? "over the row above" : "over the first row" }

  /// Every difference of the kind. Over the first row, its own next row is left out: that is the first consecutive one
  /// already.
  package func differences(of rows: [Row], in metric: Metric) -> [Difference] {
    guard self == .overFirst else { return rows.steps(in: metric) }
    return rows.dropFirst(2).map { Difference(from: rows[0], to: $0, in: metric) }
  }
}

/// A row of the paper's ablation as the sum of its losses.
private struct LossSum {
  private let terms: [LossTerm]
  private let isLearned: Bool

  /// Nil for a row that is no ablation.
  init?(_ row: PublishedRow) {
    guard !row.tasks.isEmpty else { return nil }
    terms = LossTerm.all.filter { row.tasks.contains($0.name) }
    isLearned = row.weights == nil
  }

  /// As the paper's first column has it.
  var typeset: Typeset { terms.dropFirst().reduce(terms.first?.symbol ?? "") { $0 + " + " + $1.symbol } }
  var withWeights: Typeset { isLearned ? typeset + ", learned weights" : typeset }
  var plain: String { terms.map(\.plain).joined(separator: "+") + (isLearned ? " learned" : "") }
}
