import Documents

extension RunComparison {
  /// How its numbers are computed.
  package static let methods: [Typeset] = [
    "mAP is the rectangle form: the mean, over a query’s true matches, of the precision at that match, then the mean "
      + "over queries; mAP (trapezoid) is the form of the benchmark’s own code.",
    .rankOne, .deviation, .gainAndNoise,
  ]

  /// What each group was measured at.
  package func levelsTable() -> Table {
    let unit: Typeset = "Percent, mean ± deviation over the n runs that are finished."
    let sorted = sorting.map { Typeset(" Sorted by \($0.title), best first.") } ?? ""
    return Table(
      name: "metrics", caption: "What was measured. " + unit + sorted,
      columns: [ColumnOf<ComparedGroup>("Row", .leading) { Typeset($0.title) }, ColumnOf("n") { Typeset($0.count) }]
        + metrics.map { metric in ColumnOf(Typeset(metric.title)) { $0.row.cell(metric) } },
      sections: [(nil, order.map { groups[$0] })])
  }

  /// How far each group is from the first; nil where nothing was measured twice.
  package func deltasTable() -> Table? {
    typealias Item = (place: Int, reference: Int)
    let (metrics, pairs) = (metrics, pairs)
    guard !metrics.isEmpty, !pairs.isEmpty else { return nil }
    let references = Set(pairs.map(\.reference))
    let only = references.count == 1 ? references.first : nil
    let against = only.map { Typeset("against \(groups[$0].title)") } ?? "against the row named in the second column"
    var columns = [ColumnOf<Item>("Row", .leading) { Typeset(groups[$0.place].title) }]
    if only == nil { columns.append(ColumnOf("Against", .leading) { Typeset(groups[$0.reference].title) }) }
    columns += metrics.map { metric in
      ColumnOf(Typeset("Δ \(metric.title)")) { Self.cell(difference(of: $0.place, against: $0.reference, in: metric)) }
    }
    columns.append(
      ColumnOf("Seeds", .leading) { item in
        Typeset(Self.remark(metrics.map { difference(of: item.place, against: item.reference, in: $0) }))
      })
    return Table(
      name: "deltas",
      caption: "Differences in points, " + against
        + ": the mean over the seeds that both have ± half of the 95 % interval. * is more than the seeds’ noise.",
      columns: columns, sections: [(nil, pairs)],
      notes: pairs.count > Self.mostCurves
        ? ["Of so many differences, about one in twenty exceeds the 95 % interval by chance where there is none."] : [])
  }

  private static func cell(_ difference: Difference) -> Typeset {
    guard let mean = difference.mean else { return Table.gap }
    let text = Numerals.signed(mean) + (difference.noise.map { " ± \(Numerals.number($0))" } ?? "")
    return difference.exceedsNoise == true ? Typeset([.strong(text + " *")]) : Typeset(text)
  }

  private static func remark(_ differences: [Difference]) -> String {
    let measured = differences.filter { $0.hindrance != .unmeasured }
    guard let first = measured.first ?? differences.first else { return "" }
    return first.hindrance?.rawValue ?? ranges(first.seeds)
  }

  /// What the figures say, in sentences.
  package func findings() -> [Typeset] {
    let metric = leading
    let ranked = ranked(by: metric)
    guard let best = ranked.first, let sample = groups[best].row.sample(metric), ranked.count > 1 else {
      return ["Fewer than two of them are measured: there are no figures to compare."]
    }
    let highest = Typeset("Highest in \(metric.title): \(groups[best].title), \(Numerals.spread(sample)) %.")
    let judged = groups.indices.compactMap { place in
      reference(of: place).map { difference(of: place, against: $0, in: metric) }
    }.filter { $0.hindrance != .unmeasured }
    let known = judged.compactMap(\.exceedsNoise)
    let clear = known.count { $0 }
    let verb = clear == 1 ? "exceeds" : "exceed"
    switch known.count {
    case 0:
      return [highest, "Whether any difference exceeds the seeds’ noise is not known: that takes two seeds in both."]
    case 1:
      return [
        highest,
        Typeset("The one difference in \(metric.title) \(clear == 1 ? verb : "does not exceed") the seeds’ noise."),
      ]
    default:
      return [
        highest,
        Typeset(
          "Of \(Numerals.words(known.count)) differences in \(metric.title), \(Numerals.words(clear)) \(verb) the seeds’ "
            + "noise."),
      ]
    }
  }
}
