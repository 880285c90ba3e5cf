/// One tensor as a file holds it: its type, its shape and its bytes.
package struct StoredTensor: Sendable, Equatable {
  /// The element types that are read, by their names in safetensors files; others are refused by name.
  package enum Kind: String, Sendable, CaseIterable, Codable {
    case float64 = "F64"
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int64 = "I64"
    case int32 = "I32"
    case int16 = "I16"
    case int8 = "I8"
    case uint8 = "U8"
    case bool = "BOOL"

    package var size: Int {
      switch self {
      case .float64, .int64: 8
      case .float32, .int32: 4
      case .float16, .bfloat16, .int16: 2
      case .int8, .uint8, .bool: 1
      }
    }

    /// Whether the elements are real numbers, as weights are, and not counts or labels.
    package var isFloatingPoint: Bool {
      switch self {
      case .float64, .float32, .float16, .bfloat16: true
      case .int64, .int32, .int16, .int8, .uint8, .bool: false
      }
    }
  }

  package let kind: Kind
  /// The extent of each dimension; empty for a single number.
  package let shape: [Int]
  /// The elements, little-endian, the last dimension side by side.
  package let bytes: [UInt8]

  package var count: Int { shape.reduce(1, *) }

  package init(_ values: [Float], shape: [Int]) {
    precondition(values.count == shape.reduce(1, *), "\(values.count) values do not fill the shape \(shape)")
    self.init(kind: .float32, shape: shape, bytes: values.withUnsafeBytes { Array($0) })
  }

  package init(_ values: [Int], shape: [Int]) {
    precondition(values.count == shape.reduce(1, *), "\(values.count) values do not fill the shape \(shape)")
    self.init(kind: .int64, shape: shape, bytes: values.withUnsafeBytes { Array($0) })
  }

  package init(kind: Kind, shape: [Int], bytes: [UInt8]) {
    self.kind = kind
    self.shape = shape
    self.bytes = bytes
  }

  /// The elements as double-precision numbers, whatever their stored type.
  package var doubles: [Double] {
    switch kind {
    case .float64: elements(of: Double.self) { $0 }
    case .float32: elements(of: Float.self, Double.init)
    case .float16: elements(of: UInt16.self) { Double(Float16(bitPattern: $0)) }
    case .bfloat16: elements(of: UInt16.self) { Double(Self.float(bfloat16: $0)) }
    case .int64: elements(of: Int64.self, Double.init)
    case .int32: elements(of: Int32.self, Double.init)
    case .int16: elements(of: Int16.self, Double.init)
    case .int8: elements(of: Int8.self, Double.init)
    case .uint8, .bool: bytes.map(Double.init)
    }
  }

  /// The elements as single-precision numbers, whatever their stored type: exact from half precision and bfloat16,
  /// rounded to the nearest from double precision and from large whole numbers.
  package var floats: [Float] {
    switch kind {
    case .float32: elements(of: Float.self) { $0 }
    case .float16: elements(of: UInt16.self) { Float(Float16(bitPattern: $0)) }
    case .bfloat16: elements(of: UInt16.self, Self.float(bfloat16:))
    default: doubles.map(Float.init)
    }
  }

  /// The elements as whole numbers; nil where the stored type is not a whole number's.
  package var integers: [Int]? {
    switch kind {
    case .int64: elements(of: Int64.self, Int.init)
    case .int32: elements(of: Int32.self, Int.init)
    case .int16: elements(of: Int16.self, Int.init)
    case .int8: elements(of: Int8.self, Int.init)
    case .uint8, .bool: bytes.map(Int.init)
    case .float64, .float32, .float16, .bfloat16: nil
    }
  }

  /// A bfloat16 is the upper half of a single-precision number.
  private static func float(bfloat16 bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

  private func elements<Element: BitwiseCopyable, Result>(
    of type: Element.Type, _ convert: (Element) -> Result
  ) -> [Result] {
    bytes.withUnsafeBytes { raw in
      (0..<raw.count / MemoryLayout<Element>.size).map {
        convert(raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Element>.size, as: Element.self))
      }
    }
  }
}
