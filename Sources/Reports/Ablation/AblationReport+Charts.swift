import Charts
import Runs

extension AblationReport {
  /// The most rows that a chart is drawn of; gnuplot's PNG ends at a few hundred.
  static let largestChart = 60

  /// The charts: both metrics by row, the gains from row to row, and over the epochs each task's loss and learned σ.
  ///
  /// None for more rows than a page can show; the tables hold them all.
  func charts() -> [any Chart] {
    guard variants.count <= Self.largestChart else { return [] }
    var charts: [any Chart] = ReportMetric.allCases.map(levelChart)
    if variants.count > 1 { charts += ReportMetric.allCases.map(gainChart) }
    charts.append(lossChart())
    if let sigma = sigmaChart() { charts.append(sigma) }
    return charts
  }

  private var seedsKey: String { "measured, each seed: " + measuredOn.prefix(30) }

  private var paperKey: String { "paper: " + (published?.dataset ?? "none").prefix(40) }

  private func levelChart(_ metric: ReportMetric) -> DotChart {
    DotChart(
      name: metric.rawValue.lowercased(), axis: "\(metric.title) (%)",
      seeds: seedsKey, measured: "mean ± deviation over seeds", published: paperKey,
      rows: variants.map { variant in
        let sample = variant.sample(metric)
        return DotChart.Row(
          label: plainLabel(variant.name), mean: sample?.mean, spread: sample?.deviation, values: sample?.values ?? [],
          published: publishedValue(variant.name, metric))
      })
  }

  private func gainChart(_ metric: ReportMetric) -> DotChart {
    DotChart(
      name: "gain-\(metric.rawValue.lowercased())", axis: "gain in \(metric.title) over the row above (points)",
      seeds: seedsKey, measured: "mean and 95 % interval over seeds", published: paperKey, marksZero: true,
      rows: steps(.consecutive, metric).map { step in
        DotChart.Row(
          label: gainLabel(step), mean: step.measured?.mean, spread: step.measured?.noise,
          values: step.measured?.differences.values ?? [], published: step.published)
      })
  }

  /// What a step adds: the losses that are new, or that weights are now learned; else the row that it leads to.
  private func gainLabel(_ step: AblationStep) -> String {
    guard let before = published?.row(step.from), let after = published?.row(step.to), !after.tasks.isEmpty else {
      return "→ " + plainLabel(step.to)
    }
    var changes = TaskLoss.all.filter { after.tasks.contains($0.name) && !before.tasks.contains($0.name) }
      .map { "+ L\($0.mark)" }
    if before.weights != nil, after.weights == nil { changes.append("learned weights") }
    let lost = before.tasks.filter { !after.tasks.contains($0) }
    return changes.isEmpty || !lost.isEmpty ? "→ " + plainLabel(step.to) : changes.joined(separator: ", ")
  }

  func lossChart() -> CurveChart {
    CurveChart(
      name: "losses", axis: "training loss (nats)", isLogarithmic: true,
      panels: variants.map { variant in
        CurveChart.Panel(title: plainLabel(variant.name), curves: curves(variant) { $0.losses })
      })
  }

  func sigmaChart() -> CurveChart? {
    let learning = variants.filter { $0.learnsWeights == true }
    guard !learning.isEmpty else { return nil }
    return CurveChart(
      name: "sigma", axis: "learned σ (no unit)", isLogarithmic: true,
      panels: learning.map { variant in
        CurveChart.Panel(title: plainLabel(variant.name), curves: curves(variant) { $0.sigma ?? [:] })
      })
  }

  /// A curve a task: at each epoch the mean, the smallest and the largest over the finished runs that have it.
  func curves(_ variant: ReportVariant, _ reading: (EpochRecord) -> [String: Double]) -> [CurveChart.Curve] {
    TaskLoss.all.compactMap { task in
      var byEpoch: [Int: [Double]] = [:]
      for record in variant.finished {
        for epoch in record.epochs {
          if let value = reading(epoch)[task.name], value.isFinite { byEpoch[epoch.epoch, default: []].append(value) }
        }
      }
      guard !byEpoch.isEmpty, let style = SeriesStyle.tasks[task.name] else { return nil }
      let points = byEpoch.sorted { $0.key < $1.key }.compactMap { epoch, values in
        Sample(values).map {
          CurveChart.Point(x: Double(epoch), mean: $0.mean, low: $0.range.lowerBound, high: $0.range.upperBound)
        }
      }
      return CurveChart.Curve(label: "L\(task.mark)  \(task.title)", style: style, points: points)
    }
  }
}
