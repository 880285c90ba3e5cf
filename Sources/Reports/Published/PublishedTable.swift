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

  /// Records a row.
  package init(
    name: String, tasks: [String] = [], weights: [String: Double]? = nil, values: [String: Double], source: String,
    note: String? = nil
  ) {
    self.name = name
    self.tasks = tasks
    self.weights = weights
    self.values = values
    self.source = source
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

  /// Records a table.
  package init(
    name: String, title: String, dataset: String, backbone: String, source: String, columns: [String] = [],
    rows: [PublishedRow]
  ) {
    self.name = name
    self.title = title
    self.dataset = dataset
    self.backbone = backbone
    self.source = source
    self.columns = columns
    self.rows = rows
  }

  /// What the paper calls it, `Table 3` for `table3`; its title where its name is not of that form.
  package var label: String { name.wholeMatch(of: /table([0-9]{1,3})/).map { "Table \($0.1)" } ?? title }

  /// The row of a name.
  package func row(_ name: String) -> PublishedRow? { rows.first { $0.name == name } }
}
