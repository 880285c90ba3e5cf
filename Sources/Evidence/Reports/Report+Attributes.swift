import Documents
import Support

extension Report {
  /// The paper's table of attribute accuracy (Table 4), turned on its side: its rows are the methods, and the table shows a
  /// line an attribute, columns for the methods, and beside them what the data alone make of it.
  ///
  /// - Throws: a `PlainError` where the definition names a row that the paper does not have.
  static func attributes(of basis: ReportBasis) throws(PlainError) -> Report {
    try basis.checkRows()
    let table = AttributeTable(basis)
    let (attributes, findings) = (table.attributes, table.findings)
    let gaps = basis.records.gapNotes()
    let remarks = basis.definition.notes.map { Typeset($0) }
    let results = table.results(notes: remarks + gaps + table.notes)
    var summary = ReportSummary(
      basis, rows: table.rows, metrics: table.lines.map { .attribute($0) }, findings: findings)
    for (place, row) in table.rows.enumerated() { summary.rows[place].balanced = table.spreads(row, .balanced) }
    summary.majority = table.ofData(.majority)
    summary.ceiling = table.ofData(.ceiling)
    return Report(
      basis: basis, sections: [Section(rows: table.rows)],
      metrics: (attributes + [AttributeReading.mean]).map { .attribute($0) }, results: results, gains: nil,
      findings: findings,
      methods: [
        "Attribute accuracy is the share of the gallery images of real identities whose predicted class is the annotators’; "
          + "its mean is over the attributes. The balanced accuracy is the mean, over the classes that have images, of the "
          + "share that is right.",
        .deviation,
      ], remarks: remarks, gaps: gaps, csv: table.csv, summary: summary, screens: [table.screen(results)])
  }

  /// What the data alone make of an attribute, in percent: the same for every run on the same images.
  package func ofData(_ attribute: Metric, _ reading: AttributeReading) -> Double? {
    rows.ofData(attribute.name, reading)
  }
}

extension [Row] {
  fileprivate func ofData(_ attribute: String, _ reading: AttributeReading) -> Double? {
    lazy.flatMap { $0.variant?.finished ?? [] }.compactMap(\.metrics).first { $0.attributes != nil }
      .flatMap { Metric.attribute(attribute, reading).value($0) }
  }
}

/// The methods and attributes of a table of attributes.
private struct AttributeTable {
  let basis: ReportBasis
  /// The methods: those of the definition, then the experiment's variants that it does not name.
  let rows: [Row]
  /// The paper's attributes in its order, then others that runs were measured at.
  let attributes: [String]

  init(_ basis: ReportBasis) {
    self.basis = basis
    let printed = (basis.published?.columns ?? []).filter { $0 != AttributeReading.mean }
    let measured = Set(basis.records.finished.compactMap(\.metrics?.attributes).flatMap(\.accuracy.keys))
    attributes = printed + measured.subtracting(printed).sorted()
    let metrics = (attributes + [AttributeReading.mean]).flatMap { name in
      [AttributeReading.accuracy, .balanced].map { Metric.attribute(name, $0) }
    }
    rows = basis.definition.sections.flatMap { basis.rows(of: $0, metrics) } + basis.unnamedRows(metrics)
  }

  var lines: [String] { attributes + [AttributeReading.mean] }
  private var measured: [Row] { rows.filter { $0.variant != nil } }
  private var published: [Row] { rows.filter { $0.published != nil } }

  func ofData(_ reading: AttributeReading) -> [String: Double] {
    lines.reduce(into: [:]) { $0[$1] = rows.ofData($1, reading) }
  }

  func spreads(_ row: Row, _ reading: AttributeReading) -> [String: Spread] {
    lines.reduce(into: [:]) { $0[$1] = .init(row.sample(.attribute($1, reading))) }
  }

  private func finished(_ row: Row) -> Int { row.finished(.attribute(AttributeReading.mean)).count }

  /// How many of a method's runs have figures, where that is not all of them.
  private func seeds(_ row: Row) -> String {
    let (finished, planned) = (finished(row), row.variant?.trials.count ?? 0)
    return finished == planned ? "" : " (\(finished)/\(planned) seeds)"
  }

  func results(notes: [Typeset]) -> Table {
    func number(_ value: Double?) -> Typeset { Table.cell(value.map { Numerals.number($0) }) }
    var groups: [Table.Group] = []
    var columns = [ColumnOf<String>("Attribute", .leading) { Typeset(Metric.attribute($0).title) }]
    for row in measured {
      columns += [AttributeReading.accuracy, .balanced].map { reading in
        ColumnOf(Typeset(reading.rawValue), group: groups.count) { row.cell(.attribute($0, reading)) }
      }
      groups.append(Table.Group(Typeset("\(row.name), measured\(seeds(row))"), origin: .measured))
    }
    columns += [AttributeReading.majority, .ceiling].map { [rows] reading in
      ColumnOf(Typeset(reading.rawValue), group: groups.count) { number(rows.ofData($0, reading)) }
    }
    groups.append(Table.Group("the data alone", origin: .measured))
    columns += published.map { row in
      ColumnOf(Typeset(row.published?.name ?? row.name), group: groups.count) { number(row.published?.values[$0]) }
    }
    groups.append(Table.Group(Typeset("published, \(basis.published?.dataset ?? "none")"), origin: .published))
    return Table(
      name: basis.fileName, label: basis.published?.label,
      caption: Typeset(
        "\(basis.published?.title ?? basis.definition.title) in percent, \(basis.records.measuredWhere), mean ± sample "
          + "deviation over the seeds: the share that is right, and balanced, the mean over the classes of the share that is "
          + "right. Majority: the share of the most frequent class, which is what always saying it gives. Ceiling: a perfect "
          + "prediction, where unlabelled colours count as wrong."),
      groups: groups, columns: columns, sections: [(nil, attributes), (nil, [AttributeReading.mean])], notes: notes)
  }

