/// What kept a report from being made: what is wrong, where, and what to do about it.
public struct ReportError: Error, CustomStringConvertible, Sendable {
  /// The message, whole.
  public let description: String

  /// Says what is wrong.
  public init(_ description: String) { self.description = description }
}
