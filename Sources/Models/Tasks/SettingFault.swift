import Support

/// Settings that are each right and do not fit each other.
package struct SettingFault: Error, Hashable, Sendable {
  /// The dotted paths of those that could be changed, the likeliest first.
  package let paths: [String]
  /// What is wrong and what to do.
  package let reason: String

  package init(at paths: String..., reason: String) {
    self.paths = paths
    self.reason = reason
  }
}

extension SettingFault {
  /// Strips of rows of which there are fewer; nil where there are enough.
  static func tooManyStrips(_ parts: Int, of task: TaskName, on map: MapExtent) -> SettingFault? {
    guard parts > map.rows else { return nil }
    return SettingFault(
      at: "tasks.\(task.rawValue).parts", "input.size", "backbone.last_stride", "tasks.\(task.rawValue)",
      reason: "\(parts) parts do not fit on \(map.words); \(map.remedies(rows: parts)), or at most "
        + Wording.count(map.rows, "part"))
  }
}

/// The size of the feature map, and why it has it.
package struct MapExtent {
  /// Of the input, in pixels.
  let height: Int
  let width: Int
  let backbone: ResNetConfiguration

  /// The map of an input of such a size.
  package init(height: Int, width: Int, backbone: ResNetConfiguration) {
    self.height = height
    self.width = width
    self.backbone = backbone
  }

  package var rows: Int { backbone.extent(of: height) }
  package var columns: Int { backbone.extent(of: width) }
  var places: Int { rows * columns }

  /// Rows and columns of the map behind a stage, counted from 1.
  func rows(ofStage stage: Int) -> Int { backbone.extent(of: height, behindStage: stage) }
  func columns(ofStage stage: Int) -> Int { backbone.extent(of: width, behindStage: stage) }

  /// Whether the sides of the map behind a stage are multiples of the feature map's.
  func isMultiple(ofStage stage: Int) -> Bool {
    rows(ofStage: stage).isMultiple(of: rows) && columns(ofStage: stage).isMultiple(of: columns)
  }

  /// `3×2`.
  var sides: String { sides(ofStage: 4) }
  func sides(ofStage stage: Int) -> String { "\(rows(ofStage: stage))×\(columns(ofStage: stage))" }

  /// What makes the sides of all maps multiples of the feature map's.
  var remedyOfSides: String { "take input sides that are multiples of \(backbone.stride)" }

  /// `a feature map of 4 rows (input height 64, …)`.
  var words: String {
    "a feature map of \(Wording.count(rows, "row")) (input height \(height), "
      + "backbone.last_stride \(backbone.lastStride): one row for \(backbone.stride) pixels)"
  }

  /// What gives a map of so many rows.
  func remedies(rows: Int) -> String {
    let height = "take an input height of at least \((rows - 1) * backbone.stride + 1)"
    var kept = backbone
    kept.lastStride = 1
    let isEnough = backbone.lastStride > 1 && kept.extent(of: self.height) >= rows
    return height + (isEnough ? ", or backbone.last_stride: 1" : "")
  }
}
