import Documents

extension RunComparison {
  /// The comparison as plain text for a terminal of the given width.
  package func terminal(width: Int) -> String {
    let room = max(40, width)
    var blocks: [[String]] = [dataStatement().wrapped(to: room)]
    blocks += cautions().map { $0.wrapped(to: room) }
    // The first figures stay longest: from the right, columns are left out until the table fits.
    let count = metrics.count
    let levels = (1..<max(2, count)).reversed().map { Set([2 + $0]) }
    blocks.append(titled(levelsTable(), room, optional: levels))
    if let deltas = deltasTable() {
      let before = deltas.columns.count - 1 - count
      blocks.append(titled(deltas, room, optional: (1..<max(2, count)).reversed().map { Set([before + $0]) }))
    }
    blocks.append(findings().flatMap { $0.plain.wrapped(to: room) })
    blocks.append(settings(room))
    blocks.append(titled(trainingTable(), room))
    if let table = queriesTable() {
      blocks.append(titled(table, room, optional: [[7], [1]]))
      if let tests = permutationTable() {
        blocks.append(titled(tests, room, optional: [[3], [1]]))
      }
      if let flips = flipsTable() { blocks.append(titled(flips, room)) }
    } else {
      blocks.append(noQueries.wrapped(to: room))
    }
    return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
  }

  private func settings(_ room: Int) -> [String] {
    guard let table = settingsTable() else { return noSettings.wrapped(to: room) }
    let lines = titled(table, room)
    guard lines.contains(where: { $0.columnsOnScreen > room }), let other = settingsTable(byValue: true) else {
      return lines
    }
    return titled(other, room)
  }

  private func titled(_ table: Table, _ room: Int, optional: [Set<Int>] = []) -> [String] {
    table.caption.plain.wrapped(to: room) + [""] + table.terminal(width: room, optional: optional)
      + table.notes.flatMap { $0.plain.wrapped(to: room) }
  }
}
