import Foundation
import Runs
import Support

/// A folder of runs by their records alone, which reports read like any other.
package struct RecordsCopy: Sendable {
  private let copies: RunStore
  /// What makes it, for the copies' seals to name.
  private let command: String

  /// - Parameter command: the words of the command line.
  package init(_ folder: URL, by command: String) {
    copies = RunStore(root: folder)
    self.command = command
  }

  /// Copies a finished run; of one that is not finished, nothing.
  ///
  /// - Throws: ``FileError`` where its files are not what was sealed, or cannot be written.
  package func write(_ exported: ExportedRun, from store: RunStore) throws(FileError) -> ExportOutcome {
    var outcome = ExportOutcome(exported.run, in: copies.folder(for: exported.run))
    guard exported.record.metrics != nil else { return outcome }
    outcome.files = try store.copyRecords(of: exported.run, to: copies, by: command)
    return outcome
  }
}
