import Foundation

/// What is wrong with a safetensors file.
package struct SafeTensorsError: Error, CustomStringConvertible, Equatable {
  /// The file and the reason.
  package let description: String
}

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
  /// - Throws: ``SafeTensorsError`` where the file cannot be read or contradicts itself.
  package init(contentsOf url: URL) throws(SafeTensorsError) {
    let data: Data
    do { data = try TensorFile.mapped(url) } catch {
      throw SafeTensorsError(description: "\(url.path): \(error.description)")
    }
    do { try self.init(data: data) } catch {
      throw SafeTensorsError(description: "\(url.path): \(error.description)")
    }
  }

  /// Reads the bytes of a file.
  ///
  /// - Throws: ``SafeTensorsError`` where a length, a type, a shape and a byte range do not agree.
  package init(data: Data) throws(SafeTensorsError) {
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
    var header: [String: Any] = [:]
    var end = 0
    for (name, tensor) in ordered {
      let start = end
      end += tensor.bytes.count
      header[name] = ["dtype": tensor.kind.rawValue, "shape": tensor.shape, "data_offsets": [start, end]]
    }
    if !metadata.isEmpty { header["__metadata__"] = metadata }
    var text = try JSONSerialization.data(withJSONObject: header, options: [.sortedKeys, .withoutEscapingSlashes])
    while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
    let length = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) }
    return [length + text] + ordered.map(\.value.bytes)
  }

  /// The bytes of the file in one piece.
  ///
  /// - Throws: what ``pieces()`` throws.
  package func serialized() throws -> Data {
    let pieces = try pieces()
    var result = Data(capacity: pieces.reduce(0) { $0 + $1.count })
    for piece in pieces { result.append(contentsOf: piece) }
    return result
  }
}
