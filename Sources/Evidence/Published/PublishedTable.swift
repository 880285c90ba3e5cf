import Configuration
import Documents
import Foundation
import Support
import YAML

/// A row that the paper printed.
package struct PublishedRow: Hashable, Codable, Sendable {
  /// The word that a measured variant is matched by: `Lg+Lp`.
  package var name: String
  /// Its tasks, in the order of the loss: `global`, `part`, `attribute`, `attention`; empty where a row is no ablation.
  package var tasks: [String]
  /// The weight of each task's loss; nil where the paper learned them.
  package var weights: [String: Double]?
  /// The printed figures by column (`mAP`, `rank1`), in percent.
  package var values: [String: Double]
  /// Where it is printed: `Table 3, first row`.
  package var source: String
  /// What has to be said of it: a misprint.
  package var note: String?

  package init(
    name: String, tasks: [String] = [], weights: [String: Double]? = nil, values: [String: Double], source: String,
    note: String? = nil
  ) {
    (self.name, self.tasks, self.weights, self.values, self.source) = (name, tasks, weights, values, source)
    self.note = note
  }
}

/// A table that the paper printed.
package struct PublishedTable: Hashable, Codable, Sendable {
  /// The word that reports name it by: `table3`.
  package var name: String
  /// Its caption, in short.
  package var title: String
  /// The data it was measured on: `DukeMTMC-reID`.
  package var dataset: String
  /// The network: `ResNet-50`.
  package var backbone: String
  /// Where it is printed: the paper and the table's number.
  package var source: String
  /// Its columns, in the paper's order: `mAP`, `rank1`, or attributes by their names.
  package var columns: [String]
  /// Its rows, in the paper's order.
  package var rows: [PublishedRow]

  package init(
    name: String, title: String, dataset: String, backbone: String, source: String, columns: [String] = [],
    rows: [PublishedRow]
  ) {
    (self.name, self.title, self.dataset, self.backbone, self.source) = (name, title, dataset, backbone, source)
    (self.columns, self.rows) = (columns, rows)
  }

  /// What the paper calls it, `Table 3` for `table3`; its title where its name is not of that form.
  package var label: String { name.wholeMatch(of: /table([0-9]{1,3})/).map { "Table \($0.1)" } ?? title }

  package func row(_ name: String) -> PublishedRow? { rows.first { $0.name == name } }
}

/// Every figure that the paper printed and that reports may show, read from `reports/published.yaml`.
package struct PublishedFigures: Hashable, Sendable {
  package var paper: String
  package var tables: [PublishedTable]

  /// Reads the file.
  ///
  /// Throws a `ConfigurationError` that names file, line and key where it is not as it should be.
  package init(contentsOf file: URL) throws {
    try self.init(YAML.parse(contentsOf: file))
  }

  /// Reads the file's text; `name` is what messages call it.
  package init(text: String, name: String) throws {
    try self.init(YAML.parse(text, name: name))
  }

  private init(_ value: YAMLValue) throws {
    let keys = try Setting(value).keys("paper", "tables")
    let paper = try keys.required("paper").string()
    self.paper = paper
    tables = try keys.required("tables").entries().map { try PublishedTable($0.key, $0.setting, paper: paper) }
  }

  /// The table of a name.
  ///
  /// Throws a `PlainError` with the nearest name where there is none.
  package func table(_ name: String) throws -> PublishedTable {
    if let table = tables.first(where: { $0.name == name }) { return table }
    throw PlainError(
      Wording.unknown("\(Wording.quoted(name)) is no published table", name, among: tables.map(\.name)))
  }
}

extension PublishedTable {
  init(_ name: String, _ setting: Setting, paper: String) throws {
    let keys = try setting.keys("title", "dataset", "backbone", "source", "columns", "rows")
    let columns = try keys.required("columns").items(count: 1...30).map { try $0.string(maximum: 40) }
    let place = try keys.required("source").string()
    self.init(
      name: name, title: try keys.required("title").string(), dataset: try keys.required("dataset").string(),
      backbone: try keys.required("backbone").string(), source: "\(paper), \(place)", columns: columns,
      rows: try keys.required("rows").entries().map { try PublishedRow($0.key, $0.setting, columns: columns) })
  }
}

extension PublishedRow {
  init(_ name: String, _ setting: Setting, columns: [String]) throws {
    let keys = try KnownKeys(setting, known: ["tasks", "weights", "source", "note"] + columns)
    let known = LossTerm.all.map(\.name)
    let tasks = try (keys["tasks"]?.items() ?? []).map { item in
      let word = try item.string(maximum: 40)
      guard known.contains(word) else {
        throw item.error(Wording.unknown("\(Wording.quoted(word)) is no task", word, among: known))
      }
      return word
    }
    var weights: [String: Double]?
    if let setting = keys["weights"], !setting.isWord("learned") {
      let given = try KnownKeys(setting, known: known)
      weights = try known.reduce(into: [:]) { weights, task in
        if let weight = given[task] { weights[task] = try weight.double(in: 0...1e6) }
      }
    }
    let values = try columns.reduce(into: [String: Double]()) { values, column in
      // A column that the paper leaves empty in a row is left out of the row.
      if let figure = keys[column] { values[column] = try figure.double(in: 0...100) }
    }
    self.init(
      name: name, tasks: tasks, weights: weights, values: values, source: try keys.required("source").string(),
      note: try keys["note"]?.string())
  }
}
