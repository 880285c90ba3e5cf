/// The combinations of a test that went wrong, each with its values and its reason.
package struct FailingCases: Error, CustomStringConvertible {
  /// `stride = 2, padding = 1: …`, one for each case that went wrong.
  package private(set) var cases: [String]

  /// How many are printed.
  private static let printed = 12

  /// Gathers one case.
  init(_ reason: String) { cases = [reason] }

  /// Puts a value in front of each case.
  func inside(_ label: String) -> [String] {
    cases.map { $0.hasPrefix(": ") ? label + $0 : "\(label), \($0)" }
  }

  init(cases: [String]) { self.cases = cases }

  /// The first cases, one a line.
  package var description: String {
    let head = cases.prefix(Self.printed).joined(separator: "\n  ")
    let rest = cases.count > Self.printed ? "\n  and \(cases.count - Self.printed) more" : ""
    return "\(cases.count) failing\n  \(head)\(rest)"
  }
}

/// Runs a test for every value, nested for every combination, and fails at the end with the values of each combination
/// that went wrong.
///
///     try withEvery("stride", in: 1...3) { stride in
///       try withEvery("padding", in: 0...3) { padding in … }
///     }
///
/// - Throws: ``FailingCases`` where `body` threw for at least one value.
package func withEvery<Values: Sequence>(
  _ label: String, in values: Values, _ body: (Values.Element) throws -> Void
) throws {
  var failures: [String] = []
  for value in values {
    let name = "\(label) = \(value)"
    do {
      try body(value)
    } catch let nested as FailingCases {
      failures += nested.inside(name)
    } catch {
      failures += FailingCases(": \(error)").inside(name)
    }
  }
  if !failures.isEmpty { throw FailingCases(cases: failures) }
}
