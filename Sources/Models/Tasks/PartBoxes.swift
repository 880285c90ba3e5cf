import Layers
import Tensors

/// How the peaks of a map's channels are clustered into parts.
package enum PartClustering: String, Sendable, CaseIterable {
  /// By both coordinates; a part is the smallest box that holds its peaks.
  case plane
  /// By their rows alone; a part is the rows that hold its peaks, at full width.
  case rows

  /// The parts in a caption.
  package var words: String {
    switch self {
    case .plane: "the smallest boxes that hold each of the clusters that they fall into"
    case .rows: "the rows that hold each of the clusters that they fall into"
    }
  }
}

/// Parts of a body as boxes around clusters of the channels' strongest responses, image by image.
///
/// Source: Yao, Zhang, Zhang, Li and Tian, "Deep representation learning with part loss for person re-identification",
/// arXiv 1707.00798; the clustering is the specification's. All of it runs in double precision, of whole sums and one
/// division, so that every machine assigns alike; nothing here passes a gradient.
package struct PartBoxes {
  private let height: Int
  private let width: Int
  private let parts: Int
  private let clustering: PartClustering

  /// Rounds of k-means.
  private static let rounds = 10

  /// States the map's sides and the number of parts.
  package init(height: Int, width: Int, parts: Int, clustering: PartClustering) {
    precondition(height > 0 && width > 0 && parts > 0, "\(parts) parts on a map of \(height)×\(width)")
    self.height = height
    self.width = width
    self.parts = parts
    self.clustering = clustering
  }

  /// The boxes of each part in each image of `[N, H, W, Z]`, the parts from top to bottom.
  package static func find(
    in features: Tensor, parts: Int, clustering: PartClustering, on engine: Engine
  ) -> [[MapBox]] {
    let boxes = PartBoxes(
      height: features.shape[1], width: features.shape[2], parts: parts, clustering: clustering)
    let images = ChannelMaxima(of: features, on: engine).peaks.map { peaks in boxes.boxes(of: peaks.compactMap { $0 }) }
    return (0..<parts).map { part in images.map { $0[part] } }
  }

  /// The parts of one image, from top to bottom.
  ///
  /// k-means starts from the middles of equal strips, a tie goes to the lower number, a cluster without peaks keeps
  /// its centre. Clusters are numbered by their centres' rows, ties by the lower old number. The n-th part, where it has
  /// no peak, is the n-th of equal strips.
  package func boxes(of peaks: [(row: Int, column: Int)]) -> [MapBox] {
    var centres = start
    for _ in 0..<Self.rounds {
      var members = [Members](repeating: Members(), count: parts)
      for peak in peaks { members[nearest(to: peak, centres)].add(peak.row, column(of: peak)) }
      let moved = zip(members, centres).map { $0.mean ?? $1 }
      // Centres that stay, stay in all rounds to come.
      if moved == centres { break }
      centres = moved
    }
    var clusters = [[(row: Int, column: Int)]](repeating: [], count: parts)
    for peak in peaks { clusters[nearest(to: peak, centres)].append(peak) }
    let order = (0..<parts).sorted { (centres[$0].row, $0) < (centres[$1].row, $1) }
    return order.enumerated().map { number, cluster in box(of: clusters[cluster], number: number) }
  }

  /// Where the centres start.
  private var start: [Centre] {
    (0..<parts).map { k in
      Centre(
        row: (Double(k) + 0.5) * Double(height) / Double(parts) - 0.5,
        column: clustering == .plane ? Double(width - 1) / 2 : 0)
    }
  }

  private func column(of peak: (row: Int, column: Int)) -> Int { clustering == .plane ? peak.column : 0 }

  /// The number of the nearest centre; the lowest of several.
  private func nearest(to peak: (row: Int, column: Int), _ centres: [Centre]) -> Int {
    var best = (number: 0, distance: Double.infinity)
    for (number, centre) in centres.enumerated() {
      let (dh, dw) = (Double(peak.row) - centre.row, Double(column(of: peak)) - centre.column)
      // Swift fuses no product into a sum by itself, so both squares are rounded.
      let distance = dh * dh + dw * dw
      if distance < best.distance { best = (number, distance) }
    }
    return best.number
  }

  private func box(of peaks: [(row: Int, column: Int)], number: Int) -> MapBox {
    let rows = peaks.map(\.row)
    let columns = peaks.map(\.column)
    guard let top = rows.min(), let bottom = rows.max(), let left = columns.min(), let right = columns.max() else {
      let start = number * height / parts
      return MapBox(rows: start..<max((number + 1) * height / parts, start + 1), columns: 0..<width)
    }
    return MapBox(rows: top..<bottom + 1, columns: clustering == .plane ? left..<right + 1 : 0..<width)
  }

  private struct Centre: Equatable {
    var row: Double
    var column: Double
  }

  /// What a cluster's peaks add up to.
  private struct Members {
    private var rows = 0
    private var columns = 0
    private var count = 0

    mutating func add(_ row: Int, _ column: Int) {
      rows += row
      columns += column
      count += 1
    }

    var mean: Centre? {
      count > 0 ? Centre(row: Double(rows) / Double(count), column: Double(columns) / Double(count)) : nil
    }
  }
}

