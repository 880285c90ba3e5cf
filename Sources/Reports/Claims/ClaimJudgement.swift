import Runs

/// A claim on one column, and what the runs say of it.
package struct ClaimJudgement: Codable, Hashable, Sendable {
  /// The claim's name in `claims.yaml`.
  package var claim: String
  /// What it says.
  package var statement: String
  /// The paper's words.
  package var quote: String
  /// Where they stand.
  package var source: String
  /// `level` or `ordering`.
  package var kind: String
  /// The published table.
  package var table: String
  /// The rows, the one that is above first.
  package var rows: [String]
  /// The column.
  package var column: String
  /// The paper's figure: a level in percent, or a difference in points.
  package var published: Double
  /// How far a level may lie off, or the smallest difference that counts, in points.
  package var tolerance: Double
  /// The experiment that was looked at; nil where none has the table.
  package var experiment: String?
  /// What it was measured on.
  package var dataset: String?
  /// Whether that is drawn.
  package var isSynthetic: Bool?
  /// The measured level in percent, or difference in points: the mean over the seeds.
  package var measured: Double?
  /// Its 95 % interval of Student's t over (paired) seeds, low and high; nil for one seed.
  package var interval: [Double]?
  /// Seeds that it is the mean over.
  package var seeds: Int
  /// Cohen's d of the paired differences: their mean over their sample deviation, for a level those from the paper's
  /// figure. Nil for one seed, and where the deviation is 0.
  package var effect: Double?
  /// What follows.
  package var verdict: ClaimVerdict
  /// Why, where the figures alone do not say it.
  package var reason: String?
  /// The runs that it was judged from, as pages name them.
  package var runs: [String]

  enum CodingKeys: String, CodingKey {
    case claim, statement, quote, source, kind, table, rows, column, published, tolerance, experiment, dataset, measured
    case interval, seeds, effect, verdict, reason, runs
    case isSynthetic = "synthetic"
  }

  /// Judges a claim on a column by the reports that draw its table, best first; with none, nothing was attempted.
  init(_ claim: Claim, _ value: Claim.Value, reports: [any TableReport]) {
    self.claim = claim.name
    statement = claim.statement
    quote = claim.quote
    source = claim.source
    table = claim.table
    rows = claim.rows
    column = value.column
    published = value.value
    tolerance = claim.tolerance
    seeds = 0
    verdict = .notAttempted
    runs = []
    switch claim.kind {
    case .level: kind = "level"
    case .ordering: kind = "ordering"
    }
    guard let report = reports.first else {
      reason = "no experiment looked at has this table"
      return
    }
    experiment = report.source.experiment
    dataset = report.source.dataset
    isSynthetic = report.source.isSynthetic
    judge(in: report)
  }

  private mutating func judge(in report: any TableReport) {
    var readings: [ClaimReading] = []
    for row in rows {
      guard let reading = ClaimReading(of: row, column, in: report) else {
        reason = "\(row) is not among what is measured here"
        return
      }
      readings.append(reading)
    }
    let isLevel = readings.count == 1
    // For a level, the other side of each pair is the paper's figure.
    let base = isLevel ? readings[0].values.mapValues { _ in published } : readings[1].values
    guard let difference = PairedDifference(from: base, to: readings[0].values) else {
      reason = isLevel ? "no run of it is finished" : "no seed has finished runs of both"
      return
    }
    var seen: Set<String> = []
    runs = readings.flatMap(\.runs).map(PageManifest.id(of:)).filter { seen.insert($0).inserted }
    seeds = difference.differences.count
    let offset = isLevel ? published : 0
    measured = difference.mean + offset
    interval = difference.noise.map { [difference.mean - $0 + offset, difference.mean + $0 + offset] }
    effect = difference.differences.deviation.flatMap { $0 > 1e-12 ? difference.mean / $0 : nil }
    if isLevel, report.source.isSynthetic {
      verdict = .notComparable
      effect = nil
      return
    }
    verdict =
      isLevel
      ? .ofLevel(difference, tolerance: tolerance) : .ofOrdering(difference, tolerance: tolerance)
    if seeds == 1 {
      reason =
        isLevel ? "one seed: the tolerance stands in for the unknown noise" : "one seed: the noise is unknown"
    } else if verdict == .missed {
      reason = isLevel ? (difference.mean > 0 ? "above the paper’s" : "below the paper’s") : "no such difference"
    }
  }
}

extension ClaimJudgement {
  /// The paper's table as a reader knows it: `Table 3`.
  var tableLabel: String {
    let number = table.drop { !$0.isNumber }
    return number.isEmpty ? table.onOneLine : "Table \(number)"
  }

  /// The column as the paper heads it: `Rank-1`; an attribute in words.
  var columnTitle: String {
    ComparisonMetric(rawValue: column)?.title ?? column.onOneLine.replacing("_", with: " ")
  }
}
