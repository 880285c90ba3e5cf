import Foundation
import Support

extension RunStore {
  /// Small files of a run's folder that are no part of its result.
  package enum Note: String, CaseIterable, Sendable {
    /// Who is at work on the run.
    case lock = "run.lock"
    /// When a run that is under way was last alive, and where it was.
    case heartbeat = "heartbeat.json"
    /// Why a run ended without a result.
    case failure = "failure.json"
    /// Digests of a finished run's files.
    case seal = "seal.json"
  }

  /// The largest note that is read, in bytes.
  private static let largestNote = 1 << 16

  package func url(_ note: Note, of run: RunIdentity) -> URL {
    folder(for: run).appendingPathComponent(note.rawValue, isDirectory: false)
  }

  /// Writes a note whole or not at all. It makes no folder: where somebody removed the run's, none comes back.
  func write(_ value: some Encodable, as note: Note, of run: RunIdentity) throws(FileError) {
    let file = url(note, of: run)
    guard access(folder(for: run).path, F_OK) == 0 else { throw FileError(file, "its folder is no longer there") }
    let data: Data
    do { data = try RunJSON.encoder(pretty: true).encode(value) + Data("\n".utf8) } catch {
      throw FileError(file, "cannot be written: \(RunJSON.reason(error))")
    }
    try AtomicFile.write(data, to: file)
  }

  /// Reads a note; nil where there is none or where it cannot be read. Nothing depends on a note alone.
  func note<Value: Decodable>(_ type: Value.Type, _ note: Note, of run: RunIdentity) -> Value? {
    guard let data = try? AtomicFile.read(url(note, of: run), limit: Self.largestNote) else { return nil }
    return try? RunJSON.decoder().decode(type, from: data)
  }

  func removeNote(_ note: Note, of run: RunIdentity) { unlink(url(note, of: run).path) }
}
