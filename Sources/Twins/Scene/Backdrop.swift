import Foundation
import Tensors

/// What a camera sees behind people: a ground in perspective and something that stands at its far end.
struct Backdrop {
  enum Ground: CaseIterable { case slabs, asphalt, grass, bricks, concrete }
  enum Far: CaseIterable { case bricks, shopWindows, hedge, trees, facade, fence }

  let ground: Ground
  let far: Far
  let groundTint: Colour
  let farTint: Colour
  let seed: UInt32
  /// Turns the slabs' joints, so that two paved scenes differ.
  let skew: Float

  init(ground: Ground, far: Far, from random: inout RandomStream) {
    self.ground = ground
    self.far = far
    let level = Float(random.uniform(in: 0.85...1.15))
    func jittered(_ colour: Colour, _ random: inout RandomStream) -> Colour {
      let shift = Colour(
        Float(random.uniform(in: -0.04...0.04)), Float(random.uniform(in: -0.04...0.04)),
        Float(random.uniform(in: -0.04...0.04)))
      return (colour + shift).lit(level)
    }
    let groundColour: Colour
    switch ground {
    case .slabs: groundColour = Colour(0.66, 0.64, 0.60)
    case .asphalt: groundColour = Colour(0.40, 0.40, 0.41)
    case .grass: groundColour = Colour(0.36, 0.47, 0.22)
    case .bricks: groundColour = Colour(0.60, 0.42, 0.34)
    case .concrete: groundColour = Colour(0.72, 0.70, 0.66)
    }
    groundTint = jittered(groundColour, &random)
    let farColour: Colour
    switch far {
    case .bricks: farColour = Colour(0.52, 0.33, 0.26)
    case .shopWindows: farColour = Colour(0.55, 0.53, 0.50)
    case .hedge: farColour = Colour(0.20, 0.32, 0.15)
    case .trees: farColour = Colour(0.30, 0.42, 0.24)
    case .facade: farColour = Colour(0.70, 0.67, 0.60)
    case .fence: farColour = Colour(0.45, 0.50, 0.52)
    }
    farTint = jittered(farColour, &random)
    seed = UInt32(truncatingIfNeeded: random.next())
    skew = Float(random.uniform(in: -0.5...0.5))
  }

  /// Paints the whole canvas.
  ///
  /// - Parameters:
  ///   - horizon: the row where ground and backdrop meet.
  ///   - foot: the row of the person's feet, where a pixel is `1 / scale` centimetres.
  ///   - offset: how far along the scene the crop lies, in centimetres.
  func draw(on canvas: inout Canvas, horizon: Float, foot: Float, scale: Float, offset: Float) {
    let middle = Float(canvas.width) / 2
    let vanishing = horizon - 24
    canvas.fill { point in
      if point.y > horizon {
        let distance = (foot - vanishing) / max(point.y - vanishing, 1)
        let x = (point.x - middle) / scale * distance + offset
        return onGround(x, distance * 700, fade: (1.25 / distance).limited(0, 1))
      }
      let distance = (foot - vanishing) / 24
      let x = (point.x - middle) / scale * distance * 0.7 + offset * 1.3
      let y = (horizon - point.y) / scale * distance * 0.7
      return farAway(x, y)
    }
  }

  /// The ground's colour at a place in centimetres; `fade` softens lines that are far away.
  @inline(__always)
  private func onGround(_ x: Float, _ z: Float, fade: Float) -> Colour {
    let stain = Noise.rough(x / 90, z / 90, seed) - 0.5
    switch ground {
    case .slabs:
      let u = (x + z * skew) / 62
      let v = z / 62
      let shade = Noise.cell(Noise.index(u.rounded(.down)), Noise.index(v.rounded(.down)), seed) - 0.5
      let line = joint(u, 0.05) || joint(v, 0.05)
      return groundTint.lit((1 + 0.14 * shade * fade + 0.16 * stain) * (line ? 1 - 0.28 * fade : 1))
    case .bricks:
      let v = z / 14
      let row = v.rounded(.down)
      let u = x / 28 + (row * 0.5 - (row * 0.5).rounded(.down))
      let shade = Noise.cell(Noise.index(u.rounded(.down)), Noise.index(row), seed) - 0.5
      let line = joint(u, 0.08) || joint(v, 0.14)
      return groundTint.lit((1 + 0.3 * shade * fade + 0.15 * stain) * (line ? 1 - 0.25 * fade : 1))
    case .asphalt:
      let grain = Noise.smooth(x / 4, z / 4, seed) - 0.5
      let isMarked = abs(z - 980 - 0.2 * x * skew) < 9
      let colour = groundTint.lit(1 + 0.22 * grain * fade + 0.22 * stain)
      return isMarked ? colour.mixed(with: Colour(repeating: 0.8), 0.7) : colour
    case .grass:
      let blade = Noise.smooth(x / 5, z / 16, seed) - 0.5
      let dry = Noise.smooth(x / 140, z / 140, seed &+ 5)
      return groundTint.mixed(with: Colour(0.55, 0.50, 0.28), 0.4 * dry).lit(1 + 0.5 * blade * fade + 0.25 * stain)
    case .concrete:
      let crack = joint((x + z * skew) / 240, 0.012) || joint(z / 300, 0.02)
      return groundTint.lit((1 + 0.2 * stain) * (crack ? 0.75 : 1))
    }
  }

