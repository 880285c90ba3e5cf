/// A table before it has a format: columns under groups, rows in sections, a caption and notes.
public struct Table: Hashable, Codable, Sendable {
  /// Which side a column's cells stand on.
  public enum Alignment: String, Codable, Sendable {
    /// Words on one line.
    case leading
    /// Sentences, which are broken into lines where the page is narrow.
    case sentences
    /// Numbers.
    case trailing

    /// Whether cells start at the left.
    var isLeading: Bool { self != .trailing }
  }

  /// A column.
  public struct Column: Hashable, Codable, Sendable {
    /// What stands at its head.
    public var title: Typeset
    /// Which side its cells stand on.
    public var alignment: Alignment
    /// The group it belongs to, an index into `groups`; nil outside any.
    public var group: Int?

    /// Makes a column.
    public init(_ title: Typeset, _ alignment: Alignment = .trailing, group: Int? = nil) {
      self.title = title
      self.alignment = alignment
      self.group = group
    }
  }

  /// Where the figures of a group of columns come from, which decides how they look.
  public enum Origin: String, Codable, Sendable {
    /// Measured by runs of this project.
    case measured
    /// Printed in the paper.
    case published
  }

  /// A heading over neighbouring columns.
  public struct Group: Hashable, Codable, Sendable {
    /// The heading.
    public var title: Typeset
    /// Where the figures come from.
    public var origin: Origin

    /// Makes a group.
    public init(_ title: Typeset, origin: Origin) {
      self.title = title
      self.origin = origin
    }
  }

  /// Rows that belong together, under a heading of their own where they have one.
  public struct Section: Hashable, Codable, Sendable {
    /// The heading.
    public var title: Typeset?
    /// The rows; each has a cell for every column.
    public var rows: [[Typeset]]

    /// Makes a section.
    public init(_ title: Typeset? = nil, rows: [[Typeset]]) {
      self.title = title
      self.rows = rows
    }
  }

  /// What stands in a cell that has nothing to say: a marked gap, never a made-up value.
  public static let gap: Typeset = "—"

  /// A word that names the table in links and labels: `table3`.
  public var name: String
  /// What it is called where it has a number of its own, that of the paper's table: `Table 3`; nil takes the document's
  /// next number.
  public var label: String?
  /// What it shows.
  public var caption: Typeset
  /// The groups of columns.
  public var groups: [Group]
  /// The columns.
  public var columns: [Column]
  /// The rows.
  public var sections: [Section]
  /// What needs saying under it.
  public var notes: [Typeset]

  /// Makes a table.
  public init(
    name: String, label: String? = nil, caption: Typeset, groups: [Group] = [], columns: [Column], sections: [Section],
    notes: [Typeset] = []
  ) {
    self.name = name
    self.label = label
    self.caption = caption
    self.groups = groups
    self.columns = columns
    self.sections = sections
    self.notes = notes
  }

  /// Neighbouring columns of the same group, as runs: the group (nil outside any) and the columns it covers.
  var spans: [(group: Int?, columns: Range<Int>)] {
    var result: [(group: Int?, columns: Range<Int>)] = []
    for (index, column) in columns.enumerated() {
      if let last = result.last, last.group == column.group, column.group != nil {
        result[result.count - 1].columns = last.columns.lowerBound..<(index + 1)
      } else {
        result.append((column.group, index..<(index + 1)))
      }
    }
    return result
  }

  /// The group that a column belongs to.
  func group(of column: Int) -> Group? {
    columns[column].group.flatMap { groups.indices.contains($0) ? groups[$0] : nil }
  }

  /// The table without the columns at the given places, as a narrow screen needs it.
  func dropping(_ places: Set<Int>) -> Table {
    var result = self
    result.columns = columns.indices.filter { !places.contains($0) }.map { columns[$0] }
    result.sections = sections.map { section in
      Section(
        section.title,
        rows: section.rows.map { row in row.indices.filter { !places.contains($0) }.map { row[$0] } })
    }
    return result
  }
}
