import Foundation
import Runs
import Support
import TestSupport
import Testing

/// A run's lock: one holder, who is named, and who leaves nothing behind.
@Suite struct RunLockTests {
  private let made: FabricatedRun
  private var file: URL { made.store.folder(for: made.run).appendingPathComponent("run.lock") }

  init() throws { made = try FabricatedRun() }

  private func take() throws -> RunLock? {
    if case .taken(let lock) = try made.store.lock(made.run) { lock } else { nil }
  }

  @Test func oneHoldsItAndTheOtherIsToldWho() throws {
    let lock = try #require(try take())
    #expect(lock.isEnforced)
    guard case .held(let holder) = try made.store.lock(made.run) else { throw Unexpected() }
    #expect(holder?.process == getpid() && holder?.host == ProcessInfo.processInfo.hostName)
    #expect(holder?.command.isEmpty == false && holder?.since.hasSuffix("Z") == true)
    #expect(made.store.holding(of: made.run) == .held(by: holder))
    lock.release()
    #expect(made.store.holding(of: made.run) == .free)
    #expect(!FileManager.default.fileExists(atPath: file.path))
    #expect(try take() != nil)
  }

  @Test func lookingTakesNothing() throws {
    #expect(made.store.holding(of: made.run) == .free)
    #expect(!FileManager.default.fileExists(atPath: made.store.root.path))
    let lock = try #require(try take())
    for _ in 0..<100 { #expect(made.store.holding(of: made.run) != .free) }
    lock.release()
    lock.release()
  }

  @Test func whatADeadOwnerLeftMeansNothing() throws {
    for left in [
      "", "{", #"{"process":1,"host":"h","command":"c","since":"s"}"#, String(repeating: "x", count: 70_000),
    ] {
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(left.utf8).write(to: file)
      #expect(made.store.holding(of: made.run) == .free)
      let lock = try #require(try take())
      #expect(
        made.store.holding(of: made.run)
          == .held(by: try JSONDecoder().decode(RunHolder.self, from: Data(contentsOf: file))))
      lock.release()
    }
  }

  @Test func aHolderThatSaysNothingIsStillOne() throws {
    let lock = try #require(try take())
    for text in ["", "{", "\0\0", #"{"process":"#] {
      #expect(truncate(file.path, 0) == 0)
      let handle = try FileHandle(forWritingTo: file)
      try handle.write(contentsOf: Data(text.utf8))
      #expect(made.store.holding(of: made.run) == .held(by: nil))
    }
    lock.release()
  }

  @Test func aFileThatIsReplacedIsNoLongerTheLock() throws {
    let first = try #require(try take())
    try FileManager.default.removeItem(at: file)
    let second = try #require(try take())
    first.release()
    #expect(made.store.holding(of: made.run) != .free, "what the second holds stays")
    second.release()
  }

  @Test func withoutLocksTheWorkGoesOn() throws {
    let none = LockSystem(lock: { _ in .unsupported }, test: { _ in .unsupported })
    let folder = made.store.folder(for: made.run)
    guard case .taken(let lock) = try RunLock.take(folder, through: none) else { throw Unexpected() }
    #expect(!lock.isEnforced)
    #expect(RunLock.holding(of: folder, through: none) == .unknown)
    lock.release()
    #expect(RunLock.holding(of: folder, through: none) == .free)
  }

  @Test func strangeFilesInItsPlaceAreNamed() throws {
    try FileManager.default.createDirectory(at: file, withIntermediateDirectories: true)
    let error = #expect(throws: FileError.self) { try made.store.lock(made.run) }
    #expect(error?.description.contains("run.lock: cannot be written") == true)
  }

  @Test func aHolderIsDescribedOnOneLine() {
    let holder = RunHolder(process: 7, host: "h\n", command: "aanet\u{1b}[2J run\u{202e} x", since: "2026")
    #expect(holder.description == "process 7 on h? (aanet?[2J run? x, since 2026)")
  }

  private struct Unexpected: Error {}
}
