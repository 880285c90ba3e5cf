import CMatIO
import Foundation
import Support
import Tensors

/// Looks a MATLAB 5 file over before libmatio sees it, which trusts lengths and hangs on some damaged streams.
///
/// A file is a header of 128 bytes and elements, each a type, a length and so many bytes; an element may be compressed
/// (MathWorks, "MAT-File Format", Level 5). Every element is unpacked here, within bounds, and ``MatElementCheck``
/// walks what is in it.
enum MatFileCheck {
  /// The most bytes that the compressed elements of a file may hold together. The real files have some 130 kB.
  private static let maximumUnpacked = 1 << 25

  /// - Throws: ``PlainError`` where the file is absent, too large, cut off, damaged, or no MATLAB 5 file.
  static func check(_ url: URL) throws(PlainError) {
    do throws(PlainError) {
      try check(try RegularFile.bytes(of: url.path, limit: MatFile.maximumBytes))
    } catch {
      throw PlainError("\(Wording.printable(url.path)): \(error.description)")
    }
  }

  /// - Throws: ``PlainError`` without the file's name.
  static func check(_ bytes: [UInt8]) throws(PlainError) {
    guard bytes.count >= 136, bytes.starts(with: Array("MATLAB 5.0 MAT-file".utf8)),
      Array(bytes[124..<128]) == [0x00, 0x01, 0x49, 0x4d]
    else { throw PlainError("is \(otherKind(of: bytes))") }
    var place = 128
    var room = maximumUnpacked
    while place < bytes.count {
      guard bytes.count - place >= 8 else {
        throw PlainError("is cut off in its last \(bytes.count - place) bytes")
      }
      let kind = word(bytes, place)
      let length = Int(word(bytes, place + 4))
      guard kind == MatElementCheck.matrix || kind == MatElementCheck.compressed else {
        throw PlainError("byte \(place) starts an element of the unknown type \(kind)")
      }
      guard length >= 8, length <= bytes.count - place - 8 else {
        throw PlainError("is cut off: \(length) bytes should follow byte \(place + 8)")
      }
      let body = place + 8..<place + 8 + length
      if kind == MatElementCheck.compressed {
        let unpacked = try unpack(bytes[body], at: place, room: room)
        room -= unpacked.count
        try MatElementCheck(unpacked).checkVariable(place: "the compressed element at byte \(place)")
      } else {
        try MatElementCheck(Array(bytes[place..<body.upperBound])).checkVariable(place: "the element at byte \(place)")
      }
      place = body.upperBound
    }
  }

  /// What bytes are that do not begin as a MATLAB 5 file of little-endian numbers, and what to do about it.
  private static func otherKind(of bytes: [UInt8]) -> String {
    let advice = "save it with MATLAB's or Octave's save -v7, or with scipy.io.savemat"
    func begins(_ text: String) -> Bool { bytes.starts(with: Array(text.utf8)) }
    if begins("MATLAB 7.3 MAT-file") { return "a MATLAB 7.3 file (HDF5); \(advice)" }
    if begins("MATLAB 5.0 MAT-file") {
      return bytes.count < 136
        ? "cut off: \(bytes.count) bytes, fewer than its header has"
        : "a MATLAB 5 file with a damaged or big-endian header; \(advice)"
    }
    if begins("# Created by Octave") || begins("Octave-1-") { return "a file in a format of Octave's own; \(advice)" }
    if let kind = FileKind(of: bytes) {
      return kind.name + (kind.advice.map { "; \($0)" } ?? "") + "; expected is a MATLAB 5 file"
    }
    return "no MATLAB 5 file; \(advice)"
  }

  /// Unpacks a zlib stream, which carries its own checksum.
  private static func unpack(_ bytes: ArraySlice<UInt8>, at place: Int, room: Int) throws(PlainError) -> [UInt8] {
    var capacity = min(max(1 << 16, bytes.count * 8), room)
    while true {
      var result = [UInt8](repeating: 0, count: max(1, capacity))
      var count = uLongf(capacity)
      let status = bytes.withUnsafeBufferPointer { source in
        uncompress(&result, &count, source.baseAddress, uLong(source.count))
      }
      if status == Z_OK {
        result.removeLast(result.count - Int(count))
        return result
      }
      guard status == Z_BUF_ERROR else { throw PlainError("the compressed element at byte \(place) is damaged") }
      guard capacity < room else {
        throw PlainError(
          "the compressed element at byte \(place) is cut off or holds more than \(maximumUnpacked) bytes")
      }
      capacity = min(capacity * 4, room)
    }
  }

  /// A little-endian number of four bytes.
  static func word(_ bytes: [UInt8], _ place: Int) -> UInt32 {
    (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
  }
}

/// Walks one unpacked variable of a MATLAB 5 file: every length within the one that holds it, every count of elements
/// as the dimensions say.
struct MatElementCheck {
  static let matrix: UInt32 = 14
  static let compressed: UInt32 = 15

