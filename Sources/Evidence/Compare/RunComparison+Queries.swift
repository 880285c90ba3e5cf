import Documents
import Support
import Tensors

/// The queries that one group gets right at rank 1 and another wrong.
package struct QueryContrast: Sendable {
  /// A query that is not the same in both.
  package struct Flip: Codable, Hashable, Sendable {
    package let query: String
    /// In how many of the first group's runs its first match is right.
    package let before: Int
    /// In how many of the second group's.
    package let after: Int
  }

  package let runsBefore: Int
  package let runsAfter: Int
  package let queries: Int
  /// Queries that the second group gets right more often, the clearest first.
  package let won: [Flip]
  /// Queries that the second group gets right less often, the clearest first.
  package let lost: [Flip]
  /// Of a single pair of runs: whether it differs by more than chance on these queries; none where there are several.
  package private(set) var permutation: [PermutationTest] = []

  /// The queries that are right in every run of the second group and in none of the first.
  package var clearlyWon: Int { won.count { $0.before == 0 && $0.after == runsAfter } }
  /// The queries that are right in every run of the first group and in none of the second.
  package var clearlyLost: Int { lost.count { $0.after == 0 && $0.before == runsBefore } }

  /// Contrasts runs that answered the same queries.
  init(from first: [[String: Bool]], to second: [[String: Bool]]) {
    runsBefore = first.count
    runsAfter = second.count
    let names = (first.first ?? [:]).keys.sorted()
    queries = names.count
    var won: [Flip] = []
    var lost: [Flip] = []
    for name in names {
      let flip = Flip(
        query: name, before: first.count { $0[name] == true }, after: second.count { $0[name] == true })
      // Shares of the runs, over a common denominator.
      let gain = flip.after * first.count - flip.before * second.count
      if gain > 0 { won.append(flip) } else if gain < 0 { lost.append(flip) }
    }
    func size(_ flip: Flip) -> Int { abs(flip.after * first.count - flip.before * second.count) }
    self.won = won.sorted { (size($1), $0.query) < (size($0), $1.query) }
    self.lost = lost.sorted { (size($1), $0.query) < (size($0), $1.query) }
  }
}

extension QueryContrast {
  /// Tests a single pair of runs in mAP and Rank-1, from a random stream of one name: the same records give the same bits.
  mutating func test(_ first: ComparedRun, _ second: ComparedRun) {
    func differences<Figure>(
      _ figures: KeyPath<ComparedRun, [String: Figure]?>, _ percent: (Figure) -> Double
    ) -> [Double]? {
      guard let before = first[keyPath: figures], let after = second[keyPath: figures] else {
        return nil
      }
      return before.sorted { $0.key < $1.key }.compactMap { query, figure in
        after[query].map { percent($0) - percent(figure) }
      }
    }
    let figures: [(Metric, [Double]?)] = [
      (.mAP, differences(\.precisions) { 100 * $0 }),
      (.rank1, differences(\.hits) { $0 ? 100 : 0 }),
    ]
    permutation = figures.compactMap { metric, differences in
      var stream = RandomStream(seed: 1, name: "permutation")
      return differences.map { PermutationTest(metric.name, differences: $0) { stream.next() } }
    }
  }
}

extension RunComparison {
  /// Why two groups' queries are not compared one by one.
  package enum QueryGap: String, Codable {
    /// One of the two has no finished run.
    case unmeasured = "not finished"
    /// A finished run of one of the two has no `ranks.json` that can be read.
    case noRanks = "no ranks.json"
    case otherData = "other data"
    /// Other queries, though the data bears the same name.
    case otherQueries = "other queries"
  }

  /// The queries of two groups one by one, or why they are not compared.
  static func contrast(from base: ComparedGroup, to group: ComparedGroup) -> Result<QueryContrast, QueryGap> {
    let (first, second) = (base.finished, group.finished)
    guard !first.isEmpty, !second.isEmpty else { return .failure(.unmeasured) }
    guard base.sharesData(with: group) else { return .failure(.otherData) }
    let (before, after) = (first.compactMap(\.hits), second.compactMap(\.hits))
    guard before.count == first.count, after.count == second.count, let queries = before.first?.keys else {
      return .failure(.noRanks)
    }
    guard (before + after).allSatisfy({ hits in hits.count == queries.count && queries.allSatisfy { hits[$0] != nil } })
    else { return .failure(.otherQueries) }
    var contrast = QueryContrast(from: before, to: after)
    if let one = first.first, let other = second.first, first.count == 1, second.count == 1 {
      contrast.test(one, other)
    }
    return .success(contrast)
  }

  /// A pair of groups whose queries are contrasted.
  package struct Contrast: Sendable {
    package let place: Int
    package let reference: Int
    package let result: Result<QueryContrast, QueryGap>
  }

