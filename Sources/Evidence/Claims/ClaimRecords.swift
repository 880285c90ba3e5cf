import Documents
import Foundation
import Runs

/// What the rules read: the two rows of an ordering that came out against the paper, and the judgement.
struct ClaimRecords {
  let above: Row
  let below: Row
  let judgement: ClaimJudgement

  /// A weight below this counts as fallen, where a fixed one is 1.
  static let fallenWeight = 0.5
  /// A task that makes less of the gradient by the backbone's map hardly moves it.
  static let smallShare = 0.05
  /// A loss that falls by more, over an eighth of the epochs, has not levelled out …
  static let steepFall = 0.1
  /// … unless it is so small a part of what it was at first that nothing is left to learn.
  static let smallLoss = 0.05

  /// The interval ends so near to zero that another seed or two may move it there, and the test that may be looked at after
  /// every seed has not decided.
  var chance: (String, String)? {
    guard let design = judgement.design, let interval = judgement.interval,
      judgement.sequence?.decision ?? .open == .open, judgement.verdict == .opposite,
      interval[1] > -design.deviation
    else { return nil }
    let beside = design.deviation > abs(judgement.published) ? "more than" : "beside"
    let needed = judgement.seedsNeeded.map { "\($0) seeds" } ?? "more than \(PairedDesign.mostPairs) seeds"
    return (
      "It may be chance: the pairs of runs scatter by \(Numerals.number(design.deviation)) points (\(beside) the paper’s "
        + "\(Numerals.number(abs(judgement.published)))), the interval ends \(Numerals.number(abs(interval[1]))) points from zero, and "
        + "the test that may be looked at after every seed has not decided after \(judgement.seeds).",
      "add seeds (aanet run --until-decided); the paper’s difference would take \(needed)."
    )
  }

