/// What keeps a trained run from being looked into: what is wrong, where, and what to do about it.
package struct TrainedError: Error, CustomStringConvertible, Equatable {
  /// The message, whole.
  package let description: String

  /// Says what is wrong.
  package init(_ description: String) { self.description = description }
}
