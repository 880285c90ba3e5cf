import Foundation
import Support

/// A file that `torch.save` wrote: the tensors in it by name, read without running any of it.
///
/// A name is the path of keys through the dictionaries to the tensor, joined by dots: a checkpoint
/// `{"epoch": 3, "state_dict": {"conv1.weight": …}}` holds `state_dict.conv1.weight`.
struct TorchArchive {
  /// How the file keeps its numbers.
  enum Form { case zip, legacy }

  let form: Form
  /// The tensors in the file's order.
  let tensors: [(name: String, tensor: TorchTensor)]
  /// The numbers under each storage key: parts of the file, or what it unpacks to.
  private let numbers: [String: Data]

  /// The magic number of the form before PyTorch 1.6: a pickle of protocol 2 that holds one ten-byte number.
  static let legacySignature: [UInt8] = [
    0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
  ]

  init(
    form: Form, size: Int, tensors: [(name: String, tensor: TorchTensor)], numbers: [String: Data]
  ) throws(PlainError) {
    // Tensors may share their numbers. A file whose tensors all are the same numbers over and over is no weights, and
    // reading each of them would take time without end.
    var room = Self.largestTotal(size)
    for (name, tensor) in tensors {
      guard let bytes = numbers[tensor.storage.key] else {
        throw PlainError("the numbers of \(name.quotedForMessage) are missing")
      }
      guard tensor.storage.byteCount <= bytes.count else {
        throw PlainError(
          "\(name.quotedForMessage) needs \(tensor.storage.byteCount) bytes; the file holds \(bytes.count) for it")
      }
      room -= tensor.shape.byteCount(of: tensor.storage.kind) ?? 0
      guard room >= 0 else { throw PlainError("its tensors repeat the numbers in it more often than is read") }
    }
    self.form = form
    self.tensors = tensors
    self.numbers = numbers
  }

  /// How many bytes all tensors of a file of that size may have together, and what is compressed in it may unpack to:
  /// sixteen times the file, and 64 MiB in any case.
  private static func largestTotal(_ size: Int) -> Int { max(1 << 26, size * 16) }

  /// Reads the archive's description; the numbers stay in the file until they are asked for.
  ///
  /// - Throws: ``PlainError`` where the file is damaged, of another byte order, or holds more than tensors.
  init(zip data: Data) throws(PlainError) {
    let directory: ZipDirectory
    do throws(PlainError) { directory = try ZipDirectory(data) } catch { throw Self.cutOff(data) ?? error }
    let pickles = directory.entries.keys.filter { $0.hasSuffix("/data.pkl") && $0.split(separator: "/").count == 2 }
    guard pickles.count == 1, let pickle = pickles.first else {
      throw PlainError("it is a zip archive without the one data.pkl that torch.save writes")
    }
    let root = pickle.dropLast("data.pkl".count)
    guard directory.entries["\(root)constants.pkl"] == nil else {
      throw PlainError("it is a TorchScript program; save its state_dict() with torch.save")
    }
    var room = Self.largestTotal(data.count)
    if directory.entries["\(root)byteorder"] != nil {
      guard try directory.bytes(of: "\(root)byteorder", limit: 64, room: &room).elementsEqual("little".utf8) else {
        throw PlainError("its numbers are not little-endian; save it on another machine")
      }
    }
    let program = try directory.bytes(of: pickle, limit: RestrictedUnpickler.maximumSize, room: &room)
    guard program.count <= RestrictedUnpickler.maximumSize else {
      throw PlainError("its pickle has \(program.count) bytes, more than weights need")
    }
    var unpickler = RestrictedUnpickler(program, from: 0)
    let (value, _) = try unpickler.value()
    var numbers: [String: Data] = [:]
    for (key, size) in unpickler.heap.storageSizes.sorted(by: { $0.key < $1.key }) {
      numbers[key] = try directory.bytes(of: "\(root)data/\(key)", limit: size, room: &room)
    }
    try self.init(form: .zip, size: data.count, tensors: try unpickler.heap.namedTensors(in: value), numbers: numbers)
  }

  /// What to say of an archive that ends before its directory: the pickle, which PyTorch writes first, tells how many
  /// numbers should follow. Nil where that tells nothing.
  private static func cutOff(_ data: Data) -> PlainError? {
    guard let first = ZipDirectory.firstFile(in: data), first.name.hasSuffix("/data.pkl") else { return nil }
    var unpickler = RestrictedUnpickler(data, from: first.start)
    guard let (_, end) = try? unpickler.value() else { return nil }
    var least = end
    for size in unpickler.heap.storageSizes.values {
      let (sum, overflow) = least.addingReportingOverflow(size)
      guard !overflow else { return nil }
      least = sum
    }
    return least > data.count ? .cutOff(data.count, of: "at least \(least)") : nil
  }

