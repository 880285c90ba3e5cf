import Foundation

extension Figure {
  func torso() -> Piece {
    let trunk = skeleton.trunk
    let top = skeleton.neck + Joint(0, 0.5, 0)
    let drop = wardrobe.hem
    let length = skeleton.neck.y - skeleton.pelvis.y
    let bottom = drop < 0 ? skeleton.pelvis - trunk * drop : skeleton.pelvis - Joint(0, drop, 0)
    let total = length + drop
    let size = build.height / 172
    let ease = wardrobe.upperEase
    let deep = build.bulk * size
    let isFemale = person.traits.isFemale
    // Down from the neck in centimetres: half width, half depth, how far the middle lies to the front.
    let chest = (build.shoulders * 0.83 + build.waist * 0.12) + ease * 0.6
    let stations: [(down: Float, across: Float, deep: Float, front: Float)] = [
      (0, 6.2, 6, 0), (2.5, build.shoulders * 0.62, 7, -0.5), (5.5, build.shoulders * 0.95, 8.5, -0.5),
      (10, build.shoulders * 0.96, 10 * deep, 0), (length * 0.34, chest, 11 * deep + ease * 0.6, isFemale ? 1.6 : 0.6),
      (length * 0.66, build.waist + ease, 9.8 * deep + ease, build.bulk > 1.12 ? 2 : 0.3),
      (length * 0.98, build.hips + ease * 0.8, 11.6 * deep + ease * 0.8, -0.8),
      (length + 36, build.hips * 1.12 + ease * 1.4, 13 * deep + ease * 1.2, -0.5),
    ]
    let count = 16
    var widths: [Float] = []
    var shifts: [Float] = []
    for index in 0..<count {
      let down = total * Float(index) / Float(count - 1)
      let next = min(max(1, stations.firstIndex { $0.down >= down } ?? stations.count - 1), stations.count - 1)
      let (a, b) = (stations[next - 1], stations[next])
      let share = ((down - a.down) / max(b.down - a.down, 0.1)).limited(0, 1)
      widths.append(view.breadth(a.across + (b.across - a.across) * share, a.deep + (b.deep - a.deep) * share))
      shifts.append((a.front + (b.front - a.front) * share) * view.sine)
    }
    let sweep = Sweep(
      start: view.project(top), end: view.project(bottom), widths: widths.map { $0 * view.scale },
      shifts: shifts.map { $0 * view.scale }, isRoundAtStart: false, isRoundAtEnd: false)
    let surface = Surface(sweep: sweep, light: light, folds: 0.15, seed: foldSeed ^ person.seed)
    let garment = Garment(wardrobe: wardrobe, radius: chest, length: total)
    let heading = view.heading
    return Piece(depth: 0, label: upperLabel) { canvas in
      sweep.draw(on: &canvas) { hit in
        let colour = garment.colour(angle: Surface.angle(hit.across) - heading, down: hit.along * total)
        return colour.lit(surface.level(hit, height: (1 - hit.along) * total))
      }
    }
  }

