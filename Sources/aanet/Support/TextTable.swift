import Support

/// Columns for the eye: each as wide as its widest cell, numbers to the right.
struct TextTable {
  private let headings: [String]
  private let right: Set<Int>
  private var rows: [[String]] = []

  /// Starts a table; `right` are the columns that stand to the right, counted from 0.
  init(_ headings: [String], right: Set<Int> = []) {
    self.headings = headings
    self.right = right
  }

  /// Adds a row, a cell for each column.
  mutating func add(_ cells: [String]) { rows.append(cells.map { Wording.printable($0, limit: 120) }) }

  /// The table as lines.
  var text: String {
    let all = [headings] + rows
    let widths = headings.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      let cells = row.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return right.contains(column) ? padding + row[column] : row[column] + padding
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}
