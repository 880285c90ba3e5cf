import Foundation
import Support

/// Predicted attributes of images, from a MATLAB file with one row an image and one column an attribute.
package struct AttributePredictions: Equatable, Sendable {
  /// The attributes of the columns, in the file's order.
  package let columns: [String]
  /// For each column the predicted class of each image, as an index into the attribute's classes.
  package let classes: [[Int]]

  package var images: Int { classes.first?.count ?? 0 }

  /// The order of columns in the predictions that Market-1501's annotators published (`gallery_market.mat`).
  package static let marketColumns = [
    "gender", "hair", "age", "sleeve", "lower_length", "lower_type", "hat", "backpack", "bag", "handbag",
    "upper_color", "lower_color",
  ]

  /// Reads a file of one numeric variable; value `k + 1` is class `k`, as in the annotators' labels, and colours are
  /// counted in the order of the scheme's list.
  ///
  /// - Parameter columns: the attribute of each column; nil for the order of Market-1501's annotators.
  /// - Throws: ``PlainError`` where the file cannot be read, the columns are not those, or a value has no class.
  package init(contentsOf url: URL, scheme: AttributeScheme, columns: [String]? = nil) throws(PlainError) {
    guard let columns = columns ?? (scheme == .market1501 ? Self.marketColumns : nil) else {
      throw PlainError(
        "\(url.path): the order of the columns is not known for \(scheme.variable); name them "
          + "with --columns, as in \(scheme.attributes.map(\.name).joined(separator: ","))")
    }
    let known = scheme.attributes.map(\.name)
    for name in columns where !known.contains(name) {
      throw PlainError(
        Wording.unknown("\(scheme.variable) has no attribute", naming: name, among: known))
    }
    guard Set(columns).count == columns.count else { throw PlainError("an attribute names two of the columns") }
    let table = try MatFile(contentsOf: url).onlyMatrix()
    guard table.columns == columns.count else {
      throw PlainError(
        "\(url.path): \(table.rows) rows of \(table.columns) columns; expected are \(columns.count) columns: "
          + columns.joined(separator: ", "))
    }
    var classes: [[Int]] = []
    for (place, name) in columns.enumerated() {
      let count = scheme.attributes.first { $0.name == name }?.classes.count ?? 0
      var column: [Int] = []
      for (row, value) in table.column(place).enumerated() {
        guard let number = Int(exactly: value), (1...max(1, count)).contains(number) else {
          throw PlainError(
            "\(url.path): row \(row + 1), column \(place + 1) (\(name)) is \(MatValue.text(value)); "
              + "expected is 1 to \(count)")
        }
        column.append(number - 1)
      }
      classes.append(column)
    }
    self.columns = columns
    self.classes = classes
  }
}

/// The identities of a list of images, from a MATLAB file of one numeric variable such as `testID.mat`.
package enum IdentityList {
  /// Reads a file: a row or a column of whole numbers from −1.
  ///
  /// - Throws: ``PlainError`` where the file cannot be read or holds no such list.
  package static func read(_ url: URL) throws(PlainError) -> [Int] {
    let table = try MatFile(contentsOf: url).onlyMatrix()
    guard table.rows == 1 || table.columns == 1, !table.values.isEmpty else {
      throw PlainError(
        "\(url.path): \(table.rows) rows of \(table.columns) columns; expected is a list of identities")
    }
    var identities: [Int] = []
    for (place, value) in table.values.enumerated() {
      guard let identity = Int(exactly: value), identity >= -1 else {
        throw PlainError(
          "\(url.path): entry \(place + 1) is \(MatValue.text(value)); "
            + "an identity is a whole number from -1")
      }
      identities.append(identity)
    }
    return identities
  }
}

extension AttributeScheme {
  /// The scheme whose labels a file holds, by the name of its variable.
  ///
  /// - Throws: ``PlainError`` where the file cannot be read or is of no known benchmark.
  package static func ofLabels(in url: URL) throws(PlainError) -> AttributeScheme {
    let names = try MatFile(contentsOf: url).variableNames()
    if let scheme = all.first(where: { names.contains($0.variable) }) { return scheme }
    throw PlainError(
      "\(url.path): holds \(Wording.list(Array(names.prefix(8)))); attributes are labelled in "
        + Wording.list(all.map(\.variable)))
  }
}
