import Foundation
import Models
import Runs
import Support
import Tensors

/// What the leader of several ranks says that comes next.
package enum RankOrder: Codable {
  /// Everything that runs need is there: each rank opens it.
  case begin
  /// This run is trained and evaluated.
  case run(RunIdentity)
  case end
}

extension Ranks {
  /// Tells the other ranks what comes next.
  package func give(_ order: RankOrder) throws {
    guard count > 1 else { return }
    _ = shared(Array(try JSONEncoder().encode(order)))
  }

  /// What the leader says that comes next.
  package func order() throws -> RankOrder { try JSONDecoder().decode(RankOrder.self, from: Data(shared([]))) }
}

/// What ended the leader's work while the other ranks were at work with it: they wait for what will not come.
package struct RanksLeftWaiting: Error, CustomStringConvertible {
  package let cause: any Error
  package var description: String { "\(cause)" }
}

/// Several processes that train and evaluate each run together. The first of them, the leader, decides what is done, and
/// locks, writes and prints; the others do with it what it says.
extension ExperimentRunner {
  /// The worker threads of a process that is told nothing else.
  package var threads: Int { ranks.threads }

  /// Tells the other ranks that a run is trained next, and sees to it that each has the same run before it.
  ///
  /// - Throws: `PlainError` that names what a rank lacks.
  func startTogether(_ run: Run) throws {
    guard ranks.count > 1 else { return }
    try ranks.give(.run(run.identity))
    try ranks.requireAgreement([""])
    isTogether = true
  }

  /// Whether the runs' batches can be shared out among the ranks.
  func requireShards(of runs: [Run], among count: Int) throws(PlainError) {
    guard count > 1, let run = runs.first(where: { $0.trial.settings.train.shards % count != 0 }) else { return }
    let shards = run.trial.settings.train.shards
    let finer = [2, 4, 8].first { $0 % count == 0 }
    throw PlainError(
      "\(run.trial.inWords): \(Wording.count(count, "process", "processes")) cannot share out "
        + "\(Wording.count(shards, "shard")) of a batch (train.shards: \(shards)); start as many processes as divide the "
        + "shards" + (finer.map { ", or take train.shards=\($0)" } ?? ""))
  }

  /// Does what the leader says until it says that it is the end.
  ///
  /// - Parameters: as of ``run(variants:threads:loaderThreads:checkpoints:measuring:acceptsDamage:isInterrupted:report:)``.
  package func follow(
    variants: [String]?, threads: Int, loaderThreads: Int, isInterrupted: () -> Bool
  ) throws {
    lazy var engine = Engine(threads: threads)
    var runs: [Run] = []
    while true {
      guard case .run(let identity) = try ranks.order() else { return }
      var complaint = ""
      do {
        // What starts from another run's network has its name when that one is finished.
        if !runs.contains(where: { $0.identity == identity }) {
          runs = try prepare(
            variants: variants, finished: FinishedRuns(in: store), threads: threads, isInterrupted: { false },
            report: { _ in })
        }
        if !runs.contains(where: { $0.identity == identity }) {
          complaint =
            "it has no run \(identity.hash) of \(identity.inWords): its settings, images or weights are others"
        }
      } catch {
        complaint = "\(error)"
      }
      do { try ranks.requireAgreement([complaint]) } catch { continue }
      guard let run = runs.first(where: { $0.identity == identity }) else { continue }
      run.data.loaderThreads = loaderThreads
      do {
        let trainer = Trainer(
          identity, run.trial.settings, data: run.data, weights: nil, store: store, checkpoints: .automatic, on: engine,
          among: ranks)
        try trainer.prepare { _ in }
        try trainer.train(isInterrupted: isInterrupted) { _ in }
        try Evaluator(
          model: trainer.model, settings: run.trial.settings, data: run.data, engine: engine,
          keeper: JudgingKeeper(identity, in: store), ranks: ranks
        ).help(isInterrupted: isInterrupted)
      } catch TrainingError.interrupted {
        // The leader has saved it and says what comes next.
      } catch TrainingError.diverged {
      }
    }
  }
}

extension Ranks {
  /// Compares what all ranks must share.
  ///
  /// - Parameters:
  ///   - own: what this rank has of each.
  ///   - names: what they are called; nil where a text that is not empty is a complaint of its own.
  /// - Throws: `PlainError`, at every rank the same, that names the first difference and who has it.
  package func requireAgreement(_ own: [String], on names: [String]? = nil) throws(PlainError) {
    guard count > 1 else { return }
    let all = own.map { gathered($0) }
    var verdict = ""
    for (place, texts) in all.enumerated() {
      guard verdict.isEmpty, let stranger = texts.indices.first(where: { texts[$0] != texts[0] }) else { continue }
      verdict =
        names.map { "rank \(stranger) has another \($0[place]) than rank 0: \(texts[stranger]), not \(texts[0])" }
        ?? "rank \(stranger) of \(count) cannot work with rank 0: \(texts[stranger])"
    }
    verdict = String(decoding: shared(Array(verdict.utf8)), as: UTF8.self)
    if !verdict.isEmpty { throw PlainError(verdict) }
  }
}