  var notes: [Typeset] {
    let without = measured.filter { finished($0) < ($0.variant?.finished.count ?? 0) }.map(\.plain)
    var notes =
      without.isEmpty
      ? []
      : [
        Typeset(
          "Runs that predict no attributes (the attribute task is off, or an old record): \(Numerals.list(without)).")
      ]
    notes += rows.compactMap { row in
      row.published.flatMap { row in row.note.map { Typeset("\(row.name.onOneLine): \($0).") } }
    }
    return notes + (basis.published.map { [Typeset("Published figures: \($0.source).")] } ?? [])
  }

  func screen(_ results: Table) -> Report.Screen {
    var table = results
    table.groups[table.groups.count - 1].title = "published"
    for (place, row) in measured.enumerated() { table.groups[place].title = Typeset("\(row.name)\(seeds(row))") }
    func columns(_ readings: AttributeReading...) -> Set<Int> {
      let titles = readings.map(\.rawValue)
      return Set(table.columns.indices.filter { titles.contains(table.columns[$0].title.plain) })
    }
    return Report.Screen(
      heading: "\(basis.label) · percent, mean ± deviation over the seeds · \(basis.records.measuredWhere)",
      table: table, optional: [columns(.balanced), columns(.majority, .ceiling)])
  }

  /// Where a method beats the other in the paper's comparison, and where it does no better than the most frequent class.
  var findings: [Typeset] {
    var sentences: [String] = []
    if let first = measured.first, let last = measured.last, measured.count > 1 {
      let better = attributes.compactMap { attribute in
        first.sample(.attribute(attribute)).flatMap { one in
          last.sample(.attribute(attribute)).map { $0.mean > one.mean }
        }
      }
      let printed = attributes.compactMap { attribute in
        first.published?.values[attribute].flatMap { one in last.published?.values[attribute].map { $0 > one } }
      }
      let paper = printed.isEmpty ? "" : " (as the paper prints them, \(printed.count { $0 }) of \(printed.count))"
      if !better.isEmpty {
        sentences.append(
          "\(last.name) is more often right than \(first.name) in \(better.count { $0 }) of \(better.count) "
            + "attributes\(paper).")
      }
    }
    for row in measured where finished(row) > 0 {
      let weak = attributes.filter { attribute in
        guard let mean = row.sample(.attribute(attribute))?.mean, let easy = rows.ofData(attribute, .majority) else {
          return false
        }
        return mean <= easy
      }.map { Metric.attribute($0).title }
      sentences.append(
        weak.isEmpty
          ? "\(row.name) is more often right than the most frequent class in every attribute."
          : "\(row.name) is no more often right than always saying the most frequent class in "
            + "\(weak.count) of \(attributes.count) attributes: \(Numerals.list(weak)).")
    }
    return (sentences + balancedFindings).map { Typeset($0) }
  }

  /// What the paper's measure rewards, and whether the order of the methods is another without that.
  private var balancedFindings: [String] {
    guard let first = measured.first, let last = measured.last, measured.count > 1 else { return [] }
    func balanced(_ row: Row, _ attribute: String) -> Double? { row.sample(.attribute(attribute, .balanced))?.mean }
    let better = attributes.compactMap { attribute in
      balanced(first, attribute).flatMap { one in balanced(last, attribute).map { $0 > one } }
    }
    guard !better.isEmpty, let one = balanced(first, AttributeReading.mean),
      let other = balanced(last, AttributeReading.mean)
    else { return [] }
    return [
      "The paper’s measure rewards saying the most frequent class: whoever always does is right as often as it "
        + "occurs. By balanced accuracy, which that does not raise, \(last.name) is above \(first.name) in \(better.count { $0 }) of "
        + "\(better.count) attributes, and has \(Numerals.number(other)) on the mean against \(Numerals.number(one))."
    ]
  }

  /// A line an attribute, figures in percent. An empty field is what was not measured, or not printed.
  var csv: String {
    var fields: [(head: String, text: (String) -> String)] = [
      ("attribute", { $0 }), ("measured_on", { _ in basis.records.dataset }),
    ]
    for row in measured {
      let name = row.variant?.name ?? row.name
      for reading in [AttributeReading.accuracy, .balanced] {
        fields.append(
          ("\(name)_\(reading.rawValue)_mean", { Numerals.exact(row.sample(.attribute($0, reading))?.mean) }))
        fields.append(
          ("\(name)_\(reading.rawValue)_deviation", { Numerals.exact(row.sample(.attribute($0, reading))?.deviation) }))
      }
      let count = "\(finished(row))"
      fields.append(("\(name)_seeds_finished", { _ in count }))
    }
    for reading in [AttributeReading.majority, .ceiling] {
      fields.append((reading.rawValue, { Numerals.exact(rows.ofData($0, reading)) }))
    }
    fields.append(("published_on", { _ in basis.published?.dataset ?? "" }))
    for row in published {
      fields.append(("published_\(row.published?.name ?? row.name)", { Numerals.exact(row.published?.values[$0]) }))
    }
    return CSV.text(of: lines, fields)
  }
}
