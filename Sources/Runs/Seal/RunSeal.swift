/// `seal.json`: the digests of a finished run's files, so that a record that somebody changed is noticed.
///
/// It guards against slips, not against somebody who changes a file and its seal. A page's manifest states the same
/// digests of the same bytes, so that a page that was published guards against that too.
package struct RunSeal: Codable, Hashable, Sendable {
  /// What a file was when the run was finished.
  package struct File: Codable, Hashable, Sendable {
    /// Its size.
    package var bytes: Int
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    package var sha256: String
  }

  /// The version of this form.
  package var format: Int
  /// When the run was sealed (ISO 8601).
  package var sealed: String
  /// The files by name.
  package var files: [String: File]

  /// The version of the form that this program writes and reads.
  static let version = 1
}

/// Whether a run's files are what they were when it was finished.
package enum SealStatus: Hashable, Sendable {
  /// The run has no seal: it is not finished, or it was finished before there were any.
  case unsealed
  /// Every file that was looked at is what it was.
  case intact
  /// These are not; at least one.
  case changed([SealChange])

  /// What differs from the seal.
  package var changes: [SealChange] {
    if case .changed(let changes) = self { changes } else { [] }
  }
}

/// A file of a run that differs from its seal.
package struct SealChange: Codable, Hashable, Sendable, CustomStringConvertible {
  /// How it differs.
  package enum Kind: String, Codable, Sendable {
    /// Its bytes are others.
    case changed
    /// It was there and is not.
    case missing
    /// It was not there and is.
    case added
    /// It cannot be read.
    case unreadable
  }

  /// The file's name.
  package var file: String
  /// How it differs.
  package var kind: Kind

  /// Names a file that differs.
  package init(file: String, kind: Kind) {
    self.file = file
    self.kind = kind
  }

  /// `metrics.json`, `ranks.json (missing)`.
  package var description: String { kind == .changed ? file : "\(file) (\(kind.rawValue))" }
}
