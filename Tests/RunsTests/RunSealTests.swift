import Foundation
import Runs
import Support
import TestSupport
import Testing

/// A finished record is sealed, and a change to any of its files is noticed.
@Suite struct RunSealTests {
  private let made: FabricatedRun

  init() throws { made = try FabricatedRun() }

  private func seal(_ depth: RunStore.SealDepth = .everything) -> SealStatus {
    made.store.sealStatus(of: made.run, depth)
  }

  @Test func aFinishedRunIsIntactAndSaysSo() throws {
    #expect(seal() == .unsealed)
    try made.finish()
    #expect(seal() == .intact && seal(.records) == .intact)
    let record = try #require(try made.store.record(for: made.run))
    #expect(record.seal == .intact && record.metrics == FabricatedRun.metrics)
    let text = try String(contentsOf: made.store.url(.seal, of: made.run), encoding: .utf8)
    let plan = SHA256.hexadecimal("dataset: made\n".utf8)
    #expect(text.contains("\"sha256\" : \"\(plan)\"") && text.contains("\"bytes\" : 3000000"))
  }

  @Test func whatWasDroppedIsNotMissing() throws {
    // A run that is not finished keeps everything.
    try made.store.write(Data("half".utf8), as: .descriptors, of: made.run)
    try made.store.drop(of: made.run, because: "keep: scores of made")
    #expect(made.store.has(.descriptors, of: made.run))
    try made.finish()
    let bytes = try Data(contentsOf: made.store.url(.descriptors, of: made.run))
    try made.store.drop(of: made.run, because: "keep: scores of made")
    let folder = made.store.folder(for: made.run)
    #expect(!made.store.has(.descriptors, of: made.run) && seal() == .intact && seal(.records) == .intact)
    #expect(RunStore.dropped(.descriptors, in: folder) == "keep: scores of made")
    #expect(RunStore.dropped(.ranks, in: folder) == nil)
    // What comes back is held against the seal, as ever.
    try made.store.write(bytes, as: .descriptors, of: made.run)
    #expect(seal() == .intact)
    try made.store.undrop(of: made.run)
    #expect(RunStore.dropped(.descriptors, in: folder) == nil && seal() == .intact)
    try FileManager.default.removeItem(at: made.store.url(.descriptors, of: made.run))
    #expect(seal() == .changed([SealChange(file: "descriptors.safetensors", kind: .missing)]))
  }

  @Test(arguments: [RunStore.File.plan, .epochs, .ranks, .metrics])
  func aChangedByteOfASmallFileIsNoticedAtOnce(_ file: RunStore.File) throws {
    try made.finish()
    try made.change(file)
    #expect(seal(.records) == .changed([SealChange(file: file.rawValue, kind: .changed)]))
    #expect(seal() == seal(.records))
  }

  @Test(arguments: [RunStore.File.checkpoint, .descriptors])
  func aChangedByteOfALargeFileIsNoticedByLookingAtAll(_ file: RunStore.File) throws {
    try made.finish()
    try made.change(file)
    #expect(seal(.records) == .intact)
    #expect(seal() == .changed([SealChange(file: file.rawValue, kind: .changed)]))
    #expect(truncate(made.store.url(file, of: made.run).path, 10) == 0)
    #expect(seal(.records).changes == [SealChange(file: file.rawValue, kind: .changed)])
  }

  @Test func filesThatComeAndGoAreNoticed() throws {
    try made.finish()
    try FileManager.default.removeItem(at: made.store.url(.ranks, of: made.run))
    try Data("{}".utf8).write(to: made.store.url(.provenance, of: made.run))
    #expect(seal(.records).changes.map(\.description) == ["provenance.json (added)", "ranks.json (missing)"])
    try FileManager.default.removeItem(at: made.store.url(.plan, of: made.run))
    try FileManager.default.createDirectory(at: made.store.url(.plan, of: made.run), withIntermediateDirectories: true)
    #expect(seal(.records).changes.map(\.file).contains("plan.yaml"))
  }

  @Test func aSealThatCannotBeReadSealsNothing() throws {
    try made.finish()
    for text in ["", "{}", #"{"format":2,"sealed":"","files":{}}"#] {
      try Data(text.utf8).write(to: made.store.url(.seal, of: made.run))
      #expect(seal().changes.map(\.description) == ["seal.json (unreadable)"])
    }
    try FileManager.default.removeItem(at: made.store.url(.seal, of: made.run))
    #expect(seal() == .unsealed, "a record from before there were seals")
  }

  @Test func pieceByPieceIsTheSameDigest() throws {
    let folder = try TemporaryFolder()
    for count in [0, 1, 63, 64, 65, 1 << 20, (1 << 20) + 1, 2_500_000] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      let file = try folder.write(bytes, to: "file")
      let found = try #require(try SHA256.hexadecimal(contentsOf: file))
      #expect(found.digest == SHA256.hexadecimal(bytes) && found.bytes == count)
    }
  }
}
