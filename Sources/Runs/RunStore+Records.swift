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
  /// - Returns: how many files had to be written.
  /// - Throws: ``FileError`` where the run is not finished or not what was sealed, or a file cannot be read or written.
  package func copyRecords(
    of run: RunIdentity, to other: RunStore, by command: String
  ) throws(FileError) -> Int {
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
    var written = 0
    // The metrics are what makes a run a finished one, so they come last, and the seal before them.
    for file in Self.records where file != .metrics {
      guard let data = try AtomicFile.read(url(file, of: run), limit: 1 << 28) else { continue }
      written += try replace(other.url(file, of: run), with: data)
    }
    written += try replace(other.url(.seal, of: run), with: RunJSON.data(of: seal, for: url(.seal, of: run)))
    if let metrics = try AtomicFile.read(url(.metrics, of: run), limit: 1 << 24) {
      written += try replace(other.url(.metrics, of: run), with: metrics)
    }
    return written
  }

  /// Writes a file unless it holds these bytes.
  ///
  /// - Returns: how many files were written, one or none.
  private func replace(_ file: URL, with data: Data) throws(FileError) -> Int {
    if let there = try? AtomicFile.read(file, limit: data.count), there == data { return 0 }
    try AtomicFile.write(data, to: file)
    return 1
  }
}
