import Layers
import Tensors

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

  /// One image's map of a linear classifier's predicted class over its region's rows: `M(h,w) = Σ_v W[c,v] · F[h,w,v]`.
  ///
  /// - Parameters:
  ///   - classifier: with the logits of that image, `[1, C]`.
  ///   - features: F, `[1, H, W, V]`.
  init(_ classifier: AttentionMap.Contribution, features: Tensor) {
    let rows = classifier.region.rows(of: features.shape[1])
    self.init(
      predicted: classifier.logits.array.firstIndexOfLargest, rows: rows, width: features.shape[2],
      values: AttentionMap.activation(classifier, features: features, image: 0, rows: rows))
  }

  /// The map scaled to 0 ... 1 by its own least and greatest value, as the attention map takes it; a flat one is 0.
  package var scaled: ActivationMap {
    let low = values.min() ?? 0
    let span = max((values.max() ?? 0) - low, 1e-12)
    return ActivationMap(predicted: predicted, rows: rows, width: width, values: values.map { ($0 - low) / span })
  }
}

/// A part of a feature map that places belong to more or less.
package struct SoftPart: Sendable, Equatable {
  package let name: String
  /// How much of each place belongs to it, 0 to 1, row by row.
  package let values: [Float]

  package init(name: String, values: [Float]) {
    self.name = name
    self.values = values
  }

  /// How much of all places belongs to it.
  package var share: Double { Double(values.reduce(0, +)) / Double(max(1, values.count)) }
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
  /// The parts that a task found, top first; empty where none did.
  package var parts: [MapBox] = []
  /// The parts of the map that places belong to more or less; empty where no task has such.
  package var softParts: [SoftPart] = []
  /// How many channels of the feature map have their maximum at each place, `height × width` (Equation 1).
  package let peaks: [Int]

  package init(height: Int, width: Int, peaks: [Int]) {
    self.height = height
    self.width = width
    self.peaks = peaks
  }

  /// Whether the parts are strips of full width, one right below the other.
  package var isCutIntoStrips: Bool {
    parts.allSatisfy { $0.columns == 0..<width }
      && zip(parts, parts.dropFirst()).allSatisfy { $0.rows.upperBound == $1.rows.lowerBound }
  }
}
