import Experiments
import Foundation
import Runs
import Support
import Tensors

/// A process that trains a run and may be killed at it; or several that a launcher starts, one of which may be killed.
final class ChildProcess {
  /// How the process ended.
  enum End {
    case finished
    case killed(Kill)
  }

  private let process = Process()
  private let ending: ProcessEnding
  private let log: URL
  private let clock = SuspendingClock()
  private let started: SuspendingClock.Instant
  private let launcher: RankLauncher?
  /// The launcher's processes by rank, and since when they are all there.
  private var ranks: (processes: [Int: Int32], since: SuspendingClock.Instant)?
  /// When the epoch before a phase's first was seen to be recorded.
  private var boundary: SuspendingClock.Instant?

  /// Starts a program; what it says goes to `log`.
  ///
  /// - Parameter launcher: what starts it as several ranks; nil for one process.
  init(_ program: URL, _ arguments: [String], by launcher: RankLauncher? = nil, log: URL) throws {
    self.log = log
    self.launcher = launcher
    try Data().write(to: log)
    process.executableURL = launcher == nil ? program : URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = launcher?.command(program, arguments) ?? arguments
    if launcher != nil { process.environment = RankLauncher.environment(ProcessInfo.processInfo.environment) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    let words = try FileHandle(forWritingTo: log)
    process.standardError = words
    ending = ProcessEnding(of: process)
    started = clock.now
    try process.run()
    try words.close()
  }

  /// Waits for the end, killing the process where that is planned.
  ///
  /// - Parameters:
  ///   - folder: the run's folder, watched for the files that are being written there.
  ///   - watch: called many times a second; what it throws ends the process, too.
  /// - Throws: ``ResumeVerification/Failure`` where the process fails of itself; what `watch` throws.
  func end(_ plan: PlannedKill?, in folder: URL, watch: () throws -> Void) throws -> End {
    // What an earlier kill left half-written is not this process's.
    let old = Self.halves(in: folder)
    var saved = started
    var checkpoint: UInt64?
    while process.isRunning {
      do { try watch() } catch {
        stop()
        throw error
      }
      let latest = Self.number(of: folder.appendingPathComponent(RunStore.File.checkpoint.rawValue))
      if latest != checkpoint { (checkpoint, saved) = (latest, max(saved, checkpoint == nil ? started : clock.now)) }
      if let plan, try isTime(plan, in: folder, old) {
        let lost = seconds(since: saved)
        let lived = seconds(since: began)
        stop(plan.rank)
        if isKilled {
          return .killed(
            Kill(
              seconds: lived, file: Self.half(in: folder, besides: old), place: plan.place,
              during: during(in: folder, of: plan.schedule), lost: lost, rank: launcher == nil ? nil : plan.rank))
        }
        break
      }
      // What is written once is half-written for a few hundred microseconds.
      usleep(plan?.isBrief == true ? 50 : 500)
    }
    ending.wait()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      let words = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
      let kind = process.terminationReason == .exit ? "exit code" : "signal"
      throw ResumeVerification.Failure(
        "the run ended by itself with \(kind) \(process.terminationStatus):\n\(words.suffix(2000))")
    }
    return .finished
  }

  /// Whether the moment has come.
  private func isTime(_ plan: PlannedKill, in folder: URL, _ old: Set<String>) throws -> Bool {
    guard isThere() else { return false }
    if case .betweenPhases(let epochs) = plan.moment {
      if boundary == nil, Self.lines(of: folder.appendingPathComponent(RunStore.File.epochs.rawValue)) == epochs {
        boundary = clock.now
      }
      return boundary.map { seconds(since: $0) >= plan.delay } ?? false
    }
    guard seconds(since: began) >= plan.delay else { return false }
    switch plan.moment {
    case .any, .betweenPhases: return true
    case .writing(let file): return file.rawValue == Self.half(in: folder, besides: old)
    case .mining: return heartbeat(in: folder)?.place.phase == .mining
    }
  }

