import Charts
import Documents
import Runs

/// Charts of rows: levels, gains, attributes, and what happened over the epochs.
extension Report {
  /// The most rows that a chart is drawn of; gnuplot's PNG ends at a few hundred.
  package static let largestChart = 60

  /// Several datasets are too long for a key; the caption names them.
  private var seedsKey: String {
    let isShort = records.measuredOn.count <= 30
    return "measured, each seed" + (isShort ? ": " + records.measuredOn : "")
  }
  private var paperKey: String { published.map { "paper: " + $0.dataset.prefix(40) } ?? "" }

  /// A figure of each row, measured beside published. `of` is the table's name.
  package func levels(_ name: String, _ metric: Metric, _ rows: [Row], of table: String) -> Drawing {
    let chart = DotChart(
      name: name, axis: "\(metric.title) (%)", seeds: seedsKey, measured: "mean ± deviation over seeds",
      published: paperKey,
      rows: rows.map { row in
        let sample = row.sample(metric)
        return DotChart.Row(
          label: row.plain, mean: sample?.mean, spread: sample?.deviation, values: sample?.values ?? [],
          published: row.published(metric), isMeasured: row.variant != nil)
      })
    let values = rows.map { row in
      let missing = row.variant == nil ? "not measured here" : "not finished"
      return "\(row.plain.onOneLine) \(row.sample(metric).map { Numerals.spread($0) } ?? missing)"
    }
    return Drawing(
      chart,
      caption: Typeset(
        "\(metric.title) of each row of \(table): \(records.measuredWhere) (dot: mean; bar: ± deviation "
          + "over seeds; small dots: each seed)"
          + (published.map { ", and the paper’s figure on \($0.dataset) (diamond)." } ?? ".")),
      alternative:
        "Dot chart of \(metric.title) in percent. Measured on \(records.measuredOn): \(values.joined(separator: "; "))."
    )
  }

  /// What each step gains. `of` is the table's name.
  package func gains(_ name: String, _ metric: Metric, _ steps: [Difference], of table: String) -> Drawing {
    let chart = DotChart(
      name: name, axis: "gain in \(metric.title) over the row above (points)", seeds: seedsKey,
      measured: "mean and 95 % interval over seeds", published: paperKey, marksZero: true,
      rows: steps.map { step in
        DotChart.Row(
          label: "→ " + step.to.plain, mean: step.paired?.mean, spread: step.noise,
          values: step.paired?.differences.values ?? [],
          published: step.published)
      })
    let values = steps.map { "→ \($0.to.plain) \(($0.paired?.mean).map { Numerals.signed($0) } ?? "not measured")" }
    return Drawing(
      chart,
      caption: Typeset(
        "Gain in \(metric.title) of each measured row of \(table) over the one above (bar: 95 % interval over paired seeds; "
          + "the dotted line is no gain)" + (published == nil ? "." : ", and between the paper’s rows (diamond).")),
      alternative: "Dot chart of gains in \(metric.title) in percentage points: \(values.joined(separator: "; ")).")
  }

  /// The accuracy of each attribute of the last row that has any, beside what the data alone give; nil where none has.
  package func attributes(_ name: String, _ rows: [Row]) -> Drawing? {
    let attributes = metrics.filter { $0.name != AttributeReading.mean }
    guard let row = rows.last(where: { row in attributes.contains { row.sample($0) != nil } }) else { return nil }
    let chart = DotChart(
      name: name, axis: "accuracy (%), \(row.name)", seeds: seedsKey, measured: "mean ± deviation over seeds",
      published: paperKey,
      marks: [
        DotChart.Mark(title: "always the most frequent class", style: .majority),
        DotChart.Mark(title: "ceiling that unlabelled colours leave", style: .ceiling),
      ],
      rows: attributes.map { attribute in
        let sample = row.sample(attribute)
        return DotChart.Row(
          label: attribute.title, mean: sample?.mean, spread: sample?.deviation, values: sample?.values ?? [],
          published: row.published(attribute), marks: [ofData(attribute, .majority), ofData(attribute, .ceiling)])
      })
    let values = attributes.map { attribute in
      "\(attribute.title) \(row.sample(attribute).map { Numerals.spread($0) } ?? "not measured"), majority "
        + "\(ofData(attribute, .majority).map { Numerals.number($0) } ?? "unknown")"
    }
    return Drawing(
      chart,
      caption: Typeset(
        "Accuracy of each attribute, \(row.name) measured on \(records.measuredOn), beside always saying the most frequent "
          + "class (cross), the ceiling that unlabelled colours leave (triangle), and the paper’s figure (diamond)."),
      alternative: "Dot chart of attribute accuracy in percent: \(values.joined(separator: "; ")).")
  }

