import Tensors

/// What a garment is made of: a colour and a pattern that is fixed to the body, so that it turns with the person.
struct Fabric {
  enum Pattern: CaseIterable {
    case plain, hoops, pinstripes, checks, print, yoke, fade
  }

  var colour: Colour
  var second: Colour
  var pattern: Pattern
  /// Size of the pattern in centimetres.
  var period: Float
  /// Share of the period in the second colour.
  var share: Float
  var seed: UInt32

  /// A fabric of a colour. The pattern's colour stays closer to the first than another named colour would.
  init(_ colour: Colour, patterned probability: Double, from random: inout RandomStream) {
    self.colour = colour
    let accent = Palette.accent(from: &random)
    let isSubtle = random.chance(0.5)
    let contrast: Colour =
      colour.brightness > 0.45 ? colour.lit(0.55) : colour.mixed(with: Colour(repeating: 0.85), 0.45)
    second = isSubtle ? contrast : accent
    let isPatterned = random.chance(probability)
    let chosen = random.pick([Pattern.hoops, .hoops, .pinstripes, .checks, .checks, .print, .print, .yoke, .fade])
    pattern = isPatterned ? chosen : .plain
    period = Float(random.uniform(in: 5...13))
    share = Float(random.uniform(in: 0.2...0.42))
    seed = UInt32(truncatingIfNeeded: random.next())
  }

  /// One colour all over.
  init(plain colour: Colour) {
    self.colour = colour
    second = colour
    pattern = .plain
    period = 8
    share = 0
    seed = 0
  }

  /// The colour at a place: `angle` around the body (0 front, π/2 the person's left), `height` in centimetres above
  /// the garment's lower end, `radius` and `length` of the garment in centimetres.
  @inline(__always)
  func colour(angle: Float, height: Float, radius: Float, length: Float) -> Colour {
    switch pattern {
    case .plain: return colour
    case .hoops:
      return band(height) ? second : colour
    case .pinstripes:
      return band(angle * radius, period * 0.6) ? second : colour
    case .checks:
      let lines = (band(height) ? 1 : 0) + (band(angle * radius) ? 1 : 0)
      return lines == 0 ? colour : colour.mixed(with: second, lines == 2 ? 0.95 : 0.5)
    case .print:
      let x = angle * radius / period
      let y = height / period
      let cell = SIMD2(x.rounded(.down), y.rounded(.down))
      let ix = Noise.index(cell.x)
      let iy = Noise.index(cell.y)
      let middle = SIMD2(0.3 + 0.4 * Noise.cell(ix, iy, seed), 0.3 + 0.4 * Noise.cell(ix, iy, seed &+ 7))
      let size = (0.15 + 0.25 * Noise.cell(ix, iy, seed &+ 13)) * (0.7 + share)
      let distance = (SIMD2(x, y) - cell - middle).length
      return colour.mixed(with: second, 1 - distance.smoothed(from: size * 0.7, to: size * 1.2))
    case .yoke:
      return height > length * (0.55 + 0.3 * share) ? second : colour
    case .fade:
      return colour.mixed(with: second, 0.65 * (height / max(length, 1)).limited(0, 1))
    }
  }

  @inline(__always)
  private func band(_ value: Float, _ period: Float? = nil) -> Bool {
    let turns = value / (period ?? self.period)
    return turns - turns.rounded(.down) < share
  }
}
