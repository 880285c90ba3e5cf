import Datasets
import Foundation
import Runs
import Support

/// `runs/.cache/`: what is known of the files of each dataset, so that those that were left alone are not read again.
///
/// A file of it is written whole or not at all, and holds all of one dataset's folder, so that of several processes the
/// last one counts. One that is damaged or cannot be read is as good as none, and one that cannot be written costs
/// seconds the next time and nothing else: the folder may be removed at any moment.
package struct DataCache: Sendable {
  private let runs: URL
  private let clock: @Sendable () -> Int64

  /// The cache beside the runs of a store.
  package init(of store: RunStore) { self.init(of: store, clock: { FileStamp.now }) }

  /// The same under another clock, which tells nanoseconds since 1970.
  package init(of store: RunStore, clock: @escaping @Sendable () -> Int64) {
    runs = store.root
    self.clock = clock
  }

  /// The largest file that is read, in bytes: some two million images.
  private static let largest = 1 << 28

  /// What a dataset's files hold; those that were left alone since they were read last are not read now.
  ///
  /// - Parameter report: told how many images are done, of how many, where there are any to be read.
  /// - Throws: what `report` throws.
  package func contents<Failure: Error>(
    of dataset: Dataset, threads: Int, report: (_ done: Int, _ total: Int) throws(Failure) -> Void
  ) throws(Failure) -> DatasetContents {
    try DatasetContents(
      of: dataset, known: ledger(file(of: dataset)), threads: threads, clock: clock, report: report)
  }

  /// The same without a word.
  package func contents(of dataset: Dataset, threads: Int) -> DatasetContents {
    contents(of: dataset, threads: threads) { _, _ in }
  }

  /// Keeps what is known of a dataset's files where it is not known already.
  ///
  /// - Parameter makesRuns: whether the folder of the runs is made where it is missing.
  package func keep(_ contents: DatasetContents, of dataset: Dataset, makesRuns: Bool = false) {
    keep(contents.isNews ? contents.ledger : nil, in: file(of: dataset), makesRuns)
  }

  /// What the files of a dataset's open cues say; labels that were left alone since they were read last are not read now.
  ///
  /// - Parameter report: told how many images are done, of how many, where there are any to be read.
  /// - Throws: what `report` throws.
  package func contents<Failure: Error>(
    of cues: DatasetCues, threads: Int, report: (_ done: Int, _ total: Int) throws(Failure) -> Void
  ) throws(Failure) -> CueContents {
    try CueContents(
      of: cues, known: ledger(file(of: cues.dataset, "labels")), threads: threads, clock: clock, report: report)
  }

  /// Keeps what is known of the files of labels where it is not known already.
  ///
  /// - Parameter makesRuns: whether the folder of the runs is made where it is missing.
  package func keep(_ contents: CueContents, makesRuns: Bool = false) {
    keep(contents.isNews ? contents.ledger : nil, in: file(of: contents.cues.dataset, "labels"), makesRuns)
  }

  private func ledger(_ file: URL) -> FileLedger {
    let bytes = try? AtomicFile.read(file, limit: Self.largest)
    return bytes.flatMap { FileLedger(bytes: [UInt8]($0), now: clock()) } ?? FileLedger()
  }

  private func keep(_ ledger: FileLedger?, in file: URL, _ makesRuns: Bool) {
    guard let ledger, makesRuns || FileManager.default.fileExists(atPath: runs.path) else { return }
    // A disk that is full or cannot be written to keeps nobody from working.
    try? AtomicFile.write(Data(ledger.bytes), to: file)
  }

  /// Named by the dataset's folder: wherever that lies, its files have stamps of their own.
  private func file(of dataset: Dataset, _ kind: String = "files") -> URL {
    let place = SHA256.hexadecimal(dataset.root.standardizedFileURL.path.utf8).prefix(16)
    return runs.appendingPathComponent(".cache", isDirectory: true)
      .appendingPathComponent("\(place).\(kind)", isDirectory: false)
  }
}
