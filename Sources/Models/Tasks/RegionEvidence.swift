import Layers
import Tensors

/// What the regions task saw in one image.
///
/// The strongest of several means is, for one image, a choice of a part for each number z; given that choice the score of a
/// class is linear in X:
///
///     logit = mean over q of M(q) + constant
///     M(q) = Σ_z X(q, z) · (P · w_foreground(q) · A[z] + P · w_part(z)(q) · B[z] + C[z])
///
/// with P places and A, B, C the class's weights for each number of foreground, parts and mean. That is what the class
/// activation map of a linear classifier is (Zhou et al., CVPR 2016).
struct RegionEvidence {
  private let height, width, channels: Int
  /// X, place by place.
  private let features: [Float]
  /// The regions' weights, place by place; empty where the task reads none.
  private let weights: [Float]
  private var places: Int { height * width }
  private static let regions = ParsedRegion.allCases.count

  /// - Parameters:
  ///   - features: of the image, `[1, H, W, Z]`.
  ///   - weights: of the batch, `[N, H, W, 5]`.
  init(features: Tensor, weights: Tensor?, image: Int) {
    (height, width, channels) = (features.shape[1], features.shape[2], features.shape[3])
    self.features = features.array
    let count = height * width * Self.regions
    self.weights = weights.map { $0.view([count], offset: image * count).array } ?? []
  }

  private func weight(_ region: Int, _ place: Int) -> Float { weights[place * Self.regions + region] }

  /// The regions that are averaged over, each of the place that counts most; without any place where the image shows none.
  func parts(of pool: [RegionsTask.Pool]) -> [SoftPart] {
    guard !weights.isEmpty else { return [] }
    return ParsedRegion.allCases.enumerated().compactMap { region, name in
      guard pool.contains(name == .foreground ? .foreground : .parts) else { return nil }
      let values = (0..<places).map { weight(region, $0) }
      let most = values.max() ?? 0
      return SoftPart(name: name.rawValue, values: most > 0 ? values.map { $0 / most } : values)
    }
  }

  /// M, place by place.
  ///
  /// - Parameter row: the class's weights.
  func map(of row: [Float], pool: [RegionsTask.Pool]) -> [Float] {
    var map = [Float](repeating: 0, count: places)
    for (number, pool) in pool.enumerated() {
      let row = row[number * channels..<(number + 1) * channels]
      let strongest = pool == .parts ? strongest : []
      for place in 0..<places {
        for (z, factor) in row.enumerated() {
          let share: Float
          switch pool {
          case .foreground: share = Float(places) * weight(0, place)
          case .parts: share = strongest[z].map { Float(places) * weight($0, place) } ?? 0
          case .global: share = 1
          }
          map[place] += features[place * channels + z] * factor * share
        }
      }
    }
    return map
  }

  /// The part of each number of X whose mean is largest, the first of equals; nil where the image shows none.
  private var strongest: [Int?] {
    let shown = (1..<Self.regions).filter { region in (0..<places).contains { weight(region, $0) != 0 } }
    return (0..<channels).map { z in
      var best: (region: Int, mean: Float)?
      for region in shown {
        let mean = (0..<places).reduce(Float(0)) { $0 + weight(region, $1) * features[$1 * channels + z] }
        if best.map({ mean > $0.mean }) ?? true { best = (region, mean) }
      }
      return best?.region
    }
  }
}
