import Tensors

extension LabelledDescriptors {
  /// Reads one set of a safetensors file: `NAME` [count, dimension], `NAME_ids` [count] and `NAME_cameras` [count].
  ///
  /// - Parameter name: `query` or `gallery`.
  /// - Throws: ``RetrievalError`` where a tensor is missing, of a wrong type or of a wrong shape.
  package init(named name: String, in file: SafeTensors) throws(RetrievalError) {
    func tensor(_ key: String) throws(RetrievalError) -> StoredTensor {
      if let tensor = file.tensors[key] { return tensor }
      let names = file.tensors.keys.sorted().map(\.debugDescription)
      let present = (names.prefix(8) + (names.count > 8 ? ["…"] : [])).joined(separator: ", ")
      throw RetrievalError(
        "the tensor '\(key)' is missing; needed are query, query_ids, query_cameras, gallery, gallery_ids and "
          + "gallery_cameras, there are: \(present.isEmpty ? "none" : present)")
    }
    func labels(_ key: String) throws(RetrievalError) -> [Int] {
      let tensor = try tensor(key)
      guard let values = tensor.integers, tensor.shape.count == 1 else {
        throw RetrievalError(
          "the tensor '\(key)' is \(tensor.kind.rawValue) \(tensor.shape); needed is a list of whole numbers")
      }
      return values
    }
    let values = try tensor(name)
    guard values.shape.count == 2, values.shape[1] > 0, values.integers == nil else {
      throw RetrievalError(
        "the tensor '\(name)' is \(values.kind.rawValue) \(values.shape); needed are real numbers, "
          + "[images, numbers of a descriptor]")
    }
    try self.init(
      values: values.floats, dimension: values.shape[1], identities: labels("\(name)_ids"),
      cameras: labels("\(name)_cameras"), of: name)
  }
}
