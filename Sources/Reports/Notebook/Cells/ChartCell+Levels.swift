import Charts
import Documents

/// Charts of a table's figures: levels, gains, attributes.
extension ChartCell {
  var measuredOn: String { table.report.source.measuredOn }
  private var seedsKey: String { "measured, each seed: " + measuredOn.prefix(30) }
  private var paperKey: String { "paper: " + (table.report.published?.dataset ?? "none").prefix(40) }
  var label: String { table.report.published?.label ?? table.name }

  /// A figure of each row, measured beside published.
  func levels(_ name: String, _ metric: ComparisonMetric) -> CellPicture {
    let chart = DotChart(
      name: name, axis: "\(metric.title) (%)", seeds: seedsKey, measured: "mean ± deviation over seeds",
      published: paperKey,
      rows: rows.map { row in
        let sample = row.sample(metric.rawValue)
        return DotChart.Row(
          label: row.label, mean: sample?.mean, spread: sample?.deviation, values: sample?.values ?? [],
          published: row.published[metric.rawValue], isMeasured: row.variant != nil)
      })
    let values = rows.map { row in
      "\(row.label.onOneLine) \(row.sample(metric.rawValue).map { Figures.spread($0) } ?? (row.variant == nil ? "not measured here" : "not finished"))"
    }
    return CellPicture(
      name: name,
      caption: Typeset(
        "\(metric.title) of each row of \(label): \(table.report.source.measuredWhere) (dot: mean; bar: ± deviation over seeds; small "
          + "dots: each seed), and the paper’s figure on \(table.report.published?.dataset ?? "its data") (diamond)."),
      alternative:
        "Dot chart of \(metric.title) in percent. Measured on \(measuredOn): \(values.joined(separator: "; ")).",
      chart: chart)
  }

  /// What each measured row gains over the one before that the paper has too.
  func gains(_ name: String, _ metric: ComparisonMetric) -> CellPicture? {
    let key = metric.rawValue
    let shared = rows.filter { $0.variant != nil && $0.published[key] != nil }
    guard shared.count > 1 else { return nil }
    let steps = zip(shared, shared.dropFirst()).map { from, to in
      let step = PairedDifference(from: from.measured[key] ?? [:], to: to.measured[key] ?? [:])
      return DotChart.Row(
        label: "→ " + to.label, mean: step?.mean, spread: step?.noise, values: step?.differences.values ?? [],
        published: to.published[key].flatMap { after in from.published[key].map { after - $0 } })
    }
    let chart = DotChart(
      name: name, axis: "gain in \(metric.title) over the row above (points)", seeds: seedsKey,
      measured: "mean and 95 % interval over seeds", published: paperKey, marksZero: true, rows: steps)
    let values = steps.map { "\($0.label.onOneLine) \($0.mean.map { Figures.signed($0) } ?? "not measured")" }
    return CellPicture(
      name: name,
      caption: Typeset(
        "Gain in \(metric.title) of each measured row of \(label) over the one above (bar: 95 % interval over paired seeds; "
          + "the dotted line is no gain), and between the paper’s rows (diamond)."),
      alternative: "Dot chart of gains in \(metric.title) in percentage points: \(values.joined(separator: "; ")).",
      chart: chart)
  }

  /// The attribute accuracy of the last measured row, beside what the data alone give.
  func attributes(_ name: String) -> CellPicture? {
    guard let report = table.report as? AttributesReport,
      let row = rows.last(where: { row in
        report.attributes.contains { row.sample($0) != nil }
      })
    else { return nil }
    let chart = DotChart(
      name: name, axis: "accuracy (%), \(row.label)", seeds: seedsKey, measured: "mean ± deviation over seeds",
      published: paperKey,
      marks: [
        DotChart.Mark(title: "always the most frequent class", style: .majority),
        DotChart.Mark(title: "ceiling that unlabelled colours leave", style: .ceiling),
      ],
      rows: report.attributes.map { attribute in
        let sample = row.sample(attribute)
        return DotChart.Row(
          label: AttributesReport.words(attribute), mean: sample?.mean, spread: sample?.deviation,
          values: sample?.values ?? [], published: row.published[attribute],
          marks: ["majority", "ceiling"].map { row.further[attribute]?[$0] })
      })
    let values = report.attributes.map { attribute in
      "\(AttributesReport.words(attribute)) \(row.sample(attribute).map { Figures.spread($0) } ?? "not measured"), majority "
        + "\(row.further[attribute]?["majority"].map { Figures.number($0) } ?? "unknown")"
    }
    return CellPicture(
      name: name,
      caption: Typeset(
        "Accuracy of each attribute, \(row.label) measured on \(measuredOn), beside always saying the most frequent class "
          + "(cross), the ceiling that unlabelled colours leave (triangle), and the paper’s figure (diamond)."),
      alternative: "Dot chart of attribute accuracy in percent: \(values.joined(separator: "; ")).", chart: chart)
  }
}
