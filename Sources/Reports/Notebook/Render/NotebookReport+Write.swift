import Charts
import Documents
import Foundation
import Runs

extension NotebookReport {
  /// What writing a notebook did.
  package struct Outcome: Encodable, Sendable {
    /// A cell, and whether it had to be rendered.
    package struct Cell: Encodable, Sendable {
      /// What it is called.
      package var name: String
      /// Its kind.
      package var kind: String
      /// Whether it was rendered now; a cell whose sources did not change is taken as it was.
      package var rendered: Bool
      /// What is missing in it, in words.
      package var gaps: [String]
    }

    /// The notebook.
    package var report: String
    /// The cells, in order.
    package var cells: [Cell]
    /// The files, the page first.
    package var files: [URL]
  }

  /// The page to open.
  package static let page = "index.html"
  /// The list of files that a folder holds of ours, so that a later rendering takes away nothing else.
  private static let list = "\(CellCache.folder)/files.json"

  /// Renders the notebook into a folder: one page that needs nothing else, Markdown, LaTeX, a Jupyter notebook, the tables'
  /// data, the charts.
  ///
  /// Everything is made in a temporary folder beside it, which then takes the folder's place. Cells whose sources did not
  /// change are taken from the folder as they were.
  ///
  /// - Parameter marksCSV: whether CSV files begin with a byte order mark.
  /// - Throws: a `ReportError` where gnuplot is missing or the folder holds files that are not the report's, a
  ///   `ConfigurationError` where a cell names what its run does not have, a `FileError` where a record is damaged.
  @discardableResult
  package func write(to folder: URL, marksCSV: Bool = false) throws -> Outcome {
    let target = folder.resolvingSymlinksInPath().standardizedFileURL
    let own =
      (try? Data(contentsOf: target.appendingPathComponent(Self.list)))
      .flatMap { try? JSONDecoder().decode([String].self, from: $0) } ?? []
    let known = Set(own + [CellCache.folder])
    let swap = FolderSwap(target: target, isKnown: known.contains)
    try swap.check()
    let cache = CellCache(report: target)
    var outcome = Outcome(report: source.name, cells: [], files: [])
    outcome.files = try swap.fill { work in
      let kept = work.appendingPathComponent(CellCache.folder, isDirectory: true)
      try FileManager.default.createDirectory(at: kept, withIntermediateDirectories: false)
      var files: [(name: String, data: Data)] = []
      var rendered = try render(cache, in: work) { files.append(($0, $1)) }
      // Beside the page and in its links: whoever asks for the mark gets it wherever the file is taken from.
      if marksCSV { for cell in rendered.indices { rendered[cell].markCSV() } }
      let blocks = try blocks(rendered)
      let texts: [(String, String)] = [
        (Self.page, try html(blocks)), ("\(source.name).md", markdown(blocks)), ("\(source.name).tex", latex(blocks)),
        ("\(source.name).ipynb", try jupyter(blocks)),
      ]
      files = texts.map { ($0, Data($1.utf8)) } + assets(blocks) + files
      let names = files.map(\.name).filter { !$0.hasPrefix(CellCache.folder) }
      files.append((Self.list, try JSONEncoder().encode(names)))
      for (name, data) in files { try data.write(to: work.appendingPathComponent(name)) }
      outcome.cells = rendered.map { cell in
        let gaps = cell.parts.compactMap { part -> String? in
          guard case .gap(let text) = part.part else { return nil }
          return text.plain
        }
        return Outcome.Cell(name: cell.name, kind: cell.kind, rendered: !cell.isKept, gaps: gaps)
      }
      return files.map(\.name)
    }
    outcome.files.removeAll { $0.pathComponents.contains(CellCache.folder) }
    return outcome
  }

  /// Renders what changed, takes the rest as it was, and hands what is to be kept to `keep`.
  private func render(_ cache: CellCache, in work: URL, keep: (String, Data) -> Void) throws -> [RenderedCell] {
    var made: [(cell: Cell, digest: String, parts: [CellPart], isKept: Bool)] = []
    for cell in cells {
      let inputs = [program, cell.name, cell.source.kind, cell.source.text] + (try cell.cell.inputs())
      let digest = CellCache.digest(inputs)
      if let parts = cache.parts(digest) {
        made.append((cell, digest, parts, true))
      } else {
        made.append((cell, digest, try cell.cell.render(as: cell.name), false))
      }
    }
    // One gnuplot for all that is to be drawn: starting it costs more than a chart.
    let charts = made.flatMap { $0.parts.compactMap(\.chart) }
    _ = try Plot.draw(charts, in: work)
    return try made.map { cell, digest, parts, isKept in
      let parts = try parts.map { try $0.drawn(in: work) }
      keep(CellCache.file(digest), try CellCache.data(parts))
      return RenderedCell(
        name: cell.name, kind: cell.source.kind, source: cell.source.text,
        parts: parts.map { Part(label: "", part: $0) }, isKept: isKept)
    }
  }

  /// The tables' data and the pictures, as files.
  private func assets(_ blocks: [Block]) -> [(name: String, data: Data)] {
    Self.parts(blocks).flatMap { part -> [(name: String, data: Data)] in
      switch part.part {
      case .table(let table, let csv): return [("\(table.name).csv", Data(csv.utf8))]
      case .picture(let picture):
        return [
          picture.svg.map { ("\(picture.name).svg", Data($0.utf8)) }, picture.png.map { ("\(picture.name).png", $0) },
          picture.jpeg.map { ("\(picture.name).jpg", $0) },
        ].compactMap { $0 }
      case .list, .code, .gap: return []
      }
    }
  }

  /// Every part of every cell.
  static func parts(_ blocks: [Block]) -> [Part] {
    blocks.flatMap { block -> [Part] in
      guard case .cell(let cell) = block else { return [] }
      return cell.parts
    }
  }
}

extension NotebookReport.RenderedCell {
  /// Lets the tables' data begin with a byte order mark.
  fileprivate mutating func markCSV() {
    for place in parts.indices {
      guard case .table(let table, let csv) = parts[place].part else { continue }
      parts[place].part = .table(table, csv: CSV.file(csv, hasMark: true))
    }
  }
}

extension CellPart {
  /// What is still to be drawn.
  fileprivate var chart: (any Chart)? {
    guard case .picture(let picture) = self else { return nil }
    return picture.chart
  }

  /// The part with its chart read from the folder that it was drawn in.
  fileprivate func drawn(in folder: URL) throws -> CellPart {
    guard case .picture(var picture) = self, let chart = picture.chart else { return self }
    picture.svg = try String(contentsOf: folder.appendingPathComponent("\(chart.name).svg"), encoding: .utf8)
      .titledAsSVG(picture.alternative)
    picture.png = try Data(contentsOf: folder.appendingPathComponent("\(chart.name).png"))
    picture.chart = nil
    return .picture(picture)
  }
}
