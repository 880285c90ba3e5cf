import Models

/// How much of each cell of a grid the regions of a body cover.
package struct RegionMaps: Sendable {
  package let rows: Int
  package let columns: Int
  /// Shares of cells, `5 × rows × columns`, by ``ParsedRegion/allCases``.
  package let shares: [Double]

  private static let regions = ParsedRegion.allCases.count

  /// Counts labels on a grid by exact overlaps, also where it is finer than the labels: no label is resized.
  package init(_ labels: LabelImage, scheme: LabelScheme, rows: Int, columns: Int) {
    let down = Axis(overlapOf: labels.height, with: rows)
    let across = Axis(overlapOf: labels.width, with: columns)
    let belongs = scheme.regions
    let count = Self.regions
    var shares = [Double](repeating: 0, count: count * rows * columns)
    var line = [Double](repeating: 0, count: count * columns)
    for y in 0..<labels.height {
      for place in line.indices { line[place] = 0 }
      for x in 0..<labels.width {
        let regions = belongs[Int(labels.classes[y * labels.width + x])]
        guard regions[0] else { continue }
        across.forEach(of: x) { column, share in
          for region in 0..<count where regions[region] { line[region * columns + column] += share }
        }
      }
      down.forEach(of: y) { row, share in
        for region in 0..<count {
          for column in 0..<columns {
            shares[(region * rows + row) * columns + column] += share * line[region * columns + column]
          }
        }
      }
    }
    self.rows = rows
    self.columns = columns
    self.shares = shares
  }

  /// How much each place of a feature map counts in each region, `height × width × 5`: a region's numbers sum to 1, or
  /// are 0 where the image has none of it. An empty foreground is the whole map.
  ///
  /// To enlarge the feature map to the grid and average it there with the shares as weights is a weighted mean of the map
  /// itself: the enlargement, transposed, moves to the weights (SPReID, CVPR 2018).
  package func weights(height: Int, width: Int) -> [Float] {
    let down = Axis(enlarging: height, to: rows)
    let across = Axis(enlarging: width, to: columns)
    let count = Self.regions
    var weights = [Float](repeating: 0, count: height * width * count)
    for region in 0..<count {
      var sums = [Double](repeating: 0, count: height * width)
      var total = 0.0
      for row in 0..<rows {
        for column in 0..<columns {
          let share = shares[(region * rows + row) * columns + column]
          guard share > 0 else { continue }
          total += share
          down.forEach(of: row) { y, weight in
            across.forEach(of: column) { x, other in sums[y * width + x] += share * weight * other }
          }
        }
      }
      for place in sums.indices where total > 0 { weights[place * count + region] = Float(sums[place] / total) }
      if region == 0 && total == 0 { return Self.wholeImage(height: height, width: width) }
    }
    return weights
  }

  /// The weights where nothing is known: all is foreground, and no part is there.
  package static func wholeImage(height: Int, width: Int) -> [Float] {
    (0..<height * width * regions).map { $0.isMultiple(of: regions) ? Float(1 / Double(height * width)) : 0 }
  }
}

/// Which places of one line belong to each place of another, and how much.
private struct Axis {
  private var starts = [0]
  private var places: [Int] = []
  private var weights: [Double] = []

  func forEach(of place: Int, _ body: (_ place: Int, _ weight: Double) -> Void) {
    for number in starts[place]..<starts[place + 1] { body(places[number], weights[number]) }
  }

  /// For each pixel the cells that it overlaps, each with the share of the cell that the pixel covers.
  init(overlapOf pixels: Int, with cells: Int) {
    let size = Double(pixels) / Double(cells)
    for pixel in 0..<pixels {
      let (low, high) = (pixel * cells / pixels, min(cells - 1, (pixel + 1) * cells / pixels))
      for cell in low...high {
        let overlap = min(Double(cell + 1) * size, Double(pixel + 1)) - max(Double(cell) * size, Double(pixel))
        if overlap > 0 { add(cell, overlap / size) }
      }
      starts.append(places.count)
    }
  }

  /// For each place of the enlarged line the places that it lies between; pixel centres at halves, the edge repeated.
  init(enlarging source: Int, to target: Int) {
    for place in 0..<target {
      let middle = (Double(place) + 0.5) * Double(source) / Double(target) - 0.5
      let low = middle.rounded(.down)
      let share = middle - low
      add(min(max(Int(low), 0), source - 1), 1 - share)
      add(min(max(Int(low) + 1, 0), source - 1), share)
      starts.append(places.count)
    }
  }

  private mutating func add(_ place: Int, _ weight: Double) {
    places.append(place)
    weights.append(weight)
  }
}
