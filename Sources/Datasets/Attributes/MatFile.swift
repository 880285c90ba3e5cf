import CMatIO
import Foundation
import Support

/// A MATLAB 5 file, read through libmatio.
///
/// libmatio trusts its input, so the file is looked over first (``MatFileCheck``): it must be a MATLAB 5 file, which keeps
/// libmatio's readers of other formats out, of bounded size and without a contradiction.
final class MatFile {
  /// The largest file that is read; the real ones have 11 kB.
  static let maximumBytes = 1 << 24

  let path: String
  let handle: OpaquePointer
  private var opened: [UnsafeMutablePointer<matvar_t>] = []

  /// Opens a file.
  ///
  /// - Throws: ``PlainError`` where it is absent, too large, damaged or of another format.
  init(contentsOf url: URL) throws(PlainError) {
    path = url.path
    try MatFileCheck.check(url)
    guard let handle = Mat_Open(path, Int32(MAT_ACC_RDONLY.rawValue)) else {
      throw PlainError("\(path): libmatio cannot open it")
    }
    self.handle = handle
  }

  deinit {
    for variable in opened { Mat_VarFree(variable) }
    Mat_Close(handle)
  }

  /// Reads a variable.
  ///
  /// - Throws: ``PlainError`` where there is none of that name, or its data are damaged.
  func variable(_ name: String) throws(PlainError) -> MatValue {
    guard let found = Mat_VarRead(handle, name) else {
      let names = (try? variableNames()) ?? []
      throw PlainError(
        "\(path): has no readable variable '\(name)'"
          + (names.isEmpty ? "" : "; it has \(Wording.list(Array(names.prefix(8))))") + "; is it the right file?")
    }
    opened.append(found)
    return MatValue(file: self, pointer: found, place: "\(path): \(name)")
  }
}

/// A value in a MATLAB file: a struct, an array of numbers, or a cell array of strings.
struct MatValue {
  /// Keeps the memory alive.
  private let file: MatFile
  private let pointer: UnsafeMutablePointer<matvar_t>
  private let place: String

  init(file: MatFile, pointer: UnsafeMutablePointer<matvar_t>, place: String) {
    self.file = file
    self.pointer = pointer
    self.place = place
  }

  private var kind: matio_classes { pointer.pointee.class_type }

  /// How many elements the dimensions promise; nil where they overflow or there are none.
  private var count: Int? {
    guard pointer.pointee.rank >= 1, pointer.pointee.rank <= 8, let dims = pointer.pointee.dims else { return nil }
    var product = 1
    for dimension in UnsafeBufferPointer(start: dims, count: Int(pointer.pointee.rank)) {
      let (next, overflow) = product.multipliedReportingOverflow(by: Int(clamping: dimension))
      guard !overflow else { return nil }
      product = next
    }
    return product
  }

  /// A field of a struct of one element.
  ///
  /// - Throws: ``PlainError`` where it is no such struct or has no such field.
  func field(_ name: String) throws(PlainError) -> MatValue {
    guard kind == MAT_C_STRUCT, count == 1 else {
      let found = kind == MAT_C_STRUCT ? "an array of structs" : kindInWords
      throw PlainError("\(place) is \(found); expected is one struct, with the field '\(name)'")
    }
    guard let found = Mat_VarGetStructFieldByName(pointer, name, 0) else {
      var names: [String] = []
      if let fields = Mat_VarGetStructFieldnames(pointer) {
        for index in 0..<Int(Mat_VarGetNumberOfFields(pointer)) {
          if let field = fields[index] { names.append(String(cString: field)) }
        }
      }
      throw PlainError(
        Wording.unknown("\(place) has no field '\(name)'", name, among: Array(names.prefix(40))))
    }
    return MatValue(file: file, pointer: found, place: "\(place).\(name)")
  }

  /// Whether it is a logical array, whose elements are read as 0 and 1.
  var isLogical: Bool { pointer.pointee.isLogical != 0 }

  /// The elements of an array of real numbers, whichever of MATLAB's numeric classes it has.
  ///
  /// - Throws: ``PlainError`` where it is none, or holds a whole number that a double cannot.
  func numbers() throws(PlainError) -> [Double] {
    guard Self.numericClasses.contains(kind), pointer.pointee.isComplex == 0 else {
      throw PlainError("\(place) is \(kindInWords); expected is an array of real numbers")
    }
    guard let values = elements() else { throw PlainError("\(place) is damaged") }
    if [MAT_C_INT64, MAT_C_UINT64].contains(kind), let row = values.firstIndex(where: { abs($0) >= Self.firstInexact })
    {
      throw PlainError("\(place): value \(row + 1) has more than the 53 bits of a whole number that are read")
    }
    return values
  }

  private static let numericClasses = [
    MAT_C_DOUBLE, MAT_C_SINGLE, MAT_C_INT8, MAT_C_UINT8, MAT_C_INT16, MAT_C_UINT16, MAT_C_INT32, MAT_C_UINT32,
    MAT_C_INT64, MAT_C_UINT64,
  ]

