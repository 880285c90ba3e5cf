import Documents

/// How far one row is from another in one figure: what was measured over paired seeds, and what the paper prints.
package struct Difference: Sendable {
  /// What keeps a difference from being judged by its noise.
  package enum Hindrance: String, Codable, Sendable {
    /// One of the two has no finished run.
    case unmeasured = "not finished"
    /// Measured on other images: a difference says nothing of the runs.
    case otherData = "other data"
    /// No seed was run in both, so that nothing is paired.
    case noCommonSeed = "no seed in common"
    /// One pair has no spread.
    case oneSeed = "one seed: noise unknown"
  }

  package let metric: Metric
  package let from: Row
  package let to: Row
  /// The differences within seeds, in points; nil where none was run in both, or on other images.
  package let paired: PairedDifference?
  /// The difference in points, the mean over pairs, or that of the means where nothing is paired; nil where one of the
  /// two is not measured.
  package let mean: Double?
  package let seeds: [Int]
  package let hindrance: Hindrance?

  /// - Parameter onSameData: whether both were measured on the same images.
  package init(from: Row, to: Row, in metric: Metric, onSameData: Bool = true) {
    (self.metric, self.from, self.to) = (metric, from, to)
    let (before, after) = (from.values(metric), to.values(metric))
    seeds = before.keys.filter { after[$0] != nil }.sorted()
    paired = onSameData ? PairedDifference(from: before, to: after) : nil
    let unpaired = from.sample(metric).flatMap { first in to.sample(metric).map { $0.mean - first.mean } }
    mean = paired?.mean ?? unpaired
    hindrance =
      unpaired == nil
      ? .unmeasured
      : !onSameData ? .otherData : paired == nil ? .noCommonSeed : paired?.noise == nil ? .oneSeed : nil
  }

  /// Half of the 95 % interval over paired seeds.
  package var noise: Double? { paired?.noise }

  /// The paper's difference, in points.
  package var published: Double? {
    to.published(metric).flatMap { after in from.published(metric).map { after - $0 } }
  }

  /// What the measured difference says beside the paper's.
  package var verdict: Verdict { Verdict(measured: paired, published: published) }

  /// Whether the difference is larger than the seeds' noise; nil where that is not known.
  package var exceedsNoise: Bool? {
    guard hindrance == nil, let mean, let noise, mean.isFinite else { return nil }
    return abs(mean) > noise
  }
}

extension [Row] {
  /// Each row with the one before it.
  package func steps(in metric: Metric) -> [Difference] {
    zip(self, dropFirst()).map { Difference(from: $0, to: $1, in: metric) }
  }

  /// In a sentence, whether the rows that have a published and a measured figure stand in the paper's order; nil for fewer
  /// than two.
  ///
  /// - Parameter planned: how many there would be, were all measured.
  package func order(in metric: Metric, planned: Int) -> Typeset? {
    let rows = compactMap { row in
      row.published(metric).flatMap { published in
        row.sample(metric).map { (label: row.longLabel, published: published, measured: $0.mean) }
      }
    }
    guard rows.count > 1 else { return nil }
    let inPaperOrder = rows.enumerated().sorted {
      ($0.element.published, $0.offset) < ($1.element.published, $1.offset)
    }.map(\.element)
    let inversions = zip(inPaperOrder, inPaperOrder.dropFirst()).filter { $0.measured >= $1.measured }
    let scope = rows.count == planned ? "The \(Numerals.words(rows.count)) rows" : "The rows measured so far"
    guard !inversions.isEmpty else { return Typeset("\(scope) come out in the paper’s order in \(metric.title).") }
    let details = inversions.map { lower, higher in
      higher.label + Typeset(" (\(Numerals.number(higher.measured))) is not above ") + lower.label
        + Typeset(" (\(Numerals.number(lower.measured)))")
    }
    return Typeset("\(scope) do not come out in the paper’s order in \(metric.title): ") + Typeset.list(details) + "."
  }

  /// What the rows say in plain sentences: whether they stand in the paper's order, and how many of its steps are found
  /// again. Nothing is smoothed over: a row out of order is named.
  package func findings(in metric: Metric, planned: Int) -> [Typeset] {
    let verdicts = steps(in: metric).filter { $0.published != nil && $0.paired != nil }.map(\.verdict)
    return [order(in: metric, planned: planned), verdicts.sentence(metric.title).map { Typeset($0) }].compactMap { $0 }
  }
}
