import Foundation
import Models
import Retrieval
import Runs
import Support
import Tensors

/// How far judging pairs has come, as `pairs.safetensors` of an unfinished run keeps it: where it is interrupted, it goes
/// on with the gallery image that comes next.
struct JudgingUnderWay {
  /// What is judged, 0 where it has not been yet.
  let scores: PairScores
  /// Gallery images that have passed by.
  let images: Int
  /// What tells the model's numbers from all others.
  private let digest: [Int]

  private static let digestName = "model_sha256"

  init(_ scores: PairScores, images: Int, of digest: [Int]) {
    self.scores = scores
    self.images = images
    self.digest = digest
  }

  /// Takes what was kept, where it is of the same model and the same pairs.
  init?(_ kept: SafeTensors?, first: Int, places: [Int], gallery: Int, of digest: [Int]) {
    guard let tensors = kept?.tensors, let images = tensors[PairScores.underWayName]?.integers?.first,
      (0...gallery).contains(images), tensors[PairScores.placesName]?.integers == places,
      let differences = tensors[PairScores.differencesName], differences.count == places.count,
      differences.integers == nil, tensors[Self.digestName]?.integers == digest,
      let scores = try? PairScores(first: first, places: places, differences: differences.floats)
    else { return nil }
    self.init(scores, images: images, of: digest)
  }

  func stored(queries: Int) -> SafeTensors {
    var tensors = scores.stored(queries: queries).tensors
    tensors[PairScores.underWayName] = StoredTensor([images], shape: [1])
    tensors[Self.digestName] = StoredTensor(digest, shape: [digest.count])
    return SafeTensors(tensors: tensors)
  }

  static func digest(of model: AANet) -> [Int] {
    let state = model.state().sorted { $0.key < $1.key }
    let digests = state.map { SHA256.hexadecimal($0.value.bytes) }
    return SHA256.hexadecimal(digests.joined().utf8).utf8.map(Int.init)
  }
}

/// Keeps judging that is under way in the run's folder: once a minute, less often where that would take more than a
/// fiftieth of the time, and where it is interrupted.
final class JudgingKeeper {
  private let store: RunStore
  private let run: RunIdentity
  private var last = SuspendingClock.now
  private var interval = leastInterval
  private static let leastInterval = Duration.seconds(60)

  init(_ run: RunIdentity, in store: RunStore) {
    self.run = run
    self.store = store
  }

  /// What an earlier sitting kept; nil where there is nothing, or nothing that can be read.
  var kept: SafeTensors? {
    store.has(.pairs, of: run) ? try? SafeTensors(contentsOf: store.url(.pairs, of: run)) : nil
  }

  func keep(isLast: Bool = false, _ judging: () throws -> SafeTensors) throws {
    let start = SuspendingClock.now
    guard isLast || start - last > interval else { return }
    try store.write(try judging().pieces(), as: .pairs, of: run)
    last = SuspendingClock.now
    interval = max(Self.leastInterval, start.duration(to: last) * 50)
  }
}
