import Documents
import Foundation
import Support

/// What a report is made of: how it is defined, what the disk knows, what the paper printed.
package struct ReportBasis: Sendable {
  package var definition: ReportDefinition
  package var records: ExperimentRecords
  /// Nil where nothing stands beside.
  package var published: PublishedTable?

  package init(_ definition: ReportDefinition, records: ExperimentRecords, published: PublishedTable?) {
    (self.definition, self.records, self.published) = (definition, records, published)
  }

  /// The word that the report's files are named by: `table1`. A name of ours: letters and digits alone.
  package var fileName: String {
    let plain = (published?.name ?? "table").filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
    return plain.isEmpty ? "table" : String(plain.prefix(40))
  }

  /// What the table is called: `Table 3`, or the report's title where the paper has none.
  var label: String { published?.label ?? definition.title }

  /// The headings of what was measured and of the published figures, where the paper has any.
  var groups: [Table.Group] {
    [Table.Group(Typeset(records.measuredWhere), origin: .measured)]
      + (published.map { [Table.Group(Typeset("published, \($0.dataset)"), origin: .published)] } ?? [])
  }

  /// The rows of a section of the definition that something measures or that the paper prints.
  func rows(of section: ReportSection, _ metrics: [Metric]) -> [Row] {
    section.rows.compactMap { row in
      let variant = row.variant.flatMap(records.variant)
      let published = row.paper.flatMap { self.published?.row($0) }
      guard variant != nil || published != nil else { return nil }
      return Row(row.label, variant: variant, isReranked: row.isReranked, published: published, metrics: metrics)
    }
  }

  /// The rows of the experiment's variants that the definition does not name.
  func unnamedRows(_ metrics: [Metric]) -> [Row] {
    let named = definition.sections.flatMap(\.rows).compactMap(\.variant)
    return records.variants.filter { !named.contains($0.name) }.map { Row($0.name, variant: $0, metrics: metrics) }
  }

  /// Refuses a definition that names rows which the paper does not have.
  func checkRows() throws(PlainError) {
    let known = published?.rows.map(\.name) ?? []
    for row in definition.sections.flatMap(\.rows) {
      guard let paper = row.paper, !known.contains(paper) else { continue }
      throw PlainError(
        "reports/\(definition.name.onOneLine).yaml: "
          + Wording.unknown("\(published?.name ?? "the paper") has no row", naming: paper, among: known))
    }
  }
}

/// One of the paper's tables with the measured figures beside the printed ones: rows, tables, and what they say.
///
/// A report is a function of its records: it holds no date and no path of this machine, so the same records give the
/// same bytes. A new kind of report is a word in ``ReportDefinition/Kind`` and a function that makes all this.
package struct Report: Sendable {
  package struct Section: Sendable {
    package var title: String?
    package var rows: [Row]
  }

  /// A table as a terminal shows it.
  package struct Screen: Sendable {
    var heading: String
    var table: Table
    /// The columns that are left out where there is no room, the first first.
    var optional: [Set<Int>]
  }

  package let basis: ReportBasis
  package let sections: [Section]
  /// The figures that its rows can have, by whose names they are asked for.
  package let metrics: [Metric]
  /// Whether its figures are those of attributes, not of retrieval.
  package var isOfAttributes: Bool { basis.definition.kind == .attributes }
  /// The paper's table with the measured figures in it.
  package let results: Table
  /// What the rows gain, where that is told apart.
  package let gains: Table?
  /// What the figures say, in plain sentences.
  package let findings: [Typeset]
  package let methods: [Typeset]
  /// What has to be said under the table, beside what is missing.
  package let remarks: [Typeset]
  /// What is missing or not alike.
  package let gaps: [Typeset]
  package let csv: String
  /// The numbers for another program: the same as in the tables.
  package let summary: ReportSummary
  /// What a terminal shows: the results first.
  let screens: [Screen]

  package var records: ExperimentRecords { basis.records }
  package var published: PublishedTable? { basis.published }
  package var title: String { basis.definition.title }
  package var rows: [Row] { sections.flatMap(\.rows) }

  /// Makes the report that a definition asks for.
  ///
  /// - Throws: a `PlainError` where the definition names a row that the paper does not have.
  package static func made(of basis: ReportBasis) throws(PlainError) -> Report {
    switch basis.definition.kind {
    case .ablation: ablation(of: basis)
    case .comparison: try comparison(of: basis)
    case .attributes: try attributes(of: basis)
    }
  }

  /// Its records with what its rows call the variants, for tables of runs.
  package var labelled: LabelledRecords {
    guard !basis.definition.kind.namesRows else { return LabelledRecords(records) { Typeset($0.name) } }
    let labels = Dictionary(rows.map { ($0.name, $0.longLabel) }, uniquingKeysWith: { first, _ in first })
    return LabelledRecords(records) { labels[$0.name] ?? Typeset($0.name) }
  }

  /// The results alone as plain text: a screen for who waits for the rest of the runs.
  package func terminalResults(width: Int) -> [String] { screens.first.map { lines($0, max(40, width)) } ?? [] }

  /// The tables with what they say, as plain text for a terminal of the given width.
  package func terminalTable(width: Int) -> String {
    let room = max(40, width)
    var lines = screens.flatMap { self.lines($0, room) + [""] }
    for finding in findings { lines += finding.plain.wrapped(to: room) }
    if records.isSynthetic {
      let beside = published == nil ? "." : "; the published ones are of photographs."
      lines += ("The measured figures are of drawn images" + beside).wrapped(to: room)
    }
    for note in remarks + gaps { lines += note.plain.wrapped(to: room) }
    return lines.joined(separator: "\n")
  }

  private func lines(_ screen: Screen, _ room: Int) -> [String] {
    screen.heading.wrapped(to: room) + [""] + screen.table.terminal(width: room, optional: screen.optional)
  }
}

