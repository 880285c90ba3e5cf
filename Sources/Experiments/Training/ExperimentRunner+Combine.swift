import Datasets
import Foundation
import Retrieval
import Runs
import Support
import Tensors

/// Rows of several runs.
extension ExperimentRunner {
  /// Ranks by the descriptors of several finished runs side by side, each first scaled to unit length.
  ///
  /// - Parameter parts: the runs' records, in the plan's order.
  /// - Throws: `PlainError` where a run's descriptors are damaged or not of the dataset's images.
  func combine(
    _ run: Run, of parts: [RunRecord], on engine: Engine, isInterrupted: () -> Bool, report: (Event) -> Void
  ) throws -> RunRecord {
    for (part, record) in zip(run.parts, parts) {
      try restoreDescriptors(of: part, record, [:], on: engine, isInterrupted: isInterrupted, report: report)
    }
    let identity = run.identity
    let clock = SuspendingClock()
    let start = clock.now
    self.store.sweep(identity)
    try self.store.writePlan(run.trial.resolvedYAML(), of: identity)
    let store = store.withinExistingFolders
    try store.writeProvenance(
      ProvenanceProbe.provenance(
        of: sourceState(), dataset: run.data.fingerprint, threads: engine.workers.count,
        running: run.trial.settings), of: identity)
    let pulse = RunPulse(identity, in: store)
    let length = try joinDescriptors(of: parts, on: run.data.dataset, storing: identity, in: store) { done, all in
      pulse.beat(at: .init(phase: .evaluating, epoch: 0, epochs: 0, step: done, steps: all), images: 0)
    }
    tellOfLargeGallery(run, dimension: length, report: report)
    let ranking = try TestRanking(
      contentsOf: store.url(.descriptors, of: identity), of: run.data.dataset, limit: galleryLimit)
    try store.writeCombined(
      try parts.map { part in
        CombinedRun(
          run: part.identity, descriptors: try descriptorsDigest(of: part), images: part.imagePasses)
      }, of: identity)
    let result = try ranking.result(by: run.trial.settings.evaluate, threads: engine.workers.count) { _ in nil }
    try requireUnchanged(run, threads: engine.workers.count)
    try store.write(result, of: identity)
    let seconds = start.duration(to: clock.now) / .seconds(1)
    try store.finish(identity, with: RunMetrics(result, combining: parts.compactMap(\.metrics), seconds: seconds))
    pulse.end()
    return try store.finishedRecord(of: identity)
  }

  /// Writes the descriptors of several finished runs side by side.
  ///
  /// - Parameters:
  ///   - identity: the run that they become the descriptors of.
  ///   - see: told how many gallery images are written, of how many.
  /// - Returns: the length of a descriptor.
  @discardableResult
  func joinDescriptors(
    of parts: [RunRecord], on dataset: Dataset, storing identity: RunIdentity, in store: RunStore,
    see: (_ done: Int, _ all: Int) -> Void = { _, _ in }
  ) throws -> Int {
    let sets = try parts.map { part in
      let place = part.folder.appendingPathComponent(RunStore.File.descriptors.rawValue)
      try SafeTensors.check(place)
      return try TestRanking(contentsOf: place, of: dataset, limit: galleryLimit)
    }
    let query = try Descriptors.joined(sets.map(\.query.descriptors), of: "query")
    let file = try store.descriptorFile(of: identity, on: dataset, dimension: query.dimension)
    for start in stride(from: 0, to: dataset.gallery.count, by: Self.joinedAtOnce) {
      let rows = start..<min(start + Self.joinedAtOnce, dataset.gallery.count)
      let joined = try Descriptors.joined(sets.map { try $0.gallery.descriptors.loaded(rows) }, of: "gallery")
      try file.append(joined.values)
      see(rows.upperBound, dataset.gallery.count)
    }
    try file.finish(query: query.values)
    return query.dimension
  }

  /// Gallery images that are joined at once.
  private static let joinedAtOnce = 1024

  /// Says so where a run's gallery is too large for memory.
  func tellOfLargeGallery(_ run: Run, dimension: Int, report: (Event) -> Void) {
    let count = run.data.dataset.gallery.count
    guard Gallery.staysInFile(count, dimension: dimension, limit: galleryLimit) else { return }
    report(
      .remark(
        "\(run.identity.inWords): the gallery, \(count) images by \(dimension) numbers, is ranked block by block from the "
          + "run's file of descriptors"
          + (run.trial.settings.evaluate.rerank == nil ? "" : "; re-ranking takes all of it into memory")))
  }

  private func descriptorsDigest(of part: RunRecord) throws -> String {
    let place = part.folder.appendingPathComponent(RunStore.File.descriptors.rawValue)
    guard let digest = try SHA256.hexadecimal(contentsOf: place)?.digest else {
      throw PlainError("\(place.path): it was removed while it was read")
    }
    return digest
  }
}

extension RunMetrics {
  /// What a row of several runs was measured at: it costs what they cost together.
  fileprivate init(_ result: TestRanking.Result, combining parts: [RunMetrics], seconds: Double) {
    let training = parts.reduce(0) { $0 + $1.secondsTraining }
    let images = parts.reduce(0) { $0 + $1.imagesPerSecond * $1.secondsTraining }
    self.init(
      retrieval: result.scores, reranked: result.reranked,
      descriptorLength: parts.reduce(0) { $0 + $1.descriptorLength },
      parameters: parts.reduce(0) { $0 + $1.parameters }, secondsTraining: training,
      secondsEvaluating: parts.reduce(seconds) { $0 + $1.secondsEvaluating },
      imagesPerSecond: images / max(training, 1e-9), peakMemoryGiB: parts.map(\.peakMemoryGiB).max() ?? 0)
  }
}