  /// Both arms with sleeves and hands.
  func arms() -> [Piece] {
    skeleton.sides.enumerated().flatMap { index, limbs -> [Piece] in
      let skin: ParsingLabel = index == 0 ? .leftArm : .rightArm
      let depth = view.depth(of: (limbs.elbow + limbs.shoulder) * 0.5) * 0.8 + 4
      let size = build.height / 172 * (0.5 + 0.5 * build.bulk) * (person.traits.isFemale ? 0.9 : 1)
      let upper: [Float] = [4.8, 4.5, 3.9].map { $0 * size }
      let fore: [Float] = [3.9, 3.6, 2.7].map { $0 * size }
      let reach = wardrobe.sleeveReach
      let ease = wardrobe.upperEase * 0.55
      var layers = Layers()
      layers.add(skin, bare(from: limbs.shoulder, to: limbs.elbow, widths: upper, colour: wardrobe.skin))
      layers.add(skin, bare(from: limbs.elbow, to: limbs.wrist, widths: fore, colour: wardrobe.skin))
      layers.add(
        skin,
        bare(
          from: limbs.wrist, to: limbs.wrist + (limbs.wrist - limbs.elbow) * 0.28,
          widths: [2.9 * size, 3.7 * size, 2.6 * size],
          colour: wardrobe.skin))
      if reach > 0 {
        let end = limbs.shoulder + (limbs.elbow - limbs.shoulder) * min(reach, 1)
        let flare: Float = reach < 1 ? 1.3 : 0.4
        layers.add(
          upperLabel,
          band(
            from: limbs.shoulder, to: end,
            widths: [upper[0] + ease * 0.5, upper[1] + ease + flare * 0.5, upper[2] + ease + flare],
            fabric: wardrobe.sleeve, roundEnd: reach >= 1))
        if reach > 1 {
          let end = limbs.elbow + (limbs.wrist - limbs.elbow) * min(reach - 1, 1)
          layers.add(
            upperLabel,
            band(
              from: limbs.elbow, to: end, widths: [fore[0] + ease + 0.4, fore[1] + ease, fore[2] + ease + 0.4],
              fabric: wardrobe.sleeve, roundEnd: false, folds: 0.22))
        }
      }
      return layers.pieces(from: depth)
    }
  }
}

/// The upper garment's face: fabric, opening, collar and prints.
private struct Garment {
  let wardrobe: Wardrobe
  let radius: Float
  let length: Float

  /// The colour at an angle around the body and so many centimetres below the neck.
  @inline(__always)
  func colour(angle: Float, down: Float) -> Colour {
    // The angle within half a turn of the front.
    let turned = angle - 2 * .pi * ((angle + .pi) / (2 * .pi)).rounded(.down)
    let front = abs(turned)
    let back = .pi - front
    let x = turned * radius
    if wardrobe.hasHood && front > 1.2 && down < 13 + 3 * (1.6 - back) && down > 2 {
      return wardrobe.upper.colour.lit(down > 11 ? 0.75 : 0.92)
    }
    let neckline: Float = wardrobe.sleeveReach < 1.2 ? 5.5 : 4.5
    if down < neckline - front * 5 { return wardrobe.hasCollar ? wardrobe.inner : wardrobe.skin.lit(0.93) }
    if wardrobe.hasCollar && down < neckline + 3 - front * 3 { return wardrobe.upper.colour.lit(1.15) }
    if wardrobe.opening > 0 && front < wardrobe.opening * (0.35 + 0.65 * (down / length)) {
      return down < 9 ? wardrobe.skin.lit(0.95) : wardrobe.inner
    }
    let colour = wardrobe.upper.colour(angle: angle, height: length - down, radius: radius, length: length)
    if isPrinted(wardrobe.chestPrint, x: x, down: down) && front < 1.3 { return wardrobe.printColour }
    if isPrinted(wardrobe.backPrint, x: (.pi - front) * radius, down: down) && front > 1.8 {
      return wardrobe.printColour
    }
    if wardrobe.opening > 0 && front < wardrobe.opening * (0.35 + 0.65 * (down / length)) + 0.07 {
      return colour.lit(0.8)
    }
    return down > length - 2.2 ? colour.lit(0.85) : colour
  }

  @inline(__always)
  private func isPrinted(_ print: Wardrobe.Print, x: Float, down: Float) -> Bool {
    let y = down - 21
    switch print {
    case .none: return false
    case .box: return abs(x) < 9 && abs(y) < 7
    case .disc: return x * x + y * y < 60
    case .lines: return abs(x) < 10 && abs(y) < 9 && abs(y - 6 * (y / 6).rounded()) < 1.5
    case .bigNumber: return abs(abs(x) - 5) < 2 && abs(y) < 10
    }
  }
}
