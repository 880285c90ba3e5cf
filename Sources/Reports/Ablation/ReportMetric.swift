import Runs

/// A figure that the ablation compares, in percent.
package enum ReportMetric: String, CaseIterable, Sendable {
  /// Mean average precision, rectangle form, the one that most code computes.
  case mAP
  /// The share of queries whose first match is at rank 1.
  case rank1

  /// Its name in a sentence, a head, an axis.
  var title: String { self == .mAP ? "mAP" : "Rank-1" }

  /// Its value in percent.
  func value(_ scores: RetrievalScores) -> Double { 100 * (self == .mAP ? scores.mAP : scores.rank1) }
}

extension ReportVariant {
  /// The finished runs' values by seed, in percent.
  func values(_ metric: ReportMetric) -> [Int: Double] {
    Dictionary(
      trials.compactMap { trial in trial.scores.map { (trial.seed, metric.value($0)) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// The finished runs' values over the seeds, in percent, by any reading of the scores.
  func sample(_ reading: (RetrievalScores) -> Double) -> Sample? {
    Sample(trials.compactMap { $0.scores.map { 100 * reading($0) } })
  }

  /// The finished runs' values over the seeds, in percent.
  func sample(_ metric: ReportMetric) -> Sample? { Sample(trials.compactMap { $0.scores.map(metric.value) }) }

  /// The records of finished runs.
  var finished: [RunRecord] { trials.compactMap { $0.scores == nil ? nil : $0.record } }

  /// The weight of each task's loss after the last epoch, the mean over finished runs; nil before one is finished.
  var weights: [String: Double]? {
    let last = finished.compactMap { $0.epochs.last?.weights }
    guard !last.isEmpty else { return nil }
    return last.reduce(into: [String: Double]()) { sums, weights in
      for (task, weight) in weights { sums[task, default: 0] += weight / Double(last.count) }
    }
  }

  /// Whether the weights were learned; nil before a run is finished.
  var learnsWeights: Bool? { finished.first?.epochs.last.map { $0.sigma != nil } }
}
