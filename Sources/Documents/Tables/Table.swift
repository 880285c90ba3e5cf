/// A table before it has a format: columns under groups, rows in sections, a caption and notes.
package struct Table: Hashable, Codable, Sendable {
  /// Which side a column's cells stand on.
  package enum Alignment: String, Codable, Sendable {
    /// Words on one line.
    case leading
    /// Sentences, which are broken into lines where the page is narrow.
    case sentences
    case trailing

    /// Whether cells start at the left.
    var isLeading: Bool { self != .trailing }
  }

  package struct Column: Hashable, Codable, Sendable {
    package var title: Typeset
    /// Which side its cells stand on.
    package var alignment: Alignment
    /// The group it belongs to, an index into `groups`; nil outside any.
    package var group: Int?

    package init(_ title: Typeset, _ alignment: Alignment = .trailing, group: Int? = nil) {
      (self.title, self.alignment, self.group) = (title, alignment, group)
    }
  }

  /// Where the figures of a group of columns come from, which decides how they look.
  package enum Origin: String, Codable, Sendable {
    /// Measured by runs of this project.
    case measured
    /// Printed in the paper.
    case published
  }

  package struct Group: Hashable, Codable, Sendable {
    package var title: Typeset
    /// Where the figures come from.
    package var origin: Origin

    package init(_ title: Typeset, origin: Origin) {
      self.title = title
      self.origin = origin
    }
  }

  /// Rows that belong together, under a heading of their own where they have one.
  package struct Section: Hashable, Codable, Sendable {
    package var title: Typeset?
    /// The rows; each has a cell for every column.
    package var rows: [[Typeset]]

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
  package var caption: Typeset
  package var groups: [Group]
  package var columns: [Column]
  package var sections: [Section]
  package var notes: [Typeset]
  /// What it comes to, in a line; the table is folded away behind it where there is one.
  package var summary: Typeset?

  package init(
    name: String, label: String? = nil, caption: Typeset, groups: [Group] = [], columns: [Column], sections: [Section],
    notes: [Typeset] = []
  ) {
    (self.name, self.label, self.caption, self.groups, self.columns) = (name, label, caption, groups, columns)
    (self.sections, self.notes) = (sections, notes)
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

/// A column as a function of what a table's rows are of.
package struct ColumnOf<Item> {
  package let head: Table.Column
  package let cell: (Item) -> Typeset

  package init(
    _ title: Typeset, _ alignment: Table.Alignment = .trailing, group: Int? = nil, cell: @escaping (Item) -> Typeset
  ) {
    (head, self.cell) = (Table.Column(title, alignment, group: group), cell)
  }
}

extension Table {
  /// Sets items in rows, a cell a column. `sections` are the items that belong together, with their heading.
  package init<Item>(
    name: String, label: String? = nil, caption: Typeset, groups: [Group] = [], columns: [ColumnOf<Item>],
    sections: [(title: Typeset?, items: [Item])], notes: [Typeset] = []
  ) {
    self.init(
      name: name, label: label, caption: caption, groups: groups, columns: columns.map(\.head),
      sections: sections.map { title, items in Section(title, rows: items.map { item in columns.map { $0.cell(item) } })
      },
      notes: notes)
  }
}
