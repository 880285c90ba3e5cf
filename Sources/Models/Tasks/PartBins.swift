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
    case .uniform: bounds = Array(repeating: uniformBounds(height: height, parts: parts), count: batch)
    case .kmeans:
      bounds = peakRows(of: features, on: engine).map { self.bounds(peaks: $0, height: height, parts: parts) }
    }
    return (0..<parts).map { part in bounds.map { $0[part]..<$0[part + 1] } }
  }

  /// The first row of each of equal strips, and `height` at the end.
  private static func uniformBounds(height: Int, parts: Int) -> [Int] { (0...parts).map { $0 * height / parts } }

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

/// The same as operators. All of the clustering is in double precision, as here, so that both assign alike.
extension PartBins {
  /// The parts of a map and their means.
  ///
  /// - Parameter features: X, `[N, Z, H, W]`.
  /// - Returns: the first row of each part and the row behind its last, whole numbers `[N, P, 2]`; the parts' means,
  ///   `[N, P, Z]`.
  static func parts(
    of features: OperatorGraph.Value, count: Int, binning: PartBinning, in graph: OperatorGraph
  ) -> (rows: OperatorGraph.Value, means: OperatorGraph.Value) {
    let height = features.shape[1]
    switch binning {
    case .uniform:
      let bounds = uniformBounds(height: height, parts: count)
      let strips = zip(bounds, bounds.dropFirst()).map { $0..<$1 }
      let rows = graph.repeated(
        graph.integers(strips.flatMap { [$0.lowerBound, $0.upperBound] }, shape: [1, count, 2]), shape: [count, 2],
        type: .int64, forEachOf: features)
      return (rows, graph.means(of: features, rows: strips))
    case .kmeans:
      let bounds = bounds(of: features, parts: count, in: graph)
      let rows = graph.joined([bounds.lower, bounds.upper], along: 2)
      let isInside = graph.isWithin(height, from: bounds.lower, to: bounds.upper)
      // A strip holds all columns of its rows: the mean over columns comes first.
      let lines = graph.widened(graph.reduced("ReduceMean", features, over: [3]), at: 3)
      return (graph.cast(rows, to: .int64), graph.means(of: lines, over: isInside))
    }
  }

  /// The first row of each part and the row behind its last, double `[N, P, 1]` each; see ``bounds(peaks:height:parts:)``.
  private static func bounds(
    of features: OperatorGraph.Value, parts: Int, in graph: OperatorGraph
  ) -> (lower: OperatorGraph.Value, upper: OperatorGraph.Value) {
    let (height, width) = (features.shape[1], features.shape[2])
    // How many channels peak in each row, [N, H].
    let counts = graph.reduced("ReduceSum", graph.reshaped(graph.peaks(of: features), [height, width]), over: [2])
    let members = graph.widened(counts, at: 2)
    let rows = graph.counted(height, shape: [1, height, 1])
    let start = (0..<parts).map { (Double($0) + 0.5) * Double(height) / Double(parts) - 0.5 }
    var centres = graph.repeated(
      graph.doubles(start, shape: [1, parts]), shape: [parts], type: .double, forEachOf: features)
    for _ in 0..<mostRounds {
      let distances = graph.apply(
        "Abs", graph.apply("Sub", rows, graph.widened(centres, at: 1), shape: [height, parts], type: .double))
      let own = graph.apply(
        "Mul", graph.cast(graph.isNearest(distances), to: .double), members, shape: [height, parts])
      centres = graph.moved(
        centres, sums: graph.reduced("ReduceSum", graph.apply("Mul", own, rows), over: [1]),
        members: graph.reduced("ReduceSum", own, over: [1]))
    }
    var bounds = [graph.apply("Mul", graph.slice(centres, 0..<1, along: 1), graph.double(0))]
    for k in 0..<parts - 1 {
      let pair = graph.reduced("ReduceSum", graph.slice(centres, k..<k + 2, along: 1), over: [1], keepsAxes: true)
      let midway = graph.apply("Add", graph.apply("Floor", graph.apply("Div", pair, graph.double(2))), graph.double(1))
      let least = graph.apply("Max", midway, graph.apply("Add", bounds[k], graph.double(1)))
      bounds.append(graph.apply("Min", least, graph.double(Double(height - (parts - 1 - k)))))
    }
    let end = graph.apply("Add", bounds[0], graph.double(Double(height)))
    let all = graph.widened(graph.joined(bounds + [end]), at: 2)
    return (graph.slice(all, 0..<parts, along: 1), graph.slice(all, 1..<parts + 1, along: 1))
  }
}
