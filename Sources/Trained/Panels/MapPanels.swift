import Datasets
import Models

/// Panels of class activation maps and of the attention map (the paper's Figures 1, 3 and 6).
package struct MapPanels {
  /// The attributes' names and values.
  let scheme: AttributeScheme
  /// The attributes whose maps make the attention map; empty where that task is off.
  let chosen: [String]

  /// Prepares panels.
  package init(scheme: AttributeScheme, chosen: [String]) {
    self.scheme = scheme
    self.chosen = chosen
  }

  private static let scale = "each map from its least to its greatest value"

  /// What the colours mean; rows are pale only where a map does not cover all of them.
  private static func scale(of subjects: [Subject]) -> String {
    let isPale = subjects.contains { subject in
      subject.maps.attributes.contains { $0.rows != 0..<subject.maps.height }
    }
    return scale + (isPale ? "; pale: rows that the attribute does not read" : "")
  }

  /// A row an image: the image, the global task's map, each attribute's map of its predicted value, the attention map
  /// (Figure 6).
  package func all(_ subjects: [Subject]) -> Panel {
    guard let first = subjects.first else { return Panel(rows: []) }
    var headings = [Tile.Caption(text: "image")]
    if first.maps.global != nil { headings.append(Tile.Caption(text: "identity")) }
    headings += first.maps.attributes.indices.map { heading(scheme.attributes[$0].name) }
    if first.maps.attention != nil { headings.append(Tile.Caption(text: "attention", isBold: true)) }
    let rows = subjects.map { subject in
      Panel.Row(
        tiles: [image(subject)] + [global(subject)].compactMap { $0 }
          + subject.maps.attributes.indices.map { attribute(subject, $0) } + [attention(subject)].compactMap { $0 })
    }
    let key: [(Tile.Frame, String)] = chosen.isEmpty ? [] : [(.chosen, "merged into the attention map")]
    return Panel(headings: headings, rows: rows, scale: Self.scale(of: subjects), key: key)
  }

  /// Image, global map and attention map, several images side by side (Figure 3).
  package func comparison(_ subjects: [Subject], across: Int) -> Panel {
    let groups = subjects.map { subject in
      [image(subject)] + [global(subject), attention(subject)].compactMap { $0 }
    }
    let words = ["image", "identity", "attention"].prefix(groups.first?.count ?? 0)
    let rows = stride(from: 0, to: groups.count, by: across).map { start in
      Panel.Row(tiles: Self.joined(Array(groups[start..<min(start + across, groups.count)])))
    }
    return Panel(
      headings: (0..<min(across, groups.count)).flatMap { _ in words.map { Tile.Caption(text: $0) } }, rows: rows,
      scale: Self.scale)
  }

  /// How the attention map comes about: the chosen attributes' maps, their maximum, what is left of it (Figure 1).
  package func union(_ subject: Subject) -> Panel {
    let indices = subject.maps.attributes.indices.filter { chosen.contains(scheme.attributes[$0].name) }
    var merged = tile(subject, Self.merged(indices.map { subject.maps.attributes[$0] }, like: subject.maps))
    merged.before = .sign("→")
    var kept = attention(subject)
    kept?.before = .sign("→")
    return Panel(
      headings: [Tile.Caption(text: "image")] + indices.map { Tile.Caption(text: spaced(scheme.attributes[$0].name)) }
        + ["maximum", "thresholded"].map { Tile.Caption(text: $0, isBold: true) },
      rows: [
        Panel.Row(
          tiles: [image(subject)] + indices.map { attribute(subject, $0, isFramed: false) }
            + [merged, kept].compactMap { $0 })
      ], scale: Self.scale(of: [subject]))
  }

  /// The maximum of scaled maps at each place; what no map covers is 0.
  package static func merged(_ maps: [ActivationMap], like all: ImageMaps) -> HeatMap {
    var values = [Float](repeating: 0, count: all.height * all.width)
    for map in maps {
      for (place, value) in map.scaled.values.enumerated() {
        let target = map.rows.lowerBound * map.width + place
        values[target] = max(values[target], value)
      }
    }
    return HeatMap(height: all.height, width: all.width, values: values)
  }

  // MARK: Tiles

  private func image(_ subject: Subject) -> Tile {
    Tile(picture: subject.picture, captions: [Tile.Caption(text: subject.shortName, isPale: true)])
  }

  private func tile(_ subject: Subject, _ map: HeatMap) -> Tile { Tile(picture: map.painted(on: subject.picture)) }

  private func global(_ subject: Subject) -> Tile? {
    subject.maps.global.map { tile(subject, HeatMap($0, height: subject.maps.height)) }
  }

  private func attention(_ subject: Subject) -> Tile? {
    subject.maps.attention.map {
      tile(subject, HeatMap(height: subject.maps.height, width: subject.maps.width, values: $0))
    }
  }

  private func attribute(_ subject: Subject, _ index: Int, isFramed: Bool = true) -> Tile {
    var tile = tile(subject, HeatMap(subject.maps.attributes[index], height: subject.maps.height))
    let attribute = scheme.attributes[index]
    let (value, probability, isRight) = subject.prediction(index)
    let sign = isRight.map { $0 ? " ✓" : " ✗" } ?? ""
    tile.captions = [
      Tile.Caption(text: attribute.classes[value]), Tile.Caption(text: probability.asShare + sign, isPale: true),
    ]
    if isFramed, chosen.contains(attribute.name) { tile.frame = .chosen }
    return tile
  }

  private func heading(_ name: String) -> Tile.Caption {
    Tile.Caption(text: spaced(name), isBold: chosen.contains(name))
  }

  private func spaced(_ name: String) -> String { name.replacing("_", with: " ") }

  /// Groups of tiles side by side with a wider gap between them.
  private static func joined(_ groups: [[Tile]]) -> [Tile] {
    groups.enumerated().flatMap { number, group in
      group.enumerated().map { place, tile in
        var tile = tile
        if number > 0, place == 0 { tile.before = .gap }
        return tile
      }
    }
  }
}

extension Double {
  /// A probability with two decimals, never rounded up to a certainty.
  package var asShare: String {
    let hundredths = (self * 100).rounded()
    if hundredths >= 100, self < 1 { return "> 0.99" }
    if hundredths <= 0, self > 0 { return "< 0.01" }
    return String(Int(hundredths) / 100) + "." + (Int(hundredths) % 100 < 10 ? "0" : "") + String(Int(hundredths) % 100)
  }
}
