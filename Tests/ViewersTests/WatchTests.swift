import Foundation
import Runs
import TestSupport
import Testing
import Viewers

/// What whoever watches runs is shown.
@Suite struct WatchTests {
  private let made: FabricatedRuns
  private let watch: RunsWatch

  init() throws {
    made = try FabricatedRuns()
    watch = RunsWatch(made.store)
  }

  private func look(at moment: Moment = .now) -> WatchPicture { watch.look(at: watch.identities(), at: moment) }

  private func seen(_ run: RunIdentity, at moment: Moment = .now) throws -> WatchedRun {
    try #require(watch.look(at: [run], at: moment).runs.first)
  }

  @Test func aRunAtWorkTellsHowItDoes() throws {
    let run = made.name("Lg+Lp")
    let lock = try made.work(on: run, secondsLeft: 255)
    let running = try seen(run)
    #expect(running.state == .running && running.epoch == 2 && running.epochs == 4 && running.share == 0.375)
    #expect(running.loss == 0.25 && running.sigma == ["global": 0.75, "part": 1.5] && running.imagesPerSecond == 815.4)
    #expect(running.secondsLeft.map { (200...255).contains($0) } == true && running.note == nil)
    let lines = look().lines(title: "made", columns: 80)
    #expect(lines[0] == "made · 1 running")
    let row = try #require(lines.first { $0.contains("█") })
    for word in ["Lg+Lp/1", "2/4", "0.250", "815", "4:"] { #expect(row.contains(word), "\(row)") }
    #expect(lines.contains("  σ global 0.750, part 1.500"))
    #expect(
      look().line(title: "made").contains("made: 1 running, about 4 min left; Lg+Lp/1 2/4 loss 0.250 815 images/s"))
    lock.release()
    #expect(try seen(run).secondsLeft == nil, "nobody is at work on it any more")
  }

  @Test func heartbeatsOfEarlierVersionsTellTheirPlace() throws {
    let run = made.name("Lg")
    let lock = try made.work(on: run)
    defer { lock.release() }
    try made.write(
      Heartbeat(.init(phase: .training, epoch: 3, epochs: 4, step: 1, steps: 2), imagesPerSecond: nil), as: .heartbeat,
      of: run)
    let running = try seen(run)
    #expect(running.share == 0.625 && running.loss == 0.5 && running.sigma?["part"] == 1.25)
    #expect(running.imagesPerSecond == 48 && running.secondsLeft == nil && look().secondsLeft == nil)
    try made.write(
      Heartbeat(.init(phase: .evaluating, epoch: 4, epochs: 4, step: 30, steps: 40), imagesPerSecond: nil),
      as: .heartbeat, of: run)
    #expect(look().lines(title: "", columns: 80).contains { $0.contains("test 75%") })
  }

