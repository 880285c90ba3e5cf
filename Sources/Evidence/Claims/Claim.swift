import Configuration
import Documents
import Foundation
import Support
import YAML

/// Something that the paper says of rows of its tables, in its own words, and within what tolerance it counts.
package struct Claim: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case level(row: String)
    /// A row is above another one.
    case ordering(above: String, below: String)
  }

  /// A word that names it: `adding-part`.
  package var name: String
  /// What it says, in our words and without numbers.
  package var statement: String
  /// The paper's words.
  package var quote: String
  /// Where they stand: `Section 4.2`.
  package var source: String
  /// The published table that it is about: `table3`.
  package var table: String
  /// What is claimed of which rows, by their names in `published.yaml`.
  package var kind: Kind
  /// The claimed figures by column, in the file's order: a level in percent, or how far the one row is above the other, in
  /// points.
  package var values: [Value]
  /// How far a measured level may lie from the paper's, in points; for an ordering, the smallest difference that counts.
  package var tolerance: Double
  /// Whether it is one of the few that the paper rests on most, by its abstract and for what it proposes.
  package var isMain = false

  package struct Value: Hashable, Sendable {
    /// The column of the table: `mAP`.
    package var column: String
    package var value: Double
  }

  init(_ name: String, _ setting: Setting) throws(ConfigurationError) {
    let keys = try setting.keys(
      "says", "quote", "source", "table", "row", "values", "above", "below", "gains", "tolerance", "main")
    self.name = name
    let says = try keys.required("says")
    statement = try says.string(maximum: 300)
    guard !statement.contains(where: \.isWholeNumber) || statement.contains("AANet-") else {
      throw says.error("holds a number; numbers stand under 'values' or 'gains'")
    }
    quote = try keys.required("quote").string(maximum: 1000)
    source = try keys.required("source").string(maximum: 100)
    table = try keys.required("table").string(maximum: 100)
    tolerance = try keys.required("tolerance").double(in: 0...100)
    isMain = try keys["main"]?.bool() ?? false
    let figures: Setting
    if let row = keys["row"] {
      for key in ["above", "below", "gains"] {
        if let other = keys[key] {
          throw other.error("'\(key)' belongs to an ordering, 'row' to a level: leave one of them out")
        }
      }
      kind = .level(row: try row.string(maximum: 200))
      figures = try keys.required("values")
    } else {
      if let other = keys["values"] { throw other.error("'values' belongs to a level, which names its 'row'") }
      kind = .ordering(
        above: try keys.required("above").string(maximum: 200), below: try keys.required("below").string(maximum: 200))
      figures = try keys.required("gains")
    }
    var values: [Value] = []
    for (column, figure) in try figures.entries() {
      values.append(Value(column: column, value: try figure.double(in: -100...100)))
    }
    guard !values.isEmpty else { throw figures.error("names no column") }
    self.values = values
  }
}

/// The paper's claims, read from `reports/claims.yaml`.
package struct ClaimsLedger: Hashable, Sendable {
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
  /// - Throws: a `PlainError` where the paper has no such table; nil where it prints no such figure.
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
      throw setting.error(Wording.unknown("there is no published table", naming: self.table, among: names))
    }
    for row in rows where table.row(row) == nil {
      throw setting.error(Wording.unknown("\(table.name) has no row", naming: row, among: table.rows.map(\.name)))
    }
    for claimed in values {
      guard table.columns.contains(claimed.column) else {
        throw setting.error(
          Wording.unknown("\(table.name) has no column", naming: claimed.column, among: table.columns))
      }
      guard let printed = try self.published(claimed.column, in: published) else {
        throw setting.error("the paper prints no \(claimed.column) there")
      }
      guard abs(printed - claimed.value) < 0.005 else {
        throw setting.error(
          "\(claimed.column) is \(claimed.value) here; \(ReportDefinition.publishedFile) gives \(Numerals.number(printed))"
        )
      }
    }
  }
}
