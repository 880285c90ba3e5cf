import Foundation
import Runs
import Support
import TestSupport
import Testing

/// Finished, running, interrupted and failed, whatever clocks say.
@Suite struct RunStandingTests {
  private let made: FabricatedRun
  private let place = Heartbeat.Place(phase: .training, epoch: 2, epochs: 16, step: 3, steps: 30)

  init() throws { made = try FabricatedRun() }

  private var state: RunStanding.State { made.store.standing(of: made.run).state }

  @Test func fourStatesAreToldApart() throws {
    try made.start()
    #expect(state == .interrupted)
    let lock = try made.lock()
    #expect(state == .running)
    let pulse = RunPulse(made.run, in: made.store)
    pulse.beat(at: place, images: 8)
    let running = made.store.standing(of: made.run)
    #expect(running.heartbeat?.place == place && running.holder?.process == getpid())
    #expect((running.heartbeat?.age).map { (0..<60).contains($0) } == true)
    try made.store.writeFailure(
      RunFailure(kind: .diverged, reason: "no\nnumber", epoch: 2, layer: "conv1"), of: made.run)
    #expect(state == .running, "a lock that is held goes before what an earlier sitting left")
    lock.release()
    let failed = made.store.standing(of: made.run)
    #expect(failed.state == .failed && failed.failure?.layer == "conv1" && failed.failure?.reason == "no\nnumber")
    made.store.clearNotes(of: made.run)
    #expect(state == .interrupted && made.store.heartbeat(of: made.run) == nil)
    try made.finish()
    #expect(state == .finished)
  }

  @Test func damagedNotesAreAsGoodAsNone() throws {
    try made.start()
    for note in RunStore.Note.allCases {
      for bytes in [Data(), Data("{".utf8), Data([0xFF]), Data(repeating: 0x20, count: 1 << 17)] {
        try bytes.write(to: made.store.url(note, of: made.run))
        #expect(state == .interrupted)
      }
    }
  }

  @Test func beatsAreSpacedAndTellTheRate() throws {
    try made.start()
    let slow = RunPulse(made.run, in: made.store, interval: 3600)
    slow.beat(at: place, images: 0)
    let first = try #require(made.store.heartbeat(of: made.run))
    #expect(
      first.imagesPerSecond == nil && first.openFiles.map { $0 > 2 } == true && first.memoryGiB.map { $0 > 0 } == true)
    for images in 1...1000 { slow.beat(at: place, images: images) }
    #expect(made.store.heartbeat(of: made.run) == first)
    // What the run passes on to is said at once.
    var mining = place
    mining.phase = .mining
    slow.beat(at: mining, images: 1001)
    #expect(made.store.heartbeat(of: made.run)?.place.phase == .mining)
    let quick = RunPulse(made.run, in: made.store, interval: 0)
    quick.beat(at: place, images: 0)
    quick.beat(at: place, images: 500)
    #expect((made.store.heartbeat(of: made.run)?.imagesPerSecond).map { $0 > 0 } == true)
    quick.end()
    #expect(made.store.heartbeat(of: made.run) == nil)
  }

  @Test func aRemovedFolderStaysRemoved() throws {
    try made.start()
    try FileManager.default.removeItem(at: made.store.folder(for: made.run))
    RunPulse(made.run, in: made.store).beat(at: place, images: 1)
    #expect(throws: FileError.self) {
      try made.store.writeFailure(RunFailure(kind: .error, reason: ""), of: made.run)
    }
    #expect(!FileManager.default.fileExists(atPath: made.store.folder(for: made.run).path))
  }

  @Test func clocksThatJumpDoNotConfuse() {
    let noon = Date(timeIntervalSince1970: 1_800_000_000)
    let beat = Heartbeat(place, imagesPerSecond: 1, at: Moment(wall: noon, boot: "this", uptime: 1000))
    func age(_ shift: Double, boot: String? = "this", uptime: Double) -> Double? {
      beat.age(at: Moment(wall: noon.addingTimeInterval(shift), boot: boot, uptime: uptime))
    }
    // On the same machine the wall's clock does not matter.
    #expect(age(12, uptime: 1012) == 12)
    #expect(age(-86_400, uptime: 1012) == 12)
    #expect(age(86_400, uptime: 1012) == 12)
    // Elsewhere, or after a new start, it is all there is; one that is ahead tells nothing.
    #expect(age(12, boot: "other", uptime: 5) == 12)
    #expect(age(12, boot: nil, uptime: 5) == 12)
    #expect(age(-86_400, boot: "other", uptime: 5) == nil)
    #expect(age(-0.5, boot: "other", uptime: 5) == 0)
    var foreign = beat
    foreign.alive = "yesterday"
    #expect(foreign.age(at: Moment(wall: noon, boot: "other", uptime: 5)) == nil)
  }
}
