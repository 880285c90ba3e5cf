import Foundation

extension Figure {
  var headView: View { view.turned(by: pose.headTurn) }

  /// Half the head's width, height and depth in units of the build's head.
  static let headShape = SIMD3<Float>(7.7, 11.3, 9.3)

  /// Half the width and half the height of the head in the picture, which is upright whatever the camera's pitch.
  var headRadii: Point {
    Point(headView.breadth(Self.headShape.x, Self.headShape.z) * build.head, Self.headShape.y * build.head) * view.scale
  }

  /// The tip of the nose.
  var nose: Joint { skeleton.head + Joint(0, -1.2 * build.head, 9.4 * build.head) }

  /// Neck, face, hair and hat.
  func head() -> [Piece] {
    let size = build.head
    let centre = skeleton.head
    let view = headView
    let radii = headRadii
    let middle = view.project(centre)
    let face = Face(person: person, light: light)
    var pieces = [
      Piece(
        depth: -1, label: .face,
        draw: bare(
          from: centre - Joint(0, 6 * size, 1), to: skeleton.neck - Joint(0, 3, 0), widths: [5.2 * size, 5.6, 7],
          colour: wardrobe.skin.lit(0.86))),
      Piece(depth: 5, label: .face) { canvas in
        Ellipse(centre: middle, radii: radii).draw(on: &canvas) { local in
          let normal = SIMD3(local.x, -local.y, max(0, 1 - local.dot(local)).squareRoot())
          return (face.colour(view.toBody(normal)).lit(light.level(normal)), 1)
        }
      },
    ]
    let tip = view.project(nose)
    if view.cosine > -0.3 {
      // Shows as a profile from the side, as a lighter ridge from the front.
      let nose = wardrobe.skin.lit(light.ambient + light.direct * 0.75)
      pieces.append(
        Piece(depth: 5.05, label: .face) { canvas in
          Ellipse(centre: tip, radii: Point(1.5, 1.9) * size * view.scale).draw(on: &canvas, colour: nose)
        })
    }
    let thickness: Float
    switch wardrobe.hairStyle {
    case .cropped: thickness = 0.5
    case .side: thickness = 1.3
    case .full: thickness = 2.1
    case .loose: thickness = 1.7
    case .ponytail, .bun: thickness = 0.9
    }
    let shell = Ellipse(
      centre: middle - Point(0, thickness * 0.5 * size * view.scale),
      radii: radii + thickness * size * view.scale)
    pieces.append(
      Piece(depth: 5.1, label: .hair) { canvas in
        shell.draw(on: &canvas) { local in
          let normal = SIMD3(local.x, -local.y, max(0, 1 - local.dot(local)).squareRoot())
          let body = view.toBody(normal)
          guard face.isHair(body) else { return (.zero, 0) }
          let strand = Noise.smooth(body.x * 9, body.z * 9 + body.y * 2, person.seed) - 0.5
          return (face.hair.lit(light.level(normal) * (1 + 0.35 * strand)), 1)
        }
      })
    pieces += longHair(size: size, view: view)
    pieces += hat(middle: middle, radii: radii, size: size, view: view)
    return pieces
  }

  private func longHair(size: Float, view: View) -> [Piece] {
    let centre = skeleton.head
    let fabric = Fabric(plain: wardrobe.hair)
    switch wardrobe.hairStyle {
    case .loose:
      let start = centre + Joint(0, 2, -3)
      let end = centre - Joint(0, 34 * size, 8)
      let depth = -4.5 * view.cosine + (view.cosine < -0.3 ? 6 : 0)
      let widths = [view.breadth(8.8, 7.5), view.breadth(10.3, 6.5), view.breadth(10.5, 5.5), view.breadth(8, 4.5)]
      return [
        Piece(
          depth: depth, label: .hair,
          draw: band(from: start, to: end, widths: widths.map { $0 * size }, fabric: fabric, folds: 0.3))
      ]
    case .ponytail:
      let root = centre + Joint(0, 4 * size, -9.5 * size)
      let tip = centre + Joint(0, -19 * size, -14 * size)
      let depth = -6 * view.cosine + (view.cosine < 0.2 ? 6 : 0)
      return [
        Piece(
          depth: depth, label: .hair,
          draw: band(from: root, to: tip, widths: [2.2, 3.6, 3.2, 1.6].map { $0 * size }, fabric: fabric, folds: 0.3))
      ]
    case .bun:
      let place = view.project(centre + Joint(0, 9.5 * size, -6.5 * size))
      let colour = wardrobe.hair.lit(0.95 * (light.ambient + light.direct * 0.7))
      return [
        Piece(depth: view.cosine < 0 ? 5.2 : 4.9, label: .hair) { canvas in
          Ellipse(centre: place, radii: Point(4.6, 4.3) * size * view.scale).draw(on: &canvas, colour: colour)
        }
      ]
    default: return []
    }
  }

