import Datasets
import Tensors

/// The joints and labels of one drawn crop: what a pose estimator and a human parser would have to find in it.
package struct Cues: Equatable, Sendable {
  /// A joint in COCO's form.
  package struct Joint: Equatable, Sendable {
    /// COCO's flag for a joint that is there.
    package enum Sight: Int, Sendable { case hidden = 1, seen }

    /// Its place in pixels of the crop, 0 at the middle of the first, in thousandths.
    package fileprivate(set) var x: Double
    package fileprivate(set) var y: Double
    package let sight: Sight

    /// - Parameter place: a place on the canvas, 0 at the first pixel's edge.
    init(at place: Point, _ sight: Sight) {
      x = Self.rounded(Double(place.x) - 0.5)
      y = Self.rounded(Double(place.y) - 0.5)
      self.sight = sight
    }

    fileprivate static func rounded(_ value: Double) -> Double {
      // Adding 0 makes 0 of −0.
      (value * 1000).rounded() / 1000 + 0
    }
  }

  /// Where pixels of the person lie.
  package struct Extent: Equatable, Sendable {
    /// The smallest box around them: left, top, width and height.
    package var box = [0, 0, 0, 0]
    /// How many they are.
    package var area = 0
  }

  /// COCO's seventeen joints in their order, the person's left before the right; empty where the crop shows nobody.
  package private(set) var joints: [Joint]
  /// A class of LIP for each pixel.
  package private(set) var labels: LabelImage
  /// Where the person is seen, whatever noise the labels have.
  package let extent: Extent

  /// What the labels' numbers mean.
  static let scheme = LabelScheme.lip

  /// Takes the cues of the crop's own person, if it has any, from a canvas that recorded labels.
  init(of figure: Figure?, on canvas: Canvas) {
    labels = LabelImage(width: canvas.width, height: canvas.height, classes: canvas.classes())
    extent = Self.extent(of: labels)
    joints =
      figure?.joints.map { joint in
        let isSeen = !joint.isTurnedAway && canvas.contains(joint.place) && !canvas.isHidden(joint.place)
        return Joint(at: joint.place, isSeen ? .seen : .hidden)
      } ?? []
  }

  private static func extent(of labels: LabelImage) -> Extent {
    let pixels = labels.classes.indices.filter { labels.classes[$0] != 0 }
    guard let first = pixels.first, let last = pixels.last else { return Extent() }
    let columns = pixels.map { $0 % labels.width }
    let (left, right) = (columns.min() ?? 0, columns.max() ?? 0)
    let (top, bottom) = (first / labels.width, last / labels.width)
    return Extent(box: [left, top, right - left + 1, bottom - top + 1], area: pixels.count)
  }

  /// The same as a worse estimator and a worse parser would have found them.
  ///
  /// The flags stay those of the true places. Every number is drawn whatever the strength, so that a stronger noise
  /// spoils what a weaker one spoils, and the joints' noise says nothing about the labels'.
  ///
  /// - Parameter name: what the image is called; each has its own numbers.
  func disturbed(by noise: CueNoise, seed: UInt64, name: String) -> Cues {
    var copy = self
    if noise.joints > 0 {
      var random = RandomStream(seed: seed, name: name + "/joints")
      for index in joints.indices {
        copy.joints[index].x = Joint.rounded(joints[index].x + random.normal(deviation: noise.joints))
        copy.joints[index].y = Joint.rounded(joints[index].y + random.normal(deviation: noise.joints))
      }
    }
    if noise.labels > 0 {
      var random = RandomStream(seed: seed, name: name + "/labels")
      let count = Self.scheme.names.count
      let classes = labels.classes.map { label in
        let isWrong = random.chance(noise.labels)
        let step = 1 + random.int(below: count - 1)
        return isWrong ? UInt8((Int(label) + step) % count) : label
      }
      copy.labels = LabelImage(width: labels.width, height: labels.height, classes: classes)
    }
    return copy
  }
}
