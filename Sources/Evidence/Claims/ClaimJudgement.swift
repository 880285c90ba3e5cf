import Documents
import Runs

/// A claim on one column, and what the runs say of it.
package struct ClaimJudgement: Codable, Hashable, Sendable {
  /// The claim's name in `claims.yaml`.
  package var claim: String
  package var statement: String
  /// The paper's words.
  package var quote: String
  package var source: String
  /// `level` or `ordering`.
  package var kind: String
  package var table: String
  /// The rows, the one that is above first.
  package var rows: [String]
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
  package var verdict: ClaimVerdict
  /// Why, where the figures alone do not say it.
  package var reason: String?
  /// The runs that it was judged from, as pages name them.
  package var runs: [String]
  /// Of an ordering: how its pairs scatter, and what so many can show; nil for fewer than two.
  package var design: PairedDesign?
  /// Of an ordering: the seeds that the paper's difference takes; nil where that is not known, or more than
  /// ``PairedDesign/mostPairs``.
  package var seedsNeeded: Int?
  /// What one more seed of its rows takes.
  package var price: SeedPrice?
  /// The variants that measure its rows; none where one of them is not measured here.
  package var variants: [String] = []
  /// Of an ordering whose rows are measured here: what a study says that is looked at after every seed.
  package var sequence: ClaimSequence?
  /// Over other people in the test set; nil where no ranks tell.
  package var identities: IdentityInterval?
  /// Whether it is one of the few that the paper rests on most.
  package var isMain: Bool
  /// Of an ordering that came out against the paper: the likeliest reasons that records allow.
  package var reasons: [ClaimReason] = []

  enum CodingKeys: String, CodingKey {
    case claim, statement, quote, source, kind, table, rows, column, published, tolerance, experiment, dataset, measured
    case interval, seeds, effect, verdict, reason, runs, design, price, variants
    case sequence, identities, reasons
    case isMain = "main"
    case isSynthetic = "synthetic"
    case seedsNeeded = "seeds_needed"
  }

  /// Judges a claim on a column by the reports that draw its table, best first; with none, nothing was attempted.
  init(_ claim: Claim, _ value: Claim.Value, reports: [Report], shelf: QueryShelf) {
    self.claim = claim.name
    statement = claim.statement
    quote = claim.quote
    source = claim.source
    table = claim.table
    rows = claim.rows
    column = value.column
    published = value.value
    tolerance = claim.tolerance
    isMain = claim.isMain
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
    experiment = report.records.experiment
    dataset = report.records.dataset
    isSynthetic = report.records.isSynthetic
    judge(in: report, shelf)
  }

  /// What the runs of a row measured, by seed.
  private struct Reading {
    let values: [Int: Double]
    let runs: [RunIdentity]

    init(_ row: Row, _ metric: Metric?) {
      let values = metric.map(row.values)?.filter(\.value.isFinite) ?? [:]
      self.values = values
      runs = (row.variant?.trials ?? []).filter { values[$0.seed] != nil }.compactMap(\.record?.identity)
    }
  }

  private mutating func judge(in report: Report, _ shelf: QueryShelf) {
    let metric = report.metrics.first { $0.name == column }
    var readings: [Reading] = []
    var found: [Row] = []
    for name in rows {
      guard let row = report.rows.first(where: { $0.variant != nil && $0.published?.name == name }) else {
        reason = "\(name) is not among what is measured here"
        return
      }
      found.append(row)
      readings.append(Reading(row, metric))
    }
    price = SeedPrice(found, experiment: report.records.experiment)
    variants = found.compactMap(\.variant?.name).unique
    if found.count == 2 {
      sequence = ClaimSequence(
        ClaimSequence.differences(above: found[0], below: found[1], in: metric),
        tolerance: tolerance)
    }
    let isLevel = readings.count == 1
    // For a level, the other side of each pair is the paper's figure.
    let base = isLevel ? readings[0].values.mapValues { _ in published } : readings[1].values
    guard let difference = PairedDifference(from: base, to: readings[0].values) else {
      reason = isLevel ? "no run of it is finished" : "no seed has finished runs of both"
      return
    }
    runs = readings.flatMap(\.runs).map(PageManifest.id(of:)).unique
    seeds = difference.differences.count
    let offset = isLevel ? published : 0
    measured = difference.mean + offset
    interval = difference.noise.map { [difference.mean - $0 + offset, difference.mean + $0 + offset] }
    if !isLevel {
      design = PairedDesign(difference.differences)
      seedsNeeded = design?.pairsNeeded(for: published)
    }
    if let metric {
      let common = base.keys.filter { readings[0].values[$0] != nil }.sorted()
      identities = IdentityInterval(found, seeds: common, in: metric, from: shelf)
    }
    effect = difference.differences.deviation.flatMap { $0 > 1e-12 ? difference.mean / $0 : nil }
    if isLevel, report.records.isSynthetic {
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
    if isAgainstThePaper {
      reasons = ClaimReason.likeliest(ClaimRecords(above: found[0], below: found[1], judgement: self))
    }
  }
}

extension ClaimJudgement {
  /// Whether it is an ordering that came out the opposite way round or without a difference that counts, by either test.
  var isAgainstThePaper: Bool {
    let study = sequence?.decision ?? .open
    return kind == "ordering" && (verdict.isContradiction || study == .opposite || study == .noSuchDifference)
  }

  /// The paper's table as a reader knows it: `Table 3`.
  package var tableLabel: String { Claim.label(ofTable: table) }

  /// The column as the paper heads it: `Rank-1`; an attribute in words.
  package var columnTitle: String { Metric.title(ofColumn: column) }
}

extension Claim {
  /// A paper's table as a reader knows it: `Table 3`.
  static func label(ofTable table: String) -> String {
    let number = table.drop { !$0.isNumber }
    return number.isEmpty ? table.onOneLine : "Table \(number)"
  }
}

/// What became of a claim.
package enum ClaimVerdict: String, CaseIterable, Codable, Sendable {
  /// The runs show it, by more than the seeds' noise.
  case reproduced
  /// The runs show neither it nor its contrary: the noise is larger than what would decide.
  case withinNoise = "within noise"
  /// The runs show that it does not hold, by more than the noise.
  case missed
  /// The runs show the contrary, by more than the noise.
  case opposite
  /// Nothing that was measured bears on it.
  case notAttempted = "not attempted"
  /// A level on drawn data, which says nothing of the paper's level on photographs.
  case notComparable = "not comparable: drawn data"

  /// Whether what was measured contradicts the paper.
  package var isContradiction: Bool { self == .missed || self == .opposite }

  /// Judges a level: `difference` is measured minus published, by seed, in points.
  ///
  /// With the mean difference d̄, its noise h (half of the 95 % interval) and the tolerance τ: reproduced where |d̄| ≤ τ
  /// and h ≤ τ; missed where the whole interval lies farther than τ from the paper's value; else within noise. One
  /// seed has no known noise; the tolerance stands in for it.
  static func ofLevel(_ difference: PairedDifference, tolerance: Double) -> ClaimVerdict {
    let distance = abs(difference.mean)
    guard let noise = difference.noise else { return distance <= tolerance ? .reproduced : .missed }
    if distance <= tolerance, noise <= tolerance { return .reproduced }
    return distance - noise > tolerance ? .missed : .withinNoise
  }

  /// Judges an ordering: `difference` is the row that the paper puts above minus the other one, by seed, in points.
  ///
  /// With the 95 % interval and the tolerance τ: opposite where the interval lies below −τ; missed where it leaves no room
  /// for a difference of τ; reproduced where it leaves out zero; else within noise. One seed has no interval and
  /// decides nothing.
  static func ofOrdering(_ difference: PairedDifference, tolerance: Double) -> ClaimVerdict {
    guard let noise = difference.noise else { return .withinNoise }
    let (low, high) = (difference.mean - noise, difference.mean + noise)
    if high < -tolerance { return .opposite }
    if high < tolerance { return .missed }
    return low > 0 ? .reproduced : .withinNoise
  }
}
