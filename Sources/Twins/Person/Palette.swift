import Tensors

/// What colours the annotators' names stand for, and the colours of skin and hair.
enum Palette {
  /// Typical tints of each colour name.
  private static let tints: [String: [Colour]] = [
    "black": [Colour(0.09, 0.09, 0.10), Colour(0.13, 0.12, 0.13), Colour(0.08, 0.09, 0.13), Colour(0.15, 0.14, 0.14)],
    "white": [Colour(0.92, 0.92, 0.91), Colour(0.86, 0.87, 0.89), Colour(0.93, 0.91, 0.86)],
    "red": [Colour(0.74, 0.11, 0.13), Colour(0.58, 0.09, 0.15), Colour(0.84, 0.26, 0.22)],
    "purple": [Colour(0.43, 0.24, 0.53), Colour(0.58, 0.38, 0.64), Colour(0.33, 0.18, 0.42)],
    "gray": [Colour(0.46, 0.46, 0.47), Colour(0.58, 0.58, 0.58), Colour(0.36, 0.37, 0.38), Colour(0.52, 0.50, 0.48)],
    "blue": [Colour(0.16, 0.27, 0.58), Colour(0.27, 0.46, 0.74), Colour(0.13, 0.18, 0.40), Colour(0.45, 0.62, 0.80)],
    "green": [Colour(0.18, 0.44, 0.25), Colour(0.34, 0.42, 0.20), Colour(0.42, 0.66, 0.35)],
    "yellow": [Colour(0.88, 0.76, 0.18), Colour(0.92, 0.85, 0.50), Colour(0.80, 0.66, 0.22)],
    "pink": [Colour(0.87, 0.55, 0.64), Colour(0.90, 0.68, 0.72), Colour(0.82, 0.36, 0.52)],
    "brown": [Colour(0.40, 0.28, 0.19), Colour(0.58, 0.47, 0.34), Colour(0.31, 0.21, 0.15)],
    "other": [Colour(0.86, 0.46, 0.16), Colour(0.12, 0.50, 0.50), Colour(0.82, 0.71, 0.56), Colour(0.92, 0.62, 0.50)],
  ]
  private static let denim = [
    Colour(0.22, 0.30, 0.45), Colour(0.33, 0.42, 0.56), Colour(0.15, 0.20, 0.33), Colour(0.48, 0.57, 0.68),
  ]
  private static let skins = [
    Colour(0.93, 0.77, 0.66), Colour(0.87, 0.69, 0.56), Colour(0.80, 0.61, 0.47), Colour(0.67, 0.47, 0.34),
    Colour(0.48, 0.33, 0.24), Colour(0.33, 0.22, 0.17),
  ]
  private static let hairs = [
    Colour(0.08, 0.07, 0.07), Colour(0.13, 0.10, 0.09), Colour(0.24, 0.16, 0.11), Colour(0.38, 0.26, 0.16),
    Colour(0.66, 0.52, 0.32), Colour(0.42, 0.20, 0.12),
  ]

  /// A person's own shade of a colour; nil or an unknown name is one that the benchmark has no name for.
  static func shade(of name: String?, isTrousers: Bool = false, from random: inout RandomStream) -> Colour {
    let choices = isTrousers && name == "blue" ? denim : tints[name ?? "other"] ?? tints["other"] ?? denim
    let tint = random.pick(choices)
    let level = Float(random.uniform(in: 0.88...1.12))
    let jitter = Colour(
      Float(random.uniform(in: -0.025...0.025)), Float(random.uniform(in: -0.025...0.025)),
      Float(random.uniform(in: -0.025...0.025)))
    return (tint * level + jitter).clamped(lowerBound: Colour(repeating: 0.03), upperBound: Colour(repeating: 0.96))
  }

  /// A colour for what the annotators do not name: bags, hats, prints.
  static func accent(from random: inout RandomStream) -> Colour {
    let names = [
      "black", "black", "gray", "brown", "blue", "red", "white", "green", "other", "pink", "yellow", "purple",
    ]
    return shade(of: random.pick(names), from: &random)
  }

  static func skin(from random: inout RandomStream) -> Colour {
    let place = random.uniform() * random.uniform() * Double(skins.count - 1)
    let index = min(Int(place), skins.count - 2)
    return skins[index].mixed(with: skins[index + 1], Float(place) - Float(index))
  }

  /// A hair colour; the old are grey.
  static func hair(isOld: Bool, from random: inout RandomStream) -> Colour {
    let tint = hairs[min(Int(random.uniform() * random.uniform() * Double(hairs.count)), hairs.count - 1)]
    let grey = Colour(repeating: Float(random.uniform(in: 0.5...0.75)))
    return isOld ? grey : tint.lit(Float(random.uniform(in: 0.85...1.2)))
  }

  static func shoe(isLight: Bool, from random: inout RandomStream) -> Colour {
    let dark = ["black", "black", "brown", "blue", "gray"]
    let light = ["white", "white", "yellow", "pink", "white"]
    let colour = shade(of: random.pick(isLight ? light : dark), from: &random)
    return isLight ? colour.mixed(with: Colour(repeating: 0.9), 0.3) : colour.lit(0.7)
  }
}

/// What a garment is made of: a colour and a pattern that is fixed to the body, so that it turns with the person.
struct Fabric: Equatable {
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
