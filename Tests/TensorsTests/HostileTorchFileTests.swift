import Foundation
import Support
import Tensors
import TestSupport
import Testing

/// Files that lie, overflow, nest, repeat or want to run something: an error or a tensor, never a crash, and memory in
/// proportion to the file.
@Suite struct HostileTorchFileTests {
  private typealias Make = HandmadeTorchFile

  /// Opens a file and reads all tensors; what is read is bounded by the file's size.
  @discardableResult
  private func readAll(_ data: Data) throws(PlainError) -> TensorFile {
    let file = try TensorFile(data: data)
    for entry in file.entries {
      let tensor = file.tensor(entry.name)
      #expect(tensor?.bytes.count == entry.count * entry.kind.size)
      #expect(entry.count * entry.kind.size <= max(data.count, 1 << 20))
    }
    return file
  }

  private func expectRefused(_ data: Data, _ reason: String, line: Int = #line) throws {
    let error = #expect(throws: PlainError.self, "line \(line)") { try readAll(data) }
    let text = try #require(error).description
    #expect(!text.isEmpty && (reason.isEmpty || text.contains(reason)), "line \(line): \(String(describing: error))")
  }

  private static let whole = Make.tensor(Make.storage(count: 6), shape: [2, 3], strides: [3, 1])

  @Test func handmadeFilesAreReadWhereTheyTellTheTruth() throws {
    let old = try readAll(Make.legacy(tensor: Self.whole))
    #expect(old.tensor("t") == StoredTensor([0, 1, 2, 3, 4, 5] as [Float], shape: [2, 3]))
    for zip64 in [false, true] {
      let zipped = try readAll(Make.zip(Make.members(), zip64: zip64))
      #expect(zipped.tensor("t") == StoredTensor([0, 1, 2, 3, 4, 5] as [Float], shape: [2, 3]))
    }
    // Old files' storages may be views of others.
    let view = Make.storage(count: 6, view: Make.tuple([Make.text("v"), Make.integer(2), Make.integer(3)]))
    let part = try readAll(Make.legacy(tensor: Make.tensor(view, offset: 1, shape: [2], strides: [1])))
    #expect(part.tensor("t") == StoredTensor([3, 4] as [Float], shape: [2]))
    try expectRefused(Make.legacy(tensor: Make.tensor(view, offset: 1, shape: [3], strides: [1])), "leaves its storage")
  }

  @Test(arguments: [
    ("os", "system"), ("posix", "system"), ("builtins", "eval"), ("__builtin__", "exec"), ("subprocess", "Popen"),
    ("torch", "load"), ("torch.storage", "_load_from_bytes"), ("collections", "namedtuple"),
  ])
  func aCommandIsNamedAndNotRun(module: String, name: String) throws {
    let folder = try TemporaryFolder()
    let target = folder.url.appendingPathComponent("ran").path
    let call = Make.global(module, name) + Make.tuple([Make.text("touch '\(target)'")]) + Array("R".utf8)
    for data in [
      Make.legacy(call), Make.legacy(Make.dictionary([("t", call)])),
      Make.zip([Make.Member(name: "a/data.pkl", bytes: Make.pickle(call))]),
    ] {
      try expectRefused(data, "'\(module).\(name)'")
      try expectRefused(data, "nothing was run")
    }
    #expect(!FileManager.default.fileExists(atPath: target))
  }

