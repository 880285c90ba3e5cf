import Support
import Tensors

/// What holds tensors by name, in memory or in a file.
package protocol NamedTensors {
  /// The names, sorted.
  var names: [String] { get }
  /// A tensor without its numbers; nil where there is none of that name.
  subscript(name: String) -> TensorFile.Entry? { get }
  func tensor(_ name: String) -> StoredTensor?
}

extension SafeTensors: NamedTensors {
  package var names: [String] { tensors.keys.sorted() }
  package subscript(name: String) -> TensorFile.Entry? {
    tensors[name].map { TensorFile.Entry(name: name, kind: $0.kind, shape: $0.shape) }
  }
  package func tensor(_ name: String) -> StoredTensor? { tensors[name] }
}

extension TensorFile: NamedTensors {
  package var names: [String] { entries.map(\.name).sorted() }
}

/// One set of a file: `NAME` [count, dimension], `NAME_ids` [count] and `NAME_cameras` [count], where NAME is `query` or
/// `gallery`.
extension LabelledDescriptors {
  /// Reads a set.
  ///
  /// - Throws: ``PlainError`` where a tensor is missing, of a wrong type or of a wrong shape.
  package init(named name: String, in file: some NamedTensors) throws(PlainError) {
    let entry = try Self.entry(name, in: file)
    let labels = try RetrievalLabels(named: name, in: file)
    try self.init(
      Descriptors(file.tensor(name)?.floats ?? [], dimension: entry.shape[1], of: name), labels, of: name)
  }

  /// What a file says of a set's descriptors.
  static func entry(_ name: String, in file: some NamedTensors) throws(PlainError) -> TensorFile.Entry {
    let entry = try file.required(name)
    guard entry.shape.count == 2, entry.shape[1] > 0, entry.kind.isFloatingPoint else {
      throw PlainError(
        "the tensor '\(name)' is \(entry.kind.rawValue) \(entry.shape); needed are real numbers, "
          + "[images, numbers of a descriptor]")
    }
    return entry
  }
}

extension RetrievalLabels {
  /// Reads a set's labels.
  init(named name: String, in file: some NamedTensors) throws(PlainError) {
    func numbers(_ key: String) throws(PlainError) -> [Int] {
      let entry = try file.required(key)
      guard entry.shape.count == 1, let values = file.tensor(key)?.integers else {
        throw PlainError(
          "the tensor '\(key)' is \(entry.kind.rawValue) \(entry.shape); needed is a list of whole numbers")
      }
      return values
    }
    try self.init(identities: numbers("\(name)_ids"), cameras: numbers("\(name)_cameras"), of: name)
  }
}

extension NamedTensors {
  fileprivate func required(_ key: String) throws(PlainError) -> TensorFile.Entry {
    if let entry = self[key] { return entry }
    let present = (names.prefix(8).map(\.debugDescription) + (names.count > 8 ? ["…"] : [])).joined(separator: ", ")
    throw PlainError(
      "the tensor '\(key)' is missing; needed are query, query_ids, query_cameras, gallery, gallery_ids and "
        + "gallery_cameras, there are: \(present.isEmpty ? "none" : present)")
  }
}
