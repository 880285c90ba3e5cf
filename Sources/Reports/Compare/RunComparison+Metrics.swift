import Documents
import Runs

extension RunComparison {
  /// How far a group is from the one that it is compared against, in one figure.
  package struct Delta {
    /// What keeps a difference from being judged by its noise.
    package enum Hindrance: String, Codable {
      /// One of the two has no finished run.
      case unmeasured = "not finished"
      /// Measured on other images: a difference says nothing of the runs.
      case otherData = "other data"
      /// No seed was run in both, so that nothing is paired.
      case noCommonSeed = "no seed in common"
      /// One pair has no spread.
      case oneSeed = "one seed: noise unknown"
    }

    /// The difference, second minus first, in points; nil where one of them is not measured by this figure.
    package var mean: Double?
    /// Half of the 95 % interval over paired seeds.
    package var noise: Double?
    /// The seeds that both have.
    package var seeds: [Int]
    /// Why the noise does not tell.
    package var hindrance: Hindrance?

    /// Whether the difference is larger than the seeds' noise; nil where that is not known.
    package var exceedsNoise: Bool? {
      guard hindrance == nil, let mean, let noise, mean.isFinite else { return nil }
      return abs(mean) > noise
    }
  }

  /// How far a group is from the one at `reference`.
  package func delta(of place: Int, against reference: Int, _ metric: ComparedMetric) -> Delta {
    let (first, second) = (groups[reference].values(metric), groups[place].values(metric))
    let seeds = first.keys.filter { second[$0] != nil }.sorted()
    guard let from = groups[reference].sample(metric), let to = groups[place].sample(metric) else {
      return Delta(seeds: seeds, hindrance: .unmeasured)
    }
    guard groups[reference].sharesData(with: groups[place]) else {
      return Delta(mean: to.mean - from.mean, seeds: seeds, hindrance: .otherData)
    }
    guard let paired = PairedDifference(from: first, to: second) else {
      return Delta(mean: to.mean - from.mean, seeds: seeds, hindrance: .noCommonSeed)
    }
    return Delta(
      mean: paired.mean, noise: paired.noise, seeds: seeds, hindrance: paired.noise == nil ? .oneSeed : nil)
  }

  /// What each group was measured at.
  package func levelsTable() -> Table {
    let metrics = metrics
    let unit: Typeset = "Percent, mean ± deviation over the n runs that are finished."
    let sorted = sorting.map { Typeset(" Sorted by \($0.title), best first.") } ?? ""
    return Table(
      name: "metrics", caption: "What was measured. " + unit + sorted,
      columns: [Table.Column("Row", .leading), Table.Column("n")] + metrics.map { Table.Column(Typeset($0.title)) },
      sections: [
        Table.Section(
          rows: order.map { place in
            let group = groups[place]
            return [Typeset(group.title), Typeset(group.count)]
              + metrics.map { metric in
                group.sample(metric).map { sample in
                  Typeset.measured(sample, metric: metric.name, runs: group.finished.map(\.identity))
                } ?? Table.gap
              }
          })
      ])
  }

  /// How far each group is from the first; nil where nothing was measured twice.
  package func deltasTable() -> Table? {
    let metrics = metrics
    let rows = order.compactMap { place in reference(of: place).map { (place, $0) } }
    guard !metrics.isEmpty, !rows.isEmpty else { return nil }
    let references = Set(rows.map(\.1))
    let only = references.count == 1 ? references.first : nil
    let against = only.map { Typeset("against \(groups[$0].title)") } ?? "against the row named in the second column"
    var columns = [Table.Column("Row", .leading)]
    if only == nil { columns.append(Table.Column("Against", .leading)) }
    columns += metrics.map { Table.Column(Typeset("Δ \($0.title)")) } + [Table.Column("Seeds", .leading)]
    let isLong = rows.count > Self.mostCurves
    return Table(
      name: "deltas",
      caption: "Differences in points, " + against
        + ": the mean over the seeds that both have ± half of the 95 % interval. * is more than the seeds’ noise.",
      columns: columns,
      sections: [
        Table.Section(
          rows: rows.map { place, reference in
            let deltas = metrics.map { delta(of: place, against: reference, $0) }
            return [Typeset(groups[place].title)] + (only == nil ? [Typeset(groups[reference].title)] : [])
              + deltas.map(cell) + [Typeset(remark(deltas))]
          })
      ],
      notes: isLong
        ? ["Of so many differences, about one in twenty exceeds the 95 % interval by chance where there is none."] : [])
  }

  private func cell(_ delta: Delta) -> Typeset {
    guard let mean = delta.mean else { return Table.gap }
    let text = Figures.signed(mean) + (delta.noise.map { " ± \(Figures.number($0))" } ?? "")
    return delta.exceedsNoise == true ? Typeset([.strong(text + " *")]) : Typeset(text)
  }

  private func remark(_ deltas: [Delta]) -> String {
    let measured = deltas.filter { $0.hindrance != .unmeasured }
    guard let delta = measured.first ?? deltas.first else { return "" }
    if let hindrance = delta.hindrance { return hindrance.rawValue }
    return Self.ranges(delta.seeds)
  }

  /// What the figures say, in sentences.
  package func findings() -> [Typeset] {
    let metric = leading
    let ranked = ranked(by: metric)
    guard let best = ranked.first, let sample = groups[best].sample(metric), ranked.count > 1 else {
      return ["Fewer than two of them are measured: there are no figures to compare."]
    }
    var sentences = [
      Typeset("Highest in \(metric.title): \(groups[best].title), \(Figures.spread(sample)) %.")
    ]
    let judged = groups.indices.compactMap { place in
      reference(of: place).map { delta(of: place, against: $0, metric) }
    }.filter { $0.hindrance != .unmeasured }
    let known = judged.compactMap(\.exceedsNoise)
    if known.isEmpty {
      sentences.append("Whether any difference exceeds the seeds’ noise is not known: that takes two seeds in both.")
    } else {
      let clear = known.count { $0 }
      let all = known.count == 1 ? "The one difference" : "Of \(Figures.words(known.count)) differences"
      let verb = clear == 1 ? "exceeds" : "exceed"
      sentences.append(
        Typeset(
          known.count == 1
            ? "\(all) in \(metric.title) \(clear == 1 ? "exceeds" : "does not exceed") the seeds’ noise."
            : "\(all) in \(metric.title), \(Figures.words(clear)) \(verb) the seeds’ noise."))
    }
    return sentences
  }
}