  @Test(arguments: ["i", "o", "\u{93}", "\u{82}", "\u{92}", "P", "S", "I", "F", "0", "2", "d", "l", "\u{8B}", "\u{95}"])
  func otherInstructionsAreRefused(code: Character) throws {
    let byte = UInt8(try #require(code.unicodeScalars.first).value)
    let pickle = Make.text("os") + Make.text("system") + [byte] + Array("os\nsystem\n".utf8)
    try expectRefused(Make.legacy(pickle), "the instruction 0x\(String(byte, radix: 16))")
  }

  @Test func namesWithControlCharactersAreShownByTheirCodes() throws {
    try expectRefused(Make.legacy(Make.global("os\u{1B}[2J", "`rm`\t")), "'os\\u{1b}[2J.`rm`\\u{9}'")
    let tensor = Make.tensor(Make.storage("\u{7}", count: 9), shape: [9], strides: [1])
    try expectRefused(Make.legacy(Make.dictionary([("a\nb", tensor)])), "'a\\u{a}b'")
  }

  @Test func sizesThatLieAreRefused() throws {
    func refuse(count: Int = 6, offset: Int = 0, _ shape: [Int], _ strides: [Int], _ reason: String, line: Int = #line)
      throws
    {
      let tensor = Make.tensor(Make.storage(count: count), offset: offset, shape: shape, strides: strides)
      try expectRefused(Make.legacy(tensor: tensor), reason, line: line)
      let members = [
        Make.Member(name: "a/data.pkl", bytes: Make.pickle(Make.dictionary([("t", tensor)]))), Make.members()[1],
      ]
      try expectRefused(Make.zip(members), reason, line: line)
    }
    try refuse([7], [1], "leaves its storage of 6")
    try refuse([2, 3], [4, 1], "leaves its storage")
    try refuse(offset: 6, [1], [1], "leaves its storage")
    try refuse(offset: 1, [2, 3], [3, 1], "leaves its storage")
    try refuse(offset: .max, [2], [1], "impossible strides")
    try refuse(offset: -1, [1], [1], "described wrongly")
    try refuse([2, 3], [1], "described wrongly")
    try refuse([-2], [1], "is impossible")
    try refuse([2], [-1], "impossible strides")
    try refuse([2, 2], [.max, .max], "impossible strides")
    try refuse([1 << 32, 1 << 32], [0, 0], "is impossible")
    try refuse([0, 1 << 62, 1 << 62], [0, 0, 0], "is impossible")
    try refuse([1 << 40], [0], "more often than is read")
    try refuse([Int](repeating: 1, count: 65), [Int](repeating: 1, count: 65), "described wrongly")
    try refuse(count: 7, [7], [1], "needs 28 bytes; the file holds 24")
    try refuse(count: 1 << 60, [1 << 59], [1], "needs")
    try refuse(count: .max, [1], [1], "no storage of numbers")
    try refuse(count: -1, [1], [1], "no storage of numbers")
    for stated in [7, 1 << 30, .max, -1, .min] {
      try expectRefused(Make.legacy(stated: stated, tensor: Self.whole), "claims \(stated) numbers")
    }
    try expectRefused(Make.legacy(Make.dictionary([("t", Self.whole)])), "are missing")
    try expectRefused(
      Make.legacy(Make.dictionary([("t", Self.whole)]), storages: [("0", 0, []), ("0", 6, [])]), "list of storages")
  }

  @Test func zipDirectoriesThatLieAreRefused() throws {
    func refuse(_ reason: String, line: Int = #line, _ change: (inout [Make.Member]) -> Void) throws {
      for zip64 in [false, true] {
        var members = Make.members()
        change(&members)
        try expectRefused(Make.zip(members, zip64: zip64), reason, line: line)
      }
    }
    try refuse("is cut off") { $0[1].size = 100_000 }
    try refuse("needs 24 bytes; the file holds 23") { $0[1].size = 23 }
    try refuse("not where the zip directory says") { $0[1].offset = 1 }
    try refuse("not where the zip directory says") { $0[1].offset = 0 }
    try refuse("outside of the file") { $0[1].offset = 3_000_000_000 }
    try refuse("is encrypted") { $0[1].flags = 1 }
    try refuse("holds no 'a/data/0'") { $0[1].name = "a/data/1" }
    try refuse("twice") { $0.append($0[1]) }
    try refuse("without the one data.pkl") { $0[0].name = "a/b/data.pkl" }
    try refuse("without the one data.pkl") { $0.append(Make.Member(name: "b/data.pkl", bytes: $0[0].bytes)) }
    var huge = Make.members()
    huge[1].size = .max
    try expectRefused(Make.zip(huge, zip64: true), "cut off")
    huge[1].size = nil
    huge[1].offset = .max - 3
    try expectRefused(Make.zip(huge, zip64: true), "outside of the file")
    try expectRefused(Make.zip(Make.members(), zip64: true, count: 1 << 40), "claims 1099511627776 files")
    try expectRefused(Make.zip(Make.members(), count: 3), "ends too early")
    for start in [UInt64.max, 1 << 62, 1 << 31] {
      try expectRefused(Make.zip(Make.members(), zip64: true, start: start), "outside of the file")
    }
    try expectRefused(Make.zip(Make.members(), start: 5), "damaged")
  }

  /// Archives that somebody zipped anew, and such as claim more than they hold.
  @Test func deflatedFilesAreBounded() throws {
    func members(_ change: (inout [Make.Member]) -> Void = { _ in }) -> [Make.Member] {
      var members = Make.members()
      for place in members.indices { members[place].deflated = Make.deflated(members[place].bytes) }
      change(&members)
      return members
    }
    func refuse(_ reason: String, line: Int = #line, _ change: (inout [Make.Member]) -> Void) throws {
      for zip64 in [false, true] { try expectRefused(Make.zip(members(change), zip64: zip64), reason, line: line) }
    }
    for zip64 in [false, true] {
      let file = try readAll(Make.zip(members(), zip64: zip64))
      #expect(file.tensor("t") == StoredTensor([0, 1, 2, 3, 4, 5] as [Float], shape: [2, 3]))
    }
    try refuse("claims to unpack to 25 bytes, more than the 24 that are needed") { $0[1].size = 25 }
    try refuse("claims to unpack to 3000000000 bytes, more than the 24") { $0[1].size = 3_000_000_000 }
    try refuse("claims to unpack to 3000000000 bytes, more than the 16777216") { $0[0].size = 3_000_000_000 }
    try expectRefused(Make.zip(members { $0[1].size = .max }, zip64: true), "claims to unpack to")
    try refuse("does not unpack to what the archive says") { $0[1].size = 23 }
    try refuse("does not unpack to what the archive says") { $0[1].checksum = 7 }
    try refuse("does not unpack to what the archive says") { $0[1].deflated?.removeLast() }
    try refuse("does not unpack to what the archive says") { $0[1].deflated = [7, 7, 7] }
    try refuse("does not unpack to what the archive says") { $0[1].deflated = [] }
    try refuse("does not unpack to what the archive says") {
      $0[1].deflated = Make.deflated([UInt8](repeating: 0, count: 60_000))
    }
    try refuse("is encrypted") { $0[1].flags = 1 }
    // What the pickle asks for is no excuse: a small file does not unpack to gigabytes.
    let numbers = 1 << 30
    let tensor = Make.tensor(Make.storage(count: numbers), shape: [numbers], strides: [1])
    try expectRefused(
      Make.zip(
        members {
          $0[0].bytes = Make.pickle(Make.dictionary([("t", tensor)]))
          $0[0].deflated = Make.deflated($0[0].bytes)
          $0[1].size = UInt64(4 * numbers)
        }, zip64: true), "claims to unpack to more than is read")
  }

  @Test func aFileThatIsCutOffSaysHowMuchOfItIsThere() throws {
    for name in ["plain.safetensors", "kinds.safetensors", "legacy.pth", "strided-legacy.pth"] {
      let data = try Data(contentsOf: TensorFileTests.file(name))
      for missing in [1, 8, 100] {
        try expectRefused(data.dropLast(missing), "it is cut off: \(data.count - missing) of \(data.count) bytes")
      }
    }
    let safe = try Data(contentsOf: TensorFileTests.file("kinds.safetensors"))
    try expectRefused(safe.prefix(40), "it is cut off: 40 of at least")
    // The end of a zip archive, where its directory is, is what is missing; its pickle tells how many numbers there were.
    let zipped = Make.zip([
      Make.members()[0], Make.Member(name: "a/data/0", bytes: [UInt8](repeating: 0, count: 24)),
    ])
    let start = 30 + "a/data.pkl".count + 3 + Make.members()[0].bytes.count
    try expectRefused(zipped.prefix(start + 9), "it is cut off: \(start + 9) of at least \(start + 24) bytes")
    let torch = try Data(contentsOf: TensorFileTests.file("plain.pth"))
    try expectRefused(torch.prefix(torch.count - 30), "it is cut off or damaged")
    // More bytes than the tensors have are no cut.
    try expectRefused(safe + [0], "1 bytes behind the last tensor")
  }

  @Test func nestingAndRepetitionStayFlat() throws {
    let many = RestrictedLimits.instructions
    // A million tuples in each other, and a million lists.
    try expectRefused(Make.legacy(Array(")".utf8) + [UInt8](repeating: 0x85, count: many - 10)), "deep in each other")
    try expectRefused(Make.legacy([UInt8](repeating: UInt8(ascii: "]"), count: many - 10)), "damaged")
    try expectRefused(Make.legacy([UInt8](repeating: UInt8(ascii: "("), count: many - 10)), "damaged")
    try expectRefused(Make.legacy([UInt8](repeating: UInt8(ascii: "N"), count: many + 10)), "instructions")
    // A list that holds itself, and dictionaries that hold each other twice, forty deep.
    try expectRefused(Make.legacy(Array("]q\u{0}h\u{0}a".utf8)), "deep in each other")
    var twice = Self.whole + Array("q\u{0}".utf8)
    for _ in 0..<14 {
      twice = Array("}(".utf8) + Make.text("a") + twice + Make.text("b") + Array("h\u{0}u".utf8) + Array("q\u{0}".utf8)
    }
    let doubled = try readAll(Make.legacy(twice, storages: [("0", 6, [UInt8](repeating: 0, count: 24))]))
    #expect(doubled.entries.count == 1 << 14)
    for _ in 0..<40 {
      twice = Array("}(".utf8) + Make.text("a") + twice + Make.text("b") + Array("h\u{0}u".utf8) + Array("q\u{0}".utf8)
    }
    try expectRefused(Make.legacy(twice), "in each other")
    var wide = Self.whole + Array("q\u{0}".utf8)
    for _ in 0..<8 {
      wide =
        Array("](".utf8) + wide + Array(String(repeating: "h\u{0}", count: 50).utf8)
      wide += Array("eq\u{0}".utf8)
    }
    try expectRefused(Make.legacy(wide), "than weights need")
    // Names as long as the file, in front of many tensors.
    let long = Make.dictionary([(String(repeating: "n", count: 10_000), Make.dictionary([("t", Self.whole)]))])
    try expectRefused(Make.legacy(long), "longer or more")
  }

  /// A long list that is copied a hundred thousand times, each time in a few bytes: terabytes, were it done.
  @Test func copiesAreCounted() throws {
    let long = Array("(".utf8) + [UInt8](repeating: UInt8(ascii: ")"), count: 400_000) + Array("tq\u{0}".utf8)
    let size = Make.global("torch", "Size") + Array("q\u{1}".utf8)
    // Recall the function and the list, call the one on the other.
    let call: [UInt8] = [UInt8(ascii: "h"), 1, UInt8(ascii: "h"), 0, 0x85, UInt8(ascii: "R")]
    let many = Array(repeating: call, count: 100_000).flatMap { $0 }
    try expectRefused(Make.legacy(long + size + many), "described wrongly")
    let pair = Make.tuple([Make.text("k"), Array("N".utf8)]) + Array("q\u{2}".utf8)
    let pairs =
      pair + Array("]q\u{0}(".utf8) + Array(repeating: [UInt8(ascii: "h"), 2], count: 300_000).flatMap { $0 }
      + Array("e".utf8)
    let dictionary = Make.global("collections", "OrderedDict") + Array("q\u{1}".utf8)
    try expectRefused(Make.legacy(pairs + dictionary + many), "copies more values")
  }

  /// Tensors that all are the same numbers, and keys as long as the file, looked up for each tensor.
  @Test func sharingIsBounded() throws {
    let numbers = 1 << 16
    let tensor = Make.tensor(Make.storage(count: numbers), shape: [numbers], strides: [1]) + Array("q\u{0}".utf8)
    func file(_ count: Int) -> Data {
      var root = Array("](".utf8) + tensor
      for _ in 1..<count { root += [UInt8(ascii: "h"), 0] }
      let bytes = [UInt8](repeating: 0, count: 4 * numbers)
      return Make.legacy(root + Array("e".utf8), storages: [("0", numbers, bytes)])
    }
    #expect(try TensorFile(data: file(16)).entries.count == 16)
    try expectRefused(file(2000), "more often than is read")
    let key = String(repeating: "k", count: 100_000)
    try expectRefused(Make.legacy(Make.dictionary([("t", Make.storage(key, count: 1))])), "no storage of numbers")
  }

  @Test func memosAndTextsThatLieAreRefused() throws {
    let far = Array("Nr".utf8) + [0xFF, 0xFF, 0xFF, 0xFF]
    try expectRefused(Make.legacy(far + Array("j".utf8) + [0xFE, 0xFF, 0xFF, 0xFF]), "damaged")
    try expectRefused(Make.legacy(far), "no tensor")
    try expectRefused(Make.legacy(Array("X".utf8) + [0xFF, 0xFF, 0xFF, 0xFF, 0x41]), "ends too early")
    try expectRefused(Make.legacy(Array("U".utf8) + [2, 0xC3, 0x28]), "UTF-8")
    for code in "tuesaRbQq." { try expectRefused(Make.legacy(Array(String(code).utf8)), "") }
    try expectRefused(Make.legacy(Array("}(NNN".utf8) + Array("u".utf8)), "damaged")
    try expectRefused(Make.legacy(Array("NNR".utf8)), "no function")
    try expectRefused(Make.legacy(Make.global("torch", "FloatStorage") + Array(")R".utf8)), "storage of its own")
    try expectRefused(Make.legacy(Make.global("torch._utils", "_rebuild_tensor_v2") + Array(")R".utf8)), "wrongly")
    try expectRefused(Make.legacy(Make.global("torch", "Size") + Array("N}b".utf8)), "damaged")
    try expectRefused(Make.legacy(Make.dictionary([("t", Self.whole), ("t", Self.whole)])), "are called 't'")
  }

  private static let fixtures = [
    "plain.pth", "deflated.pth", "legacy.pth", "strided.pth", "strided-legacy.pth", "kinds.pth", "checkpoint.pth",
    "old-python.pth",
    "kinds.safetensors",
  ]

  @Test(arguments: fixtures)
  func aFileCutAnywhereIsRefused(name: String) throws {
    let data = try Data(contentsOf: TensorFileTests.file(name))
    for length in stride(from: 0, to: data.count, by: 3) {
      #expect(throws: PlainError.self, "\(length) of \(data.count) bytes") { try readAll(data.prefix(length)) }
    }
  }

  @Test(arguments: fixtures)
  func damagedBytesAreAnErrorOrATensor(name: String) throws {
    let data = try Data(contentsOf: TensorFileTests.file(name))
    var stream = RandomStream(seed: 11, name: "damage/\(name)")
    for _ in 0..<400 {
      var damaged = data
      for _ in 0...stream.int(below: 4) { damaged[stream.int(below: data.count)] = UInt8(stream.int(below: 256)) }
      _ = try? readAll(damaged)
    }
    // The description alone, where a damaged byte means most.
    for place in 0..<min(data.count, 600) {
      for value in [0, 0xFF, data[place] ^ 1, data[place] ^ 0x80] as [UInt8] {
        var damaged = data
        damaged[place] = value
        _ = try? readAll(damaged)
      }
    }
  }

  @Test func safetensorsThatShareBytesAreRefused() throws {
    let header =
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#
    var data = Data(withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) })
    data.append(contentsOf: header.utf8)
    data.append(contentsOf: [UInt8](repeating: 0, count: 12))
    try expectRefused(data, "'b' begins at byte 4, not where the one before ends")
  }
}

/// The reader's own limits, as its documentation states them.
enum RestrictedLimits {
  static let instructions = 1 << 20
}
