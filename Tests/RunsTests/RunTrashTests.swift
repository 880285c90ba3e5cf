import Foundation
import Runs
import Support
import TestSupport
import Testing

/// What is removed lies in the trash, whole, and comes back whole.
@Suite struct RunTrashTests {
  private let made: FabricatedRun
  private var trash: RunTrash { RunTrash(of: made.store) }

  init() throws { made = try FabricatedRun(variant: "a/b \"<i>\n") }

  @Test func aRunGoesAndComesBack() throws {
    try made.finish()
    let other = try FabricatedRun("alone", variant: "..", seed: 2, in: made)
    try other.start()
    let before = made.folder.files()
    let removal = try trash.remove([made.run], why: "because")
    #expect(removal.runs.map(\.identity) == [made.run] && removal.runs[0].isFinished && removal.bytes > 4_000_000)
    #expect(made.store.identities() == [other.run], "the trash holds no runs")
    #expect(!FileManager.default.fileExists(atPath: made.store.root.appendingPathComponent("quickstart").path))
    #expect(try trash.removals() == [removal] && removal.why == "because")
    try trash.restore([made.run], of: removal.name)
    #expect(made.folder.files().filter { !$0.contains(".trash") } == before)
    #expect(made.store.sealStatus(of: made.run, .everything) == .intact)
    #expect(try trash.removals().isEmpty)
  }

  @Test func removalsOfOneSecondStayApart() throws {
    var names: Set<String> = []
    for _ in 0..<5 {
      try made.start()
      names.insert(try trash.remove([made.run], why: "").name)
    }
    #expect(names.count == 5)
    let removals = try trash.removals()
    #expect(removals.map(\.name) == names.sorted(by: >) && removals.allSatisfy { $0.runs.count == 1 })
    #expect(try trash.empty() == removals)
    #expect(try trash.removals().isEmpty && !FileManager.default.fileExists(atPath: trash.folder.path))
  }

  @Test func aRunAtWorkIsRefusedAndNothingMoves() throws {
    try made.start()
    let other = try FabricatedRun("alone", in: made)
    try other.start()
    let lock = try made.lock()
    let error = #expect(throws: FileError.self) { try trash.remove([other.run, made.run], why: "") }
    #expect(error?.description.contains("process \(getpid()) on") == true)
    #expect(made.store.identities().count == 2 && !FileManager.default.fileExists(atPath: trash.folder.path))
    lock.release()
    #expect(try trash.remove([other.run, made.run], why: "").runs.count == 2)
    #expect(made.folder.files().allSatisfy { !$0.hasSuffix("run.lock") })
  }

  @Test func nothingIsOverwritten() throws {
    try made.start()
    let removal = try trash.remove([made.run], why: "")
    try made.start()
    let error = #expect(throws: FileError.self) { try trash.restore([made.run], of: removal.name) }
    #expect(error?.description.contains("there is such a run again") == true)
    #expect(try trash.removals().count == 1)
  }

  @Test func strangeThingsInTheTrashStay() throws {
    try made.start()
    let removal = try trash.remove([made.run], why: "")
    try FileManager.default.createDirectory(
      at: trash.folder.appendingPathComponent("mine"), withIntermediateDirectories: true)
    let note = trash.folder.appendingPathComponent("\(removal.name)/removal.json")
    try Data("{".utf8).write(to: note)
    let found = try trash.removals()
    #expect(found.map(\.name) == [removal.name] && found[0].why == "unknown" && found[0].runs == removal.runs)
    _ = try trash.empty()
    #expect(FileManager.default.fileExists(atPath: trash.folder.appendingPathComponent("mine").path))
  }
}
