import Support

/// The containers, storages and tensors of a pickle.
struct PickleHeap {
  enum Form { case tuple, list, dictionary }

  struct Container {
    let form: Form
    /// The items; a dictionary's keys and values take turns.
    var items: [PickleValue]
  }

  var containers: [Container] = []
  private(set) var storages: [TorchStorage] = []
  private(set) var tensors: [TorchTensor] = []
  /// How many items may still be copied from one container to another: a pickle can have the same long list copied over
  /// and over, each time in four bytes.
  private var room = RestrictedUnpickler.maximumInstructions

  /// Takes note that items are copied.
  ///
  /// - Throws: ``PlainError`` where that makes more than any file of weights needs.
  mutating func copy(_ count: Int) throws(PlainError) {
    guard count <= room else { throw PlainError("its pickle copies more values than weights need") }
    room -= count
  }

  mutating func add(_ form: Form, _ items: [PickleValue]) -> PickleValue {
    containers.append(Container(form: form, items: items))
    return .container(containers.count - 1)
  }

  mutating func add(_ storage: TorchStorage) -> PickleValue {
    storages.append(storage)
    return .storage(storages.count - 1)
  }

  mutating func add(_ tensor: TorchTensor) -> PickleValue {
    tensors.append(tensor)
    return .tensor(tensors.count - 1)
  }

  /// The items of a tuple or a list.
  func sequence(_ value: PickleValue) -> [PickleValue]? {
    guard case .container(let number) = value, containers[number].form != .dictionary else { return nil }
    return containers[number].items
  }

  /// The most dimensions of a tensor.
  private static let maximumDimensions = 64

  /// The items of a tuple or a list of at most ``maximumDimensions``, where all are whole numbers: a shape or strides.
  func integers(_ value: PickleValue) -> [Int]? {
    guard let items = sequence(value), items.count <= Self.maximumDimensions else { return nil }
    let numbers = items.compactMap { if case .integer(let number) = $0 { number } else { nil } }
    return numbers.count == items.count ? numbers : nil
  }

  /// A dictionary's value under a text.
  func value(of key: String, in dictionary: PickleValue) -> PickleValue? {
    guard case .container(let number) = dictionary, containers[number].form == .dictionary else { return nil }
    let items = containers[number].items
    return stride(from: 0, to: items.count - 1, by: 2).first {
      if case .text(key) = items[$0] { true } else { false }
    }.map { items[$0 + 1] }
  }
}

/// What the pickle's calls stand for.
extension PickleHeap {
  /// The longest key of a storage, in bytes; PyTorch's are numbers. A key is looked up for each tensor.
  private static let longestKey = 200

  /// How many bytes lie under each storage key: the most that any mention of it tells.
  var storageSizes: [String: Int] { Dictionary(storages.map { ($0.key, $0.byteCount) }, uniquingKeysWith: max) }

  /// The storage that a persistent name describes: `("storage", type, key, location, count)`, in old files with a view
  /// behind it, `(key, offset, count)` or None.
  mutating func storage(named name: PickleValue) throws(PlainError) -> PickleValue {
    guard let items = sequence(name), (5...6).contains(items.count), case .text("storage") = items[0],
      case .global(.storage(let kind)) = items[1], case .text(let key) = items[2], case .integer(let count) = items[4],
      key.utf8.count <= Self.longestKey, count >= 0, count <= Int.max / kind.size
    else { throw PlainError("its pickle refers to something outside of it that is no storage of numbers") }
    var view = 0..<count
    if items.count == 6, let part = sequence(items[5]) {
      guard part.count == 3, case .integer(let offset) = part[1], case .integer(let length) = part[2], offset >= 0,
        length >= 0, offset <= count, length <= count - offset
      else { throw PlainError("a view of the storage \(key.quotedForMessage) leaves it") }
      view = offset..<offset + length
    }
    return add(TorchStorage(key: key, kind: kind, count: count, view: view))
  }

