import Foundation

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
  /// Where the numbers under each storage key lie in the file.
  private let places: [String: Range<Int>]
  private let data: Data

  /// The magic number of the form before PyTorch 1.6: a pickle of protocol 2 that holds one ten-byte number.
  static let legacySignature: [UInt8] = [
    0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
  ]

  init(
    form: Form, data: Data, tensors: [(name: String, tensor: TorchTensor)], places: [String: Range<Int>]
  ) throws(TensorFileError) {
    // Tensors may share their numbers. A file whose tensors all are the same numbers over and over is no weights, and
    // reading each of them would take time without end.
    var room = max(Self.largestTotal, data.count * Self.largestSharing)
    for (name, tensor) in tensors {
      let needed = tensor.storage.count * tensor.storage.kind.size
      guard let place = places[tensor.storage.key] else {
        throw TensorFileError("the numbers of \(name.quotedForMessage) are missing")
      }
      guard needed <= place.count else {
        throw TensorFileError("\(name.quotedForMessage) needs \(needed) bytes; the file holds \(place.count) for it")
      }
      room -= tensor.shape.byteCount(of: tensor.storage.kind) ?? 0
      guard room >= 0 else { throw TensorFileError("its tensors repeat the numbers in it more often than is read") }
    }
    self.form = form
    self.data = data
    self.tensors = tensors
    self.places = places
  }

  /// How many times the file's size all tensors together may have, and how many bytes in any case.
  private static let largestSharing = 16
  private static let largestTotal = 1 << 26

  /// Reads the archive's description; the numbers stay in the file until they are asked for.
  ///
  /// - Throws: ``TensorFileError`` where the file is damaged, of another byte order, or holds more than tensors.
  init(zip data: Data) throws(TensorFileError) {
    let directory = try ZipDirectory(data)
    let pickles = directory.entries.keys.filter { $0.hasSuffix("/data.pkl") && $0.split(separator: "/").count == 2 }
    guard pickles.count == 1, let pickle = pickles.first else {
      throw TensorFileError("it is a zip archive without the one data.pkl that torch.save writes")
    }
    let root = pickle.dropLast("data.pkl".count)
    guard directory.entries["\(root)constants.pkl"] == nil else {
      throw TensorFileError("it is a TorchScript program; save its state_dict() with torch.save")
    }
    if directory.entries["\(root)byteorder"] != nil {
      let range = try directory.range(of: "\(root)byteorder")
      guard data.dropFirst(range.lowerBound).prefix(range.count).elementsEqual("little".utf8) else {
        throw TensorFileError("its numbers are not little-endian; save it on another machine")
      }
    }
    let range = try directory.range(of: pickle)
    guard range.count <= RestrictedUnpickler.maximumSize else {
      throw TensorFileError("its pickle has \(range.count) bytes, more than weights need")
    }
    var unpickler = RestrictedUnpickler(data, from: range.lowerBound, to: range.upperBound)
    let (value, _) = try unpickler.value()
    var places: [String: Range<Int>] = [:]
    for storage in unpickler.heap.storages where places[storage.key] == nil {
      places[storage.key] = try directory.range(of: "\(root)data/\(storage.key)")
    }
    try self.init(form: .zip, data: data, tensors: try unpickler.heap.namedTensors(in: value), places: places)
  }

  /// Reads the form before PyTorch 1.6: magic number, protocol, system, the dictionary, the storages' keys, and each
  /// storage's length and numbers.
  ///
  /// - Throws: ``TensorFileError`` where the file is damaged, of another byte order, or holds more than tensors.
  init(legacy data: Data) throws(TensorFileError) {
    var place = Self.legacySignature.count
    func next() throws(TensorFileError) -> (heap: PickleHeap, value: PickleValue) {
      var unpickler = RestrictedUnpickler(data, from: place)
      let (value, end) = try unpickler.value()
      place = end
      return (unpickler.heap, value)
    }
    guard case .integer(1001) = try next().value else {
      throw TensorFileError("it is of a version of torch.save that is not known")
    }
    let system = try next()
    guard case .bool(true)? = system.heap.value(of: "little_endian", in: system.value) else {
      throw TensorFileError("its numbers are not little-endian; save it on another machine")
    }
    let (heap, root) = try next()
    let keys = try next()
    guard let list = keys.heap.sequence(keys.value) else { throw TensorFileError("its list of storages is damaged") }
    let kinds = Dictionary(heap.storages.map { ($0.key, $0.kind) }, uniquingKeysWith: { first, _ in first })
    var places: [String: Range<Int>] = [:]
    var cursor = ByteCursor(data, from: place)
    for item in list {
      guard case .text(let key) = item, let kind = kinds[key], places[key] == nil else {
        throw TensorFileError("its list of storages is damaged")
      }
      let count = try cursor.integer(Int.self)
      guard count >= 0, count <= cursor.left / kind.size else {
        throw TensorFileError("the storage \(key.quotedForMessage) claims \(count) numbers, but the file ends before")
      }
      places[key] = cursor.place..<cursor.place + count * kind.size
      try cursor.skip(count * kind.size)
    }
    try self.init(form: .legacy, data: data, tensors: try heap.namedTensors(in: root), places: places)
  }

  /// A tensor's numbers, the last dimension side by side whatever its strides in the file.
  func stored(_ tensor: TorchTensor) -> StoredTensor {
    let kind = tensor.storage.kind
    let start = (places[tensor.storage.key]?.lowerBound ?? 0) + tensor.offset * kind.size
    let count = tensor.shape.reduce(1, *)
    guard count > 0 else { return StoredTensor(kind: kind, shape: tensor.shape, bytes: []) }
    let strides = tensor.strides.map { $0 * kind.size }
    let bytes = [UInt8](unsafeUninitializedCapacity: count * kind.size) { target, filled in
      data.withUnsafeBytes { source in
        Self.gather(from: source, at: start, strides, tensor.shape, kind.size, into: target)
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
