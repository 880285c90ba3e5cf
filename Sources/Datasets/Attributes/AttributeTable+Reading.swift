import Configuration
import Foundation
import Support
import Tensors

extension AttributeTable {
  /// The longest table that is read: more identities than any benchmark has.
  static let maximumIdentities = 100_000

  /// Reads the annotators' file: one struct with a struct per split, each with one value per identity and field.
  ///
  /// Fields are looked up by name, since each split has its own order, and joined on `image_index`.
  ///
  /// - Parameter names: what the dataset calls its identities, which is what `image_index` lists.
  /// - Throws: ``DatasetError`` where the file cannot be read, a field is missing or a value has no meaning.
  package init(contentsOf url: URL, scheme: AttributeScheme, names: IdentityNames = .numbers) throws(DatasetError) {
    let file = try MatFile(contentsOf: url)
    let root = try file.variable(scheme.variable)
    var texts: [Split: [String]] = [:]
    for split in Split.allCases {
      texts[split] = try Self.identities(
        in: root.field(split.rawValue), place: "\(url.path): \(scheme.variable).\(split.rawValue)")
    }
    let names = names.adding(texts.values.joined())
    var labels: [Split: [Int: Labels]] = [:]
    var repeated: [Split: Set<Int>] = [:]
    for split in Split.allCases {
      let place = "\(url.path): \(scheme.variable).\(split.rawValue)"
      let section = try root.field(split.rawValue)
      var identities: [Int] = []
      for text in texts[split] ?? [] {
        guard let identity = names.number(of: text) ?? (names.texts == nil && Int(text) == 0 ? 0 : nil) else {
          throw DatasetError("\(place).image_index: \(Wording.quoted(text)) is no identity's number, as '0002'")
        }
        identities.append(identity)
      }
      var rows = [Labels](repeating: [], count: identities.count)
      for attribute in scheme.attributes {
        var columns: [[Double]] = []
        for field in attribute.fields {
          let stored = try section.field(field)
          let values = try stored.numbers()
          if stored.isLogical, values.contains(0) {
            throw DatasetError(
              "\(place).\(field): logical values are 0 and 1; expected are 1 for no and 2 for yes: store 1 + \(field)")
          }
          guard values.count == identities.count else {
            throw DatasetError("\(place).\(field): \(values.count) values for \(identities.count) identities")
          }
          columns.append(values)
        }
        for row in rows.indices {
          rows[row].append(
            try Self.labels(of: attribute, values: columns.map { $0[row] }) { field, value, expected in
              DatasetError(
                "\(place).\(field): \(Wording.printable(names.name(of: identities[row]))) has the value "
                  + "\(MatValue.text(value)), which has no meaning; expected is \(expected)")
            })
        }
      }
      var table: [Int: Labels] = [:]
      for (identity, row) in zip(identities, rows) {
        if table[identity] == nil {
          table[identity] = row
        } else {
          repeated[split, default: []].insert(identity)
        }
      }
      labels[split] = table
    }
    try self.init(scheme: scheme, names: names, labels: labels, repeated: repeated)
  }

  private static func identities(in section: MatValue, place: String) throws(DatasetError) -> [String] {
    let texts = try section.field("image_index").strings()
    guard !texts.isEmpty, texts.count <= maximumIdentities else {
      throw DatasetError("\(place).image_index: \(texts.count) identities; expected 1 to \(maximumIdentities)")
    }
    return texts
  }

  private static func labels(
    of attribute: AttributeDefinition, values: [Double],
    fault: (_ field: String, _ value: Double, _ expected: String) -> DatasetError
  ) throws(DatasetError) -> [Int] {
    switch attribute.storage {
    case .value(let field):
      guard let number = Int(exactly: values[0]), (0...attribute.classes.count).contains(number) else {
        throw fault(field, values[0], "1 to \(attribute.classes.count), or 0 where nothing is known")
      }
      return number == 0 ? [] : [number - 1]
    case .flags(let fields):
      for (field, value) in zip(fields, values) where value != 1 && value != 2 {
        throw fault(field, value, "1 for no or 2 for yes")
      }
      return values.indices.filter { values[$0] == 2 }
    }
  }
}
