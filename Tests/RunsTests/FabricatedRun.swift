import Foundation
import TestSupport

import Runs

/// A store in a folder of its own with runs that nobody trained, finished and sealed as `aanet run` does it.
struct FabricatedRun {
  let folder: TemporaryFolder
  let store: RunStore
  let run: RunIdentity

  init(
    _ experiment: String = "quickstart/table3", variant: String = "Lg+Lp", seed: Int = 1, in other: FabricatedRun? = nil
  ) throws {
    folder = try other?.folder ?? TemporaryFolder()
    store = RunStore(root: folder.url.appendingPathComponent("runs", isDirectory: true))
    run = RunIdentity(experiment: experiment, variant: variant, seed: seed, hash: "0123456789ab")
  }

  static let metrics = RunMetrics(
    retrieval: RetrievalScores(
      mAP: 0.5, mAPTrapezoid: 0.49, rank1: 0.75, rank5: 0.8, rank10: 0.9, rank20: 1, queries: 12, queriesWithoutMatch: 1
    ), descriptorLength: 256, parameters: 1000, secondsTraining: 10, secondsEvaluating: 1, imagesPerSecond: 300,
    peakMemoryGiB: 0.5)

  /// Writes what training leaves.
  func start() throws {
    try store.writePlan("dataset: made\n", of: run)
    try store.keepEpochs(upTo: 0, of: run)
    try store.append(
      EpochRecord(
        epoch: 1, steps: 3, images: 96, loss: 0.5, losses: ["global": 0.5], weights: ["global": 1], sigma: nil,
        rates: ["new": 0.1], seconds: 1.5, secondsWaiting: 0.25), of: run)
    try store.write(Data(repeating: 7, count: 3_000_000), as: .checkpoint, of: run)
  }

  /// Writes what evaluation leaves, the seal included.
  func finish() throws {
    try start()
    try store.write(Data(repeating: 9, count: 1_000_001), as: .descriptors, of: run)
    try store.writeRanks([QueryRanking(query: "q.jpg", matchRanks: [1, 4], averagePrecision: 0.75)], of: run)
    try store.finish(run, with: Self.metrics)
  }

  /// Takes its lock, which nobody has.
  func lock() throws -> RunLock {
    switch try store.lock(run) {
    case .taken(let lock): lock
    case .held(let holder): throw Held(holder: holder)
    }
  }

  struct Held: Error {
    var holder: RunHolder?
  }

  /// Changes one byte of a file, leaving its size.
  func change(_ file: RunStore.File) throws {
    let place = store.url(file, of: run)
    var data = try Data(contentsOf: place)
    data[data.count / 2] ^= 1
    try data.write(to: place)
  }
}
