import Foundation

/// What is wrong with a safetensors file.
public struct SafeTensorsError: Error, CustomStringConvertible, Equatable {
  /// The file and the reason.
  public let description: String
}

/// One tensor of a safetensors file: its type, its shape and its bytes.
public struct StoredTensor: Sendable, Equatable {
  /// The element types that are read; others are refused by name.
  public enum Kind: String, Sendable, CaseIterable {
    case float32 = "F32"
    case float64 = "F64"
    case int64 = "I64"
    case int32 = "I32"
    case uint8 = "U8"

    /// Bytes of one element.
    public var size: Int {
      switch self {
      case .float32, .int32: 4
      case .float64, .int64: 8
      case .uint8: 1
      }
    }
  }

  /// The element type.
  public let kind: Kind
  /// The extent of each dimension; empty for a single number.
  public let shape: [Int]
  /// The elements, little-endian, the last dimension side by side.
  public let bytes: [UInt8]

  /// How many elements there are.
  public var count: Int { shape.reduce(1, *) }

  /// Stores single-precision numbers.
  public init(_ values: [Float], shape: [Int]) {
    precondition(values.count == shape.reduce(1, *), "\(values.count) values do not fill the shape \(shape)")
    self.init(kind: .float32, shape: shape, bytes: values.withUnsafeBytes { Array($0) })
  }

  /// Stores whole numbers.
  public init(_ values: [Int], shape: [Int]) {
    precondition(values.count == shape.reduce(1, *), "\(values.count) values do not fill the shape \(shape)")
    self.init(kind: .int64, shape: shape, bytes: values.withUnsafeBytes { Array($0) })
  }

  init(kind: Kind, shape: [Int], bytes: [UInt8]) {
    self.kind = kind
    self.shape = shape
    self.bytes = bytes
  }

  /// The elements as double-precision numbers, whatever their stored type.
  public var doubles: [Double] {
    switch kind {
    case .float32: elements(of: Float.self).map(Double.init)
    case .float64: elements(of: Double.self)
    case .int64: elements(of: Int64.self).map(Double.init)
    case .int32: elements(of: Int32.self).map(Double.init)
    case .uint8: bytes.map(Double.init)
    }
  }

  /// The elements as single-precision numbers, whatever their stored type.
  public var floats: [Float] { kind == .float32 ? elements(of: Float.self) : doubles.map(Float.init) }

  /// The elements as whole numbers; nil where the stored type is not a whole number's.
  public var integers: [Int]? {
    switch kind {
    case .int64: elements(of: Int64.self).map(Int.init)
    case .int32: elements(of: Int32.self).map(Int.init)
    case .uint8: bytes.map(Int.init)
    case .float32, .float64: nil
    }
  }

  private func elements<Element>(of type: Element.Type) -> [Element] {
    bytes.withUnsafeBytes { raw in
      (0..<raw.count / MemoryLayout<Element>.size).map {
        raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Element>.size, as: Element.self)
      }
    }
  }
}

/// The safetensors format: a JSON header of names, types, shapes and byte ranges, then the bytes.
public struct SafeTensors: Sendable, Equatable {
  /// The tensors by name.
  public var tensors: [String: StoredTensor]
  /// Free text by name (`__metadata__`).
  public var metadata: [String: String]

  /// The largest header that is read, the format's own limit.
  public static let maximumHeader = 100_000_000

