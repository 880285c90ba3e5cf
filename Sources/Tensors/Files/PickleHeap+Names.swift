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
  /// - Throws: ``TensorFileError`` where two have the same name, there are none, or too many.
  func namedTensors(in root: PickleValue) throws(TensorFileError) -> [(name: String, tensor: TorchTensor)] {
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
          throw TensorFileError("two tensors in it are called \(name.quotedForMessage)")
        }
        found.append((name, tensors[number]))
      case .container(let number):
        let container = containers[number]
        guard depth < Self.maximumDepth else {
          throw TensorFileError("the dictionaries in it lie more than \(Self.maximumDepth) deep in each other")
        }
        visits += container.items.count
        guard visits <= Self.maximumVisits else {
          throw TensorFileError("it holds more than \(Self.maximumVisits) values, more than weights need")
        }
        let isDictionary = container.form == .dictionary
        for place in stride(from: 0, to: container.items.count, by: isDictionary ? 2 : 1).reversed() {
          let item = container.items[isDictionary ? place + 1 : place]
          guard item.mayHoldTensors,
            let key = isDictionary ? container.items[place].key : "\(place)"
          else { continue }
          guard path.utf8.count + key.utf8.count < Self.maximumName, waiting.count + found.count < Self.maximumNames
          else { throw TensorFileError("the names in it are longer or more than weights need") }
          waiting.append((path.isEmpty ? key : "\(path).\(key)", depth + 1, item))
        }
      default: continue
      }
    }
    guard !found.isEmpty else { throw TensorFileError("there is no tensor in it") }
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
