/// A table before it has a format: columns under groups, rows in sections, a caption and notes.
package struct Table: Hashable, Codable, Sendable {
  /// Which side a column's cells stand on.
  package enum Alignment: String, Codable, Sendable {
    /// Words on one line.
    case leading
    /// Sentences, which are broken into lines where the page is narrow.
    case sentences
    /// Numbers.
    case trailing

    /// Whether cells start at the left.
    package var isLeading: Bool { self != .trailing }
  }

  /// A column.
  package struct Column: Hashable, Codable, Sendable {
    /// What stands at its head.
    package var title: Typeset
    /// Which side its cells stand on.
    package var alignment: Alignment
    /// The group it belongs to, an index into `groups`; nil outside any.
    package var group: Int?

    /// Makes a column.
    package init(_ title: Typeset, _ alignment: Alignment = .trailing, group: Int? = nil) {
      self.title = title
      self.alignment = alignment
      self.group = group
    }
  }

  /// Where the figures of a group of columns come from, which decides how they look.
  package enum Origin: String, Codable, Sendable {
    /// Measured by runs of this project.
    case measured
    /// Printed in the paper.
    case published
  }

  /// A heading over neighbouring columns.
  package struct Group: Hashable, Codable, Sendable {
    /// The heading.
    package var title: Typeset
    /// Where the figures come from.
    package var origin: Origin

    /// Makes a group.
    package init(_ title: Typeset, origin: Origin) {
      self.title = title
      self.origin = origin
    }
  }

  /// Rows that belong together, under a heading of their own where they have one.
  package struct Section: Hashable, Codable, Sendable {
    /// The heading.
    package var title: Typeset?
    /// The rows; each has a cell for every column.
    package var rows: [[Typeset]]

    /// Makes a section.
    package init(_ title: Typeset? = nil, rows: [[Typeset]]) {
      self.title = title
      self.rows = rows
    }
  }

  /// What stands in a cell that has nothing to say: a marked gap, never a made-up value.
  package static let gap: Typeset = "—"

  /// A word that names the table in links and labels: `table3`.
  package var name: String
  /// What it is called where it has a number of its own, that of the paper's table: `Table 3`; nil takes the document's
  /// next number.
  package var label: String?
  /// What it shows.
  package var caption: Typeset
  /// The groups of columns.
  package var groups: [Group]
  /// The columns.
  package var columns: [Column]
  /// The rows.
  package var sections: [Section]
  /// What needs saying under it.
  package var notes: [Typeset]

  /// Makes a table.
  package init(
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
  package var spans: [(group: Int?, columns: Range<Int>)] {
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
  package func group(of column: Int) -> Group? {
    columns[column].group.flatMap { groups.indices.contains($0) ? groups[$0] : nil }
  }

  /// The table without the columns at the given places, as a narrow screen needs it.
  package func dropping(_ places: Set<Int>) -> Table {
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
