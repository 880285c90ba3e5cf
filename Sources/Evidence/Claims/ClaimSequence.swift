import Charts
import Documents
import Support
import Tensors

/// An ordering in a study that is looked at after every seed: what the always-valid t test says, alone and corrected for the
/// other orderings of its table.
package struct ClaimSequence: Codable, Hashable, Sendable {
  /// What the differences say, in the order of the seeds.
  package var reading: SequentialReading
  /// The reading's p-values by Holm's correction, each among those of the same kind: so each kind of word, that there is
  /// a difference and that there is none that counts, is wrong on any ordering of the table at one study of twenty at most.
  package var pHolm = 1.0
  package var pToleranceHolm = 1.0
  package var decision: SequentialDecision
  /// By the corrected p-values.
  package var decisionHolm = SequentialDecision.open

  enum CodingKeys: String, CodingKey {
    case reading, decision
    case pHolm = "p_holm"
    case pToleranceHolm = "p_tolerance_holm"
    case decisionHolm = "decision_holm"
  }

  init(_ differences: [Double], tolerance: Double) {
    reading = SequentialReading(differences, tolerance: tolerance)
    decision = reading.decision
  }

  mutating func correct(p: Double, pTolerance: Double) {
    (pHolm, pToleranceHolm) = (p, pTolerance)
    decisionHolm = SequentialReading.decision(
      p: p, pTolerance: pTolerance, isAbove: reading.isAbove)
  }

  static func number(_ p: Double) -> String {
    p < 0.001 ? "< 0.001" : Numerals.number(p, decimals: 3)
  }
}

/// How several orderings that are looked at together are corrected for being several.
package enum ClaimCorrection: String, CaseIterable, Sendable {
  /// Each ordering by itself has its error rate.
  case none
  /// All orderings of a table together have it.
  case holm

  package func decision(_ sequence: ClaimSequence) -> SequentialDecision {
    self == .none ? sequence.decision : sequence.decisionHolm
  }
}

extension ClaimSequence {
  /// The differences of two rows in the order of the seeds, as far as they are settled: up to the first seed that one of the
  /// two has not finished. So what they say does not hang on which of several machines was done first. A seed whose
  /// numbers stopped being finite in one of the two is passed over; it stays so however often it is run.
  static func differences(above: Row, below: Row, in metric: Metric?) -> [Double] {
    guard let metric else { return [] }
    let (first, second) = (above.values(metric), below.values(metric))
    let others = Dictionary(
      (below.variant?.trials ?? []).map { ($0.seed, $0) }, uniquingKeysWith: { one, _ in one })
    var differences: [Double] = []
    for trial in above.variant?.trials ?? [] {
      guard let other = others[trial.seed] else { break }
      if trial.hasDiverged || other.hasDiverged { continue }
      guard let one = first[trial.seed], let two = second[trial.seed] else { break }
      if (one - two).isFinite { differences.append(one - two) }
    }
    return differences
  }
}

extension ClaimsReport {
  /// Corrects the orderings of each table for being several: those that the experiments have both rows of.
  mutating func correctSequences() {
    for table in judgements.map(\.table).unique {
      let places = judgements.indices.filter {
        judgements[$0].table == table && judgements[$0].sequence != nil
      }
      let readings = places.compactMap { judgements[$0].sequence?.reading }
      let values = Holm.corrected(readings.map(\.p))
      let tolerances = Holm.corrected(readings.map(\.pTolerance))
      for (index, place) in places.enumerated() {
        judgements[place].sequence?.correct(p: values[index], pTolerance: tolerances[index])
      }
    }
  }

  /// The orderings that a study can decide: those whose rows the experiments have.
  package var studied: [ClaimJudgement] { judgements.filter { $0.sequence != nil } }

  /// The variants, by experiment, that the orderings need which are still open.
  package func wanted(_ correction: ClaimCorrection) -> [String: Set<String>] {
    studied.reduce(into: [:]) { wanted, judgement in
      guard let experiment = judgement.experiment, let sequence = judgement.sequence,
        correction.decision(sequence) == .open
      else { return }
      wanted[experiment, default: []].formUnion(judgement.variants)
    }
  }

