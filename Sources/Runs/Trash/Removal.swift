import Foundation

/// Runs that were put away together: one call of `aanet runs remove`.
package struct Removal: Codable, Hashable, Sendable {
  /// Its name, the time at which it was made: `2026-11-22T19-45-00Z`.
  package var name: String
  /// When (ISO 8601).
  package var when: String
  /// Why: the command.
  package var why: String
  /// The runs that are still in the trash, with the size of their files.
  package var runs: [Run]

  /// A run in the trash.
  package struct Run: Codable, Hashable, Sendable {
    /// Which run.
    package var identity: RunIdentity
    /// Its files' size together.
    package var bytes: Int
    /// Whether it was finished.
    package var isFinished: Bool

    enum CodingKeys: String, CodingKey {
      case identity, bytes
      case isFinished = "finished"
    }
  }

  /// The size of all its runs' files.
  package var bytes: Int { runs.reduce(0) { $0 + $1.bytes } }
}
