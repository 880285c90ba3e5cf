import CMatIO
import Configuration
import Foundation

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
  /// - Throws: ``DatasetError`` where it is absent, too large, damaged or of another format.
  init(contentsOf url: URL) throws(DatasetError) {
    path = url.path
    try MatFileCheck.check(url)
    guard let handle = Mat_Open(path, Int32(MAT_ACC_RDONLY.rawValue)) else {
      throw DatasetError("\(path): libmatio cannot open it")
    }
    self.handle = handle
  }

  deinit {
    for variable in opened { Mat_VarFree(variable) }
    Mat_Close(handle)
  }

  /// Reads a variable.
  ///
  /// - Throws: ``DatasetError`` where there is none of that name, or its data are damaged.
  func variable(_ name: String) throws(DatasetError) -> MatValue {
    guard let found = Mat_VarRead(handle, name) else {
      throw DatasetError("\(path): has no readable variable '\(name)'; is it the right file?")
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
  /// - Throws: ``DatasetError`` where it is no such struct or has no such field.
  func field(_ name: String) throws(DatasetError) -> MatValue {
    guard kind == MAT_C_STRUCT, count == 1 else { throw DatasetError("\(place) is no struct of one element") }
    guard let found = Mat_VarGetStructFieldByName(pointer, name, 0) else {
      var names: [String] = []
      if let fields = Mat_VarGetStructFieldnames(pointer) {
        for index in 0..<Int(Mat_VarGetNumberOfFields(pointer)) {
          if let field = fields[index] { names.append(String(cString: field)) }
        }
      }
      throw DatasetError("\(place) has no field '\(name)'; it has \(Wording.list(Array(names.prefix(40))))")
    }
    return MatValue(file: file, pointer: found, place: "\(place).\(name)")
  }

  /// The elements of an array of real numbers.
  ///
  /// - Throws: ``DatasetError`` where it is none.
  func numbers() throws(DatasetError) -> [Double] {
    let numeric = [
      MAT_C_DOUBLE, MAT_C_SINGLE, MAT_C_INT8, MAT_C_UINT8, MAT_C_INT16, MAT_C_UINT16, MAT_C_INT32, MAT_C_UINT32,
    ]
    guard numeric.contains(kind), pointer.pointee.isComplex == 0 else {
      throw DatasetError("\(place) is no array of real numbers")
    }
    guard let values = elements() else { throw DatasetError("\(place) is damaged") }
    return values
  }

  /// The numbers of a table.
  ///
  /// - Throws: ``DatasetError`` where it is no table of real numbers.
  func matrix() throws(DatasetError) -> MatMatrix {
    let values = try numbers()
    guard pointer.pointee.rank == 2, let dims = pointer.pointee.dims, dims[0] * dims[1] == values.count else {
      throw DatasetError("\(place) is no table of two dimensions")
    }
    return MatMatrix(rows: dims[0], columns: dims[1], values: values)
  }

  /// The strings of a cell array.
  ///
  /// - Throws: ``DatasetError`` where it is none.
  func strings() throws(DatasetError) -> [String] {
    guard kind == MAT_C_CELL, let count, count <= AttributeTable.maximumIdentities,
      pointer.pointee.nbytes / MemoryLayout<UnsafeRawPointer>.size >= count,
      count == 0 || pointer.pointee.data != nil
    else { throw DatasetError("\(place) is no cell array of strings") }
    var texts: [String] = []
    for index in 0..<count {
      guard let cell = Mat_VarGetCell(pointer, Int32(index)) else { throw DatasetError("\(place) is damaged") }
      let value = MatValue(file: file, pointer: cell, place: place)
      guard value.kind == MAT_C_CHAR, let units = value.elements(), units.count <= 64 else {
        throw DatasetError("\(place): cell \(index + 1) is no short string")
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
    default: return nil
    }
  }
}