  private func hat(middle: Point, radii: Point, size: Float, view: View) -> [Piece] {
    guard let style = wardrobe.hatStyle else { return [] }
    let unit = size * view.scale
    let colour = wardrobe.hat
    let light = light
    let edge: Float = style == .beanie ? 0.16 : 0.3
    let shell = Ellipse(
      centre: middle - Point(0, (style == .beanie ? 1.6 : 1) * unit),
      radii: radii + (style == .beanie ? 1.9 : 1.5) * unit)
    let dome = Piece(depth: 5.4, label: .hat) { canvas in
      shell.draw(on: &canvas) { local in
        let normal = SIMD3(local.x, -local.y, max(0, 1 - local.dot(local)).squareRoot())
        let body = view.toBody(normal)
        // A hat sits a little lower at the back.
        guard body.y > edge + 0.12 * body.z else { return (.zero, 0) }
        let isBand = body.y < edge + 0.2 + 0.12 * body.z
        return (colour.lit(light.level(normal) * (isBand ? 0.8 : 1)), 1)
      }
    }
    let flat = 0.18 + sin(view.pitch)
    switch style {
    case .beanie: return [dome]
    case .cap:
      let peak = view.project(skeleton.head + Joint(0, 4.2 * size, 10.5 * size))
      let radii = Point(view.breadth(7.2, 6), max(1.5, 5.5 * flat)) * unit
      let brim = Piece(depth: view.cosine > 0 ? 5.5 : 4.8, label: .hat) { canvas in
        Ellipse(centre: peak, radii: radii).draw(on: &canvas, colour: colour.lit(0.72))
      }
      return [dome, brim]
    case .brimmed:
      let place = view.project(skeleton.head + Joint(0, 4 * size, 0))
      let radii = Point(15.5, max(2.4, 14 * flat)) * unit
      let brim = Piece(depth: 5.3, label: .hat) { canvas in
        Ellipse(centre: place, radii: radii).draw(on: &canvas, colour: colour.lit(0.86))
      }
      return [dome, brim]
    }
  }
}

/// What is skin and what is hair on a head, by the direction from its middle as the body sees it.
struct Face {
  let hair: Colour
  private let skin: Colour
  private let style: Wardrobe.HairStyle
  private let hasBeard: Bool
  private let hasGlasses: Bool

  init(person: Person, light: Light) {
    hair = person.wardrobe.hair
    skin = person.wardrobe.skin
    style = person.wardrobe.hairStyle
    hasBeard = person.wardrobe.hasBeard
    hasGlasses = person.wardrobe.hasGlasses
  }

  @inline(__always)
  func isHair(_ place: SIMD3<Float>) -> Bool {
    let (x, y, z) = (place.x, place.y, place.z)
    switch style {
    case .cropped: return y > 0.5 - 0.12 * z || (z < 0.3 && y > -0.25 + 0.5 * z) && !(abs(x) > 0.8 && abs(y) < 0.18)
    case .side: return y > 0.42 - 0.14 * x || (z < 0.36 && y > -0.5 + 0.6 * z)
    case .full: return y > 0.36 || (z < 0.42 && y > -0.65)
    case .loose: return y > 0.42 - 0.22 * abs(x) || z < 0.45
    case .ponytail, .bun: return y > 0.42 || (z < 0.3 && y > -0.5 + 0.7 * z)
    }
  }

  /// The colour of the head beneath the hair.
  @inline(__always)
  func colour(_ place: SIMD3<Float>) -> Colour {
    let (x, y, z) = (place.x, place.y, place.z)
    guard z > 0 else { return isHair(place) ? hair : skin.lit(0.92) }
    let side = abs(x)
    if side > 0.2 && side < 0.5 && y > -0.02 && y < 0.12 { return Colour(0.13, 0.09, 0.08).mixed(with: skin, 0.2) }
    if hasGlasses && side < 0.62 && y > -0.1 && y < 0.2 { return skin.mixed(with: Colour(repeating: 0.1), 0.5) }
    if side > 0.16 && side < 0.55 && y > 0.18 && y < 0.27 { return skin.mixed(with: hair, 0.6) }
    if side < 0.13 && y < 0.05 && y > -0.28 { return skin.lit(1.07) }
    if side < 0.26 && y < -0.42 && y > -0.52 { return skin.mixed(with: Colour(0.55, 0.2, 0.2), 0.5) }
    if hasBeard && y < -0.3 { return skin.mixed(with: hair, 0.75) }
    return y < -0.75 ? skin.lit(0.85) : skin
  }
}
