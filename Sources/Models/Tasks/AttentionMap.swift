import Layers
import Tensors

/// What the merged map must reach to be kept.
package enum AttentionThreshold: Hashable, Sendable {
  /// The map's own mean.
  case mean
  /// The level that separates the map's values best into two groups (Otsu), over 256 bins.
  case otsu
  /// A share of the map's maximum.
  case fraction(Double)
}

/// The attribute attention map: where the network looked to name the selected attributes.
///
/// For each selected attribute the class activation map of its predicted class over its region's rows,
/// `M(h,w) = Σ_v W[c,v] · F[v,h,w]`, scaled to 0 ... 1 by its own extremes; the maps merged by their maximum; what
/// lies below the threshold set to 0. Source: paper, section 3.3 (ii); Zhou et al., CVPR 2016.
package struct AttentionMap {
  /// One attribute that goes into the map.
  package struct Contribution {
    /// The class scores, `[N, C]`.
    package let logits: Tensor
    /// The classifier's weights, `[C, V]`; of longer rows the first V count.
    package let weight: Tensor
    /// Where the attribute is looked for.
    package let region: BodyRegion

    /// Names one attribute's part in the map.
    package init(logits: Tensor, weight: Tensor, region: BodyRegion) {
      self.logits = logits
      self.weight = weight
      self.region = region
    }
  }

  /// Computes the maps of a batch.
  ///
  /// - Parameters:
  ///   - features: the attribute task's map F, `[N, H, W, V]`.
  /// - Returns: `[N, H, W]`, each number 0 or in 0 ... 1. It is a constant to the gradient.
  package static func merged(
    _ contributions: [Contribution], features: Tensor, threshold: AttentionThreshold, on engine: Engine
  ) -> Tensor {
    let (batch, height, width) = (features.shape[0], features.shape[1], features.shape[2])
    let map = engine.filled([batch, height, width])
    engine.parallel(batch) { image, _ in
      let target = UnsafeMutableBufferPointer(start: map.pointer + image * height * width, count: height * width)
      for contribution in contributions {
        let rows = contribution.region.rows(of: height)
        let activation = activation(contribution, features: features, image: image, rows: rows)
        let low = activation.min() ?? 0
        let span = max((activation.max() ?? 0) - low, 1e-12)
        for (index, value) in activation.enumerated() {
          let place = rows.lowerBound * width + index
          target[place] = max(target[place], (value - low) / span)
        }
      }
      cut(target, at: threshold)
    }
    return map
  }

  /// The class activation map of an attribute's predicted class over its rows.
  static func activation(
    _ contribution: Contribution, features: Tensor, image: Int, rows: Range<Int>
  ) -> [Float] {
    let (height, width, channels) = (features.shape[1], features.shape[2], features.shape[3])
    let classes = contribution.logits.shape[1]
    let scores = contribution.logits.pointer + image * classes
    var predicted = 0
    for c in 1..<max(1, classes) where scores[c] > scores[predicted] { predicted = c }
    let weight = contribution.weight.pointer + predicted * contribution.weight.shape[1]
    let first = (image * height + rows.lowerBound) * width
    return (first..<first + rows.count * width).map { position in
      let line = features.pointer + position * channels
      var sum: Float = 0
      for v in 0..<channels { sum = fused(weight[v], line[v], plus: sum) }
      return sum
    }
  }

  static func cut(_ map: UnsafeMutableBufferPointer<Float>, at threshold: AttentionThreshold) {
    let level: Double
    switch threshold {
    case .mean: level = map.reduce(0.0) { $0 + Double($1) } / Double(max(1, map.count))
    case .otsu: level = otsu(map)
    case .fraction(let share): level = share * Double(map.max() ?? 0)
    }
    for place in map.indices where Double(map[place]) < level { map[place] = 0 }
  }

  /// How many values Otsu's level is chosen among.
  private static let bins = 256

  /// The level that maximises the variance between what lies below it and what does not.
  static func otsu(_ map: UnsafeMutableBufferPointer<Float>) -> Double {
    var counts = [Double](repeating: 0, count: bins)
    for value in map { counts[min(bins - 1, max(0, Int(value * Float(bins))))] += 1 }
    let total = Double(map.count)
    let sum = counts.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
    var (below, sumBelow, best, level) = (0.0, 0.0, -1.0, 0)
    for bin in 0..<bins - 1 {
      below += counts[bin]
      sumBelow += Double(bin) * counts[bin]
      guard below > 0, below < total else { continue }
      let difference = sumBelow / below - (sum - sumBelow) / (total - below)
      let variance = below * (total - below) * difference * difference
      if variance > best { (best, level) = (variance, bin + 1) }
    }
    return Double(level) / Double(bins)
  }
}