/// The same as operators.
extension PartBoxes {
  /// The boxes of each image and their means.
  ///
  /// - Parameter features: X, `[N, Z, H, W]`.
  /// - Returns: the first row, the row behind the last, and columns alike, whole numbers `[N, P, 4]`; the boxes' means,
  ///   `[N, P, Z]`.
  func find(
    in features: OperatorGraph.Value, in graph: OperatorGraph
  ) -> (boxes: OperatorGraph.Value, means: OperatorGraph.Value) {
    let places = height * width
    let counts = graph.widened(graph.peaks(of: features), at: 2)
    let rows = graph.doubles((0..<places).map { Double($0 / width) }, shape: [1, places, 1])
    let columns = graph.doubles((0..<places).map { Double($0 % width) }, shape: [1, places, 1])
    let clustered =
      clustering == .plane ? columns : graph.doubles([Double](repeating: 0, count: places), shape: [1, places, 1])

    var centres = (
      row: centre(start.map(\.row), of: features, in: graph),
      column: centre(start.map(\.column), of: features, in: graph)
    )
    func isNearest() -> OperatorGraph.Value {
      func squares(_ places: OperatorGraph.Constant, _ centre: OperatorGraph.Value) -> OperatorGraph.Value {
        let d = graph.apply(
          "Sub", places, graph.widened(centre, at: 1), shape: [height * width, parts], type: .double)
        return graph.apply("Mul", d, d)
      }
      return graph.isNearest(graph.apply("Add", squares(rows, centres.row), squares(clustered, centres.column)))
    }
    for _ in 0..<Self.rounds {
      let own = graph.apply("Mul", graph.cast(isNearest(), to: .double), counts)
      let members = graph.reduced("ReduceSum", own, over: [1])
      func moved(_ centre: OperatorGraph.Value, _ places: OperatorGraph.Constant) -> OperatorGraph.Value {
        graph.moved(
          centre, sums: graph.reduced("ReduceSum", graph.apply("Mul", own, places), over: [1]), members: members)
      }
      centres = (moved(centres.row, rows), moved(centres.column, clustered))
    }
    let isMember = graph.apply(
      "And", isNearest(), graph.apply("Greater", counts, graph.double(0), type: .bool))
    // The clusters from top to bottom; of equals TopK gives the lower number first.
    let order = graph.add(
      "TopK", [centres.row.name, graph.integers([parts]).name], ["axis": .int(1), "largest": .int(0)],
      giving: [([parts], .double), ([parts], .int64)])[1]

    /// An extreme of each cluster's places, in the clusters' order; the n-th of equal strips where it has none.
    func extreme(
      _ kind: String, _ numbers: OperatorGraph.Constant, none: Double, plus: Double, strip: [Double]
    ) -> OperatorGraph.Value {
      let own = graph.apply(
        "Where", isMember, numbers, graph.double(none), shape: isMember.shape, type: .double)
      let found = graph.apply("Add", graph.reduced(kind, own, over: [1]), graph.double(plus))
      let sorted = graph.apply("GatherElements", found, order, attributes: ["axis": .int(1)])
      let isNone = graph.apply("Equal", sorted, graph.double(none + plus), type: .bool)
      return graph.apply(
        "Where", isNone, graph.doubles(strip, shape: [1, parts]), sorted, shape: [parts], type: .double)
    }
    let strips = (0..<parts).map { box(of: [], number: $0) }
    let top = extreme("ReduceMin", rows, none: 1e9, plus: 0, strip: strips.map { Double($0.rows.lowerBound) })
    let bottom = extreme("ReduceMax", rows, none: -1e9, plus: 1, strip: strips.map { Double($0.rows.upperBound) })
    // Rows alone: all columns, whoever belongs to a cluster.
    let (least, most) = clustering == .plane ? (columns, columns) : (edge(0), edge(width - 1))
    let left = extreme("ReduceMin", least, none: 1e9, plus: 0, strip: strips.map { Double($0.columns.lowerBound) })
    let right = extreme("ReduceMax", most, none: -1e9, plus: 1, strip: strips.map { Double($0.columns.upperBound) })
    func edge(_ column: Int) -> OperatorGraph.Constant {
      graph.doubles([Double](repeating: Double(column), count: places), shape: [1, places, 1])
    }

    let sides = [top, bottom, left, right].map { graph.widened($0, at: 2) }
    let inRows = graph.widened(graph.isWithin(height, from: sides[0], to: sides[1]), at: 3)
    let inColumns = graph.widened(graph.isWithin(width, from: sides[2], to: sides[3]), at: 2)
    let isInside = graph.apply("And", inRows, inColumns, shape: [parts, height, width])
    return (
      graph.cast(graph.joined(sides, along: 2), to: .int64),
      graph.means(of: features, over: graph.reshaped(isInside, [parts, places]))
    )
  }

  /// A coordinate of all centres before the first round, double `[N, K]`.
  private func centre(
    _ numbers: [Double], of features: OperatorGraph.Value, in graph: OperatorGraph
  ) -> OperatorGraph.Value {
    graph.repeated(graph.doubles(numbers, shape: [1, parts]), shape: [parts], type: .double, forEachOf: features)
  }
}
