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
    func copy(_ file: File) throws(FileError) {
      guard let data = try AtomicFile.read(url(file, of: run), limit: 1 << 28) else { return }
      if try AtomicFile.renew(other.url(file, of: run), with: data) { written += 1 }
    }
    // The metrics are what makes a run a finished one, so they come last, and the seal before them.
    for file in Self.records where file != .metrics { try copy(file) }
    let words = try RunJSON.data(of: seal, for: url(.seal, of: run))
    if try AtomicFile.renew(other.url(.seal, of: run), with: words) { written += 1 }
    try copy(.metrics)
    return written
  }
}
