import Documents
import Support

/// The answer that a page opens with: what became of the orderings that the paper claims.
extension ClaimsReport {
  private var orderings: [ClaimJudgement] { judgements.filter { $0.kind == "ordering" } }

  /// Every ordering that was measured, a line each; nil before anything was.
  package func answer(_ name: String) -> Figure? {
    let measured = orderings.filter { $0.measured != nil }
    return measured.isEmpty ? nil : ClaimsFigure(judgements: measured).figure(name)
  }

  /// What became of them in a paragraph: how many came out how, what of those that the paper rests on most, on what data, over
  /// how many seeds; nil where it claims none.
  package var summary: Typeset? {
    let orderings = orderings
    guard !orderings.isEmpty else { return nil }
    let said = ClaimVerdict.allCases.compactMap { verdict -> Typeset? in
      let count = orderings.count { $0.verdict == verdict }
      return count == 0 ? nil : Typeset([.strong("\(count)"), .text(" \(verdict.clause(count))")])
    }
    var text =
      Typeset("Of \(Wording.count(orderings.count, "ordering")) that the paper claims, ") + Typeset.list(said) + "."
    let main = orderings.filter(\.isMain)
    let heard = main.map(\.claim).unique.compactMap { claim in main.first { $0.claim == claim } }
    if !heard.isEmpty {
      text = text + Typeset(" Of those that it rests on most: \(heard.map(Self.clause).joined(separator: "; ")).")
    }
    let decided = orderings.count { ($0.sequence?.decision ?? .open) != .open }
    let measured = orderings.filter { $0.measured != nil }
    guard !measured.isEmpty else { return text }
    let known = decided == 0 ? "none is" : decided == 1 ? "one is" : "\(decided) are"
    text = text + Typeset(" By the stricter test, which may be looked at after every seed, \(known) decided.")
    return text + Typeset(Self.data(measured))
  }

  private static func clause(_ judgement: ClaimJudgement) -> String {
    let words = "“\(judgement.statement.onOneLine)” \(judgement.verdict.clause(1))"
    guard let measured = judgement.measured else { return words }
    return
      "\(words) (\(judgement.columnTitle) \(Numerals.signed(measured)), the paper \(Numerals.signed(judgement.published)))"
  }

  private static func data(_ measured: [ClaimJudgement]) -> String {
    func names(_ isSynthetic: Bool) -> [String] {
      measured.filter { ($0.isSynthetic ?? false) == isSynthetic }.compactMap(\.dataset).map(\.onOneLine).unique
    }
    let (drawn, real) = (names(true), names(false))
    let seeds = measured.map(\.seeds)
    let (least, most) = (seeds.min() ?? 0, seeds.max() ?? 0)
    let over = least == most ? Wording.count(most, "seed") : "\(least) to \(most) seeds"
    let twins = "\(drawn.count == 1 ? "twin" : "twins") \(Numerals.list(drawn))"
    if drawn.isEmpty { return " It was measured on \(Numerals.list(real)), over \(over)." }
    guard !real.isEmpty else {
      return " All of it was measured on drawn people, the synthetic \(twins), not on photographs, over \(over)."
    }
    return
      " It was measured on photographs, \(Numerals.list(real)), and on drawn people, the synthetic \(twins), over \(over)."
  }

  /// The orderings that nothing here bears on, folded away; nil where there is none.
  package func unmeasured(_ name: String) -> Table? {
    let left = orderings.filter { $0.measured == nil }
    guard !left.isEmpty else { return nil }
    var table = Table(
      name: name, caption: "Orderings that the paper claims and that nothing measured here bears on.",
      columns: [
        ColumnOf<ClaimJudgement>("Claim", .leading) { Typeset($0.statement) },
        ColumnOf("Column", .leading) { Typeset($0.columnTitle) },
        ColumnOf("Paper") { Typeset(Numerals.signed($0.published)) },
        ColumnOf("Why", .sentences) { Typeset($0.reason ?? "its seeds are not finished") },
      ],
      sections: left.map(\.table).unique.map { table in
        (Typeset(Claim.label(ofTable: table)), left.filter { $0.table == table })
      })
    table.summary = Typeset("\(Wording.count(left.count, "ordering")) of \(orderings.count) not attempted.")
    return table
  }

  /// Of every ordering that came out against the paper: the reasons that records allow, and what would tell them apart.
  ///
  /// Orderings of one claim in several figures of retrieval have their rows in common, and with them the reasons; those of the
  /// first are shown.
  package var doubts: [(heading: Typeset, reasons: [Typeset])] {
    let against = orderings.filter(\.isAgainstThePaper)
    var groups: [[ClaimJudgement]] = []
    for judgement in against {
      let isOfRetrieval = Metric(column: judgement.column) != nil
      let place = groups.firstIndex { $0[0].claim == judgement.claim && isOfRetrieval }
      if let place { groups[place].append(judgement) } else { groups.append([judgement]) }
    }
    return groups.map { group in
      let first = group[0]
      func each(_ words: (ClaimJudgement) -> String) -> String { Numerals.list(group.map(words)) }
      let heading =
        Typeset([
          .strong(first.verdict.isContradiction ? first.outcome : first.sequence?.decision.word ?? first.outcome)
        ])
        + Typeset(
          ": \(first.statement.onOneLine), in \(each(\.columnTitle)) (\(first.tableLabel)): measured "
            + "\(each { Numerals.signed($0.measured ?? .nan) }), the paper has \(each { Numerals.signed($0.published) })."
        )
      let reasons = first.reasons.map { reason in
        Typeset("\(reason.finding) ") + Typeset([.emphasis("To tell:")]) + Typeset(" \(reason.experiment)")
      }
      return (heading, reasons.isEmpty ? [ClaimReason.none] : reasons)
    }
  }
}

extension ClaimVerdict {
  /// What became of so many orderings, as a sentence says it.
  fileprivate func clause(_ count: Int) -> String {
    let isOne = count == 1
    return switch self {
    case .reproduced: isOne ? "is reproduced" : "are reproduced"
    case .withinNoise:
      isOne ? "is open, its noise too large to decide it" : "are open, their noise too large to decide them"
    case .missed: isOne ? "shows no difference that counts" : "show no difference that counts"
    case .opposite: isOne ? "comes out the opposite way round" : "come out the opposite way round"
    case .notAttempted: isOne ? "was not attempted" : "were not attempted"
    case .notComparable: isOne ? "is not comparable" : "are not comparable"
    }
  }
}
