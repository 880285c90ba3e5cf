import Foundation

/// What a safetensors file says of itself: each tensor's name, type, shape and bytes, checked against the file's size.
struct SafeTensorsHeader: Sendable {
  /// One tensor's place.
  struct Entry: Sendable {
    let name: String
    let kind: StoredTensor.Kind
    let shape: [Int]
    /// Its bytes, counted from the file's start.
    let range: Range<Int>
  }

  /// The tensors in the order of their bytes.
  let entries: [Entry]
  /// Free text by name (`__metadata__`).
  let metadata: [String: String]
  /// Where the header ends and the tensors' bytes begin, counted from the file's start.
  let end: Int

  /// Reads the header of a file's bytes.
  ///
  /// - Throws: ``SafeTensorsError`` where a length, a type, a shape and a byte range do not agree, or a byte
  ///   belongs to no tensor or to two.
  init(of data: Data) throws(SafeTensorsError) {
    func fail(_ reason: String) -> SafeTensorsError { SafeTensorsError(description: reason) }
    guard data.count >= 8 else { throw fail("not a safetensors file: shorter than its 8-byte length") }
    let stated = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard stated <= UInt64(SafeTensors.maximumHeader) else {
      throw fail("not a safetensors file: its header of \(stated) bytes does not fit")
    }
    guard stated <= UInt64(data.count - 8) else {
      guard data.count == 8 || data[data.startIndex + 8] == UInt8(ascii: "{") else {
        throw fail("not a safetensors file: its header of \(stated) bytes does not fit")
      }
      throw fail(TensorFileError.cutOff(data.count, of: "at least \(stated + 8)").description)
    }
    let bodyStart = 8 + Int(stated)
    let parsed = try? JSONSerialization.jsonObject(with: data.dropFirst(8).prefix(Int(stated)))
    guard let header = parsed as? [String: Any] else {
      throw fail("not a safetensors file: its header is no JSON object")
    }
    metadata = header["__metadata__"] as? [String: String] ?? [:]
    var entries: [Entry] = []
    for (name, entry) in header where name != "__metadata__" {
      let quoted = name.quotedForMessage
      guard let entry = entry as? [String: Any], let type = entry["dtype"] as? String,
        let shape = entry["shape"] as? [Int], let range = entry["data_offsets"] as? [Int], range.count == 2
      else { throw fail("the tensor \(quoted) lacks a dtype, a shape or data_offsets") }
      guard let kind = StoredTensor.Kind(rawValue: type) else {
        let known = StoredTensor.Kind.allCases.map(\.rawValue).joined(separator: ", ")
        throw fail("the tensor \(quoted) is of type \(type.quotedForMessage); known are \(known)")
      }
      guard let size = shape.byteCount(of: kind) else {
        throw fail("the tensor \(quoted) has the impossible shape \(shape.shownForMessage)")
      }
      guard range[0] >= 0, range[0] <= range[1], range[1] <= Int.max - bodyStart, range[1] - range[0] == size else {
        throw fail(
          "the tensor \(quoted) of shape \(shape.shownForMessage) does not fill its bytes \(range[0]) ..< \(range[1])")
      }
      entries.append(
        Entry(name: name, kind: kind, shape: shape, range: bodyStart + range[0]..<bodyStart + range[1]))
    }
    entries.sort {
      ($0.range.lowerBound, $0.range.upperBound, $0.name) < ($1.range.lowerBound, $1.range.upperBound, $1.name)
    }
    // The format wants every byte in one tensor. Tensors that shared bytes would also let a small file ask for any
    // amount of memory, so nothing is copied before this is known.
    var covered = bodyStart
    for entry in entries {
      guard entry.range.lowerBound == covered else {
        throw fail(
          "the tensor \(entry.name.quotedForMessage) begins at byte \(entry.range.lowerBound - bodyStart), "
            + "not where the one before ends")
      }
      covered = entry.range.upperBound
    }
    guard covered <= data.count else {
      throw fail(TensorFileError.cutOff(data.count, of: "\(covered)").description)
    }
    guard covered == data.count else {
      throw fail("\(data.count - covered) bytes behind the last tensor belong to none")
    }
    self.entries = entries
    end = bodyStart
  }
}

extension [Int] {
  /// The bytes of a tensor of this shape; nil where an extent is negative or the product is beyond reckoning.
  ///
  /// The extents that are not 0 are multiplied on their own: `[0, 2⁶², 2⁶²]` is no shape that anything could have.
  func byteCount(of kind: StoredTensor.Kind) -> Int? {
    var size = kind.size
    for extent in self {
      guard extent >= 0 else { return nil }
      let (product, overflow) = size.multipliedReportingOverflow(by: Swift.max(extent, 1))
      guard !overflow else { return nil }
      size = product
    }
    return contains(0) ? 0 : size
  }

  /// A shape in a message, cut where it is long.
  var shownForMessage: String { count > 12 ? "\(prefix(12).description.dropLast()), …]" : description }
}

extension String {
  /// A name from a file in a message: in single quotes, on one line, control characters by their code, cut where long.
  var quotedForMessage: String {
    var result = "'"
    for (index, scalar) in unicodeScalars.enumerated() {
      guard index < 80 else { return result + "…'" }
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator, .format, .surrogate, .privateUse, .unassigned:
        result += "\\u{" + String(scalar.value, radix: 16) + "}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "'"
  }
}
