import Foundation
import Support

/// Copies of runs that hold what a report reads, small enough to be committed beside it.
extension RunStore {
  /// Copies the records of a finished run, without its weights and descriptors, into other runs.
  ///
  /// Every file that tables, charts, claims and comparisons read is there, byte for byte; the copy's seal is the run's own
  /// and says of each file of many megabytes why it is missing. What is there already is replaced where it differs.
  ///
  /// - Parameters:
  ///   - other: where the copy goes, under the same name.
  ///   - command: what makes the copy, which its seal names.
  /// - Returns: how many bytes the copy has, and whether anything had to be written.
  /// - Throws: ``FileError`` where the run is not finished or not what was sealed, or a file cannot be read or written.
  package func copyRecords(
    of run: RunIdentity, to other: RunStore, by command: String
  ) throws(FileError) -> (bytes: Int, isNew: Bool) {
    let folder = folder(for: run)
    guard var seal = seal(of: run), isFinished(run) else {
      throw FileError(folder, "the run is not finished, or nothing was sealed; only sealed records are copied")
    }
    let changes = sealStatus(of: run).changes
    guard changes.isEmpty else {
      let files = changes.map(\.description).joined(separator: ", ")
      throw FileError(folder, "\(files): not what was sealed; `aanet runs verify` tells more. It is not copied")
    }
    let left = Self.arrays.map(\.rawValue).filter { seal.files[$0] != nil }
    seal.dropped = (seal.dropped ?? [:]).merging(left.map { ($0, command) }) { $1 }
    var bytes = 0
    var isNew = false
    // The metrics are what makes a run a finished one, so they come last.
    for file in Self.records.filter({ $0 != .metrics }) + [.metrics] {
      guard let data = try AtomicFile.read(url(file, of: run), limit: 1 << 28) else { continue }
      if file == .metrics {
        isNew =
          try other.replace(other.url(.seal, of: run), with: RunJSON.data(of: seal, for: url(.seal, of: run))) || isNew
      }
      isNew = try other.replace(other.url(file, of: run), with: data) || isNew
      bytes += data.count
    }
    return (bytes, isNew)
  }

  /// Writes a file unless it holds these bytes.
  ///
  /// - Returns: whether it was written.
  private func replace(_ file: URL, with data: Data) throws(FileError) -> Bool {
    if let there = try? AtomicFile.read(file, limit: data.count), there == data { return false }
    try AtomicFile.write(data, to: file)
    return true
  }
}
