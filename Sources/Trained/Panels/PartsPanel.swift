import Datasets
import Layers
import Models
import Support

/// Where the channels peak and the parts that follow from it (the paper's Figure 4).
package enum PartsPanel {
  /// For each image two tiles: the peaks, a disc a place with an area that grows with how many channels peak there; and
  /// the parts' bounds or outlines with their numbers. Where places belong to parts more or less, a row an image: the image,
  /// and how much of each place belongs to each part.
  package static func drawn(_ subjects: [Subject], across: Int) -> Panel {
    if let parts = subjects.first?.maps.softParts, !parts.isEmpty { return soft(subjects, parts.map(\.name)) }
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

  private static func soft(_ subjects: [Subject], _ names: [String]) -> Panel {
    let rows = subjects.map { subject in
      let maps = subject.maps
      let image = Tile(
        picture: subject.picture, captions: [Tile.Caption(text: subject.shortName, isPale: true)])
      return Panel.Row(
        tiles: [image]
          + maps.softParts.map { part in
            let map = HeatMap(height: maps.height, width: maps.width, values: part.values)
            return Tile(
              picture: map.painted(on: subject.picture),
              captions: [Tile.Caption(text: part.share.asShare, isPale: true)])
          })
    }
    return Panel(
      headings: [Tile.Caption(text: "image")] + names.map { Tile.Caption(text: $0) }, rows: rows,
      scale: "how much of a place belongs to the part; below: of all places")
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
    let maps = subject.maps
    let labels = maps.parts.enumerated().map { number, part in
      let isWide = part.columns == 0..<maps.width
      return Tile.Disc(
        x: isWide ? 0.12 : middle(of: part.columns, maps.width), y: middle(of: part.rows, maps.height), radius: 9,
        label: String(number + 1))
    }
    let rows = maps.parts.map { String($0.rows.count) }.joined(separator: "+")
    let words = maps.isCutIntoStrips ? "rows \(rows)" : Wording.count(maps.parts.count, "box", "boxes")
    return Tile(
      picture: subject.picture, captions: [Tile.Caption(text: words, isPale: true)], lines: bounds(subject),
      discs: labels)
  }

  private static func middle(of range: Range<Int>, _ extent: Int) -> Double {
    Double(range.lowerBound + range.upperBound) / 2 / Double(extent)
  }

  /// What parts strips from each other; else the outline of each part.
  private static func bounds(_ subject: Subject) -> [Tile.Line] {
    let maps = subject.maps
    func place(_ row: Int, _ column: Int) -> (x: Double, y: Double) {
      (Double(column) / Double(maps.width), Double(row) / Double(maps.height))
    }
    guard !maps.isCutIntoStrips else {
      return maps.parts.dropFirst().map {
        Tile.Line(from: place($0.rows.lowerBound, 0), to: place($0.rows.lowerBound, maps.width))
      }
    }
    return maps.parts.flatMap { part in
      let (top, bottom) = (part.rows.lowerBound, part.rows.upperBound)
      let (left, right) = (part.columns.lowerBound, part.columns.upperBound)
      let corners = [place(top, left), place(top, right), place(bottom, right), place(bottom, left), place(top, left)]
      return zip(corners, corners.dropFirst()).map { Tile.Line(from: $0, to: $1) }
    }
  }
}
