import Foundation
import Support

/// `seal.json`: the digests of a finished run's files, so that a record that somebody changed is noticed.
///
/// It guards against slips, not against somebody who changes a file and its seal. A page's manifest states the same
/// digests of the same bytes, so that a page that was published guards against that too.
package struct RunSeal: Codable, Hashable, Sendable {
  /// What a file was when the run was finished.
  package struct File: Codable, Hashable, Sendable {
    package var bytes: Int
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    package var sha256: String
  }

  /// The version of this form.
  package var format: Int
  /// When the run was sealed (ISO 8601).
  package var sealed: String
  /// The files by name, those that were dropped since among them.
  package var files: [String: File]
  /// Files that were dropped once the run was scored, and by which setting; absent where none was.
  package var dropped: [String: String]?

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

  /// The status in a word.
  package var word: String {
    switch self {
    case .unsealed: "unsealed"
    case .intact: "intact"
    case .changed: "changed"
    }
  }

  /// What differs from the seal.
  package var changes: [SealChange] {
    if case .changed(let changes) = self { changes } else { [] }
  }
}

/// A file of a run that differs from its seal.
package struct SealChange: Codable, Hashable, Sendable, CustomStringConvertible {
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

  package var file: String
  package var kind: Kind

  package init(file: String, kind: Kind) {
    self.file = file
    self.kind = kind
  }

  /// `metrics.json`, `ranks.json (missing)`.
  package var description: String { kind == .changed ? file : "\(file) (\(kind.rawValue))" }
}

extension RunStore {
  /// How much of a run is compared with its seal.
  package enum SealDepth: Sendable {
    /// The small files, byte by byte, and the size of the large ones: milliseconds.
    case records
    /// Every file, byte by byte.
    case everything
  }

  /// The files that a report reads.
  package static let records: [File] = [.plan, .provenance, .epochs, .combined, .metrics, .ranks]
  /// The files of many megabytes.
  static let arrays: [File] = [.checkpoint, .descriptors, .pairs]

  /// Finishes a run: seals its files, and writes `metrics.json`, which marks it as finished.
  ///
  /// The seal comes first and speaks of the metrics that follow it, so that every finished run has one.
  package func finish(_ run: RunIdentity, with metrics: RunMetrics) throws(FileError) {
    let data = try json(metrics, for: .metrics, of: run)
    var files: [String: RunSeal.File] = [:]
    for file in Self.records + Self.arrays where file != .metrics {
      guard let (digest, bytes) = try SHA256.hexadecimal(contentsOf: url(file, of: run)) else { continue }
      files[file.rawValue] = RunSeal.File(bytes: bytes, sha256: digest)
    }
    files[File.metrics.rawValue] = RunSeal.File(bytes: data.count, sha256: SHA256.hexadecimal(data))
    try write(RunSeal(format: RunSeal.version, sealed: Moment.now.text, files: files, dropped: nil), as: .seal, of: run)
    try write(data, as: .metrics, of: run)
  }

  /// The seal of a run; nil where there is none that can be read.
  func seal(of run: RunIdentity) -> RunSeal? {
    note(RunSeal.self, .seal, of: run).flatMap { $0.format == RunSeal.version ? $0 : nil }
  }

  /// Drops files of a finished run that can be made anew, and has its seal say so; a run without a seal stays whole.
  ///
  /// - Parameter setting: which setting asks for that.
  package func drop(of run: RunIdentity, because setting: String) throws(FileError) {
    guard isFinished(run), var seal = seal(of: run) else { return }
    unlink(url(.previousCheckpoint, of: run).path)
    guard has(.descriptors, of: run) else { return }
    // The seal speaks first, so that nothing is ever missing without a word.
    seal.dropped = (seal.dropped ?? [:]).merging([File.descriptors.rawValue: setting]) { $1 }
    try write(seal, as: .seal, of: run)
    unlink(url(.descriptors, of: run).path)
  }

  /// The digest of a file when its run was finished; nil where no seal tells.
  package func sealedDigest(of file: File, of run: RunIdentity) -> String? {
    seal(of: run)?.files[file.rawValue]?.sha256
  }

  /// Says of a run's dropped files, which were made anew, that they are there again.
  package func undrop(of run: RunIdentity) throws(FileError) {
    guard var seal = seal(of: run), seal.dropped != nil else { return }
    seal.dropped = nil
    try write(seal, as: .seal, of: run)
  }

  /// Why a file of a run's folder is missing that was dropped, and what makes it anew; nil where it was not dropped.
  package static func lack(ofDropped file: File, in folder: URL) -> String? {
    let place = folder.appendingPathComponent(file.rawValue).path
    if let command = dropped(.checkpoint, in: folder) {
      return
        "\(place): the run is here by its records alone, without weights, as `\(Wording.printable(command))` copied them; "
        + "`aanet run EXPERIMENT` trains it anew under another folder of runs (--runs DIR), or here once `aanet runs remove` "
        + "has put the records away"
    }
    return dropped(file, in: folder).map { setting in
      "\(place): it was dropped once the run was scored, by '\(setting)'; "
        + "`aanet run EXPERIMENT keep=all` makes it anew from the checkpoint, with --variant and 'seeds=[…]' for single runs"
    }
  }

  /// The setting by which a file of a run's folder was dropped; nil where it was not.
  package static func dropped(_ file: File, in folder: URL) -> String? {
    let place = folder.appendingPathComponent(Note.seal.rawValue)
    let seal = (try? AtomicFile.read(place, limit: 1 << 16)).flatMap { data in
      data.flatMap { try? RunJSON.decoder().decode(RunSeal.self, from: $0) }
    }
    return seal?.dropped?[file.rawValue]
  }

  /// Compares a finished run's files with its seal.
  package func sealStatus(of run: RunIdentity, _ depth: SealDepth = .records) -> SealStatus {
    guard isFinished(run), FileManager.default.fileExists(atPath: url(.seal, of: run).path) else { return .unsealed }
    guard let seal = seal(of: run) else {
      return .changed([SealChange(file: Note.seal.rawValue, kind: .unreadable)])
    }
    var changes: [SealChange] = []
    for file in Self.records + Self.arrays {
      let whole = depth == .everything || Self.records.contains(file)
      if let kind = difference(file, of: run, from: seal.files[file.rawValue], whole: whole),
        kind != .missing || seal.dropped?[file.rawValue] == nil
      {
        changes.append(SealChange(file: file.rawValue, kind: kind))
      }
    }
    return changes.isEmpty ? .intact : .changed(changes)
  }

  /// How a file differs from what was sealed; nil where it does not, or `whole` is false and its size is right.
  private func difference(
    _ file: File, of run: RunIdentity, from sealed: RunSeal.File?, whole: Bool
  ) -> SealChange.Kind? {
    let place = url(file, of: run)
    var status = stat()
    guard stat(place.path, &status) == 0 else {
      return sealed == nil ? nil : errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable
    }
    guard let sealed else { return .added }
    guard status.st_size == sealed.bytes else { return .changed }
    guard whole else { return nil }
    do throws(FileError) {
      guard let found = try SHA256.hexadecimal(contentsOf: place) else { return .missing }
      return found.digest == sealed.sha256 ? nil : .changed
    } catch {
      return .unreadable
    }
  }
}
