import Foundation
import Runs
import Tensors

/// The noise of which people were tested: a claim's figure over other draws of the test set's identities, the seeds as
/// they are.
package struct IdentityInterval: Codable, Hashable, Sendable {
  /// The 95 % interval of the bootstrap, low and high, in the figure's unit.
  package var interval: [Double]
  package var identities: Int
  package var queries: Int
  package var draws = IdentityBootstrap.draws

  /// Of a row's figure, or of how far the first of two rows is above the second, the mean over some seeds; nil where a run has
  /// no `ranks.json` of the same queries, or the figure does not follow from it.
  init?(_ rows: [Row], seeds: [Int], in metric: Metric, from shelf: QueryShelf) {
    var sums: [Double] = []
    var names: [String] = []
    for (place, row) in rows.enumerated() {
      // The ranks of re-ranked lists are not kept.
      guard !row.isReranked else { return nil }
      for seed in seeds {
        guard let record = row.variant?.trials.first(where: { $0.seed == seed })?.record,
          let figures = shelf.figures(of: record, in: metric)
        else { return nil }
        if names.isEmpty {
          (names, sums) = (figures.names, Array(repeating: 0, count: figures.names.count))
        }
        guard figures.names == names else { return nil }
        for (query, value) in figures.values.enumerated() {
          sums[query] += place == 0 ? value : -value
        }
      }
    }
    var clusters: [String: (sum: Double, queries: Int)] = [:]
    for (name, sum) in zip(names, sums) {
      let own = clusters[Self.identity(ofQuery: name)] ?? (0, 0)
      clusters[Self.identity(ofQuery: name)] = (
        own.sum + sum / Double(seeds.count), own.queries + 1
      )
    }
    // In the order of the names, and from a stream of one name: the same records give the same bits.
    var stream = RandomStream(seed: 1, name: "identities")
    let ordered = clusters.sorted { $0.key < $1.key }.map(\.value)
    guard let interval = IdentityBootstrap.interval(of: ordered, draw: { stream.int(below: $0) })
    else { return nil }
    self.interval = interval
    (identities, queries) = (ordered.count, names.count)
  }

  /// Whom a query shows: the part of its name before the first `_`, as the benchmarks name images.
  static func identity(ofQuery name: String) -> String { String(name.prefix { $0 != "_" }) }
}

/// The figures of runs' queries, each `ranks.json` read once.
final class QueryShelf {
  private var kept: [URL: [QueryRanking]] = [:]

  /// By the queries' names, in percent; nil where there is no file that can be read, or the figure does not follow from it.
  func figures(of record: RunRecord, in metric: Metric) -> (names: [String], values: [Double])? {
    let rankings = kept[record.folder] ?? Self.rankings(of: record)
    kept[record.folder] = rankings
    guard !rankings.isEmpty else { return nil }
    let values = rankings.compactMap(metric.value)
    return values.count == rankings.count ? (rankings.map(\.query), values) : nil
  }

  /// None where the file cannot be read: a page that carries the ranks says so of it.
  private static func rankings(of record: RunRecord) -> [QueryRanking] {
    ((try? RunStore.ranks(in: record.folder)) ?? []).sorted { $0.query < $1.query }
  }
}
