import Documents
import Foundation
import Runs

extension RunComparison {
  /// Every table of the comparison, in the order of its page.
  package var tables: [Table] {
    return [
      levelsTable(), deltasTable(), settingsTable(), trainingTable(), queriesTable(), flipsTable(),
      runsTable(),
    ].compactMap { $0 }
  }

  /// The page's title.
  var title: String {
    groups.count <= 3 ? groups.map(\.label).joined(separator: " and ") : "\(groups.count) rows side by side"
  }

  /// The whole page. `drawings` are the charts' SVG by name.
  func document(_ overlays: [Overlay], drawings: [String: String]) -> Document {
    var blocks: [Document.Block] = [.notice(Typeset(dataStatement()))]
    blocks += cautions().map { .notice(Typeset($0)) }
    blocks += [.heading("Figures", name: "figures"), .table(levelsTable()), .list(findings())]
    if let deltas = deltasTable() { blocks.append(.table(deltas)) }
    blocks.append(.heading("Settings", name: "differing"))
    blocks.append(settingsTable().map { .table($0) } ?? .paragraph(Typeset(noSettings)))
    blocks += [.heading("Training", name: "curves"), .table(trainingTable())]
    if let selection = curveSelection { blocks.append(.paragraph(Typeset(selection))) }
    let figures = figures(overlays, drawings: drawings)
    if !figures.isEmpty { blocks.append(.figures(figures)) }
    blocks.append(.heading("Queries", name: "query-list"))
    if let table = queriesTable() {
      blocks.append(.table(table))
      if let flips = flipsTable() { blocks.append(.table(flips)) }
    } else {
      blocks.append(.paragraph(Typeset(noQueries)))
    }
    blocks += [.heading("Runs", name: "run-list"), .table(runsTable())]
    blocks += [.heading("How each number is computed", name: "methods"), .list(Self.methods)]
    return Document(
      title: title,
      subtitle: Typeset("Compared: ") + Typeset.list(names.prefix(8).map { Typeset([.code($0)]) })
        + (names.count > 8 ? " …" : ""), blocks: blocks)
  }

  /// What is said where no setting differs.
  package var noSettings: String {
    settled.count < 2
      ? "Fewer than two plans can be read: their settings are not compared." : "No setting differs."
  }

  /// What is said where no queries are compared.
  package var noQueries: String {
    let reasons = ReportPage.unique(
      contrasts.compactMap { if case .failure(let gap) = $0.result { gap.rawValue } else { nil } })
    return "The queries are not compared one by one: \(Figures.list(reasons))."
  }

  /// Whose curves are drawn, where it is not everybody's.
  package var curveSelection: String? {
    guard groups.count > Self.mostCurves else { return nil }
    return
      "Curves of \(groups.count) rows in one chart cannot be told apart: these are the first row and those with the "
      + "highest and the lowest \(leading.title)."
  }

  private static let methods: [Typeset] = [
    "mAP is the rectangle form: the mean, over a query’s true matches, of the precision at that match, then the mean "
      + "over queries; mAP (trapezoid) is the form of the benchmark’s own code.",
    .rankOne, .deviation, .gainAndNoise,
  ]
}
