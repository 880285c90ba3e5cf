import Models

/// A box of an image.
package struct BodyBox: Equatable, Sendable {
  package let top: Double
  package let bottom: Double
  package let left: Double
  package let right: Double

  /// Rows and columns of the frame that boxes are measured in.
  private static let frame = (rows: 512.0, columns: 256.0)
  /// The fewest rows and columns of a box.
  private static let least = 32.0
  /// Columns of the box around a head.
  private static let headWidth = 96.0

  /// The box of a part in a frame of 512 rows and 256 columns, cut at its edges (GLAD, ACM Multimedia 2017).
  package init(_ crop: BodyCrop, of points: BodyPoints) {
    let frame = Self.frame
    func place(_ point: BodyPoints.Point) -> SIMD2<Double> { points[point] * [frame.columns, frame.rows] }
    let neck = place(.neck)
    let hips = [place(.rightHip).y, place(.leftHip).y]
    switch crop.part {
    case .head:
      let top = neck + 1.75 * (place(.head) - neck)
      let middle = (top.x + neck.x) / 2
      (self.top, bottom) = Self.within(
        min(top.y, neck.y) - crop.neckOverlap, max(top.y, neck.y) + crop.neckOverlap, of: frame.rows)
      (left, right) = Self.within(middle - Self.headWidth / 2, middle + Self.headWidth / 2, of: frame.columns)
    case .upper:
      (top, bottom) = Self.within(neck.y - crop.neckOverlap, max(hips[0], hips[1]) + crop.hipsOverlap, of: frame.rows)
      (left, right) = (0, frame.columns)
    case .lower:
      (top, bottom) = Self.within(min(hips[0], hips[1]) - crop.hipsOverlap, frame.rows, of: frame.rows)
      (left, right) = (0, frame.columns)
    }
  }

  /// A stretch cut at the frame's edges; where too little of it is left, the least stretch around its middle, moved inside.
  private static func within(_ low: Double, _ high: Double, of size: Double) -> (Double, Double) {
    let (from, to) = (min(max(low, 0), size), min(max(high, 0), size))
    guard to - from < least else { return (from, to) }
    let middle = min(max((low + high) / 2, least / 2), size - least / 2)
    return (middle - least / 2, middle + least / 2)
  }

  /// The whole pixels of an image file that the box covers, at least one each way.
  package func pixels(height: Int, width: Int) -> (rows: Range<Int>, columns: Range<Int>) {
    func edges(_ low: Double, _ high: Double, _ frame: Double, _ size: Int) -> Range<Int> {
      let scale = Double(size) / frame
      let from = min(Int((low * scale + 0.5).rounded(.down)), size - 1)
      return from..<min(max(Int((high * scale + 0.5).rounded(.down)), from + 1), size)
    }
    return (edges(top, bottom, Self.frame.rows, height), edges(left, right, Self.frame.columns, width))
  }
}
