import Experiments
import Foundation
import Runs
import Tensors

/// Proves for a run that being killed costs time and nothing else: it is trained once undisturbed, and again in processes
/// that are killed without warning; then both records are compared bit for bit.
///
/// A killed run is taken up again until it is finished. As long as kills are left it then begins anew, so that any
/// number of kills can be tried on a short run.
package struct ResumeVerification {
  /// What keeps the proof from being made.
  package struct Failure: Error, CustomStringConvertible {
    /// What happened.
    package let description: String

    init(_ description: String) { self.description = description }
  }

  /// What happens meanwhile.
  package enum Event {
    /// The undisturbed run is under way.
    case training(epochs: Int)
    /// So many kills have happened.
    case killed(Int)
  }

  /// What was found.
  package struct Outcome: Codable, Sendable {
    /// The kills, in their order.
    package let kills: [Kill]
    /// One comparison for each time that the killed run came to its end.
    package let comparisons: [RunAgreement]
    /// Half-written files that were left behind at the end.
    package let leftovers: [String]

    /// Whether every bit was the same every time, and nothing was left behind.
    package var isSame: Bool { comparisons.allSatisfy(\.isSame) && leftovers.isEmpty }
  }

  private let program: URL
  private let scratch: URL
  private let threads: Int?
  private let sources: [RunRecord]
  private let launcher: RankLauncher?
  private let command: (_ runs: URL, _ threads: Int) -> [String]

  /// Prepares a proof.
  ///
  /// - Parameters:
  ///   - program: the program that trains.
  ///   - scratch: an empty folder for everything that is written.
  ///   - threads: worker threads of the engine; nil to draw another number for each process.
  ///   - sources: finished runs that the run's backbone starts from, which are put beside it.
  ///   - launcher: what starts the processes that are killed, as several ranks; nil where a run is one process, as the
  ///     undisturbed one always is.
  ///   - command: the arguments that make the program train the one run, keeping it in a folder of runs.
  package init(
    program: URL, scratch: URL, threads: Int?, sources: [RunRecord] = [], launcher: RankLauncher? = nil,
    command: @escaping (_ runs: URL, _ threads: Int) -> [String]
  ) {
    self.program = program
    self.scratch = scratch
    self.threads = threads
    self.sources = sources
    self.launcher = launcher
    self.command = command
  }

  /// Trains, kills and compares.
  ///
  /// - Parameters:
  ///   - kills: how many kills.
  ///   - seed: what their moments are drawn from.
  ///   - isInterrupted: asked often; where it says yes, ``TrainingError/interrupted`` is thrown.
  ///   - report: told what happens.
  /// - Throws: ``Failure``, or what reading the records throws.
  package func run(
    kills wanted: Int, seed: UInt64, isInterrupted: () -> Bool = { false }, report: (Event) -> Void = { _ in }
  ) throws -> Outcome {
    let whole = RunStore(root: scratch.appendingPathComponent("whole", isDirectory: true))
    let killed = RunStore(root: scratch.appendingPathComponent("killed", isDirectory: true))
    // The next run of an experiment is proved in the same place, which must then hold no other.
    defer { for store in [whole, killed] { try? FileManager.default.removeItem(at: store.root) } }
    var stream = RandomStream(seed: seed, name: "kills")
    let (identity, seconds) = try undisturbed(in: whole, isInterrupted: isInterrupted, report: report)
    let training = try Self.settings(of: identity, in: whole).train
    let folder = killed.folder(for: identity)
    var kills: [Kill] = []
    var comparisons: [RunAgreement] = []
    var leftovers: [String] = []
    var isUnfinished = true
    while kills.count < wanted || isUnfinished {
      let plan =
        kills.count < wanted
        ? PlannedKill.draw(from: &stream, seconds: seconds, of: training, ranks: launcher?.ranks ?? 1) : nil
      switch try child(in: killed, by: launcher, threads: threads ?? 1 + stream.int(below: Engine.availableThreads))
        .end(plan, in: folder, watch: { if isInterrupted() { throw TrainingError.interrupted } })
      {
      case .killed(let kill):
        kills.append(kill)
        isUnfinished = true
        report(.killed(kills.count))
      case .finished:
        comparisons.append(try RunAgreement(of: identity, in: whole, and: killed))
        leftovers += try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".tmp") }
        try FileManager.default.removeItem(at: killed.root)
        isUnfinished = false
      }
    }
    return Outcome(kills: kills, comparisons: comparisons, leftovers: leftovers)
  }

  /// The run that nobody stops: which it is, and how long its process lived.
  private func undisturbed(
    in store: RunStore, isInterrupted: () -> Bool, report: (Event) -> Void
  ) throws -> (RunIdentity, seconds: Double) {
    let clock = SuspendingClock()
    let start = clock.now
    var looked = start
    let process = try child(in: store, threads: threads ?? Engine.availableThreads)
    _ = try process.end(nil, in: store.root) {
      if isInterrupted() { throw TrainingError.interrupted }
      guard looked.duration(to: clock.now) > .milliseconds(500) else { return }
      looked = clock.now
      let run = made(in: store).first
      report(.training(epochs: run.flatMap { try? store.epochs(of: $0).count } ?? 0))
    }
    let found = made(in: store)
    guard let identity = found.first, found.count == 1, store.isFinished(identity) else {
      throw Failure("the command made \(found.count) runs, not one: \(command(store.root, 1).joined(separator: " "))")
    }
    return (identity, start.duration(to: clock.now) / .seconds(1))
  }

  private static func settings(of run: RunIdentity, in store: RunStore) throws -> Settings {
    guard let text = try store.plan(of: run) else {
      throw Failure("the run has no plan: \(store.folder(for: run).path)")
    }
    return try Trial(
      resolvedYAML: text, experiment: run.experiment, file: store.url(.plan, of: run).path
    ).settings
  }

  /// The runs that are not there beforehand.
  private func made(in store: RunStore) -> [RunIdentity] {
    store.identities().filter { run in !sources.contains { $0.identity == run } }
  }

  private func child(in store: RunStore, by launcher: RankLauncher? = nil, threads: Int) throws -> ChildProcess {
    for source in sources {
      let place = store.folder(for: source.identity)
      guard !FileManager.default.fileExists(atPath: place.path) else { continue }
      try FileManager.default.createDirectory(
        at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
      try FileManager.default.copyItem(at: source.folder, to: place)
    }
    return try ChildProcess(
      program, command(store.root, threads), by: launcher, log: scratch.appendingPathComponent("log"))
  }
}