  /// The backdrop's colour at a place in centimetres above the far end of the ground.
  @inline(__always)
  private func farAway(_ x: Float, _ y: Float) -> Colour {
    let stain = Noise.rough(x / 120, y / 120, seed &+ 40) - 0.5
    switch far {
    case .bricks:
      let v = y / 14
      let row = v.rounded(.down)
      let u = x / 40 + (row * 0.5 - (row * 0.5).rounded(.down))
      let shade = Noise.cell(Noise.index(u.rounded(.down)), Noise.index(row), seed &+ 3) - 0.5
      let isPost = joint(x / 420, 0.11)
      let line = joint(u, 0.07) || joint(v, 0.16)
      let colour = groundTint.mixed(with: Colour(repeating: 0.75), 0.5)
      return (isPost ? colour : farTint.lit(line ? 1.2 : 1 + 0.3 * shade)).lit(1 + 0.25 * stain)
    case .shopWindows:
      if y < 45 { return farTint.lit(0.7 + 0.2 * stain) }
      if y > 330 { return farTint.lit(0.95 + 0.2 * stain) }
      if joint(x / 170, 0.07) || joint((y - 45) / 285, 0.05) { return farTint.lit(1.15) }
      // Goods and reflections behind the glass.
      let pane = Noise.index((x / 170).rounded(.down))
      let goods = Noise.cell(Noise.index((x / 34).rounded(.down)), Noise.index((y / 52).rounded(.down)), seed &+ 9)
      let glass = Colour(0.16, 0.20, 0.24).lit(0.8 + 0.7 * Noise.smooth(x / 160, y / 90, seed &+ 11))
      let tint = Colour(goods, Noise.cell(pane, 1, seed), 1 - goods)
      return goods > 0.62 ? glass.mixed(with: tint, 0.5) : glass
    case .hedge:
      let leaf = Noise.rough(x / 13, y / 13, seed &+ 21)
      let top = 210 + 34 * Noise.smooth(x / 80, 3, seed)
      if y > top { return Colour(0.74, 0.80, 0.86).lit(0.92 + 0.2 * stain) }
      return farTint.lit(0.45 + 1.1 * leaf)
    case .trees:
      let trunk = (x + 18 * Noise.smooth(y / 90, x / 400, seed)) / 260
      let isTrunk = joint(trunk, 0.13) && y < 420
      let leaf = Noise.rough(x / 26, y / 26, seed &+ 31)
      let isSky = Noise.smooth(x / 75, y / 75, seed &+ 33) > 0.68 && y > 140
      if isTrunk { return Colour(0.30, 0.23, 0.17).lit(0.7 + 0.6 * leaf) }
      return isSky ? Colour(0.80, 0.84, 0.87) : farTint.lit(0.45 + 1.1 * leaf)
    case .facade:
      let u = x / 190 - (x / 190).rounded(.down)
      let v = y / 260 - (y / 260).rounded(.down)
      if u > 0.25 && u < 0.75 && v > 0.3 && v < 0.85 {
        let isFrame = u < 0.29 || u > 0.71 || abs(u - 0.5) < 0.02 || v < 0.34 || v > 0.82
        return isFrame
          ? farTint.lit(1.25) : Colour(0.20, 0.24, 0.30).lit(0.8 + 0.6 * Noise.smooth(x / 60, y / 60, seed))
      }
      return farTint.lit((v < 0.05 ? 0.8 : 1) + 0.2 * stain)
    case .fence:
      let isBar = joint(x / 22, 0.18) && y < 190 || abs(y - 180) < 6 || abs(y - 30) < 6
      if isBar { return farTint.lit(0.55) }
      let leaf = Noise.rough(x / 40, y / 40, seed &+ 51)
      return y < 230 + 80 * leaf ? Colour(0.42, 0.48, 0.36).lit(0.5 + leaf) : Colour(0.78, 0.82, 0.86)
    }
  }

  /// Whether a place is on a line at the whole numbers that is `width` wide.
  @inline(__always)
  private func joint(_ value: Float, _ width: Float) -> Bool { value - value.rounded(.down) < width }
}
