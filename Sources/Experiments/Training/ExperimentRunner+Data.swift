import Datasets
import Foundation
import Models
import Runs
import Support

/// What is looked at in the data before the first run is trained.
extension ExperimentRunner {
  /// What a dataset's files hold.
  func contents(
    of dataset: Dataset, threads: Int, isInterrupted: () -> Bool, report: (Event) -> Void
  ) throws -> DatasetContents {
    let cache = DataCache(of: store)
    let contents = try cache.contents(of: dataset, threads: threads) { done, total in
      report(.reading(dataset.name, done: done, total: total))
      if done < total, isInterrupted() { throw TrainingError.interrupted }
    }
    cache.keep(contents, of: dataset)
    return contents
  }

  /// What the files of a dataset's cues hold.
  func contents(
    of cues: DatasetCues, threads: Int, isInterrupted: () -> Bool, report: (Event) -> Void
  ) throws -> CueContents {
    let cache = DataCache(of: store)
    let contents = try cache.contents(of: cues, threads: threads) { done, total in
      report(.reading("cues of \(cues.dataset.name)", done: done, total: total))
      if done < total, isInterrupted() { throw TrainingError.interrupted }
    }
    cache.keep(contents)
    return contents
  }

  /// Sees to it that a dataset can be trained and evaluated on.
  ///
  /// - Throws: `PlainError` where it would spoil an evaluation, where files are no images, or where some are damaged
  ///   and that is not accepted.
  func requireSound(_ data: TrainingData, acceptsDamage: Bool, report: (Event) -> Void) throws(PlainError) {
    try data.whole.requireSoundEvaluation(attributes: data.attributes, contents: data.contents)
    try data.contents.requireReadableImages(of: data.whole)
    try data.cues?.requireSound()
    if !acceptsDamage {
      try data.contents.requireWholeImages(of: data.whole)
    } else if let damage = data.contents.damage(of: data.whole) {
      report(.remark("\(data.dataset.name): accepted: \(damage)"))
    }
    // The folder of the runs is made by the first run alone, so that what is refused leaves nothing behind.
    let cache = DataCache(of: store)
    cache.keep(data.contents, of: data.whole, makesRuns: true)
    if let cues = data.cues { cache.keep(cues, makesRuns: true) }
  }

  /// Sees to it that a run's images, which were read again and again, are still those that its name speaks of.
  ///
  /// - Throws: `PlainError` where they are not.
  func requireUnchanged(_ run: Run, threads: Int) throws(PlainError) {
    let cache = DataCache(of: store)
    let contents = cache.contents(of: run.data.whole, threads: threads)
    let read = run.trial.settings.cues
    let cues =
      try read.isEmpty ? nil : cache.contents(of: DatasetCues(of: run.data.whole, read), threads: threads) { _, _ in }
    var changed = contents.fingerprint == run.data.fingerprint ? [] : ["images"]
    for cue in Cue.allCases where read.contains(cue) {
      if try cues?.digest(of: cue) != run.data.cueDigests[cue] { changed.append(cue.rawValue) }
    }
    guard let first = changed.first else { return }
    throw PlainError(
      "the \(first) of '\(run.data.dataset.name)' were changed while \(run.identity.inWords) was trained and evaluated on "
        + "them, so that it is not finished; give the command again to train on what is there now")
  }

  /// Says of runs that were made under the same settings before why they are trained again.
  func tellWhyAnew(_ pending: [Run], report: (Event) -> Void) {
    var found: [Reason: Int] = [:]
    let known = Dictionary(grouping: store.identities(), by: \.seed)
    var plans: [RunIdentity: Trial] = [:]
    for run in pending where !store.isBegun(run.identity) {
      let others = (known[run.trial.seed] ?? []).filter { store.isBegun($0) }
      let same = others.filter { other in
        if plans[other] == nil { plans[other] = trial(of: other) }
        return plans[other]?.settings.deciding == run.trial.settings.deciding
      }
      let reasons = same.compactMap { other -> Reason? in
        guard let provenance = try? store.provenance(of: other) else { return nil }
        if !DatasetContents.coversBytes(provenance.dataset) { return .olderFingerprint }
        return provenance.dataset == run.data.fingerprint
          ? .otherEngineOrWeights : .otherData(run.trial.settings.dataset)
      }
      if let reason = reasons.max() { found[reason, default: 0] += 1 }
    }
    for (reason, count) in found.sorted(by: { $0.key < $1.key }) { report(.remark(reason.words(count))) }
  }

  /// What a run on disk was to be; nil where its plan cannot be read.
  func trial(of run: RunIdentity) -> Trial? {
    guard let text = try? store.plan(of: run) else { return nil }
    return try? Trial(resolvedYAML: text, experiment: run.experiment, file: store.url(.plan, of: run).path)
  }

  /// Why a run that was made is made again, the likeliest last.
  private enum Reason: Hashable, Comparable {
    case olderFingerprint
    case otherEngineOrWeights
    case otherData(String)

    func words(_ count: Int) -> String {
      let were = "\(Wording.count(count, "run")) of these settings \(count == 1 ? "was" : "were") made before"
      let again = "\(count == 1 ? "it is" : "they are") trained again; the earlier results stay in runs/"
      switch self {
      case .olderFingerprint:
        return
          "\(were) by a version that looked at the names and sizes of the images and not at what is in them; nobody "
          + "can tell whether these are the same images, so that \(again)"
      case .otherData(let name):
        return "\(were) on other data: images or attributes of \(Wording.quoted(name)) are not what they were, so that "
          + again
      case .otherEngineOrWeights:
        return "\(were) by another version of the engine or from other pretrained weights, so that \(again)"
      }
    }
  }
}

extension RunStore {
  /// Whether a run has results or a checkpoint to go on from.
  fileprivate func isBegun(_ run: RunIdentity) -> Bool { isFinished(run) || has(.checkpoint, of: run) }
}
