import Charts
import Documents
import Foundation

extension AblationReport {
  /// The page to open.
  package static let page = "index.html"

  /// Writes the report into a folder and returns its files, the page first.
  ///
  /// Everything is made in a temporary folder beside it, which then takes the folder's place: there is a whole report or
  /// the old one, never half of one.
  ///
  /// - Parameter marksCSV: whether CSV files begin with a byte order mark.
  /// - Throws: a `ReportError` where nothing is measured yet, where gnuplot is missing, and where the folder holds files
  ///   that are not a report's.
  @discardableResult
  package func write(to folder: URL, marksCSV: Bool = false) throws -> [URL] {
    guard hasMeasurements else {
      throw ReportError("no run of \(experiment.onOneLine) is finished yet: run \(command.onOneLine)")
    }
    let target = folder.resolvingSymlinksInPath().standardizedFileURL
    let charts = charts()
    let known = Set(
      ["table3.md", "table3.csv", "table3.tex", Self.page] + Self.chartNames.flatMap { ["\($0).svg", "\($0).png"] })
    let swap = FolderSwap(target: target, isKnown: known.contains)
    try swap.check()
    return try swap.fill { work in
      let pictures = try Plot.draw(charts, in: work)
      var drawings: [String: String] = [:]
      for chart in charts {
        drawings[chart.name] = try String(contentsOf: work.appendingPathComponent("\(chart.name).svg"), encoding: .utf8)
      }
      var document = document(drawings: drawings)
      document.verification = try PageManifest(of: source.finished).html()
      let texts = [
        (Self.page, document.html()), ("table3.md", document.markdown()),
        ("table3.csv", CSV.file(csv(), hasMark: marksCSV)),
        ("table3.tex", latex()),
      ]
      for (name, text) in texts { try Data(text.utf8).write(to: work.appendingPathComponent(name)) }
      return texts.map(\.0) + pictures
    }
  }

  /// Every chart that a report can have.
  static let chartNames = ["map", "rank1", "gain-map", "gain-rank1", "losses", "sigma"]

  /// Both tables for a paper, with what they need said at the top.
  func latex() -> String {
    let head = [
      "% \(title.onOneLine)", "% \(dataStatement().onOneLine)", "% Recompute: \(command.onOneLine)",
      Table.packagesForLaTeX,
    ]
    var tables = [resultsTable().latex()]
    if variants.count > 1 { tables.append(deltasTable().latex()) }
    return (head + [""] + tables).joined(separator: "\n") + "\n"
  }
}