  /// What a call of `function` gives.
  mutating func result(of function: PickleValue, _ arguments: PickleValue) throws(PlainError) -> PickleValue {
    guard case .global(let global) = function, let arguments = sequence(arguments) else {
      throw PlainError("its pickle calls something that is no function")
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
      throw PlainError("its pickle makes a storage of its own, which a file of tensors has no need of")
    }
  }

  private static let wrongArguments = PlainError("its pickle is damaged: a tensor is described wrongly")

  /// Keys and values in turns: of no argument, or of one list of pairs as Python 2 wrote it.
  private mutating func pairs(_ arguments: [PickleValue]) throws(PlainError) -> [PickleValue] {
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
  private func tensor(_ arguments: [PickleValue]) throws(PlainError) -> TorchTensor {
    guard arguments.count >= 4, case .storage(let number) = arguments[0], case .integer(let offset) = arguments[1],
      let shape = integers(arguments[2]), let strides = integers(arguments[3]), shape.count == strides.count,
      offset >= 0
    else { throw Self.wrongArguments }
    let storage = storages[number]
    func fault(_ reason: String) -> PlainError {
      PlainError("a tensor of shape \(shape.shownForMessage) \(reason)")
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

extension PickleHeap {
  /// How deep dictionaries may lie in each other.
  private static let maximumDepth = 16
  /// How many values are looked at: a dictionary that stands in many places counts each time.
  private static let maximumVisits = 1 << 20
  /// How many tensors and dictionaries may be found or waiting at once, each with its name.
  private static let maximumNames = 1 << 17
  /// The longest name, in bytes.
  private static let maximumName = 500

  /// All tensors under a value, each by its path of keys joined by dots; a tensor alone is `tensor`.
  ///
  /// - Throws: ``PlainError`` where two have the same name, there are none, or too many.
  func namedTensors(in root: PickleValue) throws(PlainError) -> [(name: String, tensor: TorchTensor)] {
    var found: [(name: String, tensor: TorchTensor)] = []
    var names: Set<String> = []
    var visits = 0
    // The values still to look at, the next one last.
    var waiting: [(path: String, depth: Int, value: PickleValue)] = [("", 0, root)]
    while let (path, depth, value) = waiting.popLast() {
      visits += 1
      switch value {
      case .tensor(let number):
        let name = path.isEmpty ? "tensor" : path
        guard names.insert(name).inserted else {
          throw PlainError("two tensors in it are called \(name.quotedForMessage)")
        }
        found.append((name, tensors[number]))
      case .container(let number):
        let container = containers[number]
        guard depth < Self.maximumDepth else {
          throw PlainError("the dictionaries in it lie more than \(Self.maximumDepth) deep in each other")
        }
        visits += container.items.count
        guard visits <= Self.maximumVisits else {
          throw PlainError("it holds more than \(Self.maximumVisits) values, more than weights need")
        }
        let isDictionary = container.form == .dictionary
        for place in stride(from: 0, to: container.items.count, by: isDictionary ? 2 : 1).reversed() {
          let item = container.items[isDictionary ? place + 1 : place]
          guard item.mayHoldTensors,
            let key = isDictionary ? container.items[place].key : "\(place)"
          else { continue }
          guard path.utf8.count + key.utf8.count < Self.maximumName, waiting.count + found.count < Self.maximumNames
          else { throw PlainError("the names in it are longer or more than weights need") }
          waiting.append((path.isEmpty ? key : "\(path).\(key)", depth + 1, item))
        }
      default: continue
      }
    }
    guard !found.isEmpty else { throw PlainError("there is no tensor in it") }
    return found
  }
}

extension PickleValue {
  /// Whether this is a tensor or may hold one.
  fileprivate var mayHoldTensors: Bool {
    switch self {
    case .tensor, .container: true
    default: false
    }
  }

  /// A dictionary's key as part of a name; nil for what is neither a text nor a whole number.
  fileprivate var key: String? {
    switch self {
    case .text(let text): text
    case .integer(let number): "\(number)"
    default: nil
    }
  }
}
