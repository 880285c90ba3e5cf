import Datasets

/// Where the channels peak and the parts that follow from it (the paper's Figure 4).
package enum PartsPanel {
  /// For each image two tiles: the peaks, a disc a place with an area that grows with how many channels peak there; and
  /// the parts' bounds with their numbers.
  package static func drawn(_ subjects: [Subject], across: Int) -> Panel {
    let groups = subjects.map { [peaks($0), parts($0)] }
    let rows = stride(from: 0, to: groups.count, by: across).map { start in
      let shown = groups[start..<min(start + across, groups.count)]
      return Panel.Row(
        tiles: shown.enumerated().flatMap { number, group in
          var group = group
          if number > 0 { group[0].before = .gap }
          return group
        })
    }
    return Panel(
      headings: (0..<min(across, groups.count)).flatMap { _ in
        [Tile.Caption(text: "peaks"), Tile.Caption(text: "parts")]
      }, rows: rows)
  }

  private static func peaks(_ subject: Subject) -> Tile {
    let maps = subject.maps
    let most = Double(max(1, maps.peaks.max() ?? 1))
    // The largest disc just fills its place of the feature map.
    let room = min(
      Double(subject.picture.width) / Double(maps.width), Double(subject.picture.height) / Double(maps.height))
    let discs = maps.peaks.enumerated().filter { $0.element > 0 }.map { place, count in
      Tile.Disc(
        x: (Double(place % maps.width) + 0.5) / Double(maps.width),
        y: (Double(place / maps.width) + 0.5) / Double(maps.height),
        radius: max(1, room / 2 * (Double(count) / most).squareRoot()))
    }
    return Tile(
      picture: subject.picture.grey, captions: [Tile.Caption(text: subject.shortName, isPale: true)],
      lines: bounds(subject),
      discs: discs)
  }

  private static func parts(_ subject: Subject) -> Tile {
    let height = Double(subject.maps.height)
    let labels = subject.maps.parts.enumerated().map { number, rows in
      Tile.Disc(
        x: 0.12, y: Double(rows.lowerBound + rows.upperBound) / 2 / height, radius: 9, label: String(number + 1))
    }
    let rows = subject.maps.parts.map { String($0.count) }.joined(separator: "+")
    return Tile(
      picture: subject.picture, captions: [Tile.Caption(text: "rows \(rows)", isPale: true)], lines: bounds(subject),
      discs: labels)
  }

  private static func bounds(_ subject: Subject) -> [Tile.Line] {
    subject.maps.parts.dropFirst().map { rows in
      let y = Double(rows.lowerBound) / Double(subject.maps.height)
      return Tile.Line(from: (0, y), to: (1, y))
    }
  }
}
