import Foundation

extension Figure {
  /// Both legs with trousers, socks and shoes.
  func legs() -> [Piece] {
    skeleton.sides.enumerated().flatMap { index, limbs -> [Piece] in
      let leg: ParsingLabel = index == 0 ? .leftLeg : .rightLeg
      let footwear: ParsingLabel = index == 0 ? .leftShoe : .rightShoe
      let depth = -60 + view.depth(of: (limbs.knee + limbs.ankle) * 0.5) * 0.5
      let size = build.height / 172
      let bulk = size * (0.45 + 0.55 * build.bulk)
      let bare = wardrobe.tights ?? wardrobe.skin
      var layers = Layers()
      let thigh = [8.2, 7.2, 5.8].map { Float($0) * bulk }
      let shin = [5.6, 5.8, 4.4, 3.6].map { Float($0) * bulk }
      let hasTrousers = !person.traits.hasDress
      let reach = hasTrousers ? wardrobe.lowerReach : 0
      if reach < 1.95 {
        layers.add(leg, self.bare(from: limbs.hip, to: limbs.knee, widths: thigh, colour: bare))
        layers.add(leg, self.bare(from: limbs.knee, to: limbs.ankle, widths: shin, colour: bare))
        if wardrobe.sock > 0 {
          let top = limbs.ankle + (limbs.knee - limbs.ankle) * (wardrobe.sock + 0.08)
          let sock = Fabric(plain: Colour(repeating: wardrobe.sole.x > 0.5 ? 0.88 : 0.2))
          layers.add(
            .socks,
            band(from: top, to: limbs.ankle, widths: [4.4, 3.9].map { $0 * bulk }, fabric: sock, roundStart: false))
        }
      }
      layers.add(footwear, foot(limbs, size: size))
      let shaft = wardrobe.bootReach
      let boot = Fabric(plain: wardrobe.shoe)
      let drawBoot = {
        let top = limbs.ankle + (limbs.knee - limbs.ankle) * shaft
        return band(
          from: top, to: limbs.ankle, widths: [6.6, 5.6, 4.8].map { $0 * bulk }, fabric: boot, roundStart: false)
      }
      if hasTrousers {
        let ease = wardrobe.lowerEase
        // The seam of the thighs hides beneath the pelvis.
        let upperEnd = limbs.hip + (limbs.knee - limbs.hip) * min(reach, 1)
        let wide = reach < 1.2 ? ease * 0.9 : ease * 0.6
        layers.add(
          .trousers,
          band(
            from: limbs.hip, to: upperEnd,
            widths: [
              thigh[0] + ease, thigh[1] + ease * 0.9 + wide * 0.4, thigh[2] + ease * 0.8 + (reach < 1 ? wide : 0),
            ],
            fabric: wardrobe.lower, roundEnd: reach >= 1))
        if reach > 1 {
          let end = limbs.knee + (limbs.ankle - limbs.knee) * (reach - 1)
          layers.add(
            .trousers,
            band(
              from: limbs.knee, to: end,
              widths: [shin[0] + ease, shin[1] + ease, shin[2] + ease * 1.1, shin[3] + ease * 1.3 + 0.8],
              fabric: wardrobe.lower, roundEnd: false, folds: 0.2))
        }
        if wardrobe.hasSideStripe {
          for draw in stripe(limbs, reach: reach, bulk: bulk) { layers.add(.trousers, draw) }
        }
      }
      if shaft > 0 { layers.add(footwear, drawBoot()) }
      return layers.pieces(from: depth)
    }
  }