  /// From here on a double has not every whole number.
  private static let firstInexact = 0x1p53

  /// A number in messages: whole ones without a fraction.
  static func text(_ value: Double) -> String { Int(exactly: value).map { "\($0)" } ?? "\(value)" }

  /// What it is, for messages.
  private var kindInWords: String {
    switch kind {
    case MAT_C_CHAR: "text"
    case MAT_C_CELL: "a cell array"
    case MAT_C_STRUCT: "a struct"
    case MAT_C_EMPTY: "empty"
    default: pointer.pointee.isComplex != 0 ? "an array of complex numbers" : "an array of numbers"
    }
  }

  /// The numbers of a table.
  ///
  /// - Throws: ``PlainError`` where it is no table of real numbers.
  func matrix() throws(PlainError) -> MatMatrix {
    let values = try numbers()
    guard pointer.pointee.rank == 2, let dims = pointer.pointee.dims, dims[0] * dims[1] == values.count else {
      throw PlainError("\(place) is no table of two dimensions")
    }
    return MatMatrix(rows: dims[0], columns: dims[1], values: values)
  }

  /// The strings of a cell array.
  ///
  /// - Throws: ``PlainError`` where it is none.
  func strings() throws(PlainError) -> [String] {
    guard kind == MAT_C_CELL, let count, count <= AttributeTable.maximumIdentities,
      pointer.pointee.nbytes / MemoryLayout<UnsafeRawPointer>.size >= count,
      count == 0 || pointer.pointee.data != nil
    else { throw PlainError("\(place) is \(kindInWords); expected is a cell array of texts, as {'0002', '0007'}") }
    var texts: [String] = []
    for index in 0..<count {
      guard let cell = Mat_VarGetCell(pointer, Int32(index)) else { throw PlainError("\(place) is damaged") }
      let value = MatValue(file: file, pointer: cell, place: place)
      guard value.kind == MAT_C_CHAR, let units = value.elements(), units.count <= 64 else {
        throw PlainError("\(place): cell \(index + 1) is no text of at most 64 letters, as '0002'")
      }
      texts.append(String(decoding: units.map { UInt16(clamping: Int($0)) }, as: UTF16.self))
    }
    return texts
  }

  /// The elements as numbers, whatever their stored type; nil where the bytes are fewer than the dimensions promise.
  private func elements() -> [Double]? {
    guard let count else { return nil }
    if count == 0 { return [] }
    guard let data = pointer.pointee.data else { return nil }
    func read<Element>(_ type: Element.Type, _ convert: (Element) -> Double) -> [Double]? {
      guard pointer.pointee.nbytes / MemoryLayout<Element>.size >= count else { return nil }
      return (0..<count).map { convert(data.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Element>.size, as: type)) }
    }
    switch pointer.pointee.data_type {
    case MAT_T_DOUBLE: return read(Double.self) { $0 }
    case MAT_T_SINGLE: return read(Float.self) { Double($0) }
    case MAT_T_INT8: return read(Int8.self) { Double($0) }
    case MAT_T_UINT8, MAT_T_UTF8: return read(UInt8.self) { Double($0) }
    case MAT_T_INT16: return read(Int16.self) { Double($0) }
    case MAT_T_UINT16, MAT_T_UTF16: return read(UInt16.self) { Double($0) }
    case MAT_T_INT32: return read(Int32.self) { Double($0) }
    case MAT_T_UINT32: return read(UInt32.self) { Double($0) }
    case MAT_T_INT64: return read(Int64.self) { Double($0) }
    case MAT_T_UINT64: return read(UInt64.self) { Double($0) }
    default: return nil
    }
  }
}

/// An array of numbers of a MATLAB file, column after column.
struct MatMatrix {
  let rows: Int
  let columns: Int
  let values: [Double]

  /// One column's numbers.
  func column(_ place: Int) -> ArraySlice<Double> { values[place * rows..<(place + 1) * rows] }
}

extension MatFile {
  /// The most variables that are looked at.
  private static let maximumVariables = 64

  /// The names of the variables, in the file's order.
  ///
  /// - Throws: ``PlainError`` where there are none or very many.
  func variableNames() throws(PlainError) -> [String] {
    var count = 0
    guard let names = Mat_GetDir(handle, &count), count > 0, count <= Self.maximumVariables else {
      throw PlainError("\(path): has no variables, or more than \(Self.maximumVariables)")
    }
    return (0..<count).compactMap { names[$0].map { String(cString: $0) } }
  }

  /// The numbers of the file's only variable.
  ///
  /// - Throws: ``PlainError`` where there are several, or it is no table of real numbers.
  func onlyMatrix() throws(PlainError) -> MatMatrix {
    let names = try variableNames()
    guard names.count == 1 else {
      throw PlainError("\(path): has \(names.count) variables; expected is one table of numbers")
    }
    return try variable(names[0]).matrix()
  }
}
