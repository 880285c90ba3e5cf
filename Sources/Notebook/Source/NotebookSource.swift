import Configuration
import Documents
import Foundation
import Support
import YAML

/// A notebook as its author wrote it, `reports/<name>.md`: what it draws from, prose, and cells.
package struct NotebookSource: Sendable {
  /// An experiment that the notebook draws from.
  package struct Experiment: Hashable, Sendable {
    /// What cells and values call it: `table3`.
    package var name: String
    /// Its name under `experiments/`.
    package var experiment: String
    package var location: SourceLocation?
  }

  enum Block: Sendable {
    /// A heading, 1 the highest.
    case heading(Prose, level: Int)
    case paragraph(Prose)
    /// Paragraphs behind `>`: what must not be missed.
    case notice(Prose)
    case list([Prose], isNumbered: Bool)
    /// Code to be shown as it is.
    case code(String)
    case cell(CellSource)
  }

  /// Its name, that of the file.
  package var name: String
  /// The file, as messages show it.
  package var file: String
  package var title: String
  /// What the title is said with.
  package var subtitle: String?
  package var experiments: [Experiment]
  /// The prose and the cells, in order.
  var blocks: [Block]

  /// The most that a notebook may hold, in bytes.
  static let largest = 1 << 20

  /// Reads a notebook's file. `kinds` are the words that stand for cells.
  ///
  /// - Throws: a `ConfigurationError` that names file, line and column, a `PlainError` where the file cannot be read.
  init(contentsOf file: URL, kinds: [String]) throws {
    let name = file.deletingPathExtension().lastPathComponent
    let data: Data?
    do { data = try AtomicFile.read(file, limit: Self.largest) } catch { throw PlainError("\(error)".onOneLine) }
    guard let data else { throw PlainError("\(file.path.onOneLine): there is no such notebook") }
    let shown = "reports/\(file.lastPathComponent)"
    try self.init(text: UTF8Text.string(of: data, in: .file(shown)), name: name, file: shown, kinds: kinds)
  }

  init(text: String, name: String, file: String? = nil, kinds: [String]) throws {
    let file = file ?? "\(name).md"
    let lines = text.trimmingPrefix("\u{FEFF}").split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let end = lines.dropFirst().firstIndex { $0 == "---" }
    guard lines.first == "---", let end else {
      throw ConfigurationError(
        at: SourceLocation(file: file, line: 1, column: 1),
        "a notebook starts with its settings between two lines '---': title, and experiments")
    }
    let front = "\n" + lines[1..<end].joined(separator: "\n") + "\n"
    let keys = try Setting(YAML.parse(front, name: file)).keys("title", "subtitle", "experiments")
    self.name = name
    self.file = file
    title = try Self.heading(keys.required("title"))
    subtitle = try keys["subtitle"].map(Self.heading)
    experiments = try (keys["experiments"]?.entries() ?? []).map { name, setting in
      guard CellSource.isName(name) else {
        throw setting.error(
          "\(Wording.quoted(name)) is no name for cells: lower-case letters, digits and hyphens, a letter first")
      }
      return Experiment(name: name, experiment: try setting.string(maximum: 200), location: setting.location)
    }
    var reader = NotebookReader(lines: lines, from: end + 1, file: file, kinds: kinds)
    blocks = try reader.read()
  }

  /// A line of text from the settings, in which no result may be typed either: `{{typed 50 %}}` is its own number.
  private static func heading(_ setting: Setting) throws -> String {
    let text = try setting.string(maximum: 300)
    var source = SourceText(file: setting.location?.file ?? "")
    source.append(text[...], line: setting.location?.line ?? 1, column: setting.location?.column ?? 1)
    let (set, visible) = ProseReader.typed(in: source, source.marks.indices)
    try HandTypedNumber.refuse(in: visible, source, isTitle: true)
    return set
  }

  /// The notebooks of a folder, by name.
  package static func names(in folder: URL) -> [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".md") && !$0.hasPrefix(".") && $0 != "README.md" }
      .map { String($0.dropLast(3)) }.sorted()
  }

  var cells: [CellSource] {
    blocks.compactMap { block in
      guard case .cell(let cell) = block else { return nil }
      return cell
    }
  }
}
