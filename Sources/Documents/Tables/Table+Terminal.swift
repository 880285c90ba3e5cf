extension Table {
  /// The table as aligned plain text. The sets of columns in `optional` are left out one after another until it
  /// fits `width`.
  package func terminal(width: Int, optional: [Set<Int>] = []) -> [String] {
    var table = self
    var dropped: Set<Int> = []
    for places in optional where table.naturalWidth > width {
      dropped.formUnion(places)
      table = dropping(dropped)
    }
    return table.lines()
  }

  private static let gutter = 2

  private var widths: [Int] {
    var result = columns.map(\.title.plain.columnsOnScreen)
    for row in sections.flatMap(\.rows) {
      for (index, cell) in row.enumerated() where index < result.count {
        result[index] = max(result[index], cell.plain.columnsOnScreen)
      }
    }
    for span in spans {  // a heading wider than its columns widens the last of them
      guard let title = group(of: span.columns.lowerBound)?.title.plain else { continue }
      let have = span.columns.reduce(0) { $0 + result[$1] } + Self.gutter * (span.columns.count - 1)
      result[span.columns.upperBound - 1] += max(0, title.columnsOnScreen - have)
    }
    return result
  }

  private var naturalWidth: Int { widths.reduce(0, +) + Self.gutter * max(0, columns.count - 1) }

  private func lines() -> [String] {
    let widths = widths
    let gap = String(repeating: " ", count: Self.gutter)
    func line(_ cells: [String]) -> String {
      zip(cells.indices, cells).map { index, cell in
        cell.padded(to: widths[index], columns[index].alignment)
      }.joined(separator: gap).trimmingTrailingSpaces
    }
    var result: [String] = []
    if !groups.isEmpty {
      let heads = spans.map { span -> String in
        let room = span.columns.reduce(0) { $0 + widths[$1] } + Self.gutter * (span.columns.count - 1)
        return (group(of: span.columns.lowerBound)?.title.plain ?? "").centered(in: room)
      }
      result.append(heads.joined(separator: gap).trimmingTrailingSpaces)
    }
    result.append(line(columns.map(\.title.plain)))
    result.append(widths.map { String(repeating: "─", count: $0) }.joined(separator: gap))
    for section in sections {
      if let title = section.title { result.append(title.plain) }
      result += section.rows.map { line($0.map(\.plain)) }
    }
    return result
  }
}

extension String {
  /// How many columns of a terminal the text takes: one a character (names in wide scripts come out a little ragged).
  package var columnsOnScreen: Int { count }

  func padded(to width: Int, _ alignment: Table.Alignment) -> String {
    let space = String(repeating: " ", count: max(0, width - columnsOnScreen))
    return alignment.isLeading ? self + space : space + self
  }

  func centered(in width: Int) -> String {
    let space = max(0, width - columnsOnScreen)
    return String(repeating: " ", count: space / 2) + self + String(repeating: " ", count: space - space / 2)
  }

  var trimmingTrailingSpaces: String {
    var result = self[...]
    while result.last == " " { result.removeLast() }
    return String(result)
  }

  /// The text broken at spaces into lines of at most `width` columns; a longer word stands alone.
  package func wrapped(to width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? String(word) : " \(word)"
    }
    return line.isEmpty ? lines : lines + [line]
  }
}
