import Foundation

extension Figure {
  func bags() -> [Piece] {
    var pieces: [Piece] = []
    if person.traits.hasBackpack { pieces += backpack() }
    if person.traits.hasBag { pieces += bag() }
    if person.traits.hasHandbag { pieces += handbag() }
    return pieces
  }

  private var thickness: Float { 10 * build.bulk * build.height / 172 + wardrobe.upperEase * 0.5 }

  /// A strap along the body's surface, seen where the surface faces the viewer.
  private func strap(from start: Joint, to end: Joint, colour: Colour, width: Float = 1.7, depth: Float) -> Piece {
    Piece(
      depth: depth, label: .background,
      draw: band(from: start, to: end, widths: [width, width], fabric: Fabric(plain: colour), folds: 0))
  }

  private func backpack() -> [Piece] {
    let size = wardrobe.backpackSize * (0.45 + 0.55 * build.height / 172)
    let back = -(thickness + 5.5 * size)
    let top = skeleton.neck + Joint(0, -4, back)
    let bottom = top - Joint(0, 42 * size, 0) - skeleton.trunk * 0.5
    let half = view.breadth(15 * size, 8.5 * size)
    let sweep = Sweep(
      start: view.project(top), end: view.project(bottom),
      widths: [0.7, 0.9, 0.98, 1.02, 1.06, 1.06, 0.98, 0.8].map { $0 * half * view.scale }, isRoundAtStart: false,
      isRoundAtEnd: false)
    let surface = Surface(sweep: sweep, light: light, folds: 0.12, seed: person.seed)
    let (main, trim, heading) = (wardrobe.backpack, wardrobe.backpackTrim, view.heading)
    let pack = Piece(depth: -20 * view.cosine + 0.5, label: .background) { canvas in
      sweep.draw(on: &canvas) { hit in
        let angle = Surface.angle(hit.across) - heading + .pi
        let turned = abs(angle - 2 * .pi * ((angle + .pi) / (2 * .pi)).rounded(.down))
        var colour = main
        if hit.along > 0.5 && hit.along < 0.9 && turned < 0.85 { colour = trim }
        if abs(hit.along - 0.48) < 0.025 || abs(hit.along - 0.2) < 0.02 { colour = colour.lit(0.55) }
        return colour.lit(surface.level(hit, height: hit.along * 40))
      }
    }
    guard view.cosine > -0.15 else { return [pack] }
    let straps = [Float(1), -1].map { side in
      strap(
        from: skeleton.neck + Joint(side * build.shoulders * 0.5, -2.5, thickness * 0.75),
        to: skeleton.neck + Joint(side * build.shoulders * 0.72, -27 * size, thickness * 0.7), colour: main.lit(0.85),
        width: 2.1, depth: 0.7)
    }
    return [pack] + straps
  }

  private func bag() -> [Piece] {
    let side = wardrobe.bagSide
    let colour = wardrobe.bag
    let hips = build.hips + wardrobe.upperEase
    var half: (across: Float, deep: Float, height: Float) = (4, 15, 26)
    var centre = skeleton.pelvis + Joint(side * (hips + 3.5), 2, -3)
    var pieces: [Piece] = []
    let isAcross = wardrobe.bagStyle != .tote
    switch wardrobe.bagStyle {
    case .messenger: break
    case .tote:
      half = (5, 15, 32)
      centre = skeleton.pelvis + Joint(side * (hips + 4), 12, -4)
    case .pouch:
      half = (4, 9.5, 16)
      centre = skeleton.pelvis + Joint(side * hips * 0.8, 4, thickness * 0.8)
    }
    let top = centre + Joint(0, half.height / 2, 0)
    let bottom = centre - Joint(0, half.height / 2, 0)
    let breadth = view.breadth(half.across, half.deep)
    let body = band(
      from: top, to: bottom, widths: [0.9, 1, 1.02, 0.95].map { $0 * breadth }, fabric: Fabric(plain: colour),
      roundStart: false, roundEnd: false, folds: 0.12)
    let flap = band(
      from: top, to: centre + Joint(0, half.height * 0.05, 0), widths: [breadth * 0.93, breadth * 1.03],
      fabric: Fabric(plain: colour.lit(0.82)), roundStart: false, roundEnd: false, folds: 0)
    let depth = view.depth(of: centre) * 0.8 + 3.2
    pieces.append(
      Piece(depth: depth, label: .background) { canvas in
        body(&canvas)
        flap(&canvas)
      })
    let dark = colour.lit(0.75)
    let start = isAcross ? -side : side
    // One strand lies on the chest, one on the back; the body hides one of them.
    for front in [thickness, -thickness] where front * view.cosine > -2 {
      pieces.append(
        strap(
          from: skeleton.neck + Joint(start * build.shoulders * 0.55, -2, front * 0.6),
          to: Joint(centre.x * 0.9, top.y, front * (isAcross ? 0.9 : 0.4)), colour: dark, depth: 0.8))
    }
    return pieces
  }

  private func handbag() -> [Piece] {
    let index = wardrobe.handbagSide > 0 ? 0 : 1
    let limbs = skeleton.sides[index]
    let grip =
      wardrobe.isHandbagAtElbow
      ? limbs.elbow + (limbs.wrist - limbs.elbow) * 0.35 : limbs.wrist + (limbs.wrist - limbs.elbow) * 0.15
    let colour = wardrobe.handbag
    let top = grip - Joint(0, 11, 0)
    let breadth = view.breadth(5, 13.5)
    let body = band(
      from: top, to: top - Joint(0, 20, 0), widths: [breadth * 0.82, breadth, breadth * 1.05, breadth],
      fabric: Fabric(plain: colour), roundStart: false, roundEnd: false, folds: 0.12)
    let clasp = band(
      from: top - Joint(0, 5, 0), to: top - Joint(0, 7, 0), widths: [breadth * 0.95, breadth * 0.95],
      fabric: Fabric(plain: colour.lit(0.7)), roundStart: false, roundEnd: false, folds: 0)
    let long = Joint(0, 0, 8)
    let handles = [long, -long].map { end in
      band(from: grip, to: top + end, widths: [0.9, 0.9], fabric: Fabric(plain: colour.lit(0.7)), folds: 0)
    }
    let depth = view.depth(of: (limbs.elbow + limbs.shoulder) * 0.5) * 0.8 + 4.2
    return [
      Piece(depth: depth, label: .background) { canvas in
        for handle in handles { handle(&canvas) }
        body(&canvas)
        clasp(&canvas)
      }
    ]
  }
}