  /// How the orderings stand in a study that is looked at after every seed.
  package func sequences(_ correction: ClaimCorrection = .none) -> Table {
    let decided = studied.count { $0.sequence.map { correction.decision($0) != .open } ?? false }
    var table = Table(
      name: "claims-study",
      caption:
        "The orderings that the paper claims, by their names in reports/claims.yaml, looked at after every seed.",
      columns: [
        ColumnOf<ClaimJudgement>("Claim", .leading) { Typeset($0.claim.onOneLine) },
        ColumnOf("Column", .leading) { Typeset($0.columnTitle) },
        ColumnOf("Paper") { Typeset(Numerals.signed($0.published)) },
        ColumnOf("Seeds") { Table.cell($0.sequence.map { "\($0.reading.pairs)" }) },
        ColumnOf("always-valid 95 % interval") { judgement in
          Table.cell(
            judgement.sequence?.reading.interval.map {
              "\(Numerals.signed($0[0])) … \(Numerals.signed($0[1]))"
            })
        },
        ColumnOf("p") { Table.cell($0.sequence.map { ClaimSequence.number($0.reading.p) }) },
        ColumnOf("by Holm") { Table.cell($0.sequence.map { ClaimSequence.number($0.pHolm) }) },
        ColumnOf("p, tolerance") {
          Table.cell($0.sequence.map { ClaimSequence.number($0.reading.pTolerance) })
        },
        ColumnOf("by Holm") {
          Table.cell($0.sequence.map { ClaimSequence.number($0.pToleranceHolm) })
        },
        ColumnOf("Decision", .leading) {
          Table.cell($0.sequence.map { correction.decision($0).rawValue })
        },
      ],
      sections: studied.map(\.table).unique.map { table in
        (Typeset(Claim.label(ofTable: table)), studied.filter { $0.table == table })
      }, notes: [Self.sequenceNote])
    table.summary = Typeset(
      "By the test that may be looked at after every seed, \(decided) of \(Wording.count(studied.count, "ordering")) decided, "
        + "\(studied.count - decided) open.")
    return table
  }

  /// How decisions come about, for under a table.
  static let sequenceNote: Typeset =
    "Looked at after every seed: by an always-valid t test (Lai 1976; Wang and Ramdas 2023), which is wrong in one study of "
    + "twenty at most however often it is looked at. Reproduced, opposite: the interval leaves out zero. No such difference: "
    + "it lies within the tolerance. By Holm: corrected for all orderings of the table."

  /// The same for a terminal of the given width; columns that do not fit are left out, the decision never.
  package func terminalSequences(_ correction: ClaimCorrection, width: Int) -> String {
    let room = max(40, width)
    let table = sequences(correction)
    let lines = table.terminal(width: room, optional: [[2], [7, 8], [6], [5], [4]])
    return (lines + [""] + Self.sequenceNote.plain.wrapped(to: room)).joined(separator: "\n")
  }
}

extension ClaimsReport {
  /// Studies that are simulated for a curve of the power, and seeds after which they end.
  package static let simulated = (studies: 2000, seeds: 30)

  /// For every ordering whose pairs' deviation is measured, in mAP: the share of studies that is decided after so many seeds,
  /// were the paper's difference true and the deviation what was measured. Nil where there is none.
  package func power(_ name: String) -> Drawing? {
    let drawn = judgements.filter { judgement in
      judgement.kind == "ordering" && judgement.column == Metric.mAP.name
        && (judgement.design?.deviation ?? 0) > 0
    }
    guard !drawn.isEmpty else { return nil }
    var readings: [String] = []
    var panels: [CurveChart.Panel] = []
    for table in drawn.map(\.table).unique {
      var curves: [CurveChart.Curve] = []
      for (place, judgement) in drawn.enumerated() where judgement.table == table {
        guard let power = Self.power(judgement) else { continue }
        let label = judgement.claim.onOneLine.replacing("-", with: " ")
        curves.append(
          CurveChart.Curve(
            label: label, style: .series(place),
            points: power.decided.enumerated().map { place, share in
              CurveChart.Point(
                x: Double(place + 1), mean: 100 * share, low: 100 * share, high: 100 * share)
            }))
        readings.append(
          "\(label): "
            + (power.pairs(deciding: PairedDesign.power).map { "\($0) seeds" }
              ?? "more than \(Self.simulated.seeds)"))
      }
      panels.append(CurveChart.Panel(title: Claim.label(ofTable: table), curves: curves))
    }
    let chart = CurveChart(
      name: name, axis: "studies decided (%)", isLogarithmic: false, panels: panels,
      across: "seeds",
      limits: 1...Double(Self.simulated.seeds), upright: 0...100)
    return Drawing(
      chart,
      caption: Typeset(
        "How soon a study that is looked at after every seed is decided in mAP: the share of \(Self.simulated.studies) "
          + "simulated ones, were the paper’s difference true and the deviation of the pairs what was measured."
      ),
      alternative:
        "Shares of decided studies by seeds. Four of five are decided after: \(readings.joined(separator: "; ")).",
      isWide: true)
  }

  /// The power of a study of an ordering; nil before its deviation is known.
  static func power(_ judgement: ClaimJudgement) -> SequentialPower? {
    guard let deviation = judgement.design?.deviation, deviation > 0 else { return nil }
    // One stream for all, so that curves differ by what they are of and not by chance.
    var stream = RandomStream(seed: 1, name: "power")
    return SequentialPower(
      effect: judgement.published / deviation, tolerance: judgement.tolerance / deviation,
      studies: simulated.studies, pairs: simulated.seeds
    ) { stream.normal() }
  }
}
