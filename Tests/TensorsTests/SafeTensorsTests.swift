import Foundation
import Support
import Tensors
import TestSupport
import Testing

/// The safetensors format: what is written is read back, and bytes that contradict themselves are refused.
struct SafeTensorsTests {
  private static let sample = SafeTensors(
    tensors: [
      "weight": StoredTensor([1, -2.5, 3, 4, 5, 6] as [Float], shape: [2, 3]),
      "labels": StoredTensor([-1, 7, 1 << 40], shape: [3]),
      "empty": StoredTensor([] as [Float], shape: [0, 4]),
      "single": StoredTensor([42] as [Float], shape: []),
      "a name with \"quotes\", `ticks`/\n and ü": StoredTensor([1] as [Float], shape: [1]),
    ], metadata: ["format": "pt", "note": "two\nlines"])

  @Test("written and read back, from bytes and from a file")
  func roundTrip() throws {
    let data = try Self.sample.serialized()
    #expect(try SafeTensors(data: data) == Self.sample)
    #expect(try Self.sample.serialized() == data, "equal contents give equal bytes")
    let url = try TemporaryFolder().write(Array(data), to: "sample.safetensors")
    #expect(try SafeTensors(contentsOf: url) == Self.sample)
    // A part of other data has other indices.
    #expect(try SafeTensors(data: (Data([1, 2, 3]) + data).dropFirst(3)) == Self.sample)
  }

  @Test("the layout is the format's")
  func layout() throws {
    let data = try SafeTensors(tensors: ["b": StoredTensor([1] as [Float], shape: [1])]).serialized()
    let header = #"{"b":{"data_offsets":[0,4],"dtype":"F32","shape":[1]}}"#
    let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    #expect(Array(data) == [UInt8(padded.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(padded.utf8) + [0, 0, 128, 63])
  }

  @Test("element types and their numbers")
  func kinds() throws {
    func read(_ type: String, _ bytes: [UInt8]) throws -> StoredTensor {
      let file = Self.file(#"{"t":{"dtype":"\#(type)","shape":[2],"data_offsets":[0,\#(bytes.count)]}}"#, body: bytes)
      return try #require(SafeTensors(data: file).tensors["t"])
    }
    func bytes<Number>(_ numbers: [Number]) -> [UInt8] { numbers.withUnsafeBytes { Array($0) } }
    let f32 = try read("F32", bytes([1.5, -2] as [Float]))
    #expect(f32.floats == [1.5, -2] && f32.doubles == [1.5, -2] && f32.integers == nil)
    let f64 = try read("F64", bytes([1.25, 1e300]))
    #expect(f64.doubles == [1.25, 1e300] && f64.floats == [1.25, .infinity] && f64.integers == nil)
    let i64 = try read("I64", bytes([-1, Int64.max]))
    #expect(i64.integers == [-1, Int(Int64.max)] && i64.doubles[0] == -1)
    let i32 = try read("I32", bytes([-1, Int32.max]))
    #expect(i32.integers == [-1, Int(Int32.max)] && i32.floats[0] == -1)
    let u8 = try read("U8", [0, 255])
    #expect(u8.integers == [0, 255] && u8.doubles == [0, 255])
    // 1.5 and −2 in half precision and in bfloat16, bit by bit.
    let f16 = try read("F16", bytes([0x3e00, 0xc000] as [UInt16]))
    #expect(f16.floats == [1.5, -2] && f16.doubles == [1.5, -2] && f16.integers == nil)
    let bf16 = try read("BF16", bytes([0x3fc0, 0xc000] as [UInt16]))
    #expect(bf16.floats == [1.5, -2] && bf16.doubles == [1.5, -2] && bf16.integers == nil)
    let i16 = try read("I16", bytes([-1, Int16.max]))
    #expect(i16.integers == [-1, 32_767] && i16.floats == [-1, 32_767])
    let i8 = try read("I8", [0xff, 0x7f])
    #expect(i8.integers == [-1, 127] && i8.floats == [-1, 127])
    let bool = try read("BOOL", [0, 1])
    #expect(bool.integers == [0, 1] && bool.doubles == [0, 1])
  }

  @Test("a file cut at any length is refused")
  func truncated() throws {
    let data = try Self.sample.serialized()
    try withEvery("length", in: 0..<data.count) { length in
      do throws(PlainError) {
        _ = try SafeTensors(data: data.prefix(length))
      } catch {
        return
      }
      throw Disagreement(description: "it was read")
    }
  }

  @Test("a file with any byte changed is read or refused, never more", arguments: [UInt8(0), 0x22, 0x39, 0xff])
  func flipped(byte: UInt8) throws {
    let data = try Self.sample.serialized()
    for index in data.indices {
      var damaged = data
      damaged[index] = byte
      if let read = try? SafeTensors(data: damaged) {
        let bytes = read.tensors.values.reduce(0) { $0 + $1.bytes.count }
        #expect(bytes <= data.count)
      }
    }
  }

  /// Bytes that contradict themselves, and what is said of them.
  struct Hostile: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let header: String
    var length: UInt64?
    var body = 16
    let complaint: String

    init(_ name: String, _ header: String, length: UInt64? = nil, body: Int = 16, _ complaint: String) {
      testDescription = name
      self.header = header
      self.length = length
      self.body = body
      self.complaint = complaint
    }
  }

