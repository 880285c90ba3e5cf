import Datasets
import Foundation
import Support
import Tensors
import TestSupport
import Testing

/// Reads a file cut off at many lengths, which never works, and with bytes changed, which at least must not crash.
func expectDamageIsSurvived(_ bytes: [UInt8], scheme: AttributeScheme, seed: UInt64, mutations: Int) throws {
  let folder = try TemporaryFolder()
  let file = try folder.write(bytes, to: scheme.fileName)
  _ = try AttributeTable(contentsOf: file, scheme: scheme)
  for length in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 60)) {
    try folder.write(Array(bytes.prefix(length)), to: scheme.fileName)
    #expect(throws: PlainError.self, "cut off at \(length)") { try AttributeTable(contentsOf: file, scheme: scheme) }
  }
  var random = RandomStream(seed: seed, name: "hostile")
  for _ in 0..<mutations {
    var damaged = bytes
    for _ in 0...random.int(below: 4) {
      // Most damage near the front, where the structure is.
      let place = random.chance(0.5) ? random.int(below: min(2500, bytes.count)) : random.int(below: bytes.count)
      damaged[place] = random.chance(0.3) ? 0xff : UInt8(random.int(below: 256))
    }
    try folder.write(damaged, to: scheme.fileName)
    do {
      let table = try AttributeTable(contentsOf: file, scheme: scheme)
      // What is read in spite of it still is a table.
      for split in AttributeTable.Split.allCases {
        #expect(table.identities(in: split).allSatisfy { table.classes(of: $0)?.count == scheme.attributes.count })
      }
    } catch { #expect(error.description.contains(scheme.fileName)) }
  }
}

private func written(_ scheme: AttributeScheme, isCompressed: Bool) throws -> [UInt8] {
  let labels = scheme.attributes.map { _ in [1] }
  let table = try AttributeTable(
    scheme: scheme, train: Dictionary(uniqueKeysWithValues: (1...40).map { ($0, labels) }),
    test: Dictionary(uniqueKeysWithValues: (50...70).map { ($0, labels) }))
  let file = try TemporaryFolder().url.appendingPathComponent(scheme.fileName)
  try table.write(to: file, isCompressed: isCompressed)
  return try Array(Data(contentsOf: file))
}

@Test(arguments: AttributeScheme.all, [true, false])
func damagedFilesAreErrors(scheme: AttributeScheme, isCompressed: Bool) throws {
  try expectDamageIsSurvived(written(scheme, isCompressed: isCompressed), scheme: scheme, seed: 5, mutations: 400)
}

@Test func filesOfOtherKindsAreErrors() throws {
  let folder = try TemporaryFolder()
  var random = RandomStream(seed: 3, name: "bytes")
  let noise = (0..<5000).map { _ in UInt8(random.int(below: 256)) }
  let header = Array("MATLAB 5.0 MAT-file, of nobody".utf8) + [UInt8](repeating: 32, count: 94) + [0, 1, 0x49, 0x4d]
  let hdf5: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]
  let newer = Array("MATLAB 7.3 MAT-file, Platform: GLNXA64".utf8)
  let cases: [(String, [UInt8], String)] = [
    ("empty", [], "is empty; copy or download it again"), ("text", Array("not a MATLAB file".utf8), "save -v7"),
    ("noise", noise, "no MATLAB 5 file"), ("header", header, "cut off: 128 bytes"),
    ("header and noise", header + noise, "byte 128"),
    ("of version 7.3", Array(header.dropLast(3)) + [2, 0x49, 0x4d] + noise, "damaged or big-endian header"),
    ("big-endian", Array(header.dropLast(4)) + [1, 0, 0x4d, 0x49] + noise, "damaged or big-endian header"),
    ("7.3", newer + [UInt8](repeating: 32, count: 512 - newer.count) + hdf5, "MATLAB 7.3 file (HDF5); save it with"),
    ("the magic of HDF5", hdf5 + noise, "an HDF5 file"), ("page", Array("\n<HTML>".utf8), "is an HTML page"),
    ("pointer", Array("version https://git-lfs.github.com/spec/v1\n".utf8), "git lfs pull"),
  ]
  for (name, bytes, words) in cases {
    let file = try folder.write(bytes, to: "\(name).mat")
    let error = #expect(throws: PlainError.self, "\(name)") {
      try AttributeTable(contentsOf: file, scheme: .market1501)
    }
    let text = error?.description ?? ""
    #expect(text.contains("\(name).mat") && text.contains(words), "\(text)")
  }
  #expect(throws: PlainError.self) { try AttributeTable(contentsOf: folder.url, scheme: .market1501) }
  #expect(throws: PlainError.self) {
    try AttributeTable(contentsOf: folder.url.appendingPathComponent("absent.mat"), scheme: .market1501)
  }
}

/// Forty kilobytes that unpack to forty megabytes.
@Test func compressedBombIsRefusedBeforeItUnfolds() throws {
  let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/bomb.mat")
  let error = #expect(throws: PlainError.self) { try AttributeTable(contentsOf: file, scheme: .market1501) }
  #expect(error?.description.contains("holds more than") == true)
}

@Test func valueWithoutMeaningNamesItsPlace() throws {
  // The last 2.0 of an uncompressed file's doubles becomes 7.0.
  var bytes = try written(.dukeMTMC, isCompressed: false)
  let two: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0x40]
  let place = try #require((0..<bytes.count - 8).last { Array(bytes[$0..<$0 + 8]) == two && $0 % 8 == 0 })
  bytes[place + 6] = 0x1c
  let file = try TemporaryFolder().write(bytes, to: "duke_attribute.mat")
  let error = #expect(throws: PlainError.self) { try AttributeTable(contentsOf: file, scheme: .dukeMTMC) }
  #expect(error?.description.contains("has the value 7, which has no meaning; expected is 1") == true)
}
