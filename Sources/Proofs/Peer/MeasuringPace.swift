/// How long measurements take: as long as the last one of their kind, or by the arithmetic in them as long as all others.
package struct MeasuringPace<Kind: Hashable> {
  private var known: [Kind: Double] = [:]
  private var seconds = 0.0
  private var work = 0.0

  package init() {}

  /// Takes note of one that is done.
  ///
  /// - Parameter work: the arithmetic in it, in any unit.
  package mutating func note(_ kind: Kind, work: Double, seconds: Double) {
    known[kind] = seconds
    self.seconds += seconds
    self.work += work
  }

  /// Seconds that measurements take, of the first of which some are spent; nil before any is known.
  package func seconds(of kinds: [(kind: Kind, work: Double)], spent: Double) -> Double? {
    guard work > 0 else { return nil }
    let each = kinds.map { known[$0.kind] ?? $0.work / work * seconds }
    return max(0, (each.first ?? 0) - spent) + each.dropFirst().reduce(0, +)
  }
}
