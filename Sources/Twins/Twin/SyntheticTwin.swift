import Datasets
import Dispatch
import Foundation
import Support
import Synchronization
import Tensors

/// Drawn stand-ins for the real benchmarks, with their folders, file names and attribute file.
package enum SyntheticTwin {
  /// The benchmark that a twin stands in for.
  package enum Kind: String, CaseIterable, Codable, Sendable {
    case market
    case duke

    /// The dataset's name in commands and experiments.
    package var dataset: String { "synthetic-\(rawValue)" }
    package var cameras: Int { self == .market ? 6 : 8 }
    package var scheme: AttributeScheme { self == .market ? .market1501 : .dukeMTMC }
    /// The largest identity number of the benchmark.
    var lastIdentity: Int { self == .market ? 1501 : 7140 }
  }

  /// Changes whenever the same seed gives other pixels or names.
  package static let version = 3

  /// Makes a twin, or leaves an equal one alone but for cues that it lacks or that have another noise.
  ///
  /// It is drawn into a hidden folder beside the target, which takes the target's place when it is whole: a failure, or
  /// an error thrown by `progress`, leaves things as they were. Every image has its own random stream, so the pixels
  /// do not depend on the number of threads.
  ///
  /// - Parameters:
  ///   - target: the folder to make; a twin of another seed, scale or version there is replaced.
  ///   - noise: what is done to joints and labels.
  ///   - isForced: makes it anew even where an equal one exists.
  ///   - threads: how many images are drawn at a time.
  ///   - progress: told how many images of how many are done.
  /// - Throws: ``PlainError`` where the folder cannot be written or holds something else; whatever `progress` throws.
  package static func make(
    kind: Kind, scale: TwinScale, seed: UInt64, noise: CueNoise = CueNoise(), at target: URL, isForced: Bool = false,
    threads: Int = Engine.availableThreads, progress: (Int, Int) throws -> Void = { _, _ in }
  ) throws -> TwinSummary {
    let target = target.standardizedFileURL
    try scale.check(for: kind)
    let plan = TwinPlan(kind: kind, scale: scale, seed: seed, noise: noise)
    let summary = plan.summary
    var hasImages = false
    switch try TwinFolder.state(of: target) {
    case .free: break
    case .twin(let present):
      hasImages = !isForced && present.hasImages(of: summary) && TwinFolder.hasImages(target, summary)
      if hasImages, present.hasCues(of: summary), TwinFolder.hasCues(target, summary) {
        return summary.markedPresent(hasNewCues: false)
      }
      if hasImages, TwinFolder.hasForeignCues(target, present) {
        throw PlainError(
          "\(target.path): holds \(CueFiles.names.joined(separator: " or ")), which was not drawn with its images; "
            + "move it away, or name another folder")
      }
    case .foreign:
      throw PlainError(
        "\(target.path): holds something that is no twin (no twin.json); move it away or name another folder")
    }
    guard !hasImages else {
      try drawCues(plan, beside: target, threads: threads, progress: progress)
      return summary.markedPresent(hasNewCues: true)
    }
    let work = try TwinFolder.makeWorkFolder(for: target)
    defer { try? FileManager.default.removeItem(at: work) }
    for split in TwinSummary.folders { try TwinFolder.makeFolder(work.appendingPathComponent(split)) }
    let table = try AttributeTable(
      scheme: kind.scheme, train: plan.labels[.train] ?? [:], test: plan.labels[.test] ?? [:])
    try table.write(to: work.appendingPathComponent(kind.scheme.fileName))
    try draw(plan, into: work, withImages: true, threads: max(1, threads), progress: progress)
    try TwinFolder.write(summary, to: work)
    try TwinFolder.move(work, to: target)
    return summary
  }

  /// Draws joints and labels beside the images of a twin that has none, where its images are those of the plan: their
  /// names all, and a sample byte by byte. Cues that are there stay, whatever their noise; so does what is no such twin.
  ///
  /// - Parameters: as of ``make(kind:scale:seed:noise:at:isForced:threads:progress:)``.
  /// - Returns: whether they were drawn.
  /// - Throws: ``PlainError`` where the folder cannot be read or written; whatever `progress` throws.
  package static func addCues(
    kind: Kind, scale: TwinScale, seed: UInt64, noise: CueNoise = CueNoise(), at target: URL,
    threads: Int = Engine.availableThreads, progress: (Int, Int) throws -> Void = { _, _ in }
  ) throws -> Bool {
    let target = target.standardizedFileURL
    guard case .twin(let present) = try TwinFolder.state(of: target), TwinFolder.lacksCues(target, present) else {
      return false
    }
    try scale.check(for: kind)
    let plan = TwinPlan(kind: kind, scale: scale, seed: seed, noise: noise)
    guard present.hasImages(of: plan.summary), try TwinFolder.holdsDrawing(target, of: plan) else { return false }
    try drawCues(plan, beside: target, threads: threads, progress: progress)
    return true
  }

  private static func drawCues(
    _ plan: TwinPlan, beside target: URL, threads: Int, progress: (Int, Int) throws -> Void
  ) throws {
    let work = try TwinFolder.makeWorkFolder(for: target)
    defer { try? FileManager.default.removeItem(at: work) }
    try draw(plan, into: work, withImages: false, threads: max(1, threads), progress: progress)
    try TwinFolder.moveCues(from: work, to: target, plan.summary)
  }

  /// What a twin will hold, without drawing it.
  ///
  /// - Throws: ``PlainError`` where the scale is impossible.
  package static func planned(kind: Kind, scale: TwinScale, seed: UInt64) throws(PlainError) -> TwinSummary {
    try scale.check(for: kind)
    return TwinPlan(kind: kind, scale: scale, seed: seed).summary
  }

  private static func draw(
    _ plan: TwinPlan, into work: URL, withImages: Bool, threads: Int, progress: (Int, Int) throws -> Void
  ) throws {
    let total = plan.shots.count
    let labels = work.appendingPathComponent(CueFiles.labels)
    for split in TwinSummary.folders { try TwinFolder.makeFolder(labels.appendingPathComponent(split)) }
    var keypoints = try KeypointWriter(
      at: work.appendingPathComponent(CueFiles.keypoints), paths: plan.shots.map(\.path), width: Snapshot.width,
      height: Snapshot.height)
    // Small enough for a lively bar and a quick answer to an interrupt.
    let batch = 32 * threads
    for start in stride(from: 0, to: total, by: batch) {
      let end = min(start + batch, total)
      let failure = Mutex<String?>(nil)
      let drawn = Mutex([Cues?](repeating: nil, count: end - start))
      DispatchQueue.concurrentPerform(iterations: threads) { thread in
        for index in stride(from: start + thread, to: end, by: threads) {
          do {
            let shot = plan.shots[index]
            let cues: Cues
            if withImages {
              let (bytes, found) = try plan.draw(shot)
              try Data(bytes).write(to: work.appendingPathComponent(shot.path))
              cues = found
            } else {
              cues = plan.cues(of: shot)
            }
            try cues.labels.png(colours: Cues.scheme.names.count)
              .write(to: labels.appendingPathComponent(shot.labelPath))
            drawn.withLock { $0[index - start] = cues }
          } catch { failure.withLock { $0 = $0 ?? "\(error)" } }
        }
      }
      if let reason = failure.withLock({ $0 }) {
        throw PlainError("\(work.path): an image cannot be written (\(reason))")
      }
      for (index, cues) in drawn.withLock({ $0 }).enumerated() {
        if let cues { try keypoints.add(cues, image: start + index + 1) }
      }
      try progress(end, total)
    }
    try keypoints.finish()
  }
}

extension DatasetEntry {
  /// The benchmark that a synthetic dataset stands in for; nil where none is drawn like it.
  package var twin: SyntheticTwin.Kind? {
    guard isSynthetic else { return nil }
    switch layout {
    case .benchmark(.market1501): return .market
    case .benchmark(.dukemtmc): return .duke
    case .own: return nil
    }
  }
}
