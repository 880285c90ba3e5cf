import Foundation
import Runs

/// A run's figures as the tools of the field know them: named series of numbers.
///
/// The names are paths, `losses/part`, of letters, digits and `_.-` whatever stands in the record.
package struct RunSeries: Sendable {
  package struct Point: Hashable, Sendable {
    /// The epoch; of ``cmc`` the rank.
    package let step: Int
    /// Seconds since 1970: when the run was started, and the seconds of training until then.
    package let time: Double
    package let value: Double
  }

  /// By name, in order.
  package private(set) var series: [(name: String, points: [Point])] = []
  /// Seconds since 1970; 0 where the record does not say.
  package let start: Double
  /// When it was measured; nil before.
  package let end: Double?

  /// The cumulative matching characteristic: at rank k the share of queries whose first true match is at k or before it.
  package static let cmc = "test/cmc"
  /// The ranks that it is given at.
  private static let ranks = 1...50

  /// - Parameter ranks: how the queries were ranked, of a finished run.
  package init(of record: RunRecord, ranks: [QueryRanking] = []) {
    let started = record.provenance.flatMap { ISO8601DateFormatter().date(from: $0.started) }
    start = started.map(\.timeIntervalSince1970) ?? 0
    var found: [String: [Point]] = [:]
    var time = start
    for epoch in record.epochs {
      time += Self.seconds(epoch.seconds)
      for (name, value) in Self.figures(of: epoch) {
        found[name, default: []].append(Point(step: epoch.epoch, time: time, value: value))
      }
    }
    if let metrics = record.metrics {
      time += Self.seconds(metrics.secondsEvaluating)
      end = time
      let step = record.epochs.last?.epoch ?? 0
      for (name, value) in Self.figures(of: metrics) { found[name] = [Point(step: step, time: time, value: value)] }
      let firsts = ranks.compactMap(\.matchRanks.first)
      if !firsts.isEmpty {
        found[Self.cmc] = Self.ranks.map { rank in
          Point(step: rank, time: time, value: Double(firsts.count { $0 <= rank }) / Double(firsts.count))
        }
      }
    } else {
      end = nil
    }
    series = found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private static func seconds(_ value: Double) -> Double { value.isFinite ? min(max(0, value), 1e9) : 0 }

  private static func figures(of epoch: EpochRecord) -> [String: Double] {
    var figures = ["loss": epoch.loss, "seconds": epoch.seconds, "seconds_waiting": epoch.secondsWaiting]
    if epoch.seconds > 0 { figures["images_per_second"] = Double(epoch.images) / epoch.seconds }
    for (group, values) in [
      ("losses", epoch.losses), ("terms", epoch.terms ?? [:]), ("measures", epoch.measures ?? [:]),
      ("weights", epoch.weights), ("sigma", epoch.sigma ?? [:]), ("rates", epoch.rates),
      ("gauge/losses", epoch.gauge?.losses ?? [:]), ("gauge/gradients", epoch.gauge?.gradients ?? [:]),
    ] {
      add(values, as: group, to: &figures)
    }
    for (parameter, sizes) in epoch.magnitudes ?? [:] {
      add(self.figures(of: sizes), as: "magnitudes/\(plainName(parameter))", to: &figures)
    }
    if let validation = epoch.validation { add(self.figures(of: validation), as: "validation", to: &figures) }
    return figures
  }

  private static func figures(of metrics: RunMetrics) -> [String: Double] {
    var figures = [
      "cost/parameters": Double(metrics.parameters), "cost/descriptor_length": Double(metrics.descriptorLength),
      "cost/seconds_training": metrics.secondsTraining, "cost/seconds_evaluating": metrics.secondsEvaluating,
      "cost/images_per_second": metrics.imagesPerSecond, "cost/peak_memory_gib": metrics.peakMemoryGiB,
    ]
    add(self.figures(of: metrics.retrieval), as: "test", to: &figures)
    if let first = metrics.firstStage { add(self.figures(of: first), as: "test/first_stage", to: &figures) }
    if let reranked = metrics.reranked { add(self.figures(of: reranked), as: "test/reranked", to: &figures) }
    if let attributes = metrics.attributes {
      figures["attributes/mean"] = attributes.mean
      add(attributes.accuracy, as: "attributes/accuracy", to: &figures)
      add(attributes.balanced, as: "attributes/balanced", to: &figures)
    }
    return figures
  }

  private static func figures(of scores: RetrievalScores) -> [String: Double] {
    [
      "mAP": scores.mAP, "mAP_trapezoid": scores.mAPTrapezoid, "rank1": scores.rank1, "rank5": scores.rank5,
      "rank10": scores.rank10, "rank20": scores.rank20,
    ]
  }

  private static func figures(of sizes: ParameterMagnitudes) -> [String: Double] {
    var figures = ["steps_below_place": sizes.stepsBelowPlace]
    for (name, bounds) in [("weight", sizes.weight), ("gradient", sizes.gradient)] {
      for (end, bound) in zip(["least", "most"], bounds) { figures["\(name)_\(end)"] = bound }
    }
    return figures
  }

  private static func add(_ values: [String: Double], as group: String, to figures: inout [String: Double]) {
    for (name, value) in values { figures["\(group)/\(plainName(name))"] = value }
  }

  /// A name that is one part of a path on any system.
  static func plainName(_ name: String) -> String {
    let kept = name.unicodeScalars.prefix(100).map { scalar -> Unicode.Scalar in
      let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
      return isPlain || "_-.".unicodeScalars.contains(scalar) ? scalar : "_"
    }
    let plain = String(String.UnicodeScalarView(kept))
    return plain.isEmpty || plain.hasPrefix(".") ? "_" + plain : plain
  }
}
