import CMatIO
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
  /// - Throws: ``PlainError`` where the file cannot be read, a field is missing or a value has no meaning.
  package init(contentsOf url: URL, scheme: AttributeScheme, names: IdentityNames = .numbers) throws(PlainError) {
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
          throw PlainError("\(place).image_index: \(Wording.quoted(text)) is no identity's number, as '0002'")
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
            throw PlainError(
              "\(place).\(field): logical values are 0 and 1; expected are 1 for no and 2 for yes: store 1 + \(field)")
          }
          guard values.count == identities.count else {
            throw PlainError("\(place).\(field): \(values.count) values for \(identities.count) identities")
          }
          columns.append(values)
        }
        for row in rows.indices {
          rows[row].append(
            try Self.labels(of: attribute, values: columns.map { $0[row] }) { field, value, expected in
              PlainError(
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

  private static func identities(in section: MatValue, place: String) throws(PlainError) -> [String] {
    let texts = try section.field("image_index").strings()
    guard !texts.isEmpty, texts.count <= maximumIdentities else {
      throw PlainError("\(place).image_index: \(texts.count) identities; expected 1 to \(maximumIdentities)")
    }
    return texts
  }

  private static func labels(
    of attribute: AttributeDefinition, values: [Double],
    fault: (_ field: String, _ value: Double, _ expected: String) -> PlainError
  ) throws(PlainError) -> [Int] {
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

extension AttributeTable {
  /// Writes the table in the annotators' form: a MATLAB 5 file with compressed elements, a struct per split, one
  /// field of doubles per attribute or colour, identities as a cell array of strings in `image_index`.
  ///
  /// As in the real files each split has its own order of fields. Equal tables give equal bytes.
  ///
  /// - Throws: ``PlainError`` where the file cannot be written; nothing is left behind then.
  package func write(to url: URL) throws(PlainError) { try write(to: url, isCompressed: true) }

  package func write(to url: URL, isCompressed: Bool) throws(PlainError) {
    let temporary = url.deletingLastPathComponent().appendingPathComponent(".\(url.lastPathComponent).\(getpid())")
    do { try writeStruct(to: temporary.path, isCompressed: isCompressed) } catch {
      unlink(temporary.path)
      throw error
    }
    guard rename(temporary.path, url.path) == 0 else {
      let reason = String(cString: strerror(errno))
      unlink(temporary.path)
      throw PlainError("\(url.path): cannot be written (\(reason))")
    }
  }

  private func writeStruct(to path: String, isCompressed: Bool) throws(PlainError) {
    let header = "MATLAB 5.0 MAT-file, Platform: aanet, attributes of a drawn dataset"
    guard let file = Mat_CreateVer(path, header, MAT_FT_MAT5) else {
      throw PlainError("\(path): cannot be created (\(String(cString: strerror(errno))))")
    }
    let root = Self.structure(scheme.variable, fields: Split.allCases.map { ($0.rawValue, section(of: $0)) })
    let status = Mat_VarWrite(file, root, isCompressed ? MAT_COMPRESSION_ZLIB : MAT_COMPRESSION_NONE)
    Mat_VarFree(root)
    guard Mat_Close(file) == 0, status == 0 else { throw PlainError("\(path): libmatio cannot write it") }
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0, fsync(descriptor) == 0, close(descriptor) == 0 else {
      throw PlainError("\(path): cannot be written (\(String(cString: strerror(errno))))")
    }
  }

  private func section(of split: Split) -> UnsafeMutablePointer<matvar_t>? {
    let identities = identities(in: split)
    let rows = identities.compactMap { labels[split]?[$0] }
    var columns: [(String, [Double])] = []
    for (place, attribute) in scheme.attributes.enumerated() {
      switch attribute.storage {
      case .value(let field):
        columns.append((field, rows.map { Double(($0[place].first ?? -1) + 1) }))
      case .flags(let fields):
        for (colour, field) in fields.enumerated() {
          columns.append((field, rows.map { $0[place].contains(colour) ? 2 : 1 }))
        }
      }
    }
    if split == .train { columns.sort { $0.0 < $1.0 } }
    var fields = columns.map { ($0.0, Self.row(of: $0.1)) }
    fields.append(("image_index", Self.cells(of: identities.map(names.name))))
    return Self.structure(split.rawValue, fields: fields)
  }

  private static func structure(
    _ name: String, fields: [(String, UnsafeMutablePointer<matvar_t>?)]
  ) -> UnsafeMutablePointer<matvar_t>? {
    var dimensions = [1, 1]
    let root = Mat_VarCreateStruct(name, 2, &dimensions, nil, 0)
    for (field, value) in fields {
      Mat_VarAddStructField(root, field)
      Mat_VarSetStructFieldByName(root, field, 0, value)
    }
    return root
  }

  private static func row(of values: [Double]) -> UnsafeMutablePointer<matvar_t>? {
    var dimensions = [1, values.count]
    var values = values
    return Mat_VarCreate(nil, MAT_C_DOUBLE, MAT_T_DOUBLE, 2, &dimensions, &values, 0)
  }

  private static func cells(of texts: [String]) -> UnsafeMutablePointer<matvar_t>? {
    var cells = texts.map { text in
      var units = Array(text.utf8)
      var dimensions = [1, units.count]
      return Mat_VarCreate(nil, MAT_C_CHAR, MAT_T_UTF8, 2, &dimensions, &units, 0)
    }
    var dimensions = [1, cells.count]
    return Mat_VarCreate(nil, MAT_C_CELL, MAT_T_CELL, 2, &dimensions, &cells, 0)
  }
}