/// The same as operators.
extension AttentionMap {
  /// The maps of a batch, `[N, H, W]`.
  static func merged(
    _ evidence: [GraphOutput.Evidence], threshold: AttentionThreshold, in graph: OperatorGraph
  ) -> OperatorGraph.Value {
    let maps = evidence.map { evidence in
      let (height, width) = (evidence.map.shape[1], evidence.map.shape[2])
      let rows = evidence.classifier.region.rows(of: height)
      let activation = activation(of: evidence, rows: rows, in: graph)
      let low = graph.reduced("ReduceMin", activation, over: [1], keepsAxes: true)
      let high = graph.reduced("ReduceMax", activation, over: [1], keepsAxes: true)
      let span = graph.apply("Max", graph.apply("Sub", high, low), graph.float(1e-12))
      let scaled = graph.apply("Div", graph.apply("Sub", activation, low), span)
      return graph.padded(
        graph.reshaped(scaled, [rows.count, width]), [(rows.lowerBound, height - rows.upperBound), (0, 0)])
    }
    let merged = maps.dropFirst().reduce(maps[0]) { graph.apply("Max", $0, $1) }
    let level = level(of: graph.cast(merged, to: .double), threshold, in: graph)
    return graph.zero(where: graph.apply("Less", graph.cast(merged, to: .double), level, type: .bool), merged)
  }

  /// An attribute's class activation map over its rows, place by place, `[N, rows · W]`.
  private static func activation(
    of evidence: GraphOutput.Evidence, rows: Range<Int>, in graph: OperatorGraph
  ) -> OperatorGraph.Value {
    let predicted = graph.apply(
      "ArgMax", evidence.logits, attributes: ["axis": .int(1), "keepdims": .int(0)], shape: [], type: .int64)
    let width = evidence.map.shape[0]
    let weight = graph.apply(
      "Gather", graph.constant(evidence.classifier.weight), predicted, shape: [width], type: .float)
    let places = graph.flat(graph.slice(evidence.map, rows, along: 2))
    return graph.reshaped(graph.product(graph.widened(weight, at: 1), places), [places.shape[1]])
  }

  /// The level below which a map is cut off, double `[N, 1, 1]`; see ``cut(_:at:)``.
  ///
  /// - Parameter map: double `[N, H, W]`.
  private static func level(
    of map: OperatorGraph.Value, _ threshold: AttentionThreshold, in graph: OperatorGraph
  ) -> OperatorGraph.Value {
    switch threshold {
    case .mean: graph.reduced("ReduceMean", map, over: [1, 2], keepsAxes: true)
    case .otsu: otsu(map, in: graph)
    case .fraction(let share):
      graph.apply("Mul", graph.reduced("ReduceMax", map, over: [1, 2], keepsAxes: true), graph.double(share))
    }
  }

  private static func otsu(_ map: OperatorGraph.Value, in graph: OperatorGraph) -> OperatorGraph.Value {
    let places = map.shape[0] * map.shape[1]
    let scaled = graph.apply("Floor", graph.apply("Mul", graph.reshaped(map, [places, 1]), graph.double(Double(bins))))
    let own = graph.apply("Min", scaled, graph.double(Double(bins - 1)))
    let numbers = graph.counted(bins, shape: [1, 1, bins])
    let isOwn = graph.apply("Equal", own, numbers, shape: [places, bins], type: .bool)
    let counts = graph.cast(graph.reduced("ReduceSum", graph.cast(isOwn, to: .float), over: [1]), to: .double)
    func cumulated(_ x: OperatorGraph.Value) -> OperatorGraph.Value {
      graph.slice(graph.apply("CumSum", x, graph.integers([1], shape: [])), 0..<bins - 1, along: 1)
    }
    let weighed = graph.apply("Mul", counts, graph.counted(bins, shape: [1, bins]))
    let (below, sumBelow) = (cumulated(counts), cumulated(weighed))
    let sum = graph.reduced("ReduceSum", weighed, over: [1], keepsAxes: true)
    let above = graph.apply("Sub", graph.double(Double(places)), below)
    let sumAbove = graph.apply("Sub", sum, sumBelow, shape: below.shape)
    let difference = graph.apply(
      "Sub", graph.apply("Div", sumBelow, below), graph.apply("Div", sumAbove, above))
    let variance = graph.apply(
      "Mul", graph.apply("Mul", graph.apply("Mul", below, above), difference), difference)
    let isSplit = graph.apply("Greater", graph.apply("Min", below, above), graph.double(0), type: .bool)
    let known = graph.apply("Where", isSplit, variance, graph.double(-1), shape: variance.shape, type: .double)
    let best = graph.apply(
      "ArgMax", known, attributes: ["axis": .int(1), "keepdims": .int(1)], shape: [1], type: .int64)
    let level = graph.apply(
      "Div", graph.apply("Add", graph.cast(best, to: .double), graph.double(1)), graph.double(Double(bins)))
    let isFlat = graph.apply(
      "Less", graph.reduced("ReduceMax", known, over: [1], keepsAxes: true), graph.double(0), type: .bool)
    let found = graph.apply("Where", isFlat, graph.double(0), level, shape: level.shape, type: .double)
    return graph.reshaped(found, [1, 1])
  }
}
