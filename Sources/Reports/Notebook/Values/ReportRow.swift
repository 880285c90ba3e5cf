import Documents
import Runs

/// A row of a report as its figures are asked for by name.
struct ReportRow: Sendable {
  /// What it is called in `{{table.row.figure}}`.
  var name: String
  /// How it is called on charts.
  var label: String
  /// The variant that measures it; nil where it is not measured here.
  var variant: ReportVariant?
  /// Each figure's measured values by seed, in percent; one that no finished run has is empty.
  var measured: [String: [Int: Double]]
  /// The paper's figures, in percent.
  var published: [String: Double]
  /// The finished runs whose ranks give the measured figures; empty where they do not, as for re-ranked ones.
  var ranked: [RunIdentity] = []
  /// What the data alone make of an attribute, and balanced accuracies: by figure, then by word.
  var further: [String: [String: Double]] = [:]

  /// A figure over the finished seeds.
  func sample(_ figure: String) -> Sample? {
    Sample((measured[figure] ?? [:]).sorted { $0.key < $1.key }.map(\.value))
  }

  /// What a figure's mean leads back to.
  func evidence(_ figure: String) -> Typeset.Evidence? {
    sample(figure).flatMap { Typeset.Evidence($0, metric: figure, runs: ranked) }
  }
}

extension TableReport {
  /// Its rows, figures by name.
  var rows: [ReportRow] {
    if let report = self as? ComparisonReport { return report.figureRows }
    if let report = self as? AttributesReport { return report.figureRows }
    let ablation = self as? AblationReport
    return source.variants.map { variant in
      ReportRow(
        name: variant.name, label: ablation?.plainLabel(variant.name) ?? variant.name, variant: variant,
        measured: ReportRow.retrieval { figure in
          variant.trials.compactMap { trial in trial.scores.map { (trial.seed, figure($0)) } }
        }, published: published?.row(variant.name)?.values ?? [:], ranked: variant.finished.map(\.identity))
    }
  }

  /// The figures that its rows can have, in order.
  var figureNames: [String] {
    self is AttributesReport
      ? (self as? AttributesReport).map { $0.attributes + [AttributesReport.mean] } ?? []
      : ComparisonMetric.allCases.map(\.rawValue) + ["mAP_trapezoid"]
  }
}

extension ReportRow {
  /// The figures of retrieval by name, each read from a row's scores.
  fileprivate static func retrieval(
    _ read: ((RetrievalScores) -> Double) -> [(Int, Double)]
  ) -> [String: [Int: Double]] {
    var result: [String: [Int: Double]] = [:]
    for metric in ComparisonMetric.allCases {
      result[metric.rawValue] = Dictionary(read(metric.value), uniquingKeysWith: { first, _ in first })
    }
    result["mAP_trapezoid"] = Dictionary(read { 100 * $0.mAPTrapezoid }, uniquingKeysWith: { first, _ in first })
    return result
  }
}

extension ComparisonReport {
  fileprivate var figureRows: [ReportRow] {
    sections.flatMap(\.rows).map { row in
      ReportRow(
        name: row.label, label: row.label, variant: row.variant,
        measured: ReportRow.retrieval { figure in
          (row.variant?.trials ?? []).compactMap { trial in row.scores(trial).map { (trial.seed, figure($0)) } }
        }, published: row.published?.values ?? [:],
        ranked: row.isReranked ? [] : row.variant?.finished.map(\.identity) ?? [])
    }
  }
}

extension AttributesReport {
  fileprivate var figureRows: [ReportRow] {
    compared.map { method in
      let names = attributes + [Self.mean]
      var measured: [String: [Int: Double]] = [:]
      var further: [String: [String: Double]] = [:]
      for name in names {
        let pairs = (method.variant?.trials ?? []).compactMap { trial in
          trial.record?.metrics?.attributes.flatMap { scores in
            (name == Self.mean ? scores.mean : scores.accuracy[name]).map { (trial.seed, 100 * $0) }
          }
        }
        measured[name] = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
        further[name] = [
          "balanced": sample(method, name, .balanced)?.mean, "majority": ofData(name, .majority),
          "ceiling": ofData(name, .ceiling),
        ].compactMapValues { $0 }
      }
      return ReportRow(
        name: method.label, label: method.label, variant: method.variant, measured: measured,
        published: method.published?.values ?? [:], further: further)
    }
  }
}
