import Foundation
import Runs
import Support
import TestSupport
import Testing

/// Copies of runs by their records alone.
@Suite struct RunRecordsCopyTests {
  private let made: FabricatedRun
  private let other: RunStore

  init() throws {
    made = try FabricatedRun()
    other = RunStore(root: made.store.root.deletingLastPathComponent().appendingPathComponent("copies-\(UUID())"))
  }

  @discardableResult
  private func copy() throws -> Int {
    try made.store.copyRecords(of: made.run, to: other, by: "aanet runs export --to records copies")
  }

  @Test func aCopyHasTheRecordsAndItsSealSaysWhatIsLeftOut() throws {
    try made.finish()
    #expect(try copy() == 5)
    let copied = try #require(try other.record(for: made.run))
    let original = try #require(try made.store.record(for: made.run))
    #expect(copied.metrics == original.metrics && copied.epochs == original.epochs && copied.seal == .intact)
    #expect(other.sealStatus(of: made.run, .everything) == .intact)
    #expect(!other.has(.checkpoint, of: made.run) && !other.has(.descriptors, of: made.run))
    let lack = try #require(RunStore.lack(ofDropped: .checkpoint, in: copied.folder))
    #expect(lack.contains("by its records alone") && lack.contains("aanet runs export"))
    // The original is as it was.
    #expect(made.store.sealStatus(of: made.run, .everything) == .intact)
    #expect(RunStore.lack(ofDropped: .checkpoint, in: original.folder) == nil)
  }

  @Test func aSecondCopyWritesNothingAndAChangedFileIsPutRight() throws {
    try made.finish()
    try copy()
    #expect(try copy() == 0)
    try Data("other".utf8).write(to: other.url(.ranks, of: made.run))
    #expect(other.sealStatus(of: made.run) != .intact)
    #expect(try copy() == 1)
    #expect(other.sealStatus(of: made.run, .everything) == .intact)
  }

  @Test func whatIsNotFinishedOrNotWhatWasSealedIsNotCopied() throws {
    #expect(throws: FileError.self) { try copy() }
    try made.finish()
    try made.change(.ranks)
    let error = #expect(throws: FileError.self) { try copy() }
    #expect(error?.description.contains("ranks.json") == true)
    #expect(other.identities().isEmpty)
  }
}
