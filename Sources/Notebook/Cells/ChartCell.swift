import Charts
import Documents
import Evidence
import Foundation
import Runs
import Support

/// A chart of a table's figures or of its runs.
struct ChartCell: NotebookCell {
  enum Subject: String, CaseIterable {
    case map, rank1, rank10
    case gainMap = "gain-map"
    case gainRank1 = "gain-rank1"
    case losses, sigma, weights, weighted, gradients, validation, cmc
    case precisionRecall = "precision-recall"
    case attributes

    /// What it is of training, so that every table has it.
    var curves: TrainingCurves? { TrainingCurves(rawValue: rawValue) }
  }

  static let kind = "chart"
  let table: NotebookTable
  let subject: Subject
  let rows: [Row]

  init(_ source: CellSource, in notebook: NotebookContext) throws {
    let keys = try source.keys("of", "show", "rows")
    table = try notebook.table(keys)
    let show = try keys.required("show")
    subject = try show.choice()
    guard (subject == .attributes) == table.report.isOfAttributes || subject.curves != nil else {
      throw show.error("'\(subject.rawValue)' is no chart of \(table.name)")
    }
    let table = table
    let chosen = try keys["rows"]?.items(count: 1...Report.largestChart).map { item in
      try table.row(item.string(maximum: 1000), at: item.location)
    }
    rows = chosen ?? table.report.rows
  }

  var name: String { "\(table.name)-\(subject.rawValue)" }

  func inputs() throws -> [String] {
    var parts = [try table.digest()]
    if subject == .cmc || subject == .precisionRecall {
      for record in rows.flatMap({ $0.variant?.finished ?? [] }) {
        let file = record.folder.appendingPathComponent(RunStore.File.ranks.rawValue)
        parts.append(SHA256.hexadecimal((try? Data(contentsOf: file, options: .mappedIfSafe)) ?? Data()))
      }
    }
    return parts
  }

  func render(as name: String) throws -> [CellPart] {
    let measured = rows.filter { $0.variant != nil }
    guard measured.contains(where: { $0.variant?.finished.isEmpty == false }) else {
      return [
        table.gap(
          Typeset("No chart yet: no run of ") + Typeset([.code(table.report.records.experiment)])
            + " that it would show is finished.")
      ]
    }
    guard measured.count <= Report.largestChart else {
      return [.gap(Typeset("Charts are drawn of at most \(Report.largestChart) rows; here the tables say it all."))]
    }
    guard let drawing = try drawing(name, measured) else {
      return [.gap(Typeset("No finished run of \(table.name) has what the chart “\(subject.rawValue)” shows."))]
    }
    return [.drawing(drawing)]
  }

  private func drawing(_ name: String, _ measured: [Row]) throws -> Drawing? {
    let report = table.report
    let label = report.published?.label ?? table.name
    switch subject {
    case .map: return report.levels(name, .mAP, rows, of: label)
    case .rank1: return report.levels(name, .rank1, rows, of: label)
    case .rank10: return report.levels(name, .rank10, rows, of: label)
    case .gainMap: return gains(name, .mAP, of: label)
    case .gainRank1: return gains(name, .rank1, of: label)
    case .losses, .sigma, .weights, .weighted, .gradients, .validation:
      // A variant that has a row re-ranked too was trained but once.
      var seen: Set<String> = []
      let trained = measured.filter { row in row.variant.map { seen.insert($0.name).inserted } ?? false }
      return subject.curves.flatMap { curves in
        report.drawing(
          curves, name, trained,
          caption: "\(Self.words[curves] ?? ""): mean over seeds, band from the smallest to the "
            + "largest. Runs of \(label), trained on \(report.records.measuredOn).")
      }
    case .cmc: return try report.retrieval(.matching, name, measured)
    case .precisionRecall: return try report.retrieval(.precision, name, measured)
    case .attributes: return report.attributes(name, rows)
    }
  }

  private static let words: [TrainingCurves: String] = [
    .losses:
      "Training loss of each task over the epochs, before weighting (the part loss is the sum over the parts), on a "
      + "logarithmic axis",
    .sigma: "Learned σ of each task over the epochs, in the rows whose weights are learned, on a logarithmic axis",
    .weights:
      "What each task’s loss is multiplied with where that is learned, 1/σ², over the epochs, on a logarithmic axis",
    .weighted: "Each task’s loss times its weight, on the first batch of each epoch, on a logarithmic axis",
    .gradients:
      "The share that each task has of the backbone’s gradient: the norm of its weighted loss’s gradient by the feature map, "
      + "over the sum of all tasks’ norms, on the first batch of each epoch",
    .validation:
      "How well held-out training identities, on whom nothing is trained, are retrieved among each other over the epochs",
  ]

  /// What each measured row gains over the one before; among a paper's methods, over the one before that the paper has too.
  private func gains(_ name: String, _ metric: Metric, of label: String) -> Drawing? {
    let isOfMethods = table.report.basis.definition.kind == .comparison
    let shared = rows.filter { $0.variant != nil && (!isOfMethods || $0.published(metric) != nil) }
    guard shared.count > 1 else { return nil }
    return table.report.gains(name, metric, shared.steps(in: metric), of: label)
  }
}
