import Foundation
import Support

extension RunStore {
  /// How much of a run is compared with its seal.
  package enum SealDepth: Sendable {
    /// The small files, byte by byte, and the size of the large ones: milliseconds.
    case records
    /// Every file, byte by byte.
    case everything
  }

  /// The files that a report reads.
  private static let records: [File] = [.plan, .provenance, .epochs, .metrics, .ranks]
  /// The files of many megabytes.
  private static let arrays: [File] = [.checkpoint, .descriptors]

  /// Finishes a run: seals its files, and writes `metrics.json`, which marks it as finished.
  ///
  /// The seal comes first and speaks of the metrics that follow it, so that every finished run has one.
  ///
  /// - Throws: ``FileError``.
  package func finish(_ run: RunIdentity, with metrics: RunMetrics) throws(FileError) {
    let data = try json(metrics, for: .metrics, of: run)
    var files: [String: RunSeal.File] = [:]
    for file in Self.records + Self.arrays where file != .metrics {
      guard let (digest, bytes) = try SHA256.hexadecimal(contentsOf: url(file, of: run)) else { continue }
      files[file.rawValue] = RunSeal.File(bytes: bytes, sha256: digest)
    }
    files[File.metrics.rawValue] = RunSeal.File(bytes: data.count, sha256: SHA256.hexadecimal(data))
    try write(RunSeal(format: RunSeal.version, sealed: Moment.now.text, files: files), as: .seal, of: run)
    try write(data, as: .metrics, of: run)
  }

  /// Compares a finished run's files with its seal.
  package func sealStatus(of run: RunIdentity, _ depth: SealDepth = .records) -> SealStatus {
    guard isFinished(run), FileManager.default.fileExists(atPath: url(.seal, of: run).path) else { return .unsealed }
    guard let seal = note(RunSeal.self, .seal, of: run), seal.format == RunSeal.version else {
      return .changed([SealChange(file: Note.seal.rawValue, kind: .unreadable)])
    }
    var changes: [SealChange] = []
    for file in Self.records + Self.arrays {
      let whole = depth == .everything || Self.records.contains(file)
      if let kind = difference(file, of: run, from: seal.files[file.rawValue], whole: whole) {
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
