import Runs

/// The paper's table of attribute accuracy (Table 4), turned on its side: a row an attribute, columns for the methods,
/// and beside them what the data alone make of it.
package struct AttributesReport: DefinedReport {
  /// A method: what measures it, and what the paper prints of it.
  package struct Method: Sendable {
    /// What it is called.
    package var label: String
    /// What measures it; nil where it is not measured here.
    package var variant: ReportVariant?
    /// The paper's figures; nil where it has no such row.
    package var published: PublishedRow?

    /// The scores of the finished runs.
    var scores: [AttributeScores] { variant?.finished.compactMap { $0.metrics?.attributes } ?? [] }
  }

  /// A reading of a run's scores.
  enum Reading: CaseIterable {
    case accuracy, balanced, majority, ceiling

    /// The figures by attribute, as fractions.
    func values(_ scores: AttributeScores) -> [String: Double] {
      switch self {
      case .accuracy: scores.accuracy
      case .balanced: scores.balanced
      case .majority: scores.majority
      case .ceiling: scores.ceiling
      }
    }
  }

  /// The row over all attributes.
  static let mean = "mean"

  /// What it is made of.
  package var definition: ReportDefinition
  /// What it draws from.
  package var source: ExperimentRecords
  /// What the paper printed.
  package var published: PublishedTable?

  /// Gathers a table of attributes.
  ///
  /// - Throws: a `ReportError` where the definition names a row that the paper does not have.
  package init(_ definition: ReportDefinition, source: ExperimentRecords, published: PublishedTable) throws {
    try definition.checkRows(of: published)
    self.definition = definition
    self.source = source
    self.published = published
  }

  /// The methods: those of the definition, then the experiment's variants that it does not name.
  package var compared: [Method] {
    let named = definition.sections.flatMap(\.rows).compactMap { row in
      figures(of: row).map { Method(label: row.label, variant: $0.variant, published: $0.published) }
    }
    return named + unnamedVariants.map { Method(label: $0.name, variant: $0, published: nil) }
  }

  /// The attributes: the paper's in its order, then others that runs were measured at.
  package var attributes: [String] {
    let printed = (published?.columns ?? []).filter { $0 != Self.mean }
    let measured = Set(compared.flatMap(\.scores).flatMap { $0.accuracy.keys })
    return printed + measured.subtracting(printed).sorted()
  }

  /// A method's figures over the seeds, in percent: of an attribute, or of ``mean`` over all of them.
  func sample(_ method: Method, _ attribute: String, _ reading: Reading) -> Sample? {
    Sample(method.scores.compactMap { Self.value($0, attribute, reading).map { 100 * $0 } })
  }

  /// What the data alone make of an attribute, in percent: the same for every run on the same images.
  func ofData(_ attribute: String, _ reading: Reading) -> Double? {
    compared.flatMap(\.scores).first.flatMap { Self.value($0, attribute, reading) }.map { 100 * $0 }
  }

  private static func value(_ scores: AttributeScores, _ attribute: String, _ reading: Reading) -> Double? {
    let values = reading.values(scores)
    guard attribute == mean else { return values[attribute] }
    if reading == .accuracy { return scores.mean }
    return values.isEmpty ? nil : values.values.reduce(0, +) / Double(values.count)
  }
}
