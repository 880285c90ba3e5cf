import Configuration
import Support

/// Rows of a table that belong together, as its definition lists them.
package struct ReportSection: Hashable, Sendable {
  /// A row: what the paper printed, what is measured, or both side by side.
  package struct Row: Hashable, Sendable {
    /// What it is called; the paper's name of the row where nothing else is said.
    package var label: String
    /// The name of the paper's row; nil where the paper has none.
    package var paper: String?
    /// The variant that measures it; nil where it is not measured here.
    package var variant: String?
    /// Whether the re-ranked figures of the variant's runs are meant.
    package var isReranked: Bool
  }

  /// The heading.
  package var title: String?
  /// The rows.
  package var rows: [Row]

  init(_ setting: Setting) throws(ConfigurationError) {
    let keys = try setting.keys("title", "rows")
    title = try keys["title"]?.string(maximum: 200)
    var rows: [Row] = []
    for item in try keys.required("rows").items(count: 1...1000) {
      let keys = try item.keys("label", "paper", "variant", "reranked")
      let paper = try keys["paper"]?.string(maximum: 200)
      let variant = try keys["variant"]?.string(maximum: 1000)
      let isReranked = try keys["reranked"]?.bool() ?? false
      guard let label = try keys["label"]?.string(maximum: 200) ?? paper ?? variant else {
        throw item.error("a row names the paper's row ('paper'), the variant that measures it ('variant'), or both")
      }
      guard variant != nil || !isReranked else {
        throw item.error("'reranked' needs the 'variant' whose runs are meant")
      }
      rows.append(Row(label: label, paper: paper, variant: variant, isReranked: isReranked))
    }
    self.rows = rows
  }
}
