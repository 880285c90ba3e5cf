import Foundation

/// Runs that were put away together: one call of `aanet runs remove`.
public struct Removal: Codable, Hashable, Sendable {
  /// Its name, the time at which it was made: `2026-11-22T19-45-00Z`.
  public var name: String
  /// When (ISO 8601).
  public var when: String
  /// Why: the command.
  public var why: String
  /// The runs that are still in the trash, with the size of their files.
  public var runs: [Run]

  /// A run in the trash.
  public struct Run: Codable, Hashable, Sendable {
    /// Which run.
    public var identity: RunIdentity
    /// Its files' size together.
    public var bytes: Int
    /// Whether it was finished.
    public var isFinished: Bool

    enum CodingKeys: String, CodingKey {
      case identity, bytes
      case isFinished = "finished"
    }
  }

  /// The size of all its runs' files.
  public var bytes: Int { runs.reduce(0) { $0 + $1.bytes } }
}
