import Documents
import Evidence
import Foundation

extension NotebookReport {
  /// The notebook as GitHub's Markdown, pictures beside it.
  func markdown(_ parts: [Part]) -> String {
    var texts = [markdownHead]
    texts += parts.map { part in
      switch part {
      case .prose(let block): block.markdown(label: "")
      case .cell(let cell):
        cell.parts.map { $0.block.markdown(label: $0.label) }.joined(separator: "\n\n")
      }
    }
    texts.append("Made by `\(command.onOneLine)` from `\(source.file.onOneLine)` and the records of the runs alone.")
    return texts.joined(separator: "\n\n") + "\n"
  }

  /// Title, subtitle, and what the data is.
  var markdownHead: String {
    [
      "# \(source.title.escapedForMarkdown)", source.subtitle?.escapedForMarkdown,
      dataStatement.map { "> \($0.escapedForMarkdown)" },
    ]
    .compactMap { $0 }.joined(separator: "\n\n")
  }

  func latex(_ parts: [Part]) -> String {
    let head = [
      "% \(source.title.onOneLine)", "% \((dataStatement ?? [Report]().dataStatement).onOneLine)",
      "% Made by: \(command.onOneLine)", Table.packagesForLaTeX, "",
    ]
    let tables = Self.cells(parts).filter { isForLaTeX($0.name) }.flatMap(\.parts).flatMap { part in
      if case .table(let table, _) = part.block { [table.latex(), ""] } else { [String]() }
    }
    return (head + tables).joined(separator: "\n")
  }

  static func cells(_ parts: [Part]) -> [RenderedCell] {
    parts.compactMap { part in if case .cell(let cell) = part { cell } else { nil } }
  }
}
