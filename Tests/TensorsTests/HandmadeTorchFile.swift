import Foundation
import Tensors

/// Files as `torch.save` could have written them, put together by hand for what it never writes.
enum HandmadeTorchFile {
  /// A pickle of protocol 2 around some instructions.
  static func pickle(_ instructions: [UInt8]) -> [UInt8] { [0x80, 2] + instructions + [UInt8(ascii: ".")] }

  /// Instructions for a text.
  static func text(_ text: String) -> [UInt8] {
    [UInt8(ascii: "X")] + little(UInt32(text.utf8.count)) + Array(text.utf8)
  }

  /// Instructions for a whole number.
  static func integer(_ number: Int) -> [UInt8] { [0x8A, 8] + little(number) }

  /// Instructions for a name, `module name`.
  static func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

  /// Instructions for a tuple.
  static func tuple(_ items: [[UInt8]]) -> [UInt8] { [UInt8(ascii: "(")] + items.flatMap { $0 } + [UInt8(ascii: "t")] }

  /// Instructions for a dictionary with texts as keys.
  static func dictionary(_ entries: [(String, [UInt8])]) -> [UInt8] {
    Array("}(".utf8) + entries.flatMap { text($0) + $1 } + [UInt8(ascii: "u")]
  }

  /// Instructions for a storage of single-precision numbers.
  static func storage(_ key: String = "0", count: Int, view: [UInt8]? = nil) -> [UInt8] {
    let items = [text("storage"), global("torch", "FloatStorage"), text(key), text("cpu"), integer(count)]
    return tuple(items + (view.map { [$0] } ?? [])) + [UInt8(ascii: "Q")]
  }

  /// Instructions for a tensor.
  static func tensor(_ storage: [UInt8], offset: Int = 0, shape: [Int], strides: [Int]) -> [UInt8] {
    let arguments = [storage, integer(offset), tuple(shape.map(integer)), tuple(strides.map(integer))]
    return global("torch._utils", "_rebuild_tensor_v2") + tuple(arguments) + [UInt8(ascii: "R")]
  }

  /// A file of the old form: the root's instructions, and the storages' keys with the counts that they state and their
  /// bytes.
  static func legacy(_ root: [UInt8], storages: [(key: String, count: Int, bytes: [UInt8])] = []) -> Data {
    var file: [UInt8] = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
    file += pickle(integer(1001))
    file += pickle(dictionary([("little_endian", [0x88])]))
    file += pickle(root)
    file += pickle(Array("](".utf8) + storages.flatMap { text($0.key) } + Array("e".utf8))
    for storage in storages { file += little(storage.count) + storage.bytes }
    return Data(file)
  }

  /// A file of the old form with one storage `0` of the numbers 0, 1, 2, … and a dictionary of one tensor `t` over it.
  static func legacy(numbers: Int = 6, stated: Int? = nil, tensor: [UInt8]) -> Data {
    let bytes = (0..<numbers).flatMap { little(Float($0).bitPattern) }
    return legacy(dictionary([("t", tensor)]), storages: [("0", stated ?? numbers, bytes)])
  }

  /// What a zip archive is made of.
  struct Member {
    var name: String
    var bytes: [UInt8]
    /// What the directory states where it lies.
    var size: UInt64?
    var offset: UInt64?
    var flags: UInt16 = 0
    /// What the archive has of the file where it is deflated; nil where it is stored.
    var deflated: [UInt8]?
    /// What the directory states of a deflated file's bytes; nil for the truth.
    var checksum: UInt32?
  }

  /// Bytes as a deflated stream of one stored block (RFC 1951, section 3.2.4).
  static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    [1] + little(UInt16(bytes.count)) + little(~UInt16(bytes.count)) + bytes
  }

  /// The CRC-32 of bytes, bit by bit.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
  }

  /// A zip archive of files stored as they are. With `zip64` all that can stand in its larger fields does.
  static func zip(_ members: [Member], zip64: Bool = false, count: Int? = nil, start: UInt64? = nil) -> Data {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for member in members {
      let offset = member.offset ?? UInt64(file.count)
      let size = member.size ?? UInt64(member.bytes.count)
      let packed = member.deflated.map { UInt64($0.count) } ?? size
      let sizes =
        zip64
        ? little(UInt32.max) + little(UInt32.max) : little(UInt32(clamping: packed)) + little(UInt32(clamping: size))
      let extra = zip64 ? little(UInt16(1)) + little(UInt16(24)) + little(size) + little(packed) + little(offset) : []
      let name = Array(member.name.utf8)
      file += little(UInt32(0x0403_4B50)) + [UInt8](repeating: 0, count: 22)
      file += little(UInt16(name.count)) + little(UInt16(3)) + name + [9, 9, 9] + (member.deflated ?? member.bytes)
      directory += little(UInt32(0x0201_4B50)) + [0, 0, 0, 0] + little(member.flags)
      directory += little(UInt16(member.deflated == nil ? 0 : 8)) + [0, 0, 0, 0]
      directory += little(member.deflated == nil ? 0 : member.checksum ?? checksum(member.bytes))
      directory += sizes + little(UInt16(name.count)) + little(UInt16(extra.count)) + little(UInt16(0))
      directory +=
        [UInt8](repeating: 0, count: 8) + little(zip64 ? UInt32.max : UInt32(clamping: offset)) + name + extra
    }
    let place = start ?? UInt64(file.count)
    let entries = count ?? members.count
    file += directory
    if zip64 {
      let record = UInt64(file.count)
      file += little(UInt32(0x0606_4B50)) + little(UInt64(44)) + [UInt8](repeating: 0, count: 12)
      file += little(UInt64(entries)) + little(UInt64(entries)) + little(UInt64(directory.count)) + little(place)
      file += little(UInt32(0x0706_4B50)) + little(UInt32(0)) + little(record) + little(UInt32(1))
    }
    file +=
      little(UInt32(0x0605_4B50)) + [0, 0, 0, 0] + little(UInt16(clamping: entries)) + little(UInt16(clamping: entries))
    file += little(zip64 ? UInt32.max : UInt32(directory.count)) + little(zip64 ? UInt32.max : UInt32(clamping: place))
    return Data(file + little(UInt16(0)))
  }

  /// A zip archive with one tensor `t` of the numbers 0 to 5.
  static func members() -> [Member] {
    let root = pickle(dictionary([("t", tensor(storage(count: 6), shape: [2, 3], strides: [3, 1]))]))
    return [
      Member(name: "a/data.pkl", bytes: root),
      Member(name: "a/data/0", bytes: (0..<6).flatMap { little(Float($0).bitPattern) }),
    ]
  }

  private static func little(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }
}
