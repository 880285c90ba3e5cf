/// A row that the paper printed.
public struct PublishedRow: Hashable, Codable, Sendable {
  /// The word that a measured variant is matched by: `Lg+Lp`.
  public var name: String
  /// Its tasks, in the order of the loss: `global`, `part`, `attribute`, `attention`; empty where a row is no ablation.
  public var tasks: [String]
  /// The weight of each task's loss; nil where the paper learned them.
  public var weights: [String: Double]?
  /// The printed figures by column (`mAP`, `rank1`), in percent.
  public var values: [String: Double]
  /// Where it is printed: `Table 3, first row`.
  public var source: String
  /// What has to be said of it: a misprint.
  public var note: String?

  /// Records a row.
  public init(
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
public struct PublishedTable: Hashable, Codable, Sendable {
  /// The word that reports name it by: `table3`.
  public var name: String
  /// Its caption, in short.
  public var title: String
  /// The data it was measured on: `DukeMTMC-reID`.
  public var dataset: String
  /// The network: `ResNet-50`.
  public var backbone: String
  /// Where it is printed: the paper and the table's number.
  public var source: String
  /// Its columns, in the paper's order: `mAP`, `rank1`, or attributes by their names.
  public var columns: [String]
  /// Its rows, in the paper's order.
  public var rows: [PublishedRow]

  /// Records a table.
  public init(
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
  public var label: String { name.wholeMatch(of: /table([0-9]{1,3})/).map { "Table \($0.1)" } ?? title }

  /// The row of a name.
  public func row(_ name: String) -> PublishedRow? { rows.first { $0.name == name } }
}
