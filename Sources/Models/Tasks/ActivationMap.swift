/// Where in one image a class finds its evidence: a number for each place of the feature map, over the rows that its
/// task reads.
package struct ActivationMap: Sendable, Equatable {
  /// The class that the map is of.
  package let predicted: Int
  /// The rows of the feature map that it covers.
  package let rows: Range<Int>
  /// Columns of the feature map.
  package let width: Int
  /// The evidence, `rows.count × width` numbers, row by row.
  package let values: [Float]

  /// Gathers a map; `values` must fill its rows.
  package init(predicted: Int, rows: Range<Int>, width: Int, values: [Float]) {
    precondition(values.count == rows.count * width, "\(values.count) values do not fill \(rows.count) x \(width)")
    self.predicted = predicted
    self.rows = rows
    self.width = width
    self.values = values
  }

  /// The map scaled to 0 ... 1 by its own least and greatest value, as the attention map takes it; a flat one is 0.
  package var scaled: ActivationMap {
    let low = values.min() ?? 0
    let span = max((values.max() ?? 0) - low, 1e-12)
    return ActivationMap(predicted: predicted, rows: rows, width: width, values: values.map { ($0 - low) / span })
  }
}

/// What a network saw in one image; each task adds what it has.
package struct ImageMaps: Sendable {
  /// Rows of the feature map.
  package let height: Int
  /// Columns of the feature map.
  package let width: Int
  /// The global task's map of the training identity that it takes the image for; nil where the task is off.
  package var global: ActivationMap?
  /// Each attribute's map of its predicted value, in the configuration's order; empty where the task is off.
  package var attributes: [ActivationMap] = []
  /// The attribute attention map, `height × width` numbers in 0 ... 1; nil where the task is off.
  package var attention: [Float]?
  /// The rows of each part, top first; empty where the task is off.
  package var parts: [Range<Int>] = []
  /// How many channels of the feature map have their maximum at each place, `height × width` (Equation 1).
  package let peaks: [Int]

  package init(height: Int, width: Int, peaks: [Int]) {
    self.height = height
    self.width = width
    self.peaks = peaks
  }
}
