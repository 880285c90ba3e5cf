/// A convex polygon: a car's body, a sign, a box.
struct Polygon {
  /// The corners in order, either way round.
  let corners: [Point]

  init(_ corners: [Point]) { self.corners = corners }

  /// An upright rectangle.
  init(from low: Point, to high: Point) {
    corners = [low, Point(high.x, low.y), high, Point(low.x, high.y)]
  }

  /// Draws it; `shade` gives the colour of a place.
  @inline(__always)
  func draw(on canvas: inout Canvas, _ shade: (Point) -> Colour) {
    guard corners.count >= 3 else { return }
    var low = corners[0]
    var high = corners[0]
    var area: Float = 0
    var edges: [(normal: Point, offset: Float)] = []
    for (index, corner) in corners.enumerated() {
      let next = corners[(index + 1) % corners.count]
      low = pointwiseMin(low, corner)
      high = pointwiseMax(high, corner)
      area += corner.x * next.y - next.x * corner.y
      let direction = next - corner
      let normal = Point(-direction.y, direction.x) / max(direction.length, 1e-6)
      edges.append((normal, normal.dot(corner)))
    }
    let sign: Float = area > 0 ? 1 : -1
    let soft = Float(Canvas.samples)
    edges.withUnsafeBufferPointer { edges in
      canvas.paint(from: low, to: high) { point in
        var inside = Float.infinity
        for edge in edges { inside = min(inside, (edge.normal.dot(point) - edge.offset) * sign) }
        let coverage = (inside * soft + 0.5).limited(0, 1)
        return coverage > 0 ? (shade(point), coverage) : (.zero, 0)
      }
    }
  }

  /// Draws it in one colour.
  @inline(__always)
  func draw(on canvas: inout Canvas, colour: Colour) { draw(on: &canvas) { _ in colour } }
}