  /// Gathers tensors for writing.
  public init(tensors: [String: StoredTensor] = [:], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// Reads a file.
  ///
  /// - Throws: ``SafeTensorsError`` where the file cannot be read or contradicts itself.
  public init(contentsOf url: URL) throws(SafeTensorsError) {
    let data: Data
    do { data = try Data(contentsOf: url, options: .mappedIfSafe) } catch {
      throw SafeTensorsError(description: "\(url.path): cannot be read (\(error.localizedDescription))")
    }
    do { try self.init(data: data) } catch {
      throw SafeTensorsError(description: "\(url.path): \(error.description)")
    }
  }

  /// Reads the bytes of a file.
  ///
  /// - Throws: ``SafeTensorsError`` where a length, a type, a shape and a byte range do not agree.
  public init(data: Data) throws(SafeTensorsError) {
    func fail(_ reason: String) -> SafeTensorsError { SafeTensorsError(description: reason) }
    guard data.count >= 8 else { throw fail("not a safetensors file: shorter than its 8-byte length") }
    let stated = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard stated <= UInt64(Self.maximumHeader), stated <= UInt64(data.count - 8) else {
      throw fail("not a safetensors file: its header of \(stated) bytes does not fit")
    }
    let body = data.dropFirst(8 + Int(stated))
    let parsed = try? JSONSerialization.jsonObject(with: data.dropFirst(8).prefix(Int(stated)))
    guard let header = parsed as? [String: Any] else {
      throw fail("not a safetensors file: its header is no JSON object")
    }
    tensors = [:]
    metadata = header["__metadata__"] as? [String: String] ?? [:]
    var places: [(range: Range<Int>, name: String, kind: StoredTensor.Kind, shape: [Int])] = []
    for (name, entry) in header where name != "__metadata__" {
      guard let entry = entry as? [String: Any], let type = entry["dtype"] as? String,
        let shape = entry["shape"] as? [Int], let range = entry["data_offsets"] as? [Int], range.count == 2
      else { throw fail("the tensor '\(name)' lacks a dtype, a shape or data_offsets") }
      guard let kind = StoredTensor.Kind(rawValue: type) else {
        let known = StoredTensor.Kind.allCases.map(\.rawValue).joined(separator: ", ")
        throw fail("the tensor '\(name)' is of type \(type); known are \(known)")
      }
      var size = kind.size
      for extent in shape {
        let (product, overflow) = size.multipliedReportingOverflow(by: extent)
        guard extent >= 0, !overflow else { throw fail("the tensor '\(name)' has the impossible shape \(shape)") }
        size = product
      }
      guard range[0] >= 0, range[0] <= range[1], range[1] <= body.count, range[1] - range[0] == size else {
        throw fail("the tensor '\(name)' of shape \(shape) does not fill its bytes \(range[0]) ..< \(range[1])")
      }
      places.append((range[0]..<range[1], name, kind, shape))
    }
    // The format wants every byte in one tensor. Tensors that shared bytes would also let a small file ask for any
    // amount of memory, so nothing is copied before this is known.
    places.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    var end = 0
    for place in places {
      guard place.range.lowerBound == end else {
        throw fail("the tensor '\(place.name)' begins at byte \(place.range.lowerBound), not where the one before ends")
      }
      end = place.range.upperBound
    }
    guard end == body.count else { throw fail("\(body.count - end) bytes behind the last tensor belong to none") }
    for place in places {
      let bytes = body.dropFirst(place.range.lowerBound).prefix(place.range.count)
      tensors[place.name] = StoredTensor(kind: place.kind, shape: place.shape, bytes: Array(bytes))
    }
  }

  /// The bytes of the file: tensors in the order of their names, so that equal contents give equal bytes.
  ///
  /// - Throws: what `JSONSerialization` throws, which well-formed names do not cause.
  public func serialized() throws -> Data {
    var header: [String: Any] = [:]
    var body = Data()
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      let start = body.count
      body.append(contentsOf: tensor.bytes)
      header[name] = ["dtype": tensor.kind.rawValue, "shape": tensor.shape, "data_offsets": [start, body.count]]
    }
    if !metadata.isEmpty { header["__metadata__"] = metadata }
    var text = try JSONSerialization.data(withJSONObject: header, options: [.sortedKeys, .withoutEscapingSlashes])
    while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
    var result = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) }
    result.append(text)
    result.append(body)
    return result
  }
}