  /// What this process last said that it was at; nil before it did.
  private func heartbeat(in folder: URL) -> Heartbeat? {
    let beat = try? Data(contentsOf: folder.appendingPathComponent(RunStore.Note.heartbeat.rawValue))
    let found = beat.flatMap { try? JSONDecoder().decode(Heartbeat.self, from: $0) }
    let writer = launcher == nil ? process.processIdentifier : ranks?.processes[0]
    return found?.process == writer ? found : nil
  }

  /// Whether all processes are there.
  private func isThere() -> Bool {
    guard let launcher, ranks == nil else { return true }
    let found = RankLauncher.processes(below: process.processIdentifier)
    if found.count == launcher.ranks { ranks = (found, clock.now) }
    return ranks != nil
  }

  /// When the life began.
  private var began: SuspendingClock.Instant { ranks?.since ?? started }

  /// Whether it did not come to its end: a launcher that lost a process says so by its exit code.
  private var isKilled: Bool {
    process.terminationReason == .uncaughtSignal || (launcher != nil && process.terminationStatus != 0)
  }

  /// What a run is about, and in which of its phases of training.
  private func during(in folder: URL, of schedule: TrainingSchedule) -> String {
    guard let beat = heartbeat(in: folder) else { return "starting" }
    let word = beat.place.phase.rawValue
    // A heartbeat may be some seconds old; epochs are recorded at once.
    let epoch = Self.lines(of: folder.appendingPathComponent(RunStore.File.epochs.rawValue))
    guard beat.place.phase != .evaluating, epoch < schedule.epochs, let phase = schedule.name(of: epoch) else {
      return word
    }
    return "\(word) (\(phase))"
  }

  /// Kills the process, or one of several; then its launcher ends the others, or all of them are killed.
  private func stop(_ rank: Int? = nil) {
    guard launcher != nil else {
      kill(process.processIdentifier, SIGKILL)
      ending.wait()
      return
    }
    let all = ranks?.processes ?? RankLauncher.processes(below: process.processIdentifier)
    if let victim = rank.flatMap({ all[$0] }) {
      kill(victim, SIGKILL)
      // Open MPI lets the others save for a second; MPICH and a launcher's own failure may leave them.
      for _ in 0..<Self.patience where process.isRunning { usleep(10_000) }
    }
    for process in all.values { kill(process, SIGKILL) }
    kill(process.processIdentifier, SIGKILL)
    ending.wait()
  }

  /// Hundredths of a second that a launcher has to end the ranks of which one is gone.
  private static let patience = 1_000

  private func seconds(since start: SuspendingClock.Instant) -> Double { start.duration(to: clock.now) / .seconds(1) }

  /// The file that is half-written in a folder, besides those of some temporary names.
  private static func half(in folder: URL, besides old: Set<String>) -> String? {
    halves(in: folder).subtracting(old).first.flatMap(AtomicFile.target(ofTemporary:))
  }

  /// The temporary names of what is half-written in a folder.
  private static func halves(in folder: URL) -> Set<String> {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return Set(names.filter { AtomicFile.target(ofTemporary: $0) != nil })
  }

  private static func lines(of file: URL) -> Int {
    (try? Data(contentsOf: file))?.count { $0 == UInt8(ascii: "\n") } ?? 0
  }

  /// What tells a file from the one that stood there before.
  private static func number(of file: URL) -> UInt64? {
    var status = stat()
    return stat(file.path, &status) == 0 ? UInt64(status.st_ino) : nil
  }
}

extension PlannedKill {
  /// Whether the moment is over in less than a millisecond.
  fileprivate var isBrief: Bool { if case .writing = moment { true } else { false } }

  fileprivate var place: String? {
    switch moment {
    case .any, .writing: nil
    case .betweenPhases: "between phases"
    case .mining: "mining"
    }
  }
}
