import Documents
import Runs
import Support

/// What one more seed of a claim's rows takes: each row's variant, by what its finished runs took.
package struct SeedPrice: Codable, Hashable, Sendable {
  package struct Part: Codable, Hashable, Sendable {
    package var experiment: String
    package var variant: String
    /// Of one run.
    package var cost: RunCost
  }

  package var parts: [Part]
  /// Where those runs were computed, each machine once.
  package var machines: [String]

  /// Nil where a row has no finished run. Rows of the same variant, as with and without re-ranking, are run once.
  init?(_ rows: [Row], experiment: String) {
    let variants = rows.compactMap(\.variant)
    guard variants.count == rows.count else { return nil }
    var seen: Set<String> = []
    let own = variants.filter { seen.insert($0.name).inserted }
    parts = own.compactMap { variant in
      RunCost.measured(variant.finished).map {
        Part(experiment: experiment, variant: variant.name, cost: $0)
      }
    }
    guard parts.count == own.count else { return nil }
    machines =
      own.flatMap(\.finished).compactMap(\.provenance).flatMap(\.stations).map(\.machine).unique
  }

  package var cost: RunCost { parts.map(\.cost).reduce(RunCost(runs: 0, seconds: 0)) { $0 + $1 } }
}

/// What it would take to decide the orderings that the paper claims: nothing is trained for it.
package struct ClaimsPlan: Codable, Hashable, Sendable {
  /// An ordering in one column.
  package struct Entry: Codable, Hashable, Sendable {
    package var claim: String
    package var statement: String
    package var table: String
    package var column: String
    package var experiment: String?
    /// How its pairs of runs scatter; nil before there are two.
    package var design: PairedDesign?
    /// The paper's difference, in points.
    package var published: Double
    package var seeds: Int
    /// Seeds that the paper's difference takes; nil where that is not known, or more than ``PairedDesign/mostPairs``.
    package var seedsNeeded: Int?
    /// Of the seeds that are missing of them.
    package var cost: RunCost?
    /// Where the runs were computed whose speed that is.
    package var machines: [String]

    enum CodingKeys: String, CodingKey {
      case claim, statement, table, column, experiment, design, published, seeds, cost, machines
      case seedsNeeded = "seeds_needed"
    }
  }

  package var entries: [Entry]
  /// Of all missing seeds, each run once, whichever claims need it.
  package var total: RunCost
  package var machines: [String]

  package init(_ report: ClaimsReport) {
    let orderings = report.judgements.filter { $0.kind == "ordering" }
    struct Variant: Hashable { let experiment, variant: String }
    var runs: [Variant: (missing: Int, cost: RunCost)] = [:]
    entries = orderings.map { judgement in
      let missing = judgement.seedsNeeded.map { max(0, $0 - judgement.seeds) }
      for part in judgement.price?.parts ?? [] {
        let key = Variant(experiment: part.experiment, variant: part.variant)
        runs[key] = (max(missing ?? 0, runs[key]?.missing ?? 0), part.cost)
      }
      return Entry(
        claim: judgement.claim, statement: judgement.statement, table: judgement.table,
        column: judgement.column,
        experiment: judgement.experiment, design: judgement.design, published: judgement.published,
        seeds: judgement.seeds, seedsNeeded: judgement.seedsNeeded,
        cost: missing.flatMap { missing in judgement.price?.cost.times(missing) },
        machines: judgement.price?.machines ?? [])
    }
    // In the order of the names: a sum in another order has other bits.
    total = runs.sorted {
      ($0.key.experiment, $0.key.variant) < ($1.key.experiment, $1.key.variant)
    }
    .reduce(RunCost(runs: 0, seconds: 0)) { $0 + $1.value.cost.times($1.value.missing) }
    machines = entries.flatMap(\.machines).unique
  }
}

extension ClaimJudgement {
  /// The seeds that the paper's difference takes, for a table; a marked gap where that cannot be told.
  var seedsNeededCell: Typeset {
    Table.cell(kind == "ordering" && design != nil ? PairedDesign.words(needed: seedsNeeded) : nil)
  }
}

extension ClaimsPlan {
  /// A row an ordering and column, those of a table together; orderings of fewer than two pairs are counted in a note.
  package func table() -> Table {
    func points(_ value: Double) -> String { Numerals.number(value) }
    let known = entries.filter { $0.design != nil }
    return Table(
      name: "claims-plan",
      caption:
        "What it would take to decide the orderings that the paper claims, by their names in reports/claims.yaml.",
      columns: [
        ColumnOf<Entry>("Claim", .leading) { Typeset($0.claim.onOneLine) },
        ColumnOf("Column", .leading) { Typeset(Metric.title(ofColumn: $0.column)) },
        ColumnOf("Seeds") { Typeset("\($0.seeds)") },
        ColumnOf("Deviation") { Table.cell($0.design.map { points($0.deviation) }) },
        ColumnOf("its 95 % interval") {
          Table.cell($0.design.map { "\(points($0.deviationInterval[0])) … \(points($0.deviationInterval[1]))" })
        },
        ColumnOf("Smallest shown") { Table.cell($0.design.map { points($0.smallest) }) },
        ColumnOf("Paper") { Typeset(Numerals.signed($0.published)) },
        ColumnOf("Seeds needed") { entry in
          Table.cell(entry.design.map { _ in PairedDesign.words(needed: entry.seedsNeeded) })
        },
        ColumnOf("Hours") { Table.cell($0.cost?.hoursInWords) },
      ],
      sections: known.map(\.table).unique.map { table in
        (Typeset(Claim.label(ofTable: table)), known.filter { $0.table == table })
      }, notes: notes)
  }

  private var notes: [Typeset] {
    let unknown = entries.count { $0.design == nil }
    let known: [Typeset] =
      unknown == entries.count
      ? []
      : [
        "Deviation: of the differences within seeds, in points; its interval is that of χ². Smallest shown: what a paired "
          + "t test, two-sided at 5 %, finds in four of five studies of that many seeds. Seeds needed: for the paper’s "
          + "difference to be found so often, were the deviation what was measured.",
        Typeset("Hours: for the seeds that are missing, by the median of what these runs took")
          + Typeset(machines.isEmpty ? "." : ", made on \(machines.joined(separator: "; and on ")).")
          + Typeset(
            total.runs == 0
              ? ""
              : " All of them together, each run counted once: \(Wording.count(total.runs, "run")), "
                + "\(total.hoursInWords ?? "—") hours."),
      ]
    guard unknown > 0 else { return known }
    return known + [
      Typeset(
        "\(Wording.count(unknown, "ordering")) of fewer than two seeds in common: how far these scatter is not known, and so "
          + "neither is what they take.")
    ]
  }

  /// For a terminal of the given width; columns that do not fit are left out, the seeds needed never.
  package func terminal(width: Int) -> String {
    let room = max(40, width)
    let table = table()
    let lines = table.terminal(width: room, optional: [[4], [2], [5], [3]])
    return (lines + [""] + table.notes.flatMap { $0.plain.wrapped(to: room) }).joined(separator: "\n")
  }
}
