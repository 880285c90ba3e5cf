import Runs

/// What a table's runs measured of a row, by seed.
struct ClaimReading {
  /// The measured figures by seed, in percent.
  var values: [Int: Double]
  /// The runs that they come from.
  var runs: [RunIdentity]

  /// Reads a row, by its name in the paper's table; nil where nothing here measures that row at all.
  init?(of row: String, _ column: String, in report: any TableReport) {
    switch report {
    case let report as AblationReport:
      guard let variant = report.source.variant(row) else { return nil }
      self.init(variant) { trial in
        ComparisonMetric(rawValue: column).flatMap { metric in trial.scores.map(metric.value) }
      }
    case let report as ComparisonReport:
      guard let found = report.sharedRows.first(where: { $0.published?.name == row }), let variant = found.variant
      else { return nil }
      self.init(variant) { trial in
        ComparisonMetric(rawValue: column).flatMap { metric in found.scores(trial).map(metric.value) }
      }
    case let report as AttributesReport:
      guard let variant = report.compared.first(where: { $0.published?.name == row })?.variant else { return nil }
      self.init(variant) { trial in
        trial.record?.metrics?.attributes.flatMap { scores in
          column == AttributesReport.mean ? scores.mean : scores.accuracy[column]
        }.map { 100 * $0 }
      }
    default: return nil
    }
  }

  private init(_ variant: ReportVariant, _ value: (ReportTrial) -> Double?) {
    let measured = variant.trials.compactMap { trial in
      value(trial).flatMap { $0.isFinite ? (trial.seed, $0, trial.record?.identity) : nil }
    }
    values = Dictionary(measured.map { ($0.0, $0.1) }, uniquingKeysWith: { first, _ in first })
    runs = measured.compactMap(\.2)
  }
}
