import Foundation
import Support

/// The safetensors format: a JSON header of names, types, shapes and byte ranges, then the bytes.
package struct SafeTensors: Sendable, Equatable {
  package var tensors: [String: StoredTensor]
  /// Free text by name (`__metadata__`).
  package var metadata: [String: String]

  /// The largest header that is read. The format allows 100 MB; models of thousands of tensors have some hundred kilobytes, and
  /// reading takes seventy times a header in memory.
  static let maximumHeader = 1 << 23

  package init(tensors: [String: StoredTensor] = [:], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// Reads a file.
  ///
  /// - Throws: ``PlainError`` where the file cannot be read or contradicts itself.
  package init(contentsOf url: URL) throws(PlainError) {
    let data: Data
    do { data = try TensorFile.mapped(url) } catch {
      throw PlainError("\(url.path): \(error.description)")
    }
    do { try self.init(data: data) } catch {
      throw PlainError("\(url.path): \(error.description)")
    }
  }

  /// Reads the bytes of a file.
  ///
  /// - Throws: ``PlainError`` where a length, a type, a shape and a byte range do not agree.
  package init(data: Data) throws(PlainError) {
    let header = try SafeTensorsHeader(of: data)
    metadata = header.metadata
    tensors = [:]
    for entry in header.entries {
      let bytes = data.dropFirst(entry.range.lowerBound).prefix(entry.range.count)
      tensors[entry.name] = StoredTensor(kind: entry.kind, shape: entry.shape, bytes: Array(bytes))
    }
  }

  /// The bytes of the file, in pieces to be written one after the other: the header, then the tensors in the order of
  /// their names, so that equal contents give equal bytes. The tensors' bytes are shared, not copied.
  ///
  /// - Throws: what `JSONSerialization` throws, which well-formed names do not cause.
  package func pieces() throws -> [[UInt8]] {
    let ordered = tensors.sorted { $0.key < $1.key }
    let entries = ordered.map { TensorFile.Entry(name: $0.key, kind: $0.value.kind, shape: $0.value.shape) }
    return [try Self.header(of: entries, metadata: metadata)] + ordered.map(\.value.bytes)
  }

  /// What stands in a file before the tensors' bytes.
  ///
  /// - Parameter entries: the tensors in the order of their bytes, which is that of their names in files of ours.
  /// - Throws: what `JSONSerialization` throws, which well-formed names do not cause.
  package static func header(of entries: [TensorFile.Entry], metadata: [String: String] = [:]) throws -> [UInt8] {
    var header: [String: Any] = [:]
    var end = 0
    for entry in entries {
      let start = end
      end += entry.count * entry.kind.size
      header[entry.name] = ["dtype": entry.kind.rawValue, "shape": entry.shape, "data_offsets": [start, end]]
    }
    if !metadata.isEmpty { header["__metadata__"] = metadata }
    var text = try JSONSerialization.data(withJSONObject: header, options: [.sortedKeys, .withoutEscapingSlashes])
    while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
    let length = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) }
    return length + text
  }
}

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
  /// - Throws: ``PlainError`` where a length, a type, a shape and a byte range do not agree, or a byte
  ///   belongs to no tensor or to two.
  init(of data: Data) throws(PlainError) {
    guard data.count >= 8 else { throw PlainError("not a safetensors file: shorter than its 8-byte length") }
    let stated = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard stated <= UInt64(SafeTensors.maximumHeader) else {
      throw PlainError("not a safetensors file: its header of \(stated) bytes does not fit")
    }
    guard stated <= UInt64(data.count - 8) else {
      guard data.count == 8 || data[data.startIndex + 8] == UInt8(ascii: "{") else {
        throw PlainError("not a safetensors file: its header of \(stated) bytes does not fit")
      }
      throw PlainError.cutOff(data.count, of: "at least \(stated + 8)")
    }
    let bodyStart = 8 + Int(stated)
    let parsed = try? JSONSerialization.jsonObject(with: data.dropFirst(8).prefix(Int(stated)))
    guard let header = parsed as? [String: Any] else {
      throw PlainError("not a safetensors file: its header is no JSON object")
    }
    metadata = header["__metadata__"] as? [String: String] ?? [:]
    var entries: [Entry] = []
    for (name, entry) in header where name != "__metadata__" {
      let quoted = name.quotedForMessage
      guard let entry = entry as? [String: Any], let type = entry["dtype"] as? String,
        let shape = entry["shape"] as? [Int], let range = entry["data_offsets"] as? [Int], range.count == 2
      else { throw PlainError("the tensor \(quoted) lacks a dtype, a shape or data_offsets") }
      guard let kind = StoredTensor.Kind(rawValue: type) else {
        let known = StoredTensor.Kind.allCases.map(\.rawValue).joined(separator: ", ")
        throw PlainError("the tensor \(quoted) is of type \(type.quotedForMessage); known are \(known)")
      }
      guard let size = shape.byteCount(of: kind) else {
        throw PlainError("the tensor \(quoted) has the impossible shape \(shape.shownForMessage)")
      }
      guard range[0] >= 0, range[0] <= range[1], range[1] <= Int.max - bodyStart, range[1] - range[0] == size else {
        throw PlainError(
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
        throw PlainError(
          "the tensor \(entry.name.quotedForMessage) begins at byte \(entry.range.lowerBound - bodyStart), "
            + "not where the one before ends")
      }
      covered = entry.range.upperBound
    }
    guard covered <= data.count else {
      throw PlainError.cutOff(data.count, of: "\(covered)")
    }
    guard covered == data.count else {
      throw PlainError("\(data.count - covered) bytes behind the last tensor belong to none")
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
  /// A name from a file in a message.
  var quotedForMessage: String { "'" + Wording.printable(self, limit: 80) + "'" }
}
