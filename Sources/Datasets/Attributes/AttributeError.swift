/// What is wrong with an attribute file.
public struct AttributeError: Error, CustomStringConvertible, Equatable {
  /// The file, the place in it, the reason and what to do.
  public let description: String

  init(_ description: String) { self.description = description }
}