  /// Something of each task over the epochs, a panel a row; nil where no row has it.
  package func drawing(_ curves: TrainingCurves, _ name: String, _ rows: [Row], caption: String) -> Drawing? {
    let shown = rows.filter { row in
      row.variant.map { curves.isKept(by: $0) } ?? false
    }
    guard !shown.isEmpty || curves == .losses else { return nil }
    let chart = CurveChart(
      name: name, axis: curves.axis, isLogarithmic: curves.isLogarithmic,
      panels: shown.map { row in
        CurveChart.Panel(
          title: row.plain,
          curves: curves.lines.compactMap { line in
            let points = [CurveChart.Point](row.variant?.finished.map(\.epochs) ?? []) { curves.read($0)[line.name] }
            guard !points.isEmpty else { return nil }
            return CurveChart.Curve(label: line.label, style: line.style, points: points)
          })
      }, upright: curves.upright)
    return Drawing(
      chart, caption: Typeset(caption),
      alternative:
        "\(curves.words), a panel a row, a curve a \(curves == .validation ? "figure" : "task"). \(chart.ends.joined(separator: "; ")).",
      isWide: true)
  }
}

/// What training is told by, of each task over the epochs.
package enum TrainingCurves: String, Sendable {
  case losses, sigma
  /// 1/σ², what a learned loss is multiplied with.
  case weights
  /// Each task's loss on a batch, multiplied with its weight.
  case weighted
  /// The share of the gradient by the backbone's feature map that each task's loss makes.
  case gradients
  /// How well held-out training identities are retrieved.
  case validation

  /// Whether runs of a row have kept it.
  package func isKept(by variant: ReportVariant) -> Bool {
    switch self {
    case .losses: true
    case .sigma, .weights: variant.learnsWeights == true
    case .weighted, .gradients, .validation: variant.finished.contains { $0.epochs.contains { !read($0).isEmpty } }
    }
  }

  /// Shares and percentages have a scale of their own.
  var isLogarithmic: Bool { self != .gradients && self != .validation }

  /// What is drawn in each panel.
  var lines: [(name: String, label: String, style: SeriesStyle)] {
    guard self == .validation else {
      return LossTerm.all.map { ($0.name, "\($0.plain)  \($0.title)", $0.style) }
    }
    return [("mAP", "mAP", .task(0)), ("rank1", "Rank-1", .task(1))]
  }

  var axis: String {
    switch self {
    case .losses: "training loss (nats)"
    case .sigma: "learned σ (no unit)"
    case .weights: "learned weight 1/σ² (no unit)"
    case .weighted: "weighted loss (nats)"
    case .gradients: "share of gradient (%)"
    case .validation: "among held-out people (%)"
    }
  }

  /// Shares of one whole.
  var upright: ClosedRange<Double>? { self == .gradients ? 0...100 : nil }

  var words: String {
    switch self {
    case .losses: "Small multiples of training loss by epoch"
    case .sigma: "Curves of the learned σ by epoch"
    case .weights: "Curves of 1/σ² by epoch"
    case .weighted: "Curves of each task’s weighted loss by epoch"
    case .gradients: "Curves of each task’s share of the backbone’s gradient by epoch"
    case .validation: "Curves of retrieval among held-out training identities by epoch"
    }
  }

  func read(_ epoch: EpochRecord) -> [String: Double] {
    switch self {
    case .losses: epoch.losses
    case .sigma: epoch.sigma ?? [:]
    case .weights: epoch.sigma?.mapValues { 1 / ($0 * $0) } ?? [:]
    case .weighted: epoch.gauge?.losses ?? [:]
    case .gradients: epoch.gauge?.shares?.mapValues { 100 * $0 } ?? [:]
    case .validation: epoch.validation.map { ["mAP": 100 * $0.mAP, "rank1": 100 * $0.rank1] } ?? [:]
    }
  }
}

extension [CurveChart.Point] {
  /// A reading of some runs' epochs: at each epoch the mean, the smallest and the largest over the runs that have it.
  package init(_ runs: [[EpochRecord]], _ read: (EpochRecord) -> Double?) {
    var byEpoch: [Int: [Double]] = [:]
    for epoch in runs.joined() {
      if let value = read(epoch), value.isFinite { byEpoch[epoch.epoch, default: []].append(value) }
    }
    self = byEpoch.sorted { $0.key < $1.key }.compactMap { epoch, values in
      Sample(values).map {
        CurveChart.Point(x: Double(epoch), mean: $0.mean, low: $0.range.lowerBound, high: $0.range.upperBound)
      }
    }
  }
}