  /// A task of the upper row whose learned weight fell below ``fallenWeight``, or one that it adds which makes less than
  /// ``smallShare`` of the gradient.
  var weight: (String, String)? {
    guard let variant = above.variant else { return nil }
    let shares = Self.mean(variant.finished.compactMap { $0.epochs.last?.gauge?.shares })
    let losses = Self.mean(variant.finished.compactMap { $0.epochs.last?.losses })
    func share(_ task: String) -> String {
      shares[task].map {
        ", and it makes \(Numerals.number(100 * $0, decimals: 1)) % of the gradient by the backbone’s map"
      } ?? ""
    }
    if variant.learnsWeights == true, let weights = variant.weights,
      let (task, weight) = weights.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }), weight < Self.fallenWeight
    {
      let weighted = losses[task].map { ", so that its weighted loss ends at \(Numerals.number($0 * weight))" } ?? ""
      return (
        "The \(Self.title(task)) task hardly counts in \(above.plain): its learned weight has fallen to \(Numerals.number(weight)) "
          + "(σ \(Numerals.number(1 / weight.squareRoot())))\(weighted)\(share(task)).",
        "the same row with fixed weights of 1 (loss.weights), and with the other reading of loss.terms; if the difference "
          + "turns, it was the weight."
      )
    }
    guard
      let (task, own) = shares.filter({ added.contains($0.key) }).min(by: { ($0.value, $0.key) < ($1.value, $1.key) }),
      own < Self.smallShare
    else { return nil }
    return (
      "The \(Self.title(task)) task, which \(above.plain) adds, makes \(Numerals.number(100 * own, decimals: 1)) % of the gradient by the "
        + "backbone’s map in the last epoch: it hardly moves what is learned.",
      "the same row with a larger weight of that task (loss.weights); if the difference turns, it was too small."
    )
  }

  /// Of an accuracy: it is no higher than always saying the most frequent class gives. Of retrieval: the upper row adds what is
  /// learned from attributes, and predicts most of them so.
  var majority: (String, String)? {
    guard let finished = above.variant?.finished, finished.contains(where: { $0.metrics?.attributes != nil }) else {
      return nil
    }
    func figure(_ attribute: String, _ reading: AttributeReading, of row: Row) -> Double? {
      Sample(
        (row.variant?.finished ?? []).compactMap(\.metrics).compactMap {
          Metric.attribute(attribute, reading).value($0)
        })?.mean
    }
    guard Metric(column: judgement.column) != nil else {
      let column = judgement.column
      guard let easy = figure(column, .majority, of: above), let own = figure(column, .accuracy, of: above),
        let other = figure(column, .accuracy, of: below), min(own, other) <= easy,
        let balanced = figure(column, .balanced, of: above), let beside = figure(column, .balanced, of: below)
      else { return nil }
      return (
        "The measure rewards the most frequent class: always saying it is right in \(Numerals.number(easy)) of a hundred cases, "
          + "\(above.plain) in \(Numerals.number(own)), \(below.plain) in \(Numerals.number(other)); over classes that count alike "
          + "(balanced) they have \(Numerals.number(balanced)) and \(Numerals.number(beside)).",
        "more training identities, until both predict it better than the most frequent class, compared by balanced accuracy."
      )
    }
    guard !added.isEmpty else { return nil }
    let names = finished.compactMap(\.metrics?.attributes?.accuracy.keys).joined().map { $0 }.unique
    let weak = names.count { name in
      figure(name, .accuracy, of: above).flatMap { own in figure(name, .majority, of: above).map { own <= $0 } }
        ?? false
    }
    guard 2 * weak > names.count else { return nil }
    return (
      "\(above.plain) adds what is learned from attributes, and predicts \(weak) of \(names.count) of them no more often rightly than "
        + "always saying the most frequent class.",
      "more training identities, until attributes are predicted better than that; if the difference turns, they carried "
        + "nothing here."
    )
  }

  /// Whether the upper row's losses, of the tasks that both rows have, end higher than the lower row's under every seed, or under
  /// every one lower.
  func fit(isBetter: Bool) -> (String, String)? {
    guard let upper = above.variant, let lower = below.variant, upper.name != lower.name else { return nil }
    let common = tasks(of: upper).intersection(tasks(of: lower))
    guard !common.isEmpty else { return nil }
    func ends(_ variant: ReportVariant) -> [Int: Double] {
      variant.finished.reduce(into: [:]) { ends, record in
        ends[record.identity.seed] = record.epochs.last.map { Self.sum($0.losses, over: common) }
      }
    }
    let (own, other) = (ends(upper), ends(lower))
    let seeds = own.keys.filter { other[$0] != nil }.sorted()
    guard let one = Sample(seeds.compactMap { own[$0] }), let two = Sample(seeds.compactMap { other[$0] }),
      zip(one.values, two.values).allSatisfy({ isBetter ? $0 < $1 : $0 >= $1 })
    else { return nil }
    let ends = "\(Numerals.number(one.mean)), those of \(below.plain) at \(Numerals.number(two.mean))"
    let names = LossTerm.all.filter { common.contains($0.name) }.map(\.title)
    let which = "the losses of \(Numerals.list(names)), which both have"
    return isBetter
      ? (
        "\(above.plain) fits its training people better and others no better: \(which), end at \(ends), under every seed lower.",
        "more training identities, or some of them held out (dataset.validation); if the gap closes, the training people "
          + "were learned by heart."
      )
      : (
        "\(above.plain) fits even its training people no better: \(which), end at \(ends), under every seed no lower.",
        "train it longer or at another rate, until its losses end at \(Numerals.number(two.mean)); what is then left is not the fit’s."
      )
  }

  /// Whether the upper row's losses were still falling in the last phase, at an unchanged rate.
  var unfinished: (String, String)? {
    let tails = (above.variant?.finished ?? []).compactMap { Self.tail(of: $0.epochs) }
    guard let before = Sample(tails.map(\.before))?.mean, let last = Sample(tails.map(\.last))?.mean,
      let first = Sample(tails.map(\.first))?.mean, before > 0, first > 0, let epochs = tails.first?.epochs,
      1 - last / before > Self.steepFall, last / first > Self.smallLoss
    else { return nil }
    return (
      "The training of \(above.plain) had not levelled out: its losses fell from \(Numerals.number(before)) to \(Numerals.number(last)) over "
        + "the last \(epochs == 1 ? "epoch" : "\(epochs) epochs"), and stand at \(Numerals.number(100 * last / first, decimals: 0)) % of the first epoch’s.",
      "train both rows for twice as many epochs (train.epochs); if the difference turns, it was this."
    )
  }

  /// The summed losses of the last epoch, of an eighth of the epochs before it at the same rate, and of the first epoch of its
  /// phase; nil where the rate has just changed.
  private static func tail(
    of epochs: [EpochRecord]
  ) -> (first: Double, before: Double, last: Double, epochs: Int)? {
    guard let last = epochs.last else { return nil }
    let phase = epochs.filter { $0.phase == last.phase }
    let even = phase.reversed().prefix { $0.rates == last.rates }.count
    let back = min(max(1, epochs.count / 8), even - 1)
    guard back > 0, let first = phase.first else { return nil }
    func loss(_ epoch: EpochRecord) -> Double { sum(epoch.losses, over: Set(epoch.losses.keys)) }
    return (loss(first), loss(phase[phase.count - 1 - back]), loss(last), back)
  }

  /// The tasks that the upper row has a loss of and the lower one has not.
  private var added: Set<String> {
    guard let upper = above.variant, let lower = below.variant else { return [] }
    return tasks(of: upper).subtracting(tasks(of: lower))
  }

  private func tasks(of variant: ReportVariant) -> Set<String> {
    Set(variant.finished.first?.epochs.last?.losses.keys.map { $0 } ?? [])
  }

  private static func title(_ task: String) -> String {
    LossTerm.all.first { $0.name == task }?.title ?? task.onOneLine
  }

  /// In the order of the names: a sum in another order has other bits.
  private static func sum(_ losses: [String: Double], over tasks: Set<String>) -> Double {
    tasks.sorted().reduce(0) { $0 + (losses[$1] ?? 0) }
  }

  /// The mean of each, over the runs that have it.
  private static func mean(_ runs: [[String: Double]]) -> [String: Double] {
    Set(runs.flatMap(\.keys)).reduce(into: [:]) { means, name in
      means[name] = Sample(runs.compactMap { $0[name] })?.mean
    }
  }
}
