import Documents
import Foundation
import Runs
import Support

/// A picture that `aanet figures` drew of a run: its finished preview.
struct FigureCell: NotebookCell {
  static let kind = "figure"
  /// The most that one preview may have, in bytes.
  static let largest = 2 << 20
  private let run: CellRun
  private let show: String
  private let location: SourceLocation?

  init(_ source: CellSource, in notebook: NotebookContext) throws {
    let keys = try source.keys("of", "row", "seed", "show")
    run = try CellRun(keys, in: notebook)
    let setting = try keys.required("show")
    show = try setting.string(maximum: 60)
    location = setting.location
    guard CellSource.isName(show) else {
      throw setting.error("\(Wording.quoted(show)) is no picture's name, such as maps")
    }
  }

  var name: String { "\(run.table.name)-\(show)" }

  private var folder: URL? {
    run.record?.folder.appendingPathComponent(RunFigures.folderName, isDirectory: true)
  }

  func inputs() throws -> [String] {
    var parts = [try run.table.digest()]
    guard let folder, let figures = try RunFigures(in: folder) else { return parts }
    for figure in figures.figures where figure.name == show {
      parts += ["\(figure)", SHA256.hexadecimal(preview(figure, in: folder) ?? Data())]
    }
    return parts
  }

  func render(as name: String) throws -> [CellPart] {
    guard let folder else { return [run.gap] }
    let draw = Typeset([.code(ShellCommand("aanet", "figures", arguments: [run.word]).text)])
    guard let figures = try RunFigures(in: folder) else {
      return [
        .gap(
          Typeset("No picture “\(show)” of \(run.row.name.onOneLine), seed \(run.seed), is drawn yet. To draw it: ")
            + draw + ".")
      ]
    }
    if let reason = figures.leftOut[show] { return [.gap(Typeset("No picture “\(show)”: \(reason)."))] }
    guard let figure = figures.figures.first(where: { $0.name == show }) else {
      let known = figures.figures.map(\.name) + figures.leftOut.keys.sorted()
      throw ConfigurationError(
        at: location, Wording.unknown("the run has no picture", naming: show, among: known))
    }
    guard let data = preview(figure, in: folder) else {
      return [
        .gap(
          Typeset("The picture “\(show)” of \(run.row.name.onOneLine) cannot be read. To draw it anew: ") + draw + ".")
      ]
    }
    return [
      .block(
        .figure(
          Figure(
            name: name,
            caption: Typeset("\(figure.caption) (After \(figure.paper) of the paper; run ")
              + Typeset([.code(run.word)]) + ".)",
            alternative: figure.alternative, isWide: true, jpeg: data)))
    ]
  }

  /// The JPEG beside the record: a plain name, no more than ``largest``, and a JPEG by its first bytes.
  private func preview(_ figure: RunFigures.Figure, in folder: URL) -> Data? {
    guard !figure.preview.utf8.contains(UInt8(ascii: "/")), !figure.preview.hasPrefix("."),
      let handle = try? FileHandle(forReadingFrom: folder.appendingPathComponent(figure.preview)),
      let data = try? handle.read(upToCount: Self.largest + 1), data.count <= Self.largest,
      data.starts(with: [0xFF, 0xD8, 0xFF])
    else { return nil }
    return data
  }
}
