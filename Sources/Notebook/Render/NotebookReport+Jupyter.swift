import Documents
import Foundation

extension NotebookReport {
  /// The notebook for Jupyter, nbformat 4.5: prose as Markdown cells, each cell as a code cell with its outputs. It needs no
  /// kernel to be read; `aanet report` is what runs it.
  func jupyter(_ parts: [Part]) throws -> String {
    var cells = [JupyterCell(id: "prose-1", markdown: markdownHead)]
    for part in parts {
      switch part {
      case .cell(let cell):
        cells.append(
          JupyterCell(
            id: "cell-\(cell.name)", code: "# aanet cell: \(cell.kind)\n\(cell.source)",
            outputs: cell.parts.map { Self.output($0.block, $0.label) }))
      case .prose(let block):
        cells.append(
          JupyterCell(id: "prose-\(cells.count + 1)", markdown: block.markdown(label: "")))
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(JupyterNotebook(cells: cells)), as: UTF8.self) + "\n"
  }

  /// A block as what Jupyter shows: the richest form that it knows.
  private static func output(_ block: Block, _ label: String) -> JupyterCell.Output {
    var data: [String: String] = [:]
    var alternative: String?
    let markdown = block.markdown(label: label)
    let plain: String
    switch block {
    case .table(let table, _):
      data["text/html"] = table.html(label: label)
      data["text/markdown"] = markdown
      plain = (["\(label). \(table.caption.plain)", ""] + table.terminal(width: 200)).joined(separator: "\n")
    case .figure(let figure):
      alternative = figure.alternative.onOneLine
      data["image/svg+xml"] = figure.svg
      data["image/png"] = figure.png?.base64EncodedString()
      data["image/jpeg"] = figure.jpeg?.base64EncodedString()
      plain = "\(label). \(figure.caption.plain)\n\(figure.alternative)"
    case .list(let items, _):
      data["text/markdown"] = markdown
      plain = items.map { "- \($0.plain)" }.joined(separator: "\n")
    case .code(let text, _): plain = text
    case .gap(let text):
      data["text/markdown"] = markdown
      plain = "Gap. \(text.plain)"
    case .heading(let text, _, _), .paragraph(let text), .notice(let text): plain = text.plain
    }
    // Jupyter's own convention (IPython's display.Image, nbconvert): what stands for a picture is metadata of its form.
    let metadata = alternative.map { text in
      Dictionary(uniqueKeysWithValues: data.keys.map { ($0, ["alt": text]) })
    }
    data["text/plain"] = plain
    return JupyterCell.Output(data: data, metadata: metadata ?? [:])
  }
}

private struct JupyterNotebook: Encodable {
  struct Metadata: Encodable {
    struct Language: Encodable {
      var name = "yaml"
      var file_extension = ".yaml"
      var mimetype = "text/yaml"
    }
    var language_info = Language()
  }
  var cells: [JupyterCell]
  var metadata = Metadata()
  var nbformat = 4
  var nbformat_minor = 5
}

/// A cell of such a file. Fields that the format wants to be null are written, not left out.
private struct JupyterCell: Encodable {
  struct Output: Encodable {
    var data: [String: String]
    var metadata: [String: [String: String]]
    var output_type = "display_data"
  }

  private var id: String
  private var source: String
  private var outputs: [Output]?

  init(id: String, markdown: String) { (self.id, source) = (Self.identifier(id), markdown) }

  init(id: String, code: String, outputs: [Output]) {
    (self.id, source, self.outputs) = (Self.identifier(id), code, outputs)
  }

  /// At most 64 letters, digits, hyphens.
  private static func identifier(_ text: String) -> String { String(text.prefix(64)) }

  enum CodingKeys: String, CodingKey {
    case id, source, outputs, metadata
    case type = "cell_type"
    case count = "execution_count"
  }

  func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(id, forKey: .id)
    try fields.encode(source, forKey: .source)
    try fields.encode([String: String](), forKey: .metadata)
    try fields.encode(outputs == nil ? "markdown" : "code", forKey: .type)
    guard let outputs else { return }
    try fields.encode(outputs, forKey: .outputs)
    try fields.encodeNil(forKey: .count)
  }
}
