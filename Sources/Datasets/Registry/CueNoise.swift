import Configuration
import Support

/// How far the cues of a drawn dataset are from the truth, so that one can see what exact ones are worth.
///
/// ```yaml
/// cues:
///   noise: { joints: 3, labels: 0.05 }   # either may be left out; nothing by default
/// ```
package struct CueNoise: Codable, Hashable, Sendable {
  /// The deviation of each joint's x and y in pixels of the crop, which is 64 wide.
  package var joints: Double
  /// The share of pixels that bear one of the other labels, each as likely.
  package var labels: Double

  /// What ``joints`` and ``labels`` may be.
  package static let ranges = (joints: 0.0...64.0, labels: 0.0...1.0)

  package init(joints: Double = 0, labels: Double = 0) {
    self.joints = joints
    self.labels = labels
  }

  /// Reads the setting.
  ///
  /// - Throws: `ConfigurationError` at the first key or number that is not understood.
  package init(_ setting: Setting) throws(ConfigurationError) {
    let keys = try setting.keys("joints", "labels")
    joints = try keys["joints"]?.double(in: Self.ranges.joints) ?? 0
    labels = try keys["labels"]?.double(in: Self.ranges.labels) ?? 0
  }
}
