/// A delta between two rows in one metric: measured, its noise, and the paper's.
package struct AblationStep: Hashable, Sendable {
  /// Which rows are compared.
  package enum Kind: String, CaseIterable, Sendable {
    /// A row with the one before it.
    case consecutive
    /// A row with the first one.
    case overFirst = "over_first"
  }

  /// Which rows are compared.
  package let kind: Kind
  /// What is compared.
  package let metric: ReportMetric
  /// The row that the gain starts from.
  package let from: String
  /// The row that the gain leads to.
  package let to: String
  /// The measured gain in percentage points, by seed.
  package let measured: PairedDifference?
  /// The paper's gain in percentage points.
  package let published: Double?

  /// What the measured gain says beside the paper's.
  package var verdict: Verdict { Verdict(measured: measured, published: published) }
}

extension AblationReport {
  /// Every delta of a kind in a metric. Over the first row, its own next row is left out: that is the first
  /// consecutive delta already.
  package func steps(_ kind: AblationStep.Kind, _ metric: ReportMetric) -> [AblationStep] {
    let pairs: [(ReportVariant, ReportVariant)] =
      switch kind {
      case .consecutive: Array(zip(variants, variants.dropFirst()))
      case .overFirst: variants.dropFirst(2).compactMap { variant in variants.first.map { ($0, variant) } }
      }
    return pairs.map { first, second in
      AblationStep(
        kind: kind, metric: metric, from: first.name, to: second.name,
        measured: PairedDifference(from: first.values(metric), to: second.values(metric)),
        published: publishedValue(second.name, metric).flatMap { after in
          publishedValue(first.name, metric).map { after - $0 }
        })
    }
  }

  /// The paper's figure in percent.
  func publishedValue(_ name: String, _ metric: ReportMetric) -> Double? {
    published?.row(name)?.values[metric.rawValue]
  }
}
