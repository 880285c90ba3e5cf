import Charts
import Documents
import Foundation
import Runs

/// Charts of a table's runs: over epochs, and of retrieval.
extension ChartCell {
  /// Losses, learned σ or weights over the epochs, a panel a row.
  func epochs(_ name: String) -> CellPicture? {
    let report = table.report
    let names = rows.compactMap(\.variant?.name)
    let ablation = AblationReport(
      title: report.title, experiment: report.source.experiment, dataset: report.source.dataset,
      isSynthetic: report.source.isSynthetic, variants: report.source.variants.filter { names.contains($0.name) },
      published: report.published, command: report.source.command)
    var chart: CurveChart?
    var words: (caption: String, alternative: String)
    switch subject {
    case .sigma:
      chart = ablation.sigmaChart()
      words = (
        "Learned σ of each task over the epochs, in the rows whose weights are learned",
        "Curves of the learned σ by epoch"
      )
    case .weights:
      chart = ablation.weightsChart()
      words = (
        "What each task’s loss is multiplied with where that is learned, 1/σ², over the epochs",
        "Curves of 1/σ² by epoch"
      )
    default:
      chart = ablation.lossChart()
      words = (
        "Training loss of each task over the epochs, before weighting (the part loss is the sum over the parts)",
        "Small multiples of training loss by epoch"
      )
    }
    guard let chart else { return nil }
    let renamed = CurveChart(name: name, axis: chart.axis, isLogarithmic: chart.isLogarithmic, panels: chart.panels)
    return CellPicture(
      name: name,
      caption: Typeset(
        "\(words.caption), on a logarithmic axis: mean over seeds, band from the smallest to the largest. Runs of \(label), "
          + "trained on \(measuredOn)."),
      alternative: "\(words.alternative), a panel a row, a curve a task. \(renamed.ends.joined(separator: "; ")).",
      isWide: true,
      chart: renamed)
  }

  /// Curves of retrieval from the ranks of each query's matches, a curve a row.
  func retrieval(_ name: String, _ measured: [ReportRow]) throws -> CellPicture? {
    let isMatching = subject == .cmc
    var curves: [CurveChart.Curve] = []
    var ends: [String] = []
    // Ranks are stored of the plain descriptors alone.
    let plain = measured.filter { row in
      (table.report as? ComparisonReport)?.sections.flatMap(\.rows).contains { $0.label == row.name && $0.isReranked }
        != true
    }
    for (index, row) in plain.enumerated() {
      var seeds: [[Double]] = []
      for record in row.variant?.finished ?? [] {
        guard let ranks = try RunStore.ranks(in: record.folder),
          let curve = isMatching ? RetrievalCurves.cumulatedMatching(ranks, last: 20) : RetrievalCurves.precision(ranks)
        else { continue }
        seeds.append(curve)
      }
      guard let first = seeds.first else { continue }
      let points = first.indices.compactMap { place -> CurveChart.Point? in
        guard let sample = Sample(seeds.map { $0[place] }) else { return nil }
        return CurveChart.Point(
          x: isMatching ? Double(place + 1) : 100 * RetrievalCurves.recallLevels[place], mean: sample.mean,
          low: sample.range.lowerBound, high: sample.range.upperBound)
      }
      curves.append(CurveChart.Curve(label: row.label, style: .series(index), points: points))
      let shown = isMatching ? [0, 4, 9] : [0, 10, 20]
      ends.append(
        "\(row.label.onOneLine) "
          + shown.map { "\(Figures.number(points[$0].mean)) at \(isMatching ? "rank" : "recall") \(Int(points[$0].x))" }
          .joined(separator: ", "))
    }
    guard !curves.isEmpty else { return nil }
    let chart = CurveChart(
      name: name, axis: isMatching ? "queries with a match so far (%)" : "precision (%)", isLogarithmic: false,
      panels: [CurveChart.Panel(title: measuredOn, curves: curves)], across: isMatching ? "rank" : "recall (%)",
      limits: isMatching ? 1...20 : 0...100, upright: 0...100)
    let what =
      isMatching
      ? "Cumulated matching characteristic: the share of queries whose first right match is within each rank"
      : "Precision over recall: interpolated (the largest precision at that recall or beyond), the mean over the queries"
    return CellPicture(
      name: name,
      caption: Typeset(
        "\(what); measured on \(measuredOn), mean over the finished seeds, band from the smallest to the largest. The paper "
          + "prints no such curve."),
      alternative: "\(what), in percent. \(ends.joined(separator: "; ")).", isWide: true, chart: chart)
  }
}

extension AblationReport {
  /// What each task's loss is multiplied with at the end of each epoch, in the rows that learn it.
  func weightsChart() -> CurveChart? {
    let learning = variants.filter { $0.learnsWeights == true }
    guard !learning.isEmpty else { return nil }
    return CurveChart(
      name: "weights", axis: "learned weight 1/σ² (no unit)", isLogarithmic: true,
      panels: learning.map { variant in
        CurveChart.Panel(
          title: plainLabel(variant.name), curves: curves(variant) { $0.sigma?.mapValues { 1 / ($0 * $0) } ?? [:] })
      })
  }
}
