import Datasets
import Foundation
import Models
import Support
import Tensors

/// A dataset as training and evaluation read it: images, classes and attribute labels, decoded images kept between
/// epochs and between runs.
package final class TrainingData {
  /// The dataset as it is trained and tested on.
  package let dataset: Dataset
  /// The dataset with those whom training leaves out.
  let whole: Dataset
  /// Who is held out; nil where all are trained on.
  let heldOut: HeldOut?
  /// What its files' bytes say.
  package let contents: DatasetContents
  /// The fingerprint of its files' bytes.
  let fingerprint: String
  /// The attributes that its annotators labelled.
  package let scheme: AttributeScheme
  /// What was passed over in the attribute file.
  package let attributeDefects: [AttributeDefect]
  /// For each attribute the class of each training image, −1 where it is not labelled. Empty where there is no
  /// attribute file.
  let attributeLabels: [[Int]]
  /// The annotators' table; nil where no task reads it.
  let attributes: AttributeTable?
  /// What the files of the cues hold that tasks read; nil where none is read.
  let cues: CueContents?
  /// A digest of each of those cues.
  let cueDigests: [Cue: String]
  /// Threads that read images. Results do not depend on it.
  var loaderThreads = 1
  private let cache = DecodedCache()

  /// Opens a dataset.
  ///
  /// - Parameters:
  ///   - contents: what the dataset's files hold.
  ///   - cues: what the files of the cues hold that tasks read; nil where none does.
  ///   - needsAttributes: whether a task reads the attribute file, which then must be there.
  ///   - validation: the share of the training identities that are held out; nil for none.
  /// - Throws: `PlainError` where a file cannot be read, or the attribute file is missing or damaged.
  package init(
    _ dataset: Dataset, contents: DatasetContents, cues: CueContents? = nil, needsAttributes: Bool,
    validation: Double? = nil
  ) throws(PlainError) {
    whole = dataset
    let fingerprint = try contents.requireFingerprint(of: dataset)
    let heldOut = try validation.map { share throws(PlainError) in
      try HeldOut(share, of: dataset, fingerprint: fingerprint)
    }
    let dataset = heldOut?.training ?? dataset
    (self.fingerprint, self.heldOut, self.dataset) = (fingerprint, heldOut, dataset)
    self.contents = contents
    self.cues = cues
    var digests: [Cue: String] = [:]
    if let cues { for cue in cues.cues.cues { digests[cue] = try cues.digest(of: cue) } }
    cueDigests = digests
    scheme = dataset.scheme
    guard needsAttributes else {
      attributes = nil
      attributeDefects = []
      attributeLabels = []
      return
    }
    let table = try AttributeTable(
      contentsOf: try dataset.requireAttributesFile(), scheme: scheme, names: dataset.identityNames)
    attributes = table
    attributeDefects = table.labelDefects
    let rows = dataset.train.map { table.classes(of: $0.identity, in: .train) }
    attributeLabels = scheme.attributes.indices.map { attribute in rows.map { $0?[attribute] ?? -1 } }
  }

  /// One line on ``attributeDefects``, and where they are listed; nil where there are none.
  var defectsInBrief: String? {
    guard !attributeDefects.isEmpty else { return nil }
    let identities = Set(attributeDefects.flatMap(\.identities)).count
    return
      "labels of \(identities) \(identities == 1 ? "identity" : "identities") are missing or doubled; "
      + "`aanet data verify \(dataset.name.quotedForShell)` lists them"
  }

  /// The batches of one epoch, but for mined triplets. Only the phase, the seed and the epoch decide them, so that an
  /// interrupted epoch can be taken up anywhere.
  func epochPlan(of phase: Settings.Train.Phase, seed: Int, epoch: Int) -> [[LoadItem]] {
    let batches: [[Int]]
    switch phase.sampler {
    case .triplets: return []
    case .shuffled:
      return Self.epochPlan(
        images: dataset.train.count, batch: phase.batch, flip: phase.augment.flip, seed: seed, epoch: epoch)
    case .identities(let sampler): batches = sampler.epoch(classes: dataset.trainClasses, seed: seed, epoch: epoch)
    case .groups(let sampler):
      batches = sampler.epoch(
        classes: dataset.trainClasses, cameras: dataset.train.map(\.camera), batch: phase.batch, seed: seed,
        epoch: epoch)
    }
    var flips = RandomStream(seed: UInt64(seed), name: "flip/\(epoch)")
    return batches.map { batch in
      batch.map { LoadItem(index: $0, flip: phase.augment.flip && flips.chance(0.5)) }
    }
  }

  /// All images in an order drawn for the epoch, each mirrored or not, an incomplete last batch dropped.
  package static func epochPlan(images: Int, batch: Int, flip: Bool, seed: Int, epoch: Int) -> [[LoadItem]] {
    var order = RandomStream(seed: UInt64(seed), name: "order/\(epoch)")
    var flips = RandomStream(seed: UInt64(seed), name: "flip/\(epoch)")
    let items = order.permutation(images).map { LoadItem(index: $0, flip: flip && flips.chance(0.5)) }
    return stride(from: 0, through: images - batch, by: batch).map { Array(items[$0..<$0 + batch]) }
  }

  /// Loads batches on another thread while the engine works. Decoded images are kept for the next epoch where the whole
  /// dataset fits in the cache.
  ///
  /// - Parameter inputs: what tasks read of each image besides.
  func loader(
    _ images: [LabelledImage], size: ImageSize, batches: [[LoadItem]], inputs: [CueInput]
  ) throws(PlainError) -> BatchLoader {
    let everything = whole.train.count + whole.query.count + whole.gallery.count
    return try BatchLoader(
      images: images, size: size, batches: batches, threads: loaderThreads, ahead: loaderThreads + 1,
      cache: cache.holds(images: everything, of: size, inputs: inputs) ? cache : nil, inputs: inputs, cues: cues?.cues)
  }
}
