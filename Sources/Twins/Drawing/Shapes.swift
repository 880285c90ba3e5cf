/// A band along a straight axis whose width changes on the way: a limb, a torso, a skirt, a bag.
///
/// It is drawn as a round body: `around` tells how far across a place lies (−1 to 1), from which the shading and the
/// place on the body's surface follow.
struct Sweep {
  /// Where the axis starts and ends.
  let start: Point
  let end: Point
  /// Half the width at evenly spaced places from start to end, at least two.
  let widths: [Float]
  /// How far the band's middle lies from the axis at these places, to the right of a downward axis; empty for none.
  var shifts: [Float] = []
  /// Whether the ends are half circles instead of flat.
  var isRoundAtStart = true
  var isRoundAtEnd = true

  /// A place on the body: how far along (0 to 1) and across (−1 to 1; on an axis downwards 1 is the right edge).
  struct Hit {
    var along: Float
    var across: Float
  }

  /// Draws the body; `shade` gives the colour of a place on it.
  @inline(__always)
  func draw(on canvas: inout Canvas, _ shade: (Hit) -> Colour) {
    let axis = end - start
    let length = max(axis.length, 1e-3)
    let direction = axis / length
    let side = Point(direction.y, -direction.x)
    let reach = (widths.max() ?? 0) + (shifts.map(abs).max() ?? 0) + 1
    let low = pointwiseMin(start, end) - reach
    let high = pointwiseMax(start, end) + reach
    let soft = Float(Canvas.samples)
    let last = widths.count - 1
    widths.withUnsafeBufferPointer { widths in
      shifts.withUnsafeBufferPointer { shifts in
        canvas.paint(from: low, to: high) { point in
          let offset = point - start
          let along = offset.dot(direction)
          let t = (along / length).limited(0, 1)
          let place = t * Float(last)
          let index = min(Int(place), last - 1)
          let part = place - Float(index)
          let width = max(widths[index] + (widths[index + 1] - widths[index]) * part, 1e-3)
          var across = offset.dot(side)
          if !shifts.isEmpty { across -= shifts[index] + (shifts[index + 1] - shifts[index]) * part }
          var inside = width - abs(across)
          if along < 0 {
            inside = isRoundAtStart ? width - (across * across + along * along).squareRoot() : min(inside, along)
          } else if along > length {
            let beyond = along - length
            inside = isRoundAtEnd ? width - (across * across + beyond * beyond).squareRoot() : min(inside, -beyond)
          }
          let coverage = (inside * soft + 0.5).limited(0, 1)
          guard coverage > 0 else { return (.zero, 0) }
          return (shade(Hit(along: t, across: (across / width).limited(-1, 1))), coverage)
        }
      }
    }
  }
}

/// An ellipse that is drawn as the outline of a rounded body, upright.
struct Ellipse {
  let centre: Point
  /// Half the width and half the height.
  let radii: Point

  /// Draws it; `shade` gets a place within the unit circle and gives its colour and opacity.
  @inline(__always)
  func draw(on canvas: inout Canvas, _ shade: (Point) -> (colour: Colour, opacity: Float)) {
    let radii = pointwiseMax(radii, Point(0.05, 0.05))
    let soft = Float(Canvas.samples) * radii.min()
    canvas.paint(from: centre - radii - 1, to: centre + radii + 1) { point in
      let local = (point - centre) / radii
      let coverage = ((1 - local.length) * soft + 0.5).limited(0, 1)
      guard coverage > 0 else { return (.zero, 0) }
      let (colour, opacity) = shade(local)
      return (colour, coverage * opacity)
    }
  }

  @inline(__always)
  func draw(on canvas: inout Canvas, colour: Colour, opacity: Float = 1) {
    draw(on: &canvas) { _ in (colour, opacity) }
  }

  /// Draws a spot that fades out towards its edge, such as a shadow.
  func drawSoft(on canvas: inout Canvas, colour: Colour, opacity: Float) {
    canvas.paint(from: centre - radii, to: centre + radii, isThing: false) { point in
      let local = (point - centre) / radii
      return (colour, opacity * (1 - local.length.smoothed(from: 0.3, to: 1)))
    }
  }
}

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

  @inline(__always)
  func draw(on canvas: inout Canvas, colour: Colour) { draw(on: &canvas) { _ in colour } }
}