  @Test func whoeverStoppedIsToldWithWhatToDo() throws {
    let (saved, dead, failed, new) = (made.name("saved"), made.name("dead"), made.name("failed"), made.name("new"))
    try made.train(saved)
    try made.train(dead)
    try made.beat(dead, secondsLeft: 9)
    // What a killed process leaves: the file of a lock that nobody holds.
    try made.write(
      RunHolder(process: 77, host: "king\u{1b}fisher", command: "aanet run made train.epochs=4", since: "2026"),
      as: .lock,
      of: dead)
    try made.train(failed)
    try made.store.writeFailure(RunFailure(kind: .error, reason: "the disk is full"), of: failed)
    try made.store.writePlan("dataset: made\n", of: new)
    let notes = try [saved, dead, failed, new].map { run in try #require(try seen(run).note) }
    #expect(notes[0] == "stopped; `aanet run made/table3` goes on with it")
    #expect(notes[1].hasPrefix("process 77 on king?fisher died, last alive "))
    #expect(notes[1].hasSuffix("goes on from the last checkpoint: aanet run made train.epochs=4"))
    #expect(notes[2] == "the disk is full; `aanet run made/table3` goes on with it")
    #expect(notes[3] == "nothing is trained yet; `aanet run made/table3` trains it")
    let picture = look()
    #expect(picture.isStill && !picture.isFinished && picture.unfinishable.count == 1 && picture.complaints.count == 4)
  }

  @Test func aSilentRunIsLookedAtWhereItIs() throws {
    let run = made.name("Lg")
    let lock = try made.work(on: run)
    defer { lock.release() }
    var later = Moment.now
    later.uptime += 300
    later.wall += 300
    let silent = try seen(run, at: later)
    #expect(silent.state == .running && silent.secondsLeft == 0)
    let note = try #require(silent.note)
    #expect(note.hasPrefix("silent for 5:") && note.contains("process \(getpid()) on "), "\(note)")
  }

  /// Two processes share one sweep, a third has its own.
  @Test func timeLeftIsOverAllProcesses() throws {
    let others = Heartbeat.Others(sweep: "one", runs: 3, seconds: 600)
    let locks = [
      try made.work(on: made.name("a"), secondsLeft: 100, others: others),
      try made.work(on: made.name("b"), secondsLeft: 300, others: others),
    ]
    var picture = look()
    // (100 + 300 + 600) / 2, less the moments since.
    #expect(picture.toCome == 3 && picture.secondsLeft.map { (480...500).contains($0) } == true)
    let other = try made.work(on: made.name("c"), secondsLeft: 700, others: .init(sweep: "two", runs: 0, seconds: 0))
    picture = look()
    #expect(picture.toCome == 3 && picture.secondsLeft.map { (680...700).contains($0) } == true)
    other.release()
    try made.beat(made.name("a"), secondsLeft: 100, others: .init(sweep: "one", runs: 3, seconds: nil))
    try made.beat(made.name("b"), secondsLeft: 300, others: .init(sweep: "one", runs: 3, seconds: nil))
    #expect(look().secondsLeft == nil && look().toCome == 3)
    locks.forEach { $0.release() }
  }

  @Test func finishedRunsComeLastAndEndTheWatch() throws {
    try made.finish(made.name("a"), mAP: 0.4125)
    let lock = try made.work(on: made.name("z"))
    #expect(look().runs.map(\.state) == [.running, .finished] && !look().isStill)
    #expect(look().lines(title: "", columns: 80).contains { $0.hasSuffix("4/4    0.125        48    mAP 41.2") })
    try made.finish(made.name("z"))
    lock.release()
    #expect(look().isStill && look().isFinished && look().complaints.isEmpty)
    // What was read once and is no longer there is not finished.
    try FileManager.default.removeItem(at: made.store.url(.metrics, of: made.name("a")))
    #expect(try seen(made.name("a")).state == .interrupted)
  }

  /// Whatever stands in names and records, no line is too long and none tells the terminal anything.
  @Test func hostileRecordsAreShownAsTheyAre() throws {
    let odd = made.name("a\u{1b}[2J\u{202e} 'b' 漢字\t", 1)
    let lock = try made.work(
      on: odd, secondsLeft: .nan, others: .init(sweep: "\u{7}", runs: .max, seconds: -.infinity), loss: .nan)
    defer { lock.release() }
    let second = try made.work(
      on: made.name("b"), secondsLeft: -1e300, others: .init(sweep: "x", runs: .max, seconds: 1e308))
    defer { second.release() }
    try made.train(made.name("torn"), hasSigma: false)
    let file = made.store.url(.epochs, of: made.name("torn"))
    let handle = try FileHandle(forWritingTo: file)
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(#"{"epoch":3,"loss":"#.utf8))
    try made.train(made.name("broken"))
    try Data("{}\n{}\n".utf8).write(to: made.store.url(.epochs, of: made.name("broken")))
    try made.train(made.name("failed"))
    try made.store.writeFailure(
      RunFailure(kind: .error, reason: "\u{1b}]0;x\u{7} 漢字 " + String(repeating: "x", count: 900)),
      of: made.name("failed"))
    let picture = look()
    #expect(picture.count(.damaged) == 1 && picture.count(.running) == 2 && picture.count(.interrupted) == 1)
    for columns in [1, 20, 40, 72, 80, 200] {
      for rows in [1, 4, 10, 24, nil] {
        let lines = picture.lines(title: "a\u{1b}b", columns: columns, rows: rows)
        #expect(rows.map { lines.count <= $0 } ?? true)
        for line in lines {
          #expect(
            line.unicodeScalars.allSatisfy {
              $0.value >= 0x20 && $0.value != 0x7F && $0.properties.generalCategory != .format
            })
          let cells = line.unicodeScalars.reduce(0) { $0 + ((0x4E00...0x9FFF).contains($1.value) ? 2 : 1) }
          #expect(cells <= columns, "\(columns): \(line)")
        }
      }
    }
    #expect(picture.line(title: "a\u{1b}b").allSatisfy { $0 != "\u{1b}" && !$0.isNewline })
    #expect(try !RunJSON.text(of: picture).isEmpty)
  }

  @Test func whatDoesNotFitIsCounted() throws {
    for seed in 1...9 { try made.finish(made.name("Lg", seed)) }
    let lines = look().lines(title: "made", columns: 80, rows: 10)
    #expect(lines.count <= 10 && lines.last == "… and 7 finished; a higher window shows them", "\(lines)")
    #expect(look().lines(title: "made", columns: 80).count == 4 + 2 * 9)
  }
}
