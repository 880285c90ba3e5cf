import Foundation

/// What a twin holds; stored beside its images as `twin.json`.
package struct TwinSummary: Codable, Equatable, Sendable {
  /// One folder of images.
  package struct Split: Codable, Equatable, Sendable {
    /// The folder's name.
    package var folder: String
    /// Its images.
    package var images: Int
    /// Its identities, without distractors (0) and junk (−1).
    package var identities: Int
    /// The cameras that took its images.
    package var cameras: Int
  }

  /// The folders of the real benchmarks.
  package static let folders = ["bounding_box_train", "bounding_box_test", "query"]

  /// The benchmark that it stands in for.
  package var kind: SyntheticTwin.Kind
  /// The version of the drawing, see ``SyntheticTwin/version``.
  package var version: Int
  /// The seed of everything drawn.
  package var seed: UInt64
  /// How large it was asked to be.
  package var scale: TwinScale
  /// What is in each folder.
  package var splits: [Split]
  /// Images in all.
  package var images: Int
  /// Whether it was there already and nothing was drawn.
  package var wasPresent: Bool

  init(kind: SyntheticTwin.Kind, scale: TwinScale, seed: UInt64) {
    self.kind = kind
    version = SyntheticTwin.version
    self.seed = seed
    self.scale = scale
    splits = []
    images = 0
    wasPresent = false
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

  func isSame(as other: TwinSummary) -> Bool {
    kind == other.kind && version == other.version && seed == other.seed && scale == other.scale
      && splits == other.splits
  }

  func markedPresent() -> TwinSummary {
    var copy = self
    copy.wasPresent = true
    return copy
  }
}
