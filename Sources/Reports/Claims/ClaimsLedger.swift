import Configuration
import Documents
import Foundation
import YAML

/// The paper's claims, read from `reports/claims.yaml`.
package struct ClaimsLedger: Hashable, Sendable {
  /// The file among the reports.
  package static let file = "claims.yaml"

  /// The claims, in the file's order.
  package var claims: [Claim]

  /// Reads the file.
  ///
  /// - Throws: a `ConfigurationError` that names file, line and key; also for a table, row or column that the paper
  ///   does not have, and for a figure that is not the one in `published.yaml`.
  package init(contentsOf file: URL, published: PublishedFigures) throws {
    try self.init(YAML.parse(contentsOf: file), published: published)
  }

  /// Reads the file's text; `name` is what messages call it.
  package init(text: String, name: String, published: PublishedFigures) throws {
    try self.init(YAML.parse(text, name: name), published: published)
  }

  private init(_ value: YAMLValue, published: PublishedFigures) throws {
    let entries = try Setting(value).keys("claims").required("claims").entries()
    claims = try entries.map { name, setting in
      let claim = try Claim(name, setting)
      try claim.check(against: published, at: setting)
      return claim
    }
  }
}

extension Claim {
  /// The rows that it is about, by their names in `published.yaml`.
  package var rows: [String] {
    switch kind {
    case .level(let row): [row]
    case .ordering(let above, let below): [above, below]
    }
  }

  /// What the printed tables give for a column: the level in percent, or the difference of the two rows in points.
  ///
  /// - Throws: a `ReportError` where the paper has no such table; nil where it prints no such figure.
  package func published(_ column: String, in figures: PublishedFigures) throws -> Double? {
    let table = try figures.table(table)
    let values = rows.compactMap { table.row($0)?.values[column] }
    guard values.count == rows.count else { return nil }
    return values.count == 1 ? values[0] : values[0] - values[1]
  }

  /// Refuses rows, columns and figures that are not the published ones.
  func check(against published: PublishedFigures, at setting: Setting) throws {
    let names = published.tables.map(\.name)
    guard let table = published.tables.first(where: { $0.name == self.table }) else {
      throw setting.error(ReportError.unknown("there is no published table", self.table, among: names))
    }
    for row in rows where table.row(row) == nil {
      throw setting.error(ReportError.unknown("\(table.name) has no row", row, among: table.rows.map(\.name)))
    }
    for claimed in values {
      guard table.columns.contains(claimed.column) else {
        throw setting.error(
          ReportError.unknown("\(table.name) has no column", claimed.column, among: table.columns))
      }
      guard let printed = try self.published(claimed.column, in: published) else {
        throw setting.error("the paper prints no \(claimed.column) there")
      }
      guard abs(printed - claimed.value) < 0.005 else {
        throw setting.error(
          "\(claimed.column) is \(claimed.value) here; \(ReportDefinition.publishedFile) gives \(Figures.number(printed))"
        )
      }
    }
  }
}
