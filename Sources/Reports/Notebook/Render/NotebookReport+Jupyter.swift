import Foundation

extension NotebookReport {
  /// The notebook for Jupyter, nbformat 4.5: prose as Markdown cells, each cell as a code cell with its outputs. It needs no
  /// kernel to be read; `aanet report` is what runs it.
  func jupyter(_ blocks: [Block]) throws -> String {
    var cells: [JupyterCell] = []
    func prose(_ text: String) {
      cells.append(JupyterCell(id: "prose-\(cells.count + 1)", markdown: text))
    }
    var head = "# \(source.title.escapedForMarkdown)"
    if let subtitle = source.subtitle { head += "\n\n\(subtitle.escapedForMarkdown)" }
    if !notebook.tables.isEmpty { head += "\n\n> \(dataStatement.escapedForMarkdown)" }
    prose(head)
    for block in blocks {
      switch block {
      case .cell(let cell):
        cells.append(
          JupyterCell(
            id: "cell-\(cell.name)", code: "# aanet cell: \(cell.kind)\n\(cell.source)",
            outputs: cell.parts.map(Self.output)))
      default: if let text = Self.markdown(block) { prose(text) }
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(JupyterNotebook(cells: cells)), as: UTF8.self) + "\n"
  }

  /// A part as what Jupyter shows: the richest form that it knows.
  private static func output(_ part: Part) -> JupyterCell.Output {
    var data: [String: String] = [:]
    var alternative: String?
    var plain: String
    switch part.part {
    case .table(let table, _):
      data["text/html"] = table.html(label: part.label)
      data["text/markdown"] = table.markdown(label: part.label)
      plain = (["\(part.label). \(table.caption.plain)", ""] + table.terminal(width: 200)).joined(separator: "\n")
    case .picture(let picture):
      alternative = picture.alternative.onOneLine
      data["image/svg+xml"] = picture.svg
      data["image/png"] = picture.png?.base64EncodedString()
      data["image/jpeg"] = picture.jpeg?.base64EncodedString()
      plain = "\(part.label). \(picture.caption.plain)\n\(picture.alternative)"
    case .list(let items):
      data["text/markdown"] = markdown(part)
      plain = items.map { "- \($0.plain)" }.joined(separator: "\n")
    case .code(let text): plain = text
    case .gap(let text):
      data["text/markdown"] = markdown(part)
      plain = "Gap. \(text.plain)"
    }
    // Jupyter's own convention (IPython's display.Image, nbconvert): what stands for a picture is metadata of its form.
    let metadata = alternative.map { text in
      Dictionary(uniqueKeysWithValues: data.keys.map { ($0, ["alt": text]) })
    }
    data["text/plain"] = plain
    return JupyterCell.Output(data: data, metadata: metadata ?? [:])
  }
}

/// A file of Jupyter's.
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
