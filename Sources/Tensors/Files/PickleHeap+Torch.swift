/// What the pickle's calls stand for.
extension PickleHeap {
  /// The longest key of a storage, in bytes; PyTorch's are numbers. A key is looked up for each tensor.
  private static let longestKey = 200

  /// How many bytes lie under each storage key: the most that any mention of it tells.
  var storageSizes: [String: Int] { Dictionary(storages.map { ($0.key, $0.byteCount) }, uniquingKeysWith: max) }

  /// The storage that a persistent name describes: `("storage", type, key, location, count)`, in old files with a view
  /// behind it, `(key, offset, count)` or None.
  mutating func storage(named name: PickleValue) throws(TensorFileError) -> PickleValue {
    guard let items = sequence(name), (5...6).contains(items.count), case .text("storage") = items[0],
      case .global(.storage(let kind)) = items[1], case .text(let key) = items[2], case .integer(let count) = items[4],
      key.utf8.count <= Self.longestKey, count >= 0, count <= Int.max / kind.size
    else { throw TensorFileError("its pickle refers to something outside of it that is no storage of numbers") }
    var view = 0..<count
    if items.count == 6, let part = sequence(items[5]) {
      guard part.count == 3, case .integer(let offset) = part[1], case .integer(let length) = part[2], offset >= 0,
        length >= 0, offset <= count, length <= count - offset
      else { throw TensorFileError("a view of the storage \(key.quotedForMessage) leaves it") }
      view = offset..<offset + length
    }
    return add(TorchStorage(key: key, kind: kind, count: count, view: view))
  }

  /// What a call of `function` gives.
  mutating func result(of function: PickleValue, _ arguments: PickleValue) throws(TensorFileError) -> PickleValue {
    guard case .global(let global) = function, let arguments = sequence(arguments) else {
      throw TensorFileError("its pickle calls something that is no function")
    }
    switch global {
    case .orderedDictionary: return add(.dictionary, try pairs(arguments))
    case .size:
      guard arguments.count == 1, let extents = integers(arguments[0]) else { throw Self.wrongArguments }
      return add(.tuple, extents.map(PickleValue.integer))
    case .rebuildTensor: return add(try tensor(arguments))
    case .rebuildParameter, .parameter:
      guard let first = arguments.first, case .tensor = first else { throw Self.wrongArguments }
      return first
    case .storage:
      throw TensorFileError("its pickle makes a storage of its own, which a file of tensors has no need of")
    }
  }

  private static let wrongArguments = TensorFileError("its pickle is damaged: a tensor is described wrongly")

  /// Keys and values in turns: of no argument, or of one list of pairs as Python 2 wrote it.
  private mutating func pairs(_ arguments: [PickleValue]) throws(TensorFileError) -> [PickleValue] {
    guard let list = arguments.first else { return [] }
    guard arguments.count == 1, let pairs = sequence(list) else { throw Self.wrongArguments }
    try copy(pairs.count)
    var items: [PickleValue] = []
    for pair in pairs {
      guard let both = sequence(pair), both.count == 2 else { throw Self.wrongArguments }
      items += both
    }
    return items
  }

  /// `(storage, offset, shape, strides, …)`: every element must lie in the storage.
  private func tensor(_ arguments: [PickleValue]) throws(TensorFileError) -> TorchTensor {
    guard arguments.count >= 4, case .storage(let number) = arguments[0], case .integer(let offset) = arguments[1],
      let shape = integers(arguments[2]), let strides = integers(arguments[3]), shape.count == strides.count,
      offset >= 0
    else { throw Self.wrongArguments }
    let storage = storages[number]
    func fault(_ reason: String) -> TensorFileError {
      TensorFileError("a tensor of shape \(shape.shownForMessage) \(reason)")
    }
    guard let size = shape.byteCount(of: storage.kind) else { throw fault("is impossible") }
    if size > 0 {
      var last = offset
      for (extent, stride) in zip(shape, strides) {
        let (reach, overflow) = stride.multipliedReportingOverflow(by: extent - 1)
        let (sum, beyond) = last.addingReportingOverflow(reach)
        guard stride >= 0, !overflow, !beyond else {
          throw fault("has the impossible strides \(strides.shownForMessage)")
        }
        last = sum
      }
      guard last < storage.view.count else {
        throw fault("leaves its storage of \(storage.view.count) numbers")
      }
      // An expanded tensor repeats numbers; a few are fine, a small file that fills the memory is not.
      guard size / storage.kind.size <= storage.count || size <= Self.largestExpansion else {
        throw fault("repeats the \(storage.count) numbers that the file holds more often than is read")
      }
    }
    return TorchTensor(
      storage: storage, shape: shape, strides: strides, offset: size > 0 ? storage.view.lowerBound + offset : 0)
  }

  /// Bytes of the largest tensor with more elements than its storage has numbers.
  private static let largestExpansion = 1 << 20
}
