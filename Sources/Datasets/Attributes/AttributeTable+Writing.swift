import CMatIO
import Foundation
import Tensors

extension AttributeTable {
  /// Writes the table in the annotators' form: a MATLAB 5 file with compressed elements, a struct per split, one
  /// field of doubles per attribute or colour, identities as a cell array of strings in `image_index`.
  ///
  /// As in the real files each split has its own order of fields. Equal tables give equal bytes.
  ///
  /// - Throws: ``DatasetError`` where the file cannot be written; nothing is left behind then.
  package func write(to url: URL) throws(DatasetError) { try write(to: url, isCompressed: true) }

  package func write(to url: URL, isCompressed: Bool) throws(DatasetError) {
    let temporary = url.deletingLastPathComponent().appendingPathComponent(".\(url.lastPathComponent).\(getpid())")
    do { try writeStruct(to: temporary.path, isCompressed: isCompressed) } catch {
      unlink(temporary.path)
      throw error
    }
    guard rename(temporary.path, url.path) == 0 else {
      let reason = String(cString: strerror(errno))
      unlink(temporary.path)
      throw DatasetError("\(url.path): cannot be written (\(reason))")
    }
  }

  private func writeStruct(to path: String, isCompressed: Bool) throws(DatasetError) {
    let header = "MATLAB 5.0 MAT-file, Platform: aanet, attributes of a drawn dataset"
    guard let file = Mat_CreateVer(path, header, MAT_FT_MAT5) else {
      throw DatasetError("\(path): cannot be created (\(String(cString: strerror(errno))))")
    }
    let root = Self.structure(scheme.variable, fields: Split.allCases.map { ($0.rawValue, section(of: $0)) })
    let status = Mat_VarWrite(file, root, isCompressed ? MAT_COMPRESSION_ZLIB : MAT_COMPRESSION_NONE)
    Mat_VarFree(root)
    guard Mat_Close(file) == 0, status == 0 else { throw DatasetError("\(path): libmatio cannot write it") }
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0, fsync(descriptor) == 0, close(descriptor) == 0 else {
      throw DatasetError("\(path): cannot be written (\(String(cString: strerror(errno))))")
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