  private enum ArrayClass {
    static let cell: UInt32 = 1
    static let structure: UInt32 = 2
    static let text: UInt32 = 4
    static let numbers: ClosedRange<UInt32> = 6...15
  }

  private static let maximumDepth = 8
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// An element's type and where its bytes lie; `next` is where the following one starts.
  private struct Element {
    var kind: UInt32
    var body: Range<Int>
    var next: Int
  }

  /// - Throws: ``PlainError`` where the bytes are no whole variable.
  func checkVariable(place: String) throws(PlainError) {
    guard let element = element(at: 0, end: bytes.count), element.kind == Self.matrix, element.next == bytes.count,
      isMatrix(element.body, depth: 0)
    else {
      throw PlainError("\(place) contradicts itself, or holds what attribute files do not: \(Self.foreign)")
    }
  }

  /// What MATLAB stores in classes that are not read, and what to write in their place.
  private static let foreign =
    "sparse or complex numbers, objects, tables or string arrays; write full real arrays, and texts in cells"

  private func element(at place: Int, end: Int) -> Element? {
    guard end - place >= 8 else { return nil }
    let first = MatFileCheck.word(bytes, place)
    if first >> 16 != 0 {
      // Four bytes at the most, packed into the tag.
      let length = Int(first >> 16)
      guard length <= 4 else { return nil }
      return Element(kind: first & 0xffff, body: place + 4..<place + 4 + length, next: place + 8)
    }
    let length = Int(MatFileCheck.word(bytes, place + 4))
    guard length <= end - place - 8 else { return nil }
    let padded = (length + 7) & ~7
    // Nothing needs to follow the last element but its own bytes.
    let next = min(place + 8 + padded, end)
    return Element(kind: first, body: place + 8..<place + 8 + length, next: next)
  }

  /// Whether a matrix's parts fit together.
  private func isMatrix(_ body: Range<Int>, depth: Int) -> Bool {
    guard depth < Self.maximumDepth else { return false }
    // An absent value.
    if body.isEmpty { return depth > 0 }
    let end = body.upperBound
    guard let flags = element(at: body.lowerBound, end: end), flags.kind == 6, flags.body.count == 8,
      let shape = element(at: flags.next, end: end), shape.kind == 5, let count = product(shape.body),
      let name = element(at: shape.next, end: end), name.kind == 1, name.body.count <= 64
    else { return false }
    let word = MatFileCheck.word(bytes, flags.body.lowerBound)
    let arrayClass = word & 0xff
    let isComplex = word & 0x0800 != 0
    switch arrayClass {
    case ArrayClass.cell: return areMatrices(from: name.next, end: end, count: count, depth: depth)
    case ArrayClass.structure:
      guard let size = element(at: name.next, end: end), size.kind == 5, size.body.count == 4,
        let names = element(at: size.next, end: end), names.kind == 1
      else { return false }
      let width = Int(MatFileCheck.word(bytes, size.body.lowerBound))
      guard (2...64).contains(width), names.body.count % width == 0,
        stride(from: names.body.lowerBound, to: names.body.upperBound, by: width)
          .allSatisfy({ bytes[$0 + width - 1] == 0 && bytes[$0] != 0 })
      else { return false }
      let (total, overflow) = count.multipliedReportingOverflow(by: names.body.count / width)
      return !overflow && areMatrices(from: names.next, end: end, count: total, depth: depth)
    case ArrayClass.text, ArrayClass.numbers:
      guard !isComplex, let data = element(at: name.next, end: end), let size = Self.size(of: data.kind) else {
        return count == 0 && !isComplex && name.next >= end
      }
      // A letter of UTF-8 may take more than one byte.
      return data.next >= end && (data.kind == 16 ? data.body.count >= count : data.body.count == count * size)
    default: return false
    }
  }

  private func areMatrices(from start: Int, end: Int, count: Int, depth: Int) -> Bool {
    guard count <= (end - start) / 8 else { return false }
    var place = start
    for _ in 0..<count {
      guard let element = element(at: place, end: end), element.kind == Self.matrix,
        isMatrix(element.body, depth: depth + 1)
      else { return false }
      place = element.next
    }
    return place == end
  }

  /// How many elements the dimensions promise, where that many could be in the file.
  private func product(_ body: Range<Int>) -> Int? {
    guard body.count % 4 == 0, (2...4).contains(body.count / 4) else { return nil }
    var product = 1
    for place in stride(from: body.lowerBound, to: body.upperBound, by: 4) {
      let extent = Int(Int32(bitPattern: MatFileCheck.word(bytes, place)))
      guard extent >= 0, extent <= bytes.count else { return nil }
      product *= extent
      guard product <= bytes.count else { return nil }
    }
    return product
  }

  private static func size(of kind: UInt32) -> Int? {
    switch kind {
    case 1, 2, 16: 1
    case 3, 4, 17: 2
    case 5, 6, 7, 18: 4
    case 9, 12, 13: 8
    default: nil
    }
  }
}
