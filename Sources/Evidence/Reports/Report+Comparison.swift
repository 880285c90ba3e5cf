import Documents
import Support

extension Report {
  /// The paper's comparison with other methods (Tables 1 and 2): its rows as printed, and the measured variants among them.
  ///
  /// A cell is empty where a row is not measured here, and a marked gap where its runs are not finished or the paper prints
  /// nothing.
  ///
  /// - Throws: a `PlainError` where the definition names a row that the paper does not have.
  static func comparison(of basis: ReportBasis) throws(PlainError) -> Report {
    try basis.checkRows()
    let (records, published) = (basis.records, basis.published)
    let metrics = (published?.columns ?? []).compactMap(Metric.init(column:))
    var sections = basis.definition.sections.map { section in
      Section(title: section.title, rows: basis.rows(of: section, Metric.ofRanks))
    }
    let others = basis.unnamedRows(Metric.ofRanks)
    sections.append(Section(title: "Further variants of \(records.experiment)", rows: others))
    sections.removeAll(where: \.rows.isEmpty)
    let rows = sections.flatMap(\.rows)
    /// The rows that are measured and that the paper has too.
    let shared = rows.filter { $0.variant != nil && $0.published != nil }
    let gaps = records.gapNotes()
    let remarks = basis.definition.notes.map { Typeset($0) }
    let measured = metrics.map { metric in
      ColumnOf<Row>(Typeset(metric.title), group: 0) { $0.variant == nil ? "" : $0.cell(metric) }
    }
    let printed = metrics.map { metric in
      ColumnOf<Row>(Typeset(metric.title), group: 1) { $0.published == nil ? "" : $0.publishedCell(metric) }
    }
    let results = Table(
      name: basis.fileName, label: published?.label,
      caption: Typeset(
        "\(published?.title ?? basis.definition.title): \(Numerals.list(metrics.map(\.title))) in percent. Rows in bold are "
          + "\(records.measuredWhere), mean ± sample deviation over n seeds; beside them, and alone in the other rows, what "
          + "the paper’s \(published?.label ?? "table") prints."),
      groups: basis.groups,
      columns: [
        ColumnOf<Row>("Method", .leading) { $0.variant == nil ? $0.label : Typeset([.strong($0.name)]) },
        ColumnOf("n", group: 0) { $0.variant == nil ? "" : Typeset($0.count()) },
      ] + measured + printed,
      sections: sections.map { ($0.title.map { Typeset($0) }, $0.rows) },
      notes: remarks + gaps + notes(rows, metrics, published))
    let gains = Table.gains(
      name: "\(basis.fileName)-gains",
      caption:
        "What each measured row of \(published?.label ?? "the table") gains over the one before that the paper has "
        + "too, in percentage points: the measured gain, the seeds’ noise (half of its 95 % interval), and the paper’s gain.",
      head: "From → to", groups: basis.groups,
      sections: metrics.map { (Typeset($0.title), shared.steps(in: $0)) }
    ) { Typeset("\($0.from.name) → \($0.to.name)") }
    let findings =
      metrics.flatMap { metric in
        shared.findings(in: metric, planned: shared.count { $0.published(metric) != nil })
      } + records.seedWarnings
    var screen = results
    screen.groups[0].title = "measured"
    screen.groups[1].title = "published"
    return Report(
      basis: basis, sections: sections, metrics: Metric.ofRanks, results: results,
      gains: shared.count > 1 ? gains : nil, findings: findings,
      methods: [.rectangleForm, .rankOne, .deviation, .gainAndNoise]
        + (rows.contains(where: \.isReranked) ? [.reranked] : []),
      remarks: remarks, gaps: gaps, csv: comparisonCSV(sections, metrics, basis),
      summary: ReportSummary(basis, rows: rows, metrics: metrics, findings: findings),
      screens: [
        Screen(
          heading: "\(basis.label) · percent, mean ± deviation over n seeds · \(records.measuredWhere)", table: screen,
          optional: [[1]])
      ])
  }

  private static func notes(_ rows: [Row], _ metrics: [Metric], _ published: PublishedTable?) -> [Typeset] {
    var notes: [Typeset] = []
    let plain = rows.filter { row in
      row.isReranked && row.variant?.finished.contains { $0.metrics?.reranked == nil } == true
    }
    if !plain.isEmpty {
      notes.append(Typeset("Runs without re-ranked figures (evaluate.rerank): \(Numerals.list(plain.map(\.plain)))."))
    }
    if rows.contains(where: { $0.published != nil && $0.published?.values.count != metrics.count }) {
      notes.append("A dash in a published column: the paper prints nothing there.")
    }
    notes += rows.compactMap { row in row.published?.note.map { Typeset("\(row.plain): \($0).") } }
    return notes + (published.map { [Typeset("Published figures: \($0.source).")] } ?? [])
  }

  /// A row a method, figures in percent. An empty field is what was not measured, or not printed.
  private static func comparisonCSV(_ sections: [Section], _ metrics: [Metric], _ basis: ReportBasis) -> String {
    typealias Item = (section: String?, row: Row)
    func measured(_ text: @escaping (Row, ReportVariant) -> String) -> (Item) -> String {
      { item in item.row.variant.map { text(item.row, $0) } ?? "" }
    }
    var fields: [(head: String, text: (Item) -> String)] = [
      ("section", { $0.section ?? "" }), ("method", { $0.row.name }), ("variant", measured { $1.name }),
      ("reranked", measured { row, _ in "\(row.isReranked)" }), ("seeds_planned", measured { "\($1.trials.count)" }),
      ("seeds_finished", measured { row, _ in "\(row.finished().count)" }),
      ("measured_on", measured { _, _ in basis.records.dataset }),
    ]
    for metric in metrics {
      fields.append(("\(metric.name)_mean", { Numerals.exact($0.row.sample(metric)?.mean) }))
      fields.append(("\(metric.name)_deviation", { Numerals.exact($0.row.sample(metric)?.deviation) }))
    }
    fields.append(("mAP_trapezoid_mean", { Numerals.exact($0.row.sample(.trapezoid)?.mean) }))
    fields.append(("published_on", { $0.row.published == nil ? "" : basis.published?.dataset ?? "" }))
    fields += metrics.map { metric in
      ("published_\(metric.name)", { Numerals.exact($0.row.published(metric)) })
    }
    return CSV.text(of: sections.flatMap { section in section.rows.map { (section.title, $0) } }, fields)
  }
}

extension Typeset {
  fileprivate static let reranked: Typeset =
    "Re-ranked rows (RR) are ranked anew by k-reciprocal encoding of the same descriptors; the settings "
    + "evaluate.rerank say with which neighbourhoods."
}
