import Layers
import Tensors

/// How the part task cuts a feature map into horizontal parts.
package enum PartBinning: String, Sendable, CaseIterable {
  /// k-means over the rows of the channels' peaks, image by image (paper, section 3.2).
  case kmeans
  /// Equal strips.
  case uniform

  /// The parts in a caption.
  package var words: String {
    switch self {
    case .kmeans: "the parts that their rows are clustered into"
    case .uniform: "the equal strips that the map is cut into, whatever they are"
    }
  }
}

/// The part task's regions: full-width strips of rows, found from where each channel peaks.
///
/// Source: paper, section 3.2 and Equation 1; the clustering is the specification's.
package enum PartBins {
  /// The most rounds of k-means.
  static let mostRounds = 10

  /// The rows of each part in each image.
  ///
  /// - Parameters:
  ///   - features: the map X, `[N, H, W, Z]`, at least `parts` rows high.
  ///   - parts: how many parts.
  /// - Returns: `parts` lists of N non-empty ranges that together cover all rows.
  package static func regions(
    of features: Tensor, parts: Int, binning: PartBinning, on engine: Engine
  ) -> [[Range<Int>]] {
    let (batch, height) = (features.shape[0], features.shape[1])
    let bounds: [[Int]]
    switch binning {
    case .uniform:
      bounds = Array(repeating: (0...parts).map { $0 * height / parts }, count: batch)
    case .kmeans:
      bounds = peakRows(of: features, on: engine).map { self.bounds(peaks: $0, height: height, parts: parts) }
    }
    return (0..<parts).map { part in bounds.map { $0[part]..<$0[part + 1] } }
  }

  /// The row of each channel's peak (Equation 1): the first maximum in row-major order. A channel that is nowhere above
  /// zero has none.
  package static func peakRows(of features: Tensor, on engine: Engine) -> [[Int]] {
    ChannelMaxima(of: features, on: engine).peaks.map { peaks in peaks.compactMap { $0?.row } }
  }

  /// The first row of each part, and `height` at the end.
  ///
  /// One-dimensional k-means: centres start in the middles of equal strips, a tie goes to the upper bin, an empty bin
  /// keeps its centre. The bound between two parts lies midway between their centres, moved where needed so that each part
  /// has a row.
  package static func bounds(peaks: [Int], height: Int, parts: Int) -> [Int] {
    var centres = (0..<parts).map { (Double($0) + 0.5) * Double(height) / Double(parts) - 0.5 }
    // Peaks in one row share their fate, so counting rows is enough.
    var counts = [Int](repeating: 0, count: height)
    for row in peaks { counts[row] += 1 }
    for _ in 0..<mostRounds {
      var sums = [Double](repeating: 0, count: parts)
      var members = [Int](repeating: 0, count: parts)
      for (row, count) in counts.enumerated() where count > 0 {
        var nearest = 0
        for k in 1..<max(1, parts) where abs(Double(row) - centres[k]) < abs(Double(row) - centres[nearest]) {
          nearest = k
        }
        sums[nearest] += Double(row * count)
        members[nearest] += count
      }
      let moved = (0..<parts).map { members[$0] > 0 ? sums[$0] / Double(members[$0]) : centres[$0] }
      if moved == centres { break }
      centres = moved
    }
    var bounds = [0]
    for k in 0..<parts - 1 {
      let midway = Int(((centres[k] + centres[k + 1]) / 2).rounded(.down)) + 1
      bounds.append(min(max(midway, bounds[k] + 1), height - (parts - 1 - k)))
    }
    return bounds + [height]
  }
}