  /// How many queries each group wins and loses; nil where no two groups can be contrasted.
  package func queriesTable() -> Table? {
    let found = contrasts.contains { if case .success = $0.result { true } else { false } }
    guard found else { return nil }
    return Table(
      name: "queries",
      caption:
        "Queries whose first match is right in one and wrong in the other. Won: right more often than in the row "
        + "compared against, by the share of runs; clearly: in every run of one and in none of the other.",
      columns: [
        Table.Column("Row", .leading), Table.Column("Against", .leading), Table.Column("Queries"), Table.Column("Won"),
        Table.Column("clearly"), Table.Column("Lost"), Table.Column("clearly"), Table.Column("Alike"),
      ],
      sections: [
        Table.Section(
          rows: contrasts.map { item in
            let names = [Typeset(groups[item.place].title), Typeset(groups[item.reference].title)]
            switch item.result {
            case .failure(let gap):
              return names + [Typeset("left out: \(gap.rawValue)")] + Array(repeating: Table.gap, count: 5)
            case .success(let contrast):
              return names
                + [
                  contrast.queries, contrast.won.count, contrast.clearlyWon, contrast.lost.count, contrast.clearlyLost,
                  contrast.queries - contrast.won.count - contrast.lost.count,
                ].map { Typeset("\($0)") }
            }
          })
      ])
  }

  /// Whether single pairs of runs differ by more than chance, query by query; nil where there is no such pair.
  package func permutationTable() -> Table? {
    typealias Item = (names: [Typeset], test: PermutationTest)
    let items = contrasts.flatMap { item -> [Item] in
      guard case .success(let contrast) = item.result else { return [] }
      let names = [Typeset(groups[item.place].title), Typeset(groups[item.reference].title)]
      return contrast.permutation.map { (names, $0) }
    }
    guard let first = items.first else { return nil }
    return Table(
      name: "permutation",
      caption: Typeset(
        "Single pairs of runs, query by query: the mean difference, and how often one as large comes by chance alone (paired "
          + "permutation test, two-sided, \(Wording.grouped(first.test.permutations)) permutations of the signs). It takes "
          + "the two runs as they are and says nothing of other seeds."),
      columns: [
        ColumnOf<Item>("Row", .leading) { $0.names[0] },
        ColumnOf("Against", .leading) { $0.names[1] },
        ColumnOf("Figure", .leading) { Typeset(Metric.title(ofColumn: $0.test.metric)) },
        ColumnOf("Queries") { Typeset("\($0.test.queries)") },
        ColumnOf("Difference") { Typeset(Numerals.signed($0.test.mean)) },
        ColumnOf("p") { Typeset(Numerals.number($0.test.p, decimals: 4)) },
      ], sections: [(nil, items)])
  }

  /// What is said where no queries are compared.
  package var noQueries: String {
    let reasons = contrasts.compactMap { if case .failure(let gap) = $0.result { gap.rawValue } else { nil } }.unique
    return "The queries are not compared one by one: \(Numerals.list(reasons))."
  }

  /// So many pairs have their queries listed, and so many queries each way.
  private static let mostPairs = 2
  private static let mostFlips = 12

  /// The queries by name, the clearest first; of many groups for the best and the worst.
  package func flipsTable() -> Table? {
    let ranked = ranked(by: leading)
    let good = contrasts.compactMap { item -> (place: Int, reference: Int, contrast: QueryContrast)? in
      guard case .success(let contrast) = item.result else { return nil }
      return (item.place, item.reference, contrast)
    }
    func isGood(_ place: Int) -> Bool { good.contains { $0.place == place } }
    let ends = [ranked.first(where: isGood), ranked.last(where: isGood)]
    let listed = good.count <= Self.mostPairs ? good : good.filter { ends.contains($0.place) }
    let sections = listed.flatMap { pair -> [Table.Section] in
      let (row, base) = (groups[pair.place].title, groups[pair.reference].title)
      return [
        section("Won by \(row) over \(base)", pair.contrast.won, pair.contrast),
        section("Lost by \(row) to \(base)", pair.contrast.lost, pair.contrast),
      ].compactMap { $0 }
    }
    guard !sections.isEmpty else { return nil }
    let many = listed.count < good.count ? " Of \(good.count) pairs, the best and the worst in \(leading.title)." : ""
    return Table(
      name: "flips", caption: Typeset("The queries by name, the clearest first.\(many)"),
      columns: [
        Table.Column("Query", .leading), Table.Column("Right in the row compared against"),
        Table.Column("Right in this row"),
      ],
      sections: sections)
  }

  private func section(_ title: String, _ flips: [QueryContrast.Flip], _ contrast: QueryContrast) -> Table.Section? {
    guard !flips.isEmpty else { return nil }
    let isCut = flips.count > Self.mostFlips
    var rows: [[Typeset]] = flips.prefix(isCut ? Self.mostFlips - 1 : Self.mostFlips).map { flip in
      [
        Typeset([.code(flip.query)]), Typeset("\(flip.before) of \(contrast.runsBefore)"),
        Typeset("\(flip.after) of \(contrast.runsAfter)"),
      ]
    }
    if isCut {
      rows.append([Typeset("… \(flips.count - rows.count) more; aanet compare --format json lists all"), "", ""])
    }
    return Table.Section(Typeset(title), rows: rows)
  }
}

extension RunComparison.QueryGap: Error {}
