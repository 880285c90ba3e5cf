import Configuration
import Documents
import Foundation
import Support
import YAML

/// What a report reports, read from `reports/<name>.yaml`.
package struct ReportDefinition: Hashable, Sendable {
  /// Its name, that of the file: `ablation`.
  package var name: String
  package var title: String
  /// The experiment that it draws from: `quickstart/table3`.
  package var experiment: String
  /// The published table that stands beside: `table3`; nil where the paper has none.
  package var table: String?
  /// What is made of the records.
  package var kind: Kind
  /// Paragraphs of introduction. They hold no digit, so that no number is typed by hand.
  package var introduction: [String]
  /// The rows of a comparison, or the methods of a table of attributes; none for an ablation, whose rows are the
  /// experiment's own.
  package var sections: [ReportSection]
  /// What has to be said under the table, without digits too.
  package var notes: [String]

  /// What a report makes of an experiment's records.
  package enum Kind: String, CaseIterable, Sendable {
    /// A row a variant, and what each gains over the row before.
    case ablation
    /// The paper's rows, of other methods too, and the measured variants among them.
    case comparison
    /// Attribute accuracy: a row an attribute, columns for the methods.
    case attributes

    /// Whether the definition names the rows; an ablation's are the experiment's own.
    var namesRows: Bool { self != .ablation }
  }

  /// The file of published figures, which lies among the reports.
  package static let publishedFile = "published.yaml"
  /// The paper's claims, which lie there too.
  package static let claimsFile = "claims.yaml"
  /// The register of settings, which lies there too.
  package static let deviationsFile = "deviations.yaml"
  /// The files among the reports that define none.
  static let otherFiles = [publishedFile, claimsFile, deviationsFile]

  /// What is reported of an experiment that no file defines a report for: a row a variant, and nothing beside it.
  package init(ofVariants experiment: String, title: String) {
    (name, self.title, self.experiment) = (experiment, title, experiment)
    (table, kind, introduction, sections, notes) = (nil, .ablation, [], [], [])
  }

  /// Reads a report's definition.
  ///
  /// Throws a `ConfigurationError` that names file, line and key.
  package init(contentsOf file: URL) throws {
    try self.init(YAML.parse(contentsOf: file), name: file.deletingPathExtension().lastPathComponent)
  }

  /// Reads a report's definition from text.
  package init(text: String, name: String) throws {
    try self.init(YAML.parse(text, name: "\(name).yaml"), name: name)
  }

  private init(_ value: YAMLValue, name: String) throws {
    let keys = try Setting(value).keys("title", "kind", "experiment", "table", "introduction", "sections", "notes")
    self.name = name
    title = try keys.required("title").string()
    kind = try keys["kind"]?.choice() ?? .ablation
    experiment = try keys.required("experiment").string()
    table = try keys["table"]?.string()
    introduction = try Self.prose(keys["introduction"])
    notes = try Self.prose(keys["notes"])
    if !kind.namesRows, let sections = keys["sections"] {
      throw sections.error(
        "an ablation's rows are the experiment's variants; leave 'sections' out, or take another kind")
    }
    sections = !kind.namesRows ? [] : try keys.required("sections").items(count: 1...100).map(ReportSection.init)
  }

  /// Paragraphs without digits, so that no number is typed by hand.
  private static func prose(_ setting: Setting?) throws -> [String] {
    try (setting?.items() ?? []).map { paragraph in
      let text = try paragraph.string(maximum: 4000)
      guard !text.contains(where: \.isWholeNumber) else {
        throw paragraph.error("holds a number; numbers come from the runs and from \(publishedFile)")
      }
      return text
    }
  }

  /// The reports that a folder defines, by name.
  package static func names(in folder: URL) -> [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".yaml") && !otherFiles.contains($0) }.map { String($0.dropLast(5)) }.sorted()
  }

  /// Finds a report by name.
  ///
  /// Throws a `PlainError` with the nearest name where there is none, a `ConfigurationError` where it is faulty.
  package static func find(_ name: String, in folder: URL) throws -> ReportDefinition {
    let names = names(in: folder)
    guard names.contains(name) else {
      throw PlainError(Wording.unknown("\(Wording.quoted(name)) is no report", name, among: names))
    }
    return try ReportDefinition(contentsOf: folder.appendingPathComponent("\(name).yaml"))
  }

  /// What the folder of this report on an experiment is called: its own name for its own experiment.
  package func output(for experiment: String) -> String { experiment == self.experiment ? name : experiment }

  /// The report that a folder defines for an experiment: the one that names it, else one of the table that the
  /// experiment's variants are rows of; nil where there is neither.
  ///
  /// - Parameter table: what the experiment says of itself, `table3`.
  /// - Throws: a `ConfigurationError` where a definition is faulty.
  package static func find(for experiment: String, table: String?, in folder: URL) throws -> ReportDefinition? {
    let all = try names(in: folder).map { try find($0, in: folder) }
    return all.first { $0.experiment == experiment } ?? all.first { table != nil && $0.table == table }
  }
}

/// Rows of a table that belong together, as its definition lists them.
package struct ReportSection: Hashable, Sendable {
  /// A row: what the paper printed, what is measured, or both side by side.
  package struct Row: Hashable, Sendable {
    /// What it is called; the paper's name of the row where nothing else is said.
    package var label: String
    /// The name of the paper's row; nil where the paper has none.
    package var paper: String?
    /// The variant that measures it; nil where it is not measured here.
    package var variant: String?
    /// Whether the re-ranked figures of the variant's runs are meant.
    package var isReranked: Bool
  }

  package var title: String?
  package var rows: [Row]

  init(_ setting: Setting) throws(ConfigurationError) {
    let keys = try setting.keys("title", "rows")
    title = try keys["title"]?.string(maximum: 200)
    var rows: [Row] = []
    for item in try keys.required("rows").items(count: 1...1000) {
      let keys = try item.keys("label", "paper", "variant", "reranked")
      let paper = try keys["paper"]?.string(maximum: 200)
      let variant = try keys["variant"]?.string(maximum: 1000)
      let isReranked = try keys["reranked"]?.bool() ?? false
      guard let label = try keys["label"]?.string(maximum: 200) ?? paper ?? variant else {
        throw item.error("a row names the paper's row ('paper'), the variant that measures it ('variant'), or both")
      }
      guard variant != nil || !isReranked else {
        throw item.error("'reranked' needs the 'variant' whose runs are meant")
      }
      rows.append(Row(label: label, paper: paper, variant: variant, isReranked: isReranked))
    }
    self.rows = rows
  }
}
