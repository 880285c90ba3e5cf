import Charts
import Documents
import Foundation
import Support

extension NotebookReport {
  package struct Outcome: Encodable, Sendable {
    /// A cell, and whether it had to be rendered.
    package struct Cell: Encodable, Sendable {
      package var name: String
      package var kind: String
      /// Whether it was rendered now; a cell whose sources did not change is taken as it was.
      package var rendered: Bool
      /// What is missing in it, in words.
      package var gaps: [String]
    }

    package var report: String
    package var cells: [Cell]
    package var files: [URL]
  }

  /// The list of files that a folder holds of ours, so that a later rendering takes away nothing else.
  private static let list = "\(CellCache.folder)/files.json"

  /// Renders the notebook into a folder: one page that needs nothing else, Markdown, LaTeX, a Jupyter notebook, the tables'
  /// data, the charts.
  ///
  /// Everything is made in a temporary folder beside it, which then takes the folder's place. Cells whose sources did not
  /// change are taken from the folder as they were.
  ///
  /// - Parameter marksCSV: whether CSV files begin with a byte order mark.
  /// - Throws: a `PlainError` where gnuplot is missing or the folder holds files that are not the report's, a
  ///   `ConfigurationError` where a cell names what its run does not have, a `FileError` where a record is damaged.
  @discardableResult
  package func write(to folder: URL, marksCSV: Bool = false) throws -> Outcome {
    let own =
      (try? Data(contentsOf: folder.appendingPathComponent(Self.list)))
      .flatMap { try? JSONDecoder().decode([String].self, from: $0) } ?? []
    let known = Set(own + [CellCache.folder])
    let swap = try FolderSwap(folder) { known.contains($0) || isKnown($0) }
    let cache = CellCache(report: swap.target)
    var outcome = Outcome(report: source.name, cells: [], files: [])
    outcome.files = try swap.fill { work in
      let kept = work.appendingPathComponent(CellCache.folder, isDirectory: true)
      try FileManager.default.createDirectory(at: kept, withIntermediateDirectories: false)
      var files: [(name: String, data: Data)] = []
      var rendered = try render(cache, in: work) { files.append(($0, $1)) }
      // Beside the page and in its links: whoever asks for the mark gets it wherever the file is taken from.
      if marksCSV { for cell in rendered.indices { rendered[cell].markCSV() } }
      let parts = try parts(rendered)
      let texts: [(String, String)] = [
        (Page.file, try html(parts)), ("\(source.name).md", markdown(parts)), ("\(source.name).tex", latex(parts)),
        ("\(source.name).ipynb", try jupyter(parts)),
      ]
      files = texts.map { ($0, Data($1.utf8)) } + Self.cells(parts).flatMap(\.parts).flatMap(\.block.files) + files
      let names = files.map(\.name).filter { !$0.hasPrefix(CellCache.folder) }
      files.append((Self.list, try JSONEncoder().encode(names)))
      for (name, data) in files { try data.write(to: work.appendingPathComponent(name)) }
      outcome.cells = rendered.map { cell in
        let gaps = cell.parts.compactMap { part -> String? in
          guard case .gap(let text) = part.block else { return nil }
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
    let made = try cells.map { cell in
      let inputs = [program, cell.name, cell.source.kind, cell.source.text] + (try cell.cell.inputs())
      let digest = CellCache.digest(inputs)
      let kept = cache.blocks(digest)
      return (
        cell: cell, digest: digest, parts: try kept?.map(CellPart.block) ?? cell.cell.render(as: cell.name),
        isKept: kept != nil
      )
    }
    let drawings = made.flatMap(\.parts).compactMap { if case .drawing(let drawing) = $0 { drawing } else { nil } }
    var figures = try Plot.figures(of: drawings, in: work)[...]
    return try made.map { cell, digest, parts, isKept in
      let blocks = parts.compactMap { part in
        switch part {
        case .block(let block): block
        case .drawing: figures.popFirst().map { .figure($0) }
        }
      }
      keep(CellCache.file(digest), try CellCache.data(blocks))
      return RenderedCell(
        name: cell.name, kind: cell.source.kind, source: cell.source.text, parts: blocks.map { ("", $0) },
        isKept: isKept)
    }
  }
}

extension Block {
  /// A table's data and a figure's pictures, as files.
  fileprivate var files: [(name: String, data: Data)] {
    switch self {
    case .table(let table, let csv): [("\(table.name).csv", Data(csv.utf8))]
    case .figure(let figure):
      [
        figure.svg.map { ("\(figure.name).svg", Data($0.utf8)) }, figure.png.map { ("\(figure.name).png", $0) },
        figure.jpeg.map { ("\(figure.name).jpg", $0) },
      ].compactMap { $0 }
    default: []
    }
  }
}

extension NotebookReport.RenderedCell {
  /// Lets the tables' data begin with a byte order mark.
  fileprivate mutating func markCSV() {
    for place in parts.indices {
      guard case .table(let table, let csv) = parts[place].block else { continue }
      parts[place].block = .table(table, csv: CSV.file(csv, hasMark: true))
    }
  }
}

/// What cells were rendered to before, by a digest of all that they draw from: files under `.cells` beside the page.
struct CellCache {
  static let folder = ".cells"
  private let place: URL

  /// Opens the cells of a report's folder, which need not exist.
  init(report: URL) { place = report.appendingPathComponent(Self.folder, isDirectory: true) }

  /// The name of a cell's file, within the report's folder.
  static func file(_ digest: String) -> String { "\(folder)/\(digest).json" }

  /// What was kept under a digest; nil where nothing was, or what there is cannot be read.
  func blocks(_ digest: String) -> [Block]? {
    guard let data = try? Data(contentsOf: place.appendingPathComponent("\(digest).json")) else { return nil }
    return try? JSONDecoder().decode([Block].self, from: data)
  }

  /// What is kept of a cell.
  static func data(_ blocks: [Block]) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return try encoder.encode(blocks)
  }

  /// The digest of what a cell draws from.
  static func digest(_ inputs: [String]) -> String {
    // Each with its length before it, so that no two lists run together to the same text.
    SHA256.hexadecimal(Data(inputs.map { "\($0.utf8.count):\($0)" }.joined().utf8))
  }
}
