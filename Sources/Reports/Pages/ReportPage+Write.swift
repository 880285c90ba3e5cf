import Charts
import Documents
import Foundation

extension ReportPage {
  /// Writes the page into a folder and returns its files, the page first.
  ///
  /// Everything is made in a temporary folder beside it, which then takes the folder's place: there is a whole page or
  /// the old one, never half of one.
  ///
  /// - Parameter marksCSV: whether CSV files begin with a byte order mark.
  /// - Throws: a `ReportError` where nothing is measured yet, where gnuplot is missing, and where the folder holds files
  ///   that are not a page's.
  @discardableResult
  package func write(to folder: URL, marksCSV: Bool = false) throws -> [URL] {
    guard hasMeasurements else {
      let experiments = Figures.list(reports.map(\.source.experiment.onOneLine))
      throw ReportError("no run of \(experiments) is finished yet: run \(command.onOneLine)")
    }
    let target = folder.resolvingSymlinksInPath().standardizedFileURL
    let swap = FolderSwap(target: target, isKnown: Self.isKnown)
    try swap.check()
    return try swap.fill { work in
      let charts = reports.map { ($0 as? AblationReport)?.charts() ?? [] }
      // One ablation's charts bear the names; a second one's would lie under the same ones.
      let first = charts.firstIndex { !$0.isEmpty }
      let pictures = try Plot.draw(first.map { charts[$0] } ?? [], in: work)
      var drawings = [[String: String]](repeating: [:], count: reports.count)
      if let first {
        for chart in charts[first] {
          drawings[first][chart.name] = try String(
            contentsOf: work.appendingPathComponent("\(chart.name).svg"), encoding: .utf8)
        }
      }
      var document = document(drawings: drawings)
      document.verification = try PageManifest(of: reports.flatMap(\.source.finished)).html()
      var texts = [(Self.page, document.html()), ("tables.md", document.markdown()), ("tables.tex", latex())]
      texts += zip(fileNames, reports).map { ("\($0).csv", CSV.file($1.csv(), hasMark: marksCSV)) }
      for (name, text) in texts { try Data(text.utf8).write(to: work.appendingPathComponent(name)) }
      return texts.map(\.0) + pictures
    }
  }

  /// Whether a file of that name may be replaced: one that a page can have.
  static func isKnown(_ name: String) -> Bool {
    let charts = AblationReport.chartNames.flatMap { ["\($0).svg", "\($0).png"] }
    return ([page, "tables.md", "tables.tex"] + charts).contains(name)
      || name.wholeMatch(of: /table[A-Za-z0-9]*(-[0-9]+)?\.csv/) != nil
  }

  /// The tables for a paper, with what they need said at the top.
  func latex() -> String {
    let head = [
      "% \(title.onOneLine)", "% \(dataStatement().onOneLine)", "% Recompute: \(command.onOneLine)",
      Table.packagesForLaTeX,
    ]
    let tables = zip(fileNames, reports).flatMap { name, report in
      // A label names one table: where two experiments have the same, the second's are told apart as its files are.
      [report.resultsTable(), report.gainsTable()].compactMap { table -> Table? in
        guard var table else { return nil }
        table.name += name.dropFirst(report.fileName.count)
        return table
      }
    }
    return (head + [""] + tables.map { $0.latex() }).joined(separator: "\n") + "\n"
  }
}
