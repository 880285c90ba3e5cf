import Documents

/// Why an ordering may have come out against the paper, as far as records tell, and what would show whether that is it.
package struct ClaimReason: Codable, Hashable, Sendable {
  /// The rule that found it.
  package enum Rule: String, CaseIterable, Codable, Sendable {
    /// So few seeds may differ so by chance.
    case chance
    /// A task of the upper row hardly counts.
    case weight
    /// The measure rewards the most frequent class.
    case majority
    /// The upper row fits its training people no better.
    case fit
    /// It fits them better, and others no better.
    case generalisation
    /// Its training had not levelled out.
    case unfinished
  }

  package var rule: Rule
  /// What the records say, in a sentence with its numbers.
  package var finding: String
  /// The experiment that would tell, in a sentence.
  package var experiment: String

  /// The most that are given of an ordering.
  package static let most = 2

  /// Where no rule finds anything.
  static let none: Typeset =
    "No record points to a reason: not the seeds’ scatter, the tasks’ weights, the attributes or the training losses."

  /// The likeliest, at most ``most``: chance first, since nothing needs to be explained where it may be chance; then what bears
  /// on what the upper row adds; then how it was trained.
  static func likeliest(_ records: ClaimRecords) -> [ClaimReason] {
    let found = Rule.allCases.compactMap { rule -> ClaimReason? in
      let words: (String, String)? =
        switch rule {
        case .chance: records.chance
        case .weight: records.weight
        case .majority: records.majority
        case .fit: records.fit(isBetter: false)
        case .generalisation: records.fit(isBetter: true)
        case .unfinished: records.unfinished
        }
      return words.map { ClaimReason(rule: rule, finding: $0.0, experiment: $0.1) }
    }
    return Array(found.prefix(most))
  }
}
