import Experiments
import Foundation
import Layers
import Support

/// Times the engine and PyTorch in turn, on the same work and in processes of their own.
///
/// In a round each side does each piece of work once, one directly after the other; every second round goes the other way,
/// so that a machine that grows warm or busy meanwhile favours nobody.
package struct SpeedComparison {
  /// One of the two in one of its settings.
  enum Side: Hashable {
    case peer(PeerMode)
    case engine(Precision)

    var words: String {
      switch self {
      case .peer(let mode): "PyTorch \(mode.rawValue)"
      case .engine(let precision): "aanet \(precision.rawValue)"
      }
    }
  }

  /// How far it is.
  package struct Progress: Sendable {
    package let done: Int
    package let total: Int
    /// nil before anything is measured.
    package let secondsLeft: Double?
    /// What is being measured.
    package let words: String
  }

  private struct Kind: Hashable {
    let work: Int
    let side: Side
  }

  private struct Step: Hashable {
    let round: Int
    let work: Int
    let side: Side

    var kind: Kind { Kind(work: work, side: side) }
  }

  private let works: [ComparedWork]
  private let modes: [PeerMode]
  private let python: PeerPython
  private let engine: URL
  private let threads: Int
  private let rounds: Int
  private let repeats: Int
  private var measured: [Step: MeasuredSpeed] = [:]
  private var pace = MeasuringPace<Kind>()

  /// - Parameters:
  ///   - engine: the `aanet` program.
  ///   - threads: of either side.
  ///   - repeats: timed steps of a measurement, after one to warm up.
  package init(
    of works: [ComparedWork], modes: [PeerMode], python: PeerPython, engine: URL, threads: Int, rounds: Int,
    repeats: Int
  ) {
    (self.works, self.modes, self.python, self.engine) = (works, modes, python, engine)
    (self.threads, self.rounds, self.repeats) = (threads, rounds, repeats)
  }

  /// The sides that take part: each of PyTorch's modes, and before the first that it stands beside, the engine's.
  private var sides: [Side] {
    var sides: [Side] = []
    for mode in modes {
      let rival = Side.engine(mode.rival)
      if !sides.contains(rival) { sides.append(rival) }
      sides.append(.peer(mode))
    }
    return sides
  }

  private var steps: [Step] {
    (0..<rounds).flatMap { round in
      let forward = works.indices.flatMap { work in sides.map { Step(round: round, work: work, side: $0) } }
      return round.isMultiple(of: 2) ? forward : forward.reversed()
    }
  }

  /// Measures everything. What was measured before an error is thrown is in ``rows``.
  ///
  /// - Parameters:
  ///   - watch: called many times a second; what it throws ends the measurement in hand and is thrown on.
  ///   - report: called as often.
  /// - Throws: `PlainError` where one of the programs fails or the networks differ.
  package mutating func run(watch: () throws -> Void, report: (Progress) -> Void) throws {
    let steps = steps
    for (index, step) in steps.enumerated() {
      let work = works[step.work]
      let words = "\(work.model) \(work.pass.rawValue), \(step.side.words)"
      let start = ContinuousClock.now
      var elapsed: Double { start.duration(to: .now) / .seconds(1) }
      let left = steps[index...].map { ($0.kind, works[$0.work].multiplications) }
      measured[step] = try measure(step.side, work) {
        try watch()
        let seconds = pace.seconds(of: left, spent: elapsed)
        report(Progress(done: index, total: steps.count, secondsLeft: seconds, words: words))
      }
      pace.note(step.kind, work: work.multiplications, seconds: elapsed)
    }
    report(Progress(done: steps.count, total: steps.count, secondsLeft: 0, words: ""))
  }

  /// Left alone, the C library gives large blocks back after every batch, and the kernel clears them for the next one: a
  /// fresh process describes images at three quarters of the speed of one that has trained before. So it keeps them.
  private static let peerEnvironment = [
    "MALLOC_MMAP_THRESHOLD_": "4294967296", "MALLOC_TRIM_THRESHOLD_": "17179869184",
  ]

  private func measure(_ side: Side, _ work: ComparedWork, watch: () throws -> Void) throws -> MeasuredSpeed {
    let program =
      switch side {
      case .engine(let precision):
        SideProgram(
          program: engine, arguments: work.engineArguments(precision, threads: threads, repeats: repeats))
      case .peer(let mode):
        // From its standard input, and not where somebody's `torch.py` lies.
        SideProgram(
          program: python.program,
          arguments: ["-", try work.peerArgument(mode, threads: threads, repeats: repeats)],
          input: String(decoding: PackageResources.peer_py, as: UTF8.self), environment: Self.peerEnvironment,
          folder: URL(fileURLWithPath: "/", isDirectory: true))
      }
    let answer = try program.run(watch: watch)
    let name = "\(side.words), \(work.model) \(work.pass.rawValue)"
    guard answer.status == 0 else { throw PlainError("\(name): it failed: \(answer.reason)") }
    let speed: MeasuredSpeed
    do { speed = try MeasuredSpeed(printed: answer.output) } catch { throw PlainError("\(name): \(error)") }
    guard speed.parameters == work.parameters else {
      throw PlainError(
        "\(name): its network has \(Wording.grouped(speed.parameters)) trainable numbers and not "
          + "\(Wording.grouped(work.parameters)); two networks cannot be compared")
    }
    return speed
  }

  /// What was measured so far: a row for each piece of work and each of PyTorch's modes of which a round has both sides.
  package var rows: [ComparedSpeed] {
    works.indices.flatMap { work in
      modes.compactMap { mode in
        let pairs = (0..<rounds).compactMap { round -> (peer: MeasuredSpeed, engine: MeasuredSpeed)? in
          guard let peer = measured[Step(round: round, work: work, side: .peer(mode))],
            let engine = measured[Step(round: round, work: work, side: .engine(mode.rival))]
          else { return nil }
          return (peer, engine)
        }
        return pairs.isEmpty ? nil : ComparedSpeed(of: works[work], mode, pairs)
      }
    }
  }

  /// Whether every round has everything.
  package var isComplete: Bool { measured.count == steps.count }
}
