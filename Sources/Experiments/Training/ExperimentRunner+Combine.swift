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
        of: sourceState(), dataset: run.data.fingerprint, threads: engine.workers.count), of: identity)
    let pulse = RunPulse(identity, in: store)
    let ranking = try ranking(of: parts, on: run.data.dataset) { place in
      pulse.beat(at: .init(phase: .evaluating, epoch: 0, epochs: 0, step: place, steps: parts.count), images: 0)
    }
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

  /// The descriptors of several finished runs side by side.
  ///
  /// - Parameter see: told which of them is read.
  func ranking(
    of parts: [RunRecord], on dataset: Dataset, see: (_ place: Int) -> Void = { _ in }
  ) throws -> TestRanking {
    var sets: (query: [Descriptors], gallery: [Descriptors]) = ([], [])
    for (place, part) in parts.enumerated() {
      see(place)
      let (query, gallery) = try descriptors(of: part, on: dataset)
      sets.query.append(query)
      sets.gallery.append(gallery)
    }
    let query = try Descriptors.joined(sets.query, of: "query")
    let gallery = try Descriptors.joined(sets.gallery, of: "gallery")
    return try TestRanking(query: query.values, gallery: gallery.values, dimension: query.dimension, of: dataset)
  }

  private func descriptors(
    of part: RunRecord, on dataset: Dataset
  ) throws -> (query: Descriptors, gallery: Descriptors) {
    let place = part.folder.appendingPathComponent(RunStore.File.descriptors.rawValue)
    let file = try SafeTensors(checking: place)
    var sets: [Descriptors] = []
    for (name, images) in [("query", dataset.query), ("gallery", dataset.gallery)] {
      do throws(PlainError) {
        let set = try LabelledDescriptors(named: name, in: file)
        guard set.labels.identities == images.map(\.identity), set.labels.cameras == images.map(\.camera) else {
          throw PlainError("its \(name) images are not those of '\(dataset.name)'")
        }
        sets.append(set.descriptors)
      } catch {
        throw PlainError("\(place.path): \(error.description)")
      }
    }
    return (sets[0], sets[1])
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