  @Test(arguments: [
    Hostile("a header length past the end", "{}", length: 1000, "it is cut off: 26 of at least 1008 bytes"),
    Hostile("a header length of 2^64 − 1", "{}", length: .max, "its header of 18446744073709551615 bytes does not fit"),
    Hostile("no JSON", "{oops", "its header is no JSON object"),
    Hostile("a JSON list", "[1,2]", "its header is no JSON object"),
    Hostile("an empty header", "", "its header is no JSON object"),
    Hostile("deep nesting", String(repeating: "[", count: 100_000), "its header is no JSON object"),
    Hostile("no dtype", #"{"t":{"shape":[4],"data_offsets":[0,16]}}"#, "lacks a dtype, a shape or data_offsets"),
    Hostile(
      "an unknown dtype", #"{"t":{"dtype":"C64","shape":[2],"data_offsets":[0,16]}}"#,
      "the tensor 't' is of type 'C64'; known are "),
    Hostile(
      "a shape of words", #"{"t":{"dtype":"F32","shape":["4"],"data_offsets":[0,16]}}"#,
      "lacks a dtype, a shape or data_offsets"),
    Hostile(
      "a fractional extent", #"{"t":{"dtype":"F32","shape":[4.5],"data_offsets":[0,16]}}"#,
      "lacks a dtype, a shape or data_offsets"),
    Hostile(
      "a negative extent", #"{"t":{"dtype":"F32","shape":[-4],"data_offsets":[0,16]}}"#, "impossible shape [-4]"),
    Hostile(
      "two negative extents", #"{"t":{"dtype":"F32","shape":[-2,-2],"data_offsets":[0,16]}}"#,
      "impossible shape [-2, -2]"),
    Hostile(
      "a shape that overflows",
      #"{"t":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,16]}}"#, "impossible shape"),
    Hostile(
      "a shape that overflows to the right size",
      #"{"t":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,16]}}"#, "impossible shape"),
    Hostile(
      "offsets past the end", #"{"t":{"dtype":"F32","shape":[8],"data_offsets":[0,32]}}"#,
      "it is cut off: 79 of 95 bytes"),
    Hostile(
      "negative offsets", #"{"t":{"dtype":"F32","shape":[4],"data_offsets":[-16,0]}}"#, "does not fill its bytes"),
    Hostile(
      "offsets back to front", #"{"t":{"dtype":"F32","shape":[4],"data_offsets":[16,0]}}"#, "does not fill its bytes"),
    Hostile(
      "three offsets", #"{"t":{"dtype":"F32","shape":[4],"data_offsets":[0,8,16]}}"#,
      "lacks a dtype, a shape or data_offsets"),
    Hostile(
      "a shape smaller than its bytes", #"{"t":{"dtype":"F32","shape":[3],"data_offsets":[0,16]}}"#,
      "does not fill its bytes"),
    Hostile(
      "tensors that share bytes",
      #"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}"#,
      "the tensor 'b' begins at byte 8, not where the one before ends"),
    Hostile(
      "a gap between tensors",
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}"#,
      "the tensor 'b' begins at byte 8, not where the one before ends"),
    Hostile(
      "bytes that belong to nothing", #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
      "8 bytes behind the last tensor belong to none"),
  ])
  func hostile(_ file: Hostile) {
    let data = Self.file(file.header, length: file.length, body: [UInt8](repeating: 0, count: file.body))
    do throws(PlainError) {
      _ = try SafeTensors(data: data)
      Issue.record("it was read")
    } catch {
      #expect(error.description.contains(file.complaint), "\(error)")
    }
  }

  @Test("many names for the same bytes ask for no memory")
  func amplification() {
    let names = (0..<2_000).map { #""t\#($0)":{"dtype":"U8","shape":[1000000],"data_offsets":[0,1000000]}"# }
    let data = Self.file("{\(names.joined(separator: ","))}", body: [UInt8](repeating: 0, count: 1_000_000))
    #expect(throws: PlainError.self) { try SafeTensors(data: data) }
  }

  @Test("a missing file is named")
  func missing() {
    #expect { try SafeTensors(contentsOf: URL(fileURLWithPath: "/nowhere/at all.safetensors")) } throws: {
      "\($0)".hasPrefix("/nowhere/at all.safetensors: it cannot be read")
    }
  }

  /// A file of that header, whose length may be a lie.
  private static func file(_ header: String, length: UInt64? = nil, body: [UInt8]) -> Data {
    var data = withUnsafeBytes(of: (length ?? UInt64(header.utf8.count)).littleEndian) { Data($0) }
    data.append(contentsOf: header.utf8)
    data.append(contentsOf: body)
    return data
  }
}
