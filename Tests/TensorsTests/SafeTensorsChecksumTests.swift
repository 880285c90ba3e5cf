import Foundation
import Support
import Tensors
import TestSupport
import Testing

/// Safetensors files that bear a checksum over all that is in them.
@Suite struct SafeTensorsChecksumTests {
  private static let sample = SafeTensors(
    tensors: [
      "model.weight": StoredTensor([1, -2.5, 3, 4, 5, 6] as [Float], shape: [2, 3]),
      "empty": StoredTensor([] as [Float], shape: [0, 4]),
      #"a name with "crc32":"00000000""#: StoredTensor([7] as [Float], shape: [1]),
    ], metadata: ["progress": #"{"epochs":3,"crc32":"12345678"}"#])

  private func write(_ bytes: [UInt8]) throws -> URL { try TemporaryFolder().write(bytes, to: "sample.safetensors") }

  private var bytes: [UInt8] { get throws { try Self.sample.checkedPieces().flatMap { $0 } } }

  @Test func whatIsWrittenIsReadByEverybody() throws {
    let file = try write(try bytes)
    let checked = try SafeTensors(checking: file)
    #expect(checked.tensors == Self.sample.tensors)
    #expect(checked.metadata["progress"] == Self.sample.metadata["progress"])
    #expect(try SafeTensors(contentsOf: file).tensors == Self.sample.tensors)
    #expect(try bytes == bytes, "equal contents give equal bytes")
  }

  /// The checksum is zlib's CRC-32 of the file with zeros in its place.
  @Test func theChecksumIsTheStandardsOwn() throws {
    let empty = try SafeTensors().checkedPieces().flatMap { $0 }
    let text = String(decoding: empty.dropFirst(8), as: UTF8.self)
    // zlib.crc32(struct.pack("<Q", 56) + blank) in Python.
    let blank = #"{"__metadata__":{"checksum":"crc32","crc32":"00000000"}}"#
    #expect(text == blank.replacing("00000000", with: "aa66486e"))
  }

  @Test func everyFlippedBitIsNoticed() throws {
    let whole = try bytes
    let file = try write(whole)
    for place in whole.indices {
      var damaged = whole
      damaged[place] ^= 1 << UInt8(place % 8)
      try Data(damaged).write(to: file)
      #expect(throws: PlainError.self, "byte \(place)") { try SafeTensors(checking: file) }
    }
  }

  @Test func everyTruncationIsNoticed() throws {
    let whole = try bytes
    let file = try write(whole)
    for length in whole.indices {
      try Data(whole.prefix(length)).write(to: file)
      #expect(throws: PlainError.self, "\(length) bytes") { try SafeTensors(checking: file) }
    }
    try Data(whole + [0]).write(to: file)
    #expect(throws: PlainError.self) { try SafeTensors(checking: file) }
  }

  @Test func filesFromBeforeThereWereChecksumsAreRead() throws {
    let old = try write(Array(try Self.sample.serialized()))
    // Its texts speak of a checksum, and are none.
    #expect(try SafeTensors(checking: old) == Self.sample)
  }

  @Test func theReasonNamesTheFileAndTheDamage() throws {
    var damaged = try bytes
    damaged[damaged.count - 1] ^= 1
    let file = try write(damaged)
    let error = #expect(throws: PlainError.self) { try SafeTensors(checking: file) }
    let text = try #require(error).description
    #expect(text.hasPrefix("\(file.path): the file is damaged: its checksum says '"))
  }
}
