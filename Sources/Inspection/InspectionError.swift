/// What keeps a trained run from being looked into: what is wrong, where, and what to do about it.
public struct InspectionError: Error, CustomStringConvertible, Equatable {
  /// The message, whole.
  public let description: String

  /// Says what is wrong.
  public init(_ description: String) { self.description = description }
}
