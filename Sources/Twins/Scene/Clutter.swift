import Foundation
import Tensors

/// Things that stand about, behind people or in front of them.
enum Clutter: CaseIterable {
  case car, pole, bush, bin, sign, bicycle

  /// About how tall it is, in centimetres.
  var height: Float {
    switch self {
    case .car: 142
    case .pole: 420
    case .bush: 100
    case .bin: 92
    case .sign: 240
    case .bicycle: 108
    }
  }

  /// Draws one thing.
  ///
  /// - Parameters:
  ///   - foot: the pixel of the ground beneath its middle.
  ///   - scale: pixels per centimetre where it stands.
  func draw(on canvas: inout Canvas, foot: Point, scale: Float, light: Light, from random: inout RandomStream) {
    let colour = Palette.accent(from: &random).lit(light.ambient + light.direct * 0.6)
    let seed = UInt32(truncatingIfNeeded: random.next())
    /// A place in centimetres right of and above the foot.
    func at(_ x: Float, _ y: Float) -> Point { foot + Point(x, -y) * scale }
    switch self {
    case .car:
      shadow(on: &canvas, foot: foot, width: 190 * scale)
      Polygon([at(-205, 35), at(205, 35), at(200, 85), at(-200, 92)]).draw(on: &canvas) { point in
        colour.lit(0.75 + 0.5 * ((foot.y - point.y) / scale - 35) / 55)
      }
      Polygon([at(-120, 88), at(130, 88), at(80, 142), at(-80, 142)]).draw(on: &canvas, colour: colour.lit(0.9))
      Polygon([at(-98, 92), at(-6, 92), at(-6, 132), at(-70, 132)]).draw(on: &canvas, colour: Colour(0.12, 0.14, 0.17))
      Polygon([at(6, 92), at(108, 92), at(72, 132), at(6, 132)]).draw(on: &canvas, colour: Colour(0.15, 0.17, 0.20))
      for x in [Float(-125), 128] {
        Ellipse(centre: at(x, 32), radii: Point(32, 32) * scale).draw(on: &canvas, colour: Colour(repeating: 0.08))
        Ellipse(centre: at(x, 32), radii: Point(17, 17) * scale).draw(on: &canvas, colour: Colour(repeating: 0.5))
      }
      Polygon(from: at(190, 80), to: at(205, 66)).draw(on: &canvas, colour: Colour(0.8, 0.2, 0.15))
    case .pole:
      let width = Float(random.uniform(in: 5...13))
      let tint = Colour(repeating: Float(random.uniform(in: 0.25...0.7)))
      Sweep(start: at(0, 420), end: at(0, 0), widths: [width, width].map { $0 * scale }).draw(on: &canvas) { hit in
        tint.lit(1 - 0.4 * abs(hit.across - 0.3))
      }
    case .bush:
      let height = Float(random.uniform(in: 45...95))
      for index in 0..<5 {
        let place = at(Float(index - 2) * 26, height * (0.35 + 0.2 * Float(random.uniform())))
        let radius = height * Float(random.uniform(in: 0.4...0.65)) * scale
        Ellipse(centre: place, radii: Point(radius * 1.1, radius)).draw(on: &canvas) { local in
          let leaf = Noise.rough((place.x + local.x * radius) / scale / 9, local.y * radius / scale / 9, seed)
          return (Colour(0.22, 0.34, 0.14).lit(0.4 + 1.2 * leaf - 0.25 * local.y), leaf > 0.2 ? 1 : 0.4)
        }
      }
    case .bin:
      shadow(on: &canvas, foot: foot, width: 40 * scale)
      Sweep(
        start: at(0, 92), end: at(0, 0), widths: [26, 25, 23, 22].map { $0 * scale }, isRoundAtStart: false,
        isRoundAtEnd: false
      ).draw(on: &canvas) { hit in colour.lit((hit.along < 0.12 ? 0.6 : 0.95) - 0.35 * abs(hit.across)) }
    case .sign:
      Sweep(start: at(0, 200), end: at(0, 0), widths: [3.5, 3.5].map { $0 * scale }).draw(on: &canvas) { _ in
        Colour(repeating: 0.45)
      }
      Polygon(from: at(-30, 240), to: at(30, 165)).draw(on: &canvas) { point in
        let y = (foot.y - point.y) / scale
        return Noise.cell(Noise.index((y / 9).rounded(.down)), 0, seed) > 0.55 ? colour : Colour(repeating: 0.85)
      }
    case .bicycle:
      let tint = Colour(repeating: 0.12)
      func tube(_ a: Point, _ b: Point, _ colour: Colour, on canvas: inout Canvas) {
        Sweep(start: a, end: b, widths: [2.2, 2.2].map { $0 * scale }).draw(on: &canvas) { _ in colour }
      }
      for x in [Float(-52), 52] {
        Ellipse(centre: at(x, 34), radii: Point(34, 34) * scale).draw(on: &canvas) { local in
          (tint, local.length > 0.86 ? 1 : 0.12)
        }
      }
      tube(at(-52, 34), at(-10, 36), colour, on: &canvas)
      tube(at(-10, 36), at(34, 82), colour, on: &canvas)
      tube(at(-22, 82), at(34, 82), colour, on: &canvas)
      tube(at(-10, 36), at(-26, 96), colour, on: &canvas)
      tube(at(52, 34), at(32, 104), colour, on: &canvas)
      tube(at(20, 106), at(44, 108), tint, on: &canvas)
      tube(at(-36, 97), at(-18, 97), tint, on: &canvas)
    }
  }

  private func shadow(on canvas: inout Canvas, foot: Point, width: Float) {
    Ellipse(centre: foot, radii: Point(width * 1.15, max(2, width * 0.14)))
      .drawSoft(on: &canvas, colour: Colour(repeating: 0.05), opacity: 0.5)
  }
}