extension Table {
  /// Differences beside the paper's, in sections. `label` is how a difference is called in the first column.
  static func gains(
    name: String, caption: String, head: Typeset, groups: [Group],
    sections: [(title: Typeset?, items: [Difference])], verdict: Typeset = "Beside the paper",
    label: @escaping (Difference) -> Typeset
  ) -> Table {
    let isPublished = groups.contains { $0.origin == .published }
    let judged: [ColumnOf<Difference>] =
      isPublished
      ? [
        ColumnOf("gain", group: 1) { cell($0.published.map { Numerals.signed($0) }) },
        ColumnOf(verdict, .leading) { Typeset($0.verdict.words) },
      ] : [ColumnOf("Beside the noise", .leading) { Typeset($0.verdict.noise?.rawValue ?? $0.verdict.words) }]
    return Table(
      name: name, caption: Typeset(caption), groups: groups,
      columns: [
        ColumnOf(head, .leading, cell: label),
        ColumnOf("gain", group: 0) { cell(($0.paired?.mean).map { Numerals.signed($0) }) },
        ColumnOf("noise", group: 0) { cell($0.noise.map { "± \(Numerals.number($0))" }) },
        ColumnOf("pairs", group: 0) { Typeset("\($0.paired?.differences.count ?? 0)") },
      ] + judged, sections: sections)
  }
}

/// How numbers are computed, said once for every report.
extension Typeset {
  static let rectangleForm: Typeset =
    "mAP is the rectangle form: the mean, over a query’s true matches, of the precision at that match, then the mean "
    + "over queries. The trapezoid form, the benchmark’s own code, is in the table of runs and in the CSV file."
  package static let rankOne: Typeset =
    "Rank-1 is the share of queries whose first match, leaving out the query’s identity in its own camera, is right."
  /// Of ±.
  package static let deviation: Typeset =
    "The deviation is the sample deviation over seeds, √(Σ(x − mean)²/(n − 1))."
  package static let gainAndNoise: Typeset =
    "A gain is the mean over seeds of the difference between two rows under the same seed, d. Its noise is half of "
    + "the 95 % interval of Student’s t, t(0.975, n − 1) · s(d) / √n, with n pairs and s(d) the sample deviation "
    + "of the differences. A gain exceeds the noise where the interval leaves out zero."
}

extension [Report] {
  /// Their records for tables of runs, but for those that draw on the runs of a report before them.
  package var labelled: [LabelledRecords] {
    var seen: Set<URL> = []
    return compactMap { report in
      let folders = report.records.variants.flatMap { $0.trials.compactMap { $0.record?.folder.standardizedFileURL } }
      let isNew = folders.isEmpty || folders.contains { !seen.contains($0) }
      seen.formUnion(folders)
      return isNew ? report.labelled : nil
    }
  }

  /// What the data is: the first thing that a reader has to know.
  package var dataStatement: String {
    let measured = map(\.records).filter(\.hasMeasurements)
    let drawn = measured.filter(\.isSynthetic).flatMap(\.datasets).unique
    let real = measured.filter { !$0.isSynthetic }.flatMap(\.datasets).unique
    let published = compactMap(\.published?.dataset).unique
    var sentences = measured.isEmpty ? ["Nothing was measured yet."] : []
    if !drawn.isEmpty {
      let which = drawn.count == 1 ? "a synthetic twin" : "synthetic twins"
      let scope = real.isEmpty ? "Every measured figure here comes from" : "Figures measured on"
      let verb = real.isEmpty ? ", \(which):" : " come from \(which):"
      sentences.append(
        "\(scope) \(Numerals.list(drawn))\(verb) drawn pedestrians, not photographs of people. "
          + "\(drawn.count == 1 ? "Its" : "Their") levels say nothing of the accuracy on real benchmarks; what can be "
          + "compared with the paper is which rows are better, and whether by more than the seeds’ noise.")
    }
    if !real.isEmpty { sentences.append("Measured on photographs: \(Numerals.list(real)).") }
    if !published.isEmpty {
      sentences.append("Columns headed “published” are the paper’s figures on \(Numerals.list(published)).")
    }
    return sentences.joined(separator: " ")
  }
}
