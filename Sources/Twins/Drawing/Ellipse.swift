/// An ellipse that is drawn as the outline of a rounded body, upright.
struct Ellipse {
  /// The middle.
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

  /// Draws it in one colour.
  @inline(__always)
  func draw(on canvas: inout Canvas, colour: Colour, opacity: Float = 1) {
    draw(on: &canvas) { _ in (colour, opacity) }
  }

  /// Draws a spot that fades out towards its edge, such as a shadow.
  func drawSoft(on canvas: inout Canvas, colour: Colour, opacity: Float) {
    canvas.paint(from: centre - radii, to: centre + radii) { point in
      let local = (point - centre) / radii
      return (colour, opacity * (1 - local.length.smoothed(from: 0.3, to: 1)))
    }
  }
}
