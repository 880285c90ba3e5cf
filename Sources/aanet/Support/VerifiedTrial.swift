import Experiments
import Proofs
import Support

/// What `aanet verify-resume` found of one run.
struct VerifiedTrial: Encodable {
  let experiment: String
  let variant: String
  let seed: Int
  /// What the moments of killing were drawn from.
  let draw: UInt64
  let outcome: ResumeVerification.Outcome
  /// Whether every bit was the same every time.
  let same: Bool

  init(_ trial: Trial, draw: UInt64, outcome: ResumeVerification.Outcome) {
    experiment = trial.experiment
    variant = trial.variant
    seed = trial.seed
    self.draw = draw
    self.outcome = outcome
    same = outcome.isSame
  }

  /// Two tables: how often it was killed where and what that cost, and what was compared.
  var text: String {
    let ends = outcome.comparisons.count
    let heading =
      "\(Wording.printable("\(experiment), \(variant)")), seed \(seed): killed \(outcome.kills.count) times "
      + "(--draw \(draw)), trained to the end \(ends == 1 ? "once" : "\(ends) times")"
    var lines = [heading, "", killed.text, "", compared.text]
    if !outcome.leftovers.isEmpty { lines += ["", "left behind: \(outcome.leftovers.joined(separator: ", "))"] }
    return lines.joined(separator: "\n")
  }

  private var killed: TextTable {
    var table = TextTable(["killed", "in", "times", "lost at most", "on average"], right: [2, 3, 4])
    let groups = Dictionary(grouping: outcome.kills) { kill in
      [
        (kill.rank.map { "rank \($0), " } ?? "")
          + (kill.file.map { "while \($0) was written" } ?? kill.place ?? "between writes"),
        Wording.printable(kill.during),
      ]
    }
    for (place, kills) in groups.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      let most = kills.map(\.lost).max() ?? 0
      let mean = kills.map(\.lost).reduce(0, +) / Double(kills.count)
      table.add(place + ["\(kills.count)", "\(most.fixed(2)) s", "\(mean.fixed(2)) s"])
    }
    return table
  }

  private var compared: TextTable {
    var table = TextTable(["compared", "numbers", "same bits"], right: [1])
    for (index, part) in (outcome.comparisons.first?.parts ?? []).enumerated() {
      let same = outcome.comparisons.count { $0.parts[index].difference == nil }
      let difference = outcome.comparisons.lazy.compactMap { $0.parts[index].difference }.first
      table.add([
        part.name, "\(part.count)",
        difference.map { "\(same) of \(outcome.comparisons.count): \($0)" }
          ?? "\(same) of \(outcome.comparisons.count)",
      ])
    }
    return table
  }
}
