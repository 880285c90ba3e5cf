import Datasets

/// What a twin holds; stored beside its images as `twin.json`.
package struct TwinSummary: Codable, Equatable, Sendable {
  /// One folder of images.
  package struct Split: Codable, Equatable, Sendable {
    package var folder: String
    package var images: Int
    /// Its identities, without distractors (0) and junk (−1).
    package var identities: Int
    package var cameras: Int
  }

  /// The folders of the real benchmarks.
  package static let folders = ["bounding_box_train", "bounding_box_test", "query"]

  /// The benchmark that it stands in for.
  package var kind: SyntheticTwin.Kind
  /// The version of the drawing, see ``SyntheticTwin/version``.
  package var version: Int
  package var seed: UInt64
  package var scale: TwinScale
  package var splits: [Split]
  package var images: Int
  /// Whether its images were there already and none was drawn.
  package var wasPresent: Bool
  /// The version of its joints and labels, see ``CueFiles/version``; 0 while others take their place, nil in a twin
  /// that was made before there were any.
  package var cues: Int?
  /// What was done to the cues; nil where they are exact.
  package var noise: CueNoise?
  /// Whether the cues were drawn now.
  package var hasNewCues = false

  enum CodingKeys: String, CodingKey {
    case kind, version, seed, scale, splits, images, wasPresent, cues, noise
  }

  init(kind: SyntheticTwin.Kind, scale: TwinScale, seed: UInt64, noise: CueNoise) {
    self.kind = kind
    version = SyntheticTwin.version
    self.seed = seed
    self.scale = scale
    splits = []
    images = 0
    wasPresent = false
    cues = CueFiles.version
    self.noise = noise == CueNoise() ? nil : noise
  }

  mutating func count(_ shots: [TwinPlan.Shot]) {
    splits = Self.folders.map { folder in
      let those = shots.filter { $0.folder == folder }
      let known = those.filter { !$0.file.hasPrefix("0000_") && !$0.file.hasPrefix("-1_") }
      return Split(
        folder: folder, images: those.count, identities: Set(known.map(\.person)).count,
        cameras: Set(those.map(\.camera)).count)
    }
    images = shots.count
  }

  /// Whether the images are the same, whatever the cues.
  func hasImages(of other: TwinSummary) -> Bool {
    kind == other.kind && version == other.version && seed == other.seed && scale == other.scale
      && splits == other.splits
  }

  func hasCues(of other: TwinSummary) -> Bool { cues == other.cues && noise == other.noise }

  func markedPresent(hasNewCues: Bool) -> TwinSummary {
    var copy = self
    copy.wasPresent = true
    copy.hasNewCues = hasNewCues
    return copy
  }
}
