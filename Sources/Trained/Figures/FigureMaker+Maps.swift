import Datasets
import Documents
import Layers
import Runs
import Support

/// The figures of maps and parts.
extension FigureMaker {
  private var panels: MapPanels { MapPanels(scheme: run.scheme, chosen: chosenAttributes) }

  /// Figure 1: how the attention map of one query comes about.
  func union() throws -> Made {
    let shown = try subjects(Array(even.prefix(1)))
    let panel = shown.first.map(panels.union) ?? Panel(rows: [])
    let names = Wording.list(chosenAttributes)
    return Made(
      panel: panel,
      figure: figure(
        "union", paper: "Figure 1",
        caption: "How the attribute attention map comes about: the class activation maps of \(names), each of its "
          + "predicted value\(readsRegions ? " and over the rows that it reads" : ""); their maximum; what the threshold "
          + "leaves of it. One query of \(data), the first of those \(ExampleChoice.words).",
        alternative:
          "A row of heat maps over one pedestrian: one for each of \(names), then their maximum, then the same "
          + "with all below the threshold at zero.",
        rows: shown.map { mapNumbers($0) }))
  }

  /// Figure 3: the global task's map beside the attention map.
  func comparison() throws -> Made {
    let shown = try subjects(even + worst)
    return Made(
      panel: panels.comparison(shown, across: 3),
      figure: figure(
        "comparison", paper: "Figure 3",
        caption: "The global task’s map (identity) beside the attribute attention map (attention). "
          + "Queries of \(data): \(words).",
        alternative: "\(Wording.count(shown.count, "group")) of three pictures: a pedestrian, the global task’s heat "
          + "map over it, the attention map over it.",
        rows: shown.map { mapNumbers($0) }))
  }

  /// Figure 4: the parts and the peaks that they follow from.
  func parts() throws -> Made {
    let shown = try subjects(even + worst)
    let parts = run.settings.tasks.all.compactMap(\.partWords).first ?? ""
    guard shown.allSatisfy(\.maps.softParts.isEmpty) else {
      return Made(
        panel: PartsPanel.drawn(shown, across: 1),
        figure: figure(
          "parts", paper: "Figure 4",
          caption: "The parts that the feature map is averaged over: \(parts). Queries of \(data): \(words).",
          alternative: "A row of heat maps for each of \(Wording.count(shown.count, "pedestrian")): one for each of "
            + "\(Wording.count(shown.first?.maps.softParts.count ?? 0, "part")).",
          rows: shown.map { subject in
            let shares = subject.maps.softParts.map { ("\($0.name.replacing(" ", with: "_"))_share", $0.share) }
            return RunFigures.Row(image: subject.name, numbers: Dictionary(uniqueKeysWithValues: shares))
          }))
    }
    let isCut = shown.allSatisfy(\.maps.isCutIntoStrips)
    return Made(
      panel: PartsPanel.drawn(shown, across: 3),
      figure: figure(
        "parts", paper: "Figure 4",
        caption:
          "Where the feature map’s channels have their maxima (a disc’s area grows with their number) and \(parts), "
          + "\(isCut ? "with the rows of each part" : "numbered") from the top. Queries of \(data): \(words).",
        alternative: "\(Wording.count(shown.count, "pair")) of pictures of a pedestrian: discs where channels peak, "
          + "and \(Wording.count(shown.first?.maps.parts.count ?? 0, isCut ? "numbered horizontal strip" : "numbered outline")).",
        rows: shown.map { subject in
          var words = ["part_rows": subject.maps.parts.map { Self.written($0.rows) }]
          if !isCut { words["part_columns"] = subject.maps.parts.map { Self.written($0.columns) } }
          return RunFigures.Row(image: subject.name, words: words)
        }))
  }

  private static func written(_ range: Range<Int>) -> String { "\(range.lowerBound)..<\(range.upperBound)" }

  /// Figure 6: every attribute's map.
  func maps() throws -> Made {
    let shown = try subjects(even)
    let identity =
      shown.contains { $0.maps.global != nil }
      ? "second column: the map of the likeliest training identity; then " : ""
    let merged = chosenAttributes.isEmpty ? "" : " Framed maps are merged into the attention map, the last column."
    let columns = [
      shown.first?.maps.global.map { _ in "the identity" },
      "each of \(Wording.count(run.scheme.attributes.count, "attribute"))",
      shown.first?.maps.attention.map { _ in "the attention map" },
    ]
    return Made(
      panel: panels.all(shown),
      figure: figure(
        "maps", paper: "Figure 6",
        caption:
          "Class activation maps: \(identity)each attribute’s map of its predicted value, with the value, its "
          + "probability, and whether the annotators wrote the same (✓) or not (✗).\(merged) Queries of \(data), "
          + "\(ExampleChoice.words).",
        alternative: "A row of heat maps for each of \(Wording.count(shown.count, "pedestrian")), a column for "
          + "\(Numerals.list(columns.compactMap { $0 })); the predicted values and their probabilities stand below.",
        rows: shown.map { mapNumbers($0) }))
  }

  /// Whether some attribute is looked for in a part of the map alone.
  private var readsRegions: Bool { run.settings.tasks.attribute?.regions == .thirds }

  /// The predictions of an image and how much of it the attention map keeps.
  private func mapNumbers(_ subject: Subject) -> RunFigures.Row {
    var numbers: [String: Double] = [:]
    var words: [String: [String]] = [:]
    for (index, attribute) in run.scheme.attributes.enumerated() where index < subject.maps.attributes.count {
      let (value, probability, _) = subject.prediction(index)
      numbers["\(attribute.name)_probability"] = probability
      words[attribute.name] = [attribute.classes[value]]
      if let label = subject.labels?[index] { words["\(attribute.name)_labelled"] = [attribute.classes[label]] }
    }
    if let attention = subject.maps.attention {
      numbers["attended_share"] = Double(attention.count { $0 > 0 }) / Double(attention.count)
    }
    return RunFigures.Row(image: subject.name, numbers: numbers, words: words)
  }
}
