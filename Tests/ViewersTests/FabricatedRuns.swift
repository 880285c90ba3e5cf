import Foundation
import Runs
import TestSupport

/// A folder of runs that nobody trained, as `aanet run` and its interruptions leave them.
struct FabricatedRuns {
  let folder: TemporaryFolder
  let store: RunStore

  init() throws {
    folder = try TemporaryFolder()
    store = RunStore(root: folder.url.appendingPathComponent("runs", isDirectory: true))
  }

  func name(_ variant: String, _ seed: Int = 1, of experiment: String = "made/table3") -> RunIdentity {
    RunIdentity(
      experiment: experiment, variant: variant, seed: seed,
      hash: String(format: "%012x", abs(seed) + variant.utf8.count << 20))
  }

  static let plan = """
    dataset: made
    seeds: [1]
    tasks: { global: none, part: { parts: 6 } }
    train: { epochs: 4, rate: { new: 0.05, step: { at: [2, 3] } } }
    title: "a \\"quoted\\" word: 100 %"
    """

  /// A run of which so many epochs are trained.
  @discardableResult
  func train(
    _ run: RunIdentity, epochs: Int = 2, loss: Double = 0.5, hasSigma: Bool = true, isInBF16: Bool = false
  ) throws -> RunIdentity {
    try store.writePlan(Self.plan, of: run)
    try store.writeProvenance(
      Provenance(
        commit: "c0ffee", hasLocalChanges: true, compiler: "Swift", blas: "OpenBLAS", blasKernels: "Haswell",
        threads: 2,
        cpu: "a processor", dataset: "d1", started: "2026-11-22T19:45:00Z"), of: run)
    for epoch in (try store.epochs(of: run)).count..<max(epochs, (try store.epochs(of: run)).count) {
      try store.append(
        EpochRecord(
          epoch: epoch + 1, steps: 3, images: 96, loss: loss / Double(epoch + 1),
          losses: ["global": 0.25, "part": loss], weights: ["global": 1, "part": 0.5],
          sigma: hasSigma ? ["global": 0.8125, "part": 1.25] : nil, rates: ["new": 0.1, "pretrained": 0.01],
          seconds: 2, secondsWaiting: 0.25,
          magnitudes: isInBF16 ? ["backbone.conv1.weight": Self.magnitudes, "log_variance": Self.magnitudes] : nil),
        of: run)
    }
    return run
  }

  private static let magnitudes = ParameterMagnitudes(
    weight: 0.0009765625...0.75, gradient: 1e-20...12.5, stepsBelowPlace: 0.0625)

  /// A run that is measured.
  @discardableResult
  func finish(_ run: RunIdentity, mAP: Double = 0.5) throws -> RunIdentity {
    try train(run, epochs: 4)
    try store.writeRanks(
      [
        QueryRanking(query: "a.jpg", matchRanks: [1, 4], averagePrecision: 0.75),
        QueryRanking(query: "b.jpg", matchRanks: [3], averagePrecision: 0.25),
      ], of: run)
    let scores = RetrievalScores(
      mAP: mAP, mAPTrapezoid: 0.375, rank1: 0.5, rank5: 1, rank10: 1, rank20: 1, queries: 2, queriesWithoutMatch: 0)
    try store.finish(
      run,
      with: RunMetrics(
        retrieval: scores,
        attributes: AttributeScores(
          accuracy: ["hat": 0.875], mean: 0.875, majority: ["hat": 0.75], ceiling: ["hat": 1], balanced: ["hat": 0.5]),
        descriptorLength: 256, parameters: 1000, secondsTraining: 8, secondsEvaluating: 1, imagesPerSecond: 48,
        peakMemoryGiB: 0.5))
    return run
  }

  /// A run that this process is at work on; nobody is once what this gives is let go.
  func work(
    on run: RunIdentity, secondsLeft: Double? = 60, others: Heartbeat.Others? = nil, loss: Double = 0.25,
    at moment: Moment = .now
  ) throws -> RunLock {
    try train(run, epochs: 1)
    guard case .taken(let lock) = try store.lock(run) else { throw Held() }
    try beat(run, secondsLeft: secondsLeft, others: others, loss: loss, at: moment)
    return lock
  }

  struct Held: Error {}

  func beat(
    _ run: RunIdentity, secondsLeft: Double?, others: Heartbeat.Others? = nil, loss: Double = 0.25,
    at moment: Moment = .now
  ) throws {
    let outlook = Heartbeat.Outlook(
      loss: loss, sigma: ["global": 0.75, "part": 1.5], images: 144, of: 384, secondsLeft: secondsLeft, others: others)
    let beat = Heartbeat(
      .init(phase: .training, epoch: 2, epochs: 4, step: 1, steps: 3), imagesPerSecond: 815.4, outlook: outlook,
      at: moment)
    try write(beat, as: .heartbeat, of: run)
  }

  func write(_ value: some Encodable, as note: RunStore.Note, of run: RunIdentity) throws {
    try RunJSON.data(of: value, for: store.url(note, of: run)).write(to: store.url(note, of: run))
  }
}
