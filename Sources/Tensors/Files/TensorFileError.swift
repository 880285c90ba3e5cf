/// What is wrong with a file of tensors.
public struct TensorFileError: Error, CustomStringConvertible, Equatable {
  /// The reason; behind the file's path where the file was opened by it.
  public let description: String

  init(_ description: String) { self.description = description }
}
