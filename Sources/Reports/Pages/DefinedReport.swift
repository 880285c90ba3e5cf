/// A report on a table whose rows its definition names: `reports/table1.yaml`.
package protocol DefinedReport: TableReport {
  /// What it is made of.
  var definition: ReportDefinition { get }
}

extension DefinedReport {
  /// Its title.
  package var title: String { definition.title }
  /// Paragraphs of introduction.
  package var introduction: [String] { definition.introduction }
  /// What has to be said under the table.
  package var remarks: [String] { definition.notes }

  /// What measures a row of the definition, and what the paper prints of it; nil where there is neither.
  func figures(of row: ReportSection.Row) -> (variant: ReportVariant?, published: PublishedRow?)? {
    let variant = row.variant.flatMap(source.variant)
    let published = row.paper.flatMap { self.published?.row($0) }
    return variant == nil && published == nil ? nil : (variant, published)
  }

  /// The experiment's variants that the definition does not name.
  var unnamedVariants: [ReportVariant] {
    let named = definition.sections.flatMap(\.rows).compactMap(\.variant)
    return source.variants.filter { !named.contains($0.name) }
  }
}
