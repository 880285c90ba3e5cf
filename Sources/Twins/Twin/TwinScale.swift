import Datasets
import Support

/// How large a twin is.
package struct TwinScale: Codable, Equatable, Sendable {
  /// The scale's name in commands.
  package var name: String
  /// Identities to learn from.
  package var trainIdentities: Int
  /// Identities to be tested on.
  package var testIdentities: Int
  /// Pairs of a training identity and a camera that saw it.
  package var trainPassages: Int
  /// Images to learn from.
  package var trainImages: Int
  /// One query for each pair of a test identity and a camera that saw it.
  package var queries: Int
  /// Gallery images of the test identities.
  package var galleryImages: Int
  /// Gallery identities without a query (DukeMTMC-reID).
  package var distractorIdentities: Int
  /// Gallery images of distractors: of those identities, or of nobody (Market-1501).
  package var distractorImages: Int
  /// Gallery images that never count (Market-1501).
  package var junkImages: Int

  /// A scale of any counts; ``SyntheticTwin/make(kind:scale:seed:at:isForced:threads:progress:)`` refuses impossible
  /// ones.
  package init(
    name: String, trainIdentities: Int, testIdentities: Int, trainPassages: Int, trainImages: Int, queries: Int,
    galleryImages: Int, distractorIdentities: Int, distractorImages: Int, junkImages: Int
  ) {
    self.name = name
    self.trainIdentities = trainIdentities
    self.testIdentities = testIdentities
    self.trainPassages = trainPassages
    self.trainImages = trainImages
    self.queries = queries
    self.galleryImages = galleryImages
    self.distractorIdentities = distractorIdentities
    self.distractorImages = distractorImages
    self.junkImages = junkImages
  }

  /// 64 + 64 identities in 2,000 images.
  package static func small(_ kind: SyntheticTwin.Kind) -> TwinScale { times(1, "small", kind) }

  /// 128 + 128 identities in 4,000 images.
  package static func medium(_ kind: SyntheticTwin.Kind) -> TwinScale { times(2, "medium", kind) }

  /// 256 + 256 identities in 8,000 images: enough for the deviation of a difference between two rows to be small
  /// (experiments/studies/scale.yaml), and few enough for a small network to learn them in minutes.
  package static func study(_ kind: SyntheticTwin.Kind) -> TwinScale { times(4, "study", kind) }

  /// The counts of the benchmark itself: images, identities and cameras of every list, distractors and junk.
  ///
  /// Market-1501's training images have 3,262 pairs of an identity and a camera, which its file names tell. Of
  /// DukeMTMC-reID only the totals are known here: its training identities pass as many cameras as its queried ones do
  /// on average, and an identity without a query has as many images as any other passage before a camera.
  package static func full(_ kind: SyntheticTwin.Kind) -> TwinScale {
    switch kind {
    case .market:
      TwinScale(
        name: "full", trainIdentities: 751, testIdentities: 750, trainPassages: 3262, trainImages: 12_936,
        queries: 3368, galleryImages: 13_115, distractorIdentities: 0, distractorImages: 2798, junkImages: 3819)
    case .duke:
      TwinScale(
        name: "full", trainIdentities: 702, testIdentities: 702, trainPassages: 2228, trainImages: 16_522,
        queries: 2228, galleryImages: 14_927, distractorIdentities: 408, distractorImages: 2734, junkImages: 0)
    }
  }

  private static func times(_ factor: Int, _ name: String, _ kind: SyntheticTwin.Kind) -> TwinScale {
    let isMarket = kind == .market
    return TwinScale(
      name: name, trainIdentities: 64 * factor, testIdentities: 64 * factor, trainPassages: 224 * factor,
      trainImages: 960 * factor, queries: 192 * factor, galleryImages: 700 * factor,
      distractorIdentities: isMarket ? 0 : 24 * factor, distractorImages: (isMarket ? 100 : 148) * factor,
      junkImages: isMarket ? 48 * factor : 0)
  }

  package static func named(_ name: String, _ kind: SyntheticTwin.Kind) -> TwinScale? {
    switch name {
    case "small": small(kind)
    case "medium": medium(kind)
    case "study": study(kind)
    case "full": full(kind)
    default: DatasetEntry.isScale(name) ? Int(name).map { times($0, name, kind) } : nil
    }
  }

  package var images: Int { trainImages + queries + galleryImages + distractorImages + junkImages }

  /// - Throws: ``PlainError`` where the numbers contradict each other.
  func check(for kind: SyntheticTwin.Kind) throws(PlainError) {
    func fail(_ reason: String) -> PlainError { PlainError("the scale '\(name)' is impossible: \(reason)") }
    let all = [
      trainIdentities, testIdentities, trainPassages, trainImages, queries, galleryImages, distractorIdentities,
      distractorImages, junkImages,
    ]
    guard all.allSatisfy({ (0...1_000_000).contains($0) }), trainIdentities > 0, testIdentities > 0 else {
      throw fail("a count is negative or huge, or there are no identities")
    }
    guard trainIdentities + testIdentities + distractorIdentities <= kind.lastIdentity else {
      throw fail("more identities than the \(kind.lastIdentity) numbers of the benchmark")
    }
    guard (2 * trainIdentities...kind.cameras * trainIdentities).contains(trainPassages),
      (2 * testIdentities...kind.cameras * testIdentities).contains(queries)
    else { throw fail("an identity passes 2 to \(kind.cameras) cameras") }
    guard trainImages >= trainPassages, galleryImages >= queries else {
      throw fail("fewer images than passages of an identity before a camera")
    }
    guard kind == .duke || distractorIdentities == 0, kind == .market || junkImages == 0,
      distractorImages >= distractorIdentities, kind == .market || distractorImages == 0 || distractorIdentities > 0
    else { throw fail("distractors or junk do not suit \(kind.dataset)") }
  }
}
