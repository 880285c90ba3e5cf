import Documents

/// What is known of a method: how it is composed, where it departs from its authors', how far its arithmetic is from golden
/// numbers.
package struct MethodPage: Sendable {
  package var method: any ComposedMethod
  /// Those of the register that are of this method alone.
  package var deviations: [Deviation]
  /// What parity measured of all cases; nil where it was not measured here.
  package var parity: [ParityErrors]?

  package init(method: any ComposedMethod, register: DeviationRegister, parity: [ParityErrors]?) {
    self.method = method
    deviations = register.deviations.filter { $0.variants.contains(method.name) }
    self.parity = parity
  }

  /// Where it departs from its authors' and what was chosen where they are silent; nil where the register has nothing of it.
  package func departures(named name: String) -> Table? {
    guard !deviations.isEmpty else { return nil }
    return Table(
      name: name,
      caption: Typeset(
        "\(method.name.onOneLine): what its authors have otherwise (changed), and what was inferred or chosen where they are silent "
          + "or could not be had."),
      columns: [
        ColumnOf<Deviation>("Here", .sentences) { Typeset($0.statement + ($0.reason.map { ": \($0)" } ?? "")) },
        ColumnOf("Origin", .leading) { Typeset($0.origin.rawValue) },
        ColumnOf("After", .sentences) { Table.cell($0.source) },
        ColumnOf("Set by", .sentences) { Typeset([.code($0.key ?? $0.code ?? "")]) },
      ], sections: [(nil, deviations)])
  }
}
