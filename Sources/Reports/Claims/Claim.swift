import Configuration
import Support

/// Something that the paper says of rows of its tables, in its own words, and within what tolerance it counts.
package struct Claim: Hashable, Sendable {
  /// What is claimed.
  package enum Kind: Hashable, Sendable {
    /// A row reaches a value.
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

  /// A figure of a column.
  package struct Value: Hashable, Sendable {
    /// The column of the table: `mAP`.
    package var column: String
    /// The figure.
    package var value: Double
  }

  init(_ name: String, _ setting: Setting) throws(ConfigurationError) {
    let keys = try setting.keys(
      "says", "quote", "source", "table", "row", "values", "above", "below", "gains", "tolerance")
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