  private func foot(_ limbs: Skeleton.Limbs, size: Float) -> (inout Canvas) -> Void {
    let shoe = band(
      from: limbs.heel, to: limbs.toe, widths: [3.9, 4.3, 4.2, 3.2].map { $0 * size },
      fabric: Fabric(plain: wardrobe.shoe),
      folds: 0.05)
    let down = Joint(0, -2.4 * size, 0)
    let sole = band(
      from: limbs.heel + down, to: limbs.toe + down, widths: [2.4, 2.4, 2].map { $0 * size },
      fabric: Fabric(plain: wardrobe.sole), folds: 0)
    let ankle = bare(
      from: limbs.ankle, to: (limbs.heel + limbs.toe) * 0.5, widths: [3.6 * size, 3.8 * size], colour: wardrobe.shoe)
    return { canvas in
      sole(&canvas)
      shoe(&canvas)
      ankle(&canvas)
    }
  }

  /// A stripe down the outer seam, seen from that side only.
  private func stripe(_ limbs: Skeleton.Limbs, reach: Float, bulk: Float) -> [(inout Canvas) -> Void] {
    let side: Float = limbs.hip.x > 0 ? 1 : -1
    guard view.depth(of: Joint(side, 0, 0)) > -0.2 else { return [] }
    let out = Joint(side * 7 * bulk, 0, 0)
    let fabric = Fabric(plain: wardrobe.lower.second)
    let end = limbs.knee + (limbs.ankle - limbs.knee) * max(0, reach - 1)
    return [
      band(from: limbs.hip + out, to: limbs.knee + out * 0.85, widths: [1, 1], fabric: fabric),
      band(from: limbs.knee + out * 0.85, to: end + out * 0.65, widths: [1, 1], fabric: fabric),
    ]
  }

  /// The seat of trousers or skirt, which joins the legs.
  func pelvis() -> Piece {
    let pelvis = skeleton.pelvis
    let deep = 11.5 * build.bulk * build.height / 172
    let ease = wardrobe.lowerEase * 0.6
    let widths = [build.waist, build.hips, build.hips, build.hips * 0.82].map { view.breadth($0 + ease, deep + ease) }
    let seat: [Float] = [0, -1, -1.8, -1.2].map { $0 * view.sine }
    let draw = band(
      from: pelvis + skeleton.trunk * 14, to: pelvis - Joint(0, 8, 0), widths: widths, shifts: seat,
      fabric: wardrobe.lower, roundStart: false)
    return Piece(depth: -25, label: lowerLabel, draw: draw)
  }

  /// A skirt, or a dress's lower half.
  func skirt() -> Piece {
    let reach = wardrobe.lowerReach
    let knee = (skeleton.sides[0].knee.y + skeleton.sides[1].knee.y) / 2
    let ankle = (skeleton.sides[0].ankle.y + skeleton.sides[1].ankle.y) / 2
    let low = reach < 1 ? skeleton.pelvis.y + (knee - skeleton.pelvis.y) * reach : knee + (ankle - knee) * (reach - 1)
    let deep = 11.5 * build.bulk * build.height / 172
    // The cloth goes around both legs wherever they are.
    let share = min(reach, 1)
    let places = skeleton.sides.map { limbs -> Float in
      let joint = limbs.hip + (limbs.knee - limbs.hip) * share
      return view.project(joint).x - view.project(skeleton.pelvis).x
    }
    let spread = ((places.max() ?? 0) - (places.min() ?? 0)) / 2 / view.scale + 8
    let middle = ((places.max() ?? 0) + (places.min() ?? 0)) / 2 / view.scale
    let top = view.breadth(build.waist + 0.5, deep * 0.85)
    let hips = view.breadth(build.hips + 1, deep + 1)
    let hem = max(spread, hips * (1 + (wardrobe.flare - 1) * reach))
    let widths = [top, hips, hips + (hem - hips) * 0.4, hips + (hem - hips) * 0.75, hem]
    let start = skeleton.pelvis + skeleton.trunk * 15
    let draw = band(
      from: start, to: Joint(0, low, 0), widths: widths, shifts: [0, 0, middle * 0.4, middle * 0.7, middle],
      fabric: wardrobe.lower, roundStart: false, roundEnd: false, folds: 0.22)
    return Piece(depth: -20, label: lowerLabel, draw: draw)
  }
}
