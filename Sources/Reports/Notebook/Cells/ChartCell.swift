import Configuration
import Documents
import Foundation
import Runs
import Support

/// A chart of a table's figures or of its runs.
struct ChartCell: NotebookCell {
  /// What a chart shows.
  enum Subject: String, CaseIterable {
    case map, rank1, rank10
    case gainMap = "gain-map"
    case gainRank1 = "gain-rank1"
    case losses, sigma, weights, cmc
    case precisionRecall = "precision-recall"
    case attributes
  }

  static let kind = "chart"
  let table: NotebookTable
  let subject: Subject
  /// The rows to be shown.
  let rows: [ReportRow]

  init(_ source: CellSource, in notebook: NotebookContext) throws {
    let keys = try source.keys("of", "show", "rows")
    table = try notebook.table(keys)
    let show = try keys.required("show")
    subject = try show.choice()
    guard (subject == .attributes) == (table.report is AttributesReport) || subject.isOfEpochs else {
      throw show.error("'\(subject.rawValue)' is no chart of \(table.name)")
    }
    let table = table
    let chosen = try keys["rows"]?.items(count: 1...AblationReport.largestChart).map { item in
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
        .gap(
          Typeset("No chart yet: no run of ") + Typeset([.code(table.report.source.experiment)])
            + Typeset(" that it would show is finished. To finish: ") + Typeset([.code(table.report.source.command)])
            + ".")
      ]
    }
    guard measured.count <= AblationReport.largestChart else {
      return [
        .gap(Typeset("Charts are drawn of at most \(AblationReport.largestChart) rows; here the tables say it all."))
      ]
    }
    guard var picture = try picture(name, measured) else {
      return [.gap(Typeset("No finished run of \(table.name) has what the chart “\(subject.rawValue)” shows."))]
    }
    picture.name = name
    return [.picture(picture)]
  }

  private func picture(_ name: String, _ measured: [ReportRow]) throws -> CellPicture? {
    switch subject {
    case .map, .rank1, .rank10:
      levels(name, ComparisonMetric(rawValue: subject == .map ? "mAP" : subject.rawValue) ?? .mAP)
    case .gainMap: gains(name, .mAP)
    case .gainRank1: gains(name, .rank1)
    case .losses, .sigma, .weights: epochs(name)
    case .cmc, .precisionRecall: try retrieval(name, measured)
    case .attributes: attributes(name)
    }
  }
}

extension ChartCell.Subject {
  /// Whether it is drawn from the epochs alone, so that every table has it.
  var isOfEpochs: Bool { [.losses, .sigma, .weights].contains(self) }
}