  /// Reads the form before PyTorch 1.6: magic number, protocol, system, the dictionary, the storages' keys, and each
  /// storage's length and numbers.
  ///
  /// - Throws: ``PlainError`` where the file is damaged, of another byte order, or holds more than tensors.
  init(legacy data: Data) throws(PlainError) {
    var place = Self.legacySignature.count
    func next() throws(PlainError) -> (heap: PickleHeap, value: PickleValue) {
      var unpickler = RestrictedUnpickler(data, from: place)
      let (value, end) = try unpickler.value()
      place = end
      return (unpickler.heap, value)
    }
    guard case .integer(1001) = try next().value else {
      throw PlainError("it is of a version of torch.save that is not known")
    }
    let system = try next()
    guard case .bool(true)? = system.heap.value(of: "little_endian", in: system.value) else {
      throw PlainError("its numbers are not little-endian; save it on another machine")
    }
    let (heap, root) = try next()
    let keys = try next()
    guard let list = keys.heap.sequence(keys.value) else { throw PlainError("its list of storages is damaged") }
    let kinds = Dictionary(heap.storages.map { ($0.key, $0.kind) }, uniquingKeysWith: { first, _ in first })
    let sizes = heap.storageSizes
    var numbers: [String: Data] = [:]
    var cursor = ByteCursor(data, from: place)
    for item in list {
      guard case .text(let key) = item, let kind = kinds[key], let size = sizes[key], numbers[key] == nil else {
        throw PlainError("its list of storages is damaged")
      }
      let hasLength = cursor.left >= MemoryLayout<Int>.size
      let count = hasLength ? try cursor.integer(Int.self) : size / kind.size
      guard hasLength, count >= 0, count <= cursor.left / kind.size else {
        if count == size / kind.size, let whole = Self.legacySize(sizes, list, from: place) {
          throw .cutOff(data.count, of: "\(whole)")
        }
        throw PlainError("the storage \(key.quotedForMessage) claims \(count) numbers, but the file ends before")
      }
      numbers[key] = try cursor.bytes(count * kind.size)
    }
    try self.init(form: .legacy, size: data.count, tensors: try heap.namedTensors(in: root), numbers: numbers)
  }

  /// How many bytes a file of the old form has whose storages follow at `place`: each its length and its numbers. Nil
  /// where that is beyond reckoning.
  private static func legacySize(_ sizes: [String: Int], _ keys: [PickleValue], from place: Int) -> Int? {
    var whole = place
    for case .text(let key) in keys {
      let (sum, overflow) = whole.addingReportingOverflow(sizes[key] ?? 0)
      guard !overflow, sum <= Int.max - MemoryLayout<Int>.size else { return nil }
      whole = sum + MemoryLayout<Int>.size
    }
    return whole
  }

  /// A tensor's numbers, the last dimension side by side whatever its strides in the file.
  func stored(_ tensor: TorchTensor) -> StoredTensor {
    let kind = tensor.storage.kind
    let count = tensor.shape.reduce(1, *)
    guard count > 0, let numbers = numbers[tensor.storage.key] else {
      return StoredTensor(kind: kind, shape: tensor.shape, bytes: [])
    }
    let strides = tensor.strides.map { $0 * kind.size }
    let bytes = [UInt8](unsafeUninitializedCapacity: count * kind.size) { target, filled in
      numbers.withUnsafeBytes { source in
        Self.gather(from: source, at: tensor.offset * kind.size, strides, tensor.shape, kind.size, into: target)
      }
      filled = count * kind.size
    }
    return StoredTensor(kind: kind, shape: tensor.shape, bytes: bytes)
  }

  /// Copies elements of `size` bytes in the order of their indices.
  private static func gather(
    from source: UnsafeRawBufferPointer, at start: Int, _ strides: [Int], _ shape: [Int], _ size: Int,
    into target: UnsafeMutableBufferPointer<UInt8>
  ) {
    let target = UnsafeMutableRawBufferPointer(target)
    // The last dimensions that lie side by side are copied in one go.
    var run = size
    var dimensions = shape.count
    while dimensions > 0, shape[dimensions - 1] == 1 || strides[dimensions - 1] == run {
      run *= shape[dimensions - 1]
      dimensions -= 1
    }
    var index = [Int](repeating: 0, count: dimensions)
    var place = start
    for to in stride(from: 0, to: target.count, by: run) {
      UnsafeMutableRawBufferPointer(rebasing: target[to..<to + run])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[place..<place + run]))
      var dimension = dimensions - 1
      while dimension >= 0 {
        index[dimension] += 1
        place += strides[dimension]
        guard index[dimension] == shape[dimension] else { break }
        place -= strides[dimension] * shape[dimension]
        index[dimension] = 0
        dimension -= 1
      }
    }
  }
}
