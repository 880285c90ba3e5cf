import Evidence
import Experiments
import Runs
import Support

/// A study of the orderings that the paper claims of some experiments: their own seeds first, then one more at a time for the
/// rows that open orderings need.
///
/// What is decided, and so which round comes next, follows from the records of the rounds so far and from nothing else:
/// a study that was interrupted, or that several machines share, takes the same rounds as one that was not.
struct DecidingStudy {
  typealias Results = [(trial: Trial, record: RunRecord)]

  /// The experiments with the seeds that they have by now.
  private(set) var members: [(plan: ExperimentPlan, definition: ReportDefinition)]
  private(set) var claims: ClaimsReport
  private let reports: ProjectReports
  private let ledger: ClaimsLedger
  private let correction: ClaimCorrection
  private let mostSeeds: Int
  private var records: [Trial: RunRecord] = [:]
  private var diverged: Set<RunIdentity> = []

  /// - Throws: `PlainError` where the experiments have both rows of no ordering.
  init(
    of members: [(plan: ExperimentPlan, definition: ReportDefinition)], by reports: ProjectReports,
    correction: ClaimCorrection, mostSeeds: Int
  ) throws {
    (self.members, self.reports, self.correction, self.mostSeeds) = (
      members, reports, correction, mostSeeds
    )
    ledger = try reports.claims()
    claims = ClaimsReport(ledger, reports: [])
    try judge()
    guard !claims.studied.isEmpty else {
      throw PlainError(
        "there is nothing to decide: reports/\(ReportDefinition.claimsFile) has no ordering of two rows that are measured "
          + "here; aanet claims lists what it has")
    }
  }

  /// Takes in what a round gave.
  mutating func take(_ results: Results, diverged more: [RunIdentity]) throws {
    for (trial, record) in results { records[trial] = record }
    diverged.formUnion(more)
    try judge()
  }

  private mutating func judge() throws {
    let made = try members.map { plan, definition in
      try reports.report(
        definition, on: plan,
        hasDiverged: { trial in
          diverged.contains {
            ($0.experiment, $0.variant, $0.seed) == (trial.experiment, trial.variant, trial.seed)
          }
        }, records: { records[$0] })
    }
    claims = ClaimsReport(ledger, reports: made)
  }

  /// Judges by everything that is on disk: also what was finished of a round that a budget cut short.
  mutating func close(by reports: [Report]) { claims = ClaimsReport(ledger, reports: reports) }

  /// The next round: each experiment that open orderings need, with their variants under its next seed. None where all is
  /// decided, or the seeds are used up.
  mutating func nextRound() -> [ExperimentPlan] {
    let wanted = claims.wanted(correction)
    var round: [ExperimentPlan] = []
    for place in members.indices {
      let plan = members[place].plan
      guard let variants = wanted[plan.name], plan.seeds.count < mostSeeds else { continue }
      let seed = plan.nextSeed
      members[place].plan = plan.adding(seeds: [seed])
      round.append(plan.round(seed: seed, variants: variants))
    }
    return round
  }

  /// How many orderings are still open.
  var open: Int {
    claims.studied.count { judgement in
      judgement.sequence.map { correction.decision($0) == .open } ?? false
    }
  }

  /// The study for another program.
  struct Summary: Encodable {
    struct Experiment: Encodable {
      let name: String
      let seeds: [Int]
    }
    let experiments: [Experiment]
    let correction: String
    let open: Int
    let judgements: [ClaimJudgement]
  }

  var summary: Summary {
    Summary(
      experiments: members.map { .init(name: $0.plan.name, seeds: $0.plan.seeds) },
      correction: correction.rawValue,
      open: open, judgements: claims.studied)
  }
}
