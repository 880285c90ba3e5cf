/// What a dataset may say of an image beside its label.
package enum Cue: String, Sendable, Hashable, CaseIterable, Codable {
  /// Joints of the person, as a pose estimator writes them.
  case keypoints
  /// A class of each pixel, as a human parser writes them.
  case parsing
}

/// Something that a task reads of each image beside the network's input.
///
/// It is made of the image's file and one of its cues while images are loaded, and is a constant to the gradient. All are
/// symmetric: that of a mirrored image is the mirrored one.
package enum CueInput: Hashable, Sendable {
  /// How much each place of the feature map counts in each of ``ParsedRegion/allCases``, `[rows, columns, 5]`: a region's
  /// numbers sum to 1, or are 0 where the image has none of it.
  ///
  /// - Parameter scale: how many times finer than the map the grid is that labels are counted on.
  case regionWeights(rows: Int, columns: Int, scale: Int)
  /// A box of the body, cut out of the image's file, brought to a size and normalised, `[height, width, 3]`.
  case crop(BodyCrop)
  /// Six parts of the body, each turned upright in a place of its own, normalised, `[height, width, 3]`.
  case partImage(height: Int, width: Int)

  /// The cue that it is made of.
  package var cue: Cue {
    switch self {
    case .regionWeights: .parsing
    case .crop, .partImage: .keypoints
    }
  }

  /// The shape of one image's, as rows, columns and numbers of each place.
  package var shape: [Int] {
    switch self {
    case .regionWeights(let rows, let columns, _): [rows, columns, ParsedRegion.allCases.count]
    case .crop(let crop): [crop.height, crop.width, 3]
    case .partImage(let height, let width): [height, width, 3]
    }
  }
}

/// A region of the body that a human parser tells apart; the foreground is all of them.
package enum ParsedRegion: String, Sendable, CaseIterable {
  case foreground
  case head
  case upper
  case lower
  case shoes
}

/// A box of the body between key points, in a frame of 512 rows and 256 columns.
package struct BodyCrop: Hashable, Sendable {
  package enum Part: String, Sendable, CaseIterable {
    case head
    case upper
    case lower
  }

  package let part: Part
  /// Rows of 512 that the box reaches beyond the neck.
  package let neckOverlap: Double
  /// Rows of 512 that the box reaches beyond the hips.
  package let hipsOverlap: Double
  /// The size that it is brought to.
  package let height: Int
  package let width: Int

  package init(_ part: Part, neckOverlap: Double, hipsOverlap: Double, height: Int, width: Int) {
    self.part = part
    self.neckOverlap = neckOverlap
    self.hipsOverlap = hipsOverlap
    self.height = height
    self.width = width
  }
}
