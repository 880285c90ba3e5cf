import Tensors

/// A drawn person: traits, body and clothes, none of which ever change.
struct Person {
  let traits: Traits
  let build: Build
  let wardrobe: Wardrobe
  /// Decides folds and grain of the clothes.
  let seed: UInt32

  /// Makes a person of given traits. Two persons with equal traits still differ in build, gait, shades and patterns.
  init(_ traits: Traits, from random: inout RandomStream) {
    self.traits = traits
    build = Build(traits, from: &random)
    wardrobe = Wardrobe(traits, from: &random)
    seed = UInt32(truncatingIfNeeded: random.next())
  }
}

/// A body's measures in centimetres and its manner of walking; both stay with the person.
struct Build {
  var height: Float
  /// Breadth against the average: slim 0.85, heavy 1.3.
  var bulk: Float
  var shoulders: Float
  var hips: Float
  var waist: Float
  /// The hip joint's height as a share of the body's.
  var legs: Float
  var head: Float
  /// Degrees: the largest swing of the thigh and of the upper arm, the knee's bend in mid-swing, the elbow's bend.
  var stride: Float
  var armSwing: Float
  var kneeBend: Float
  var elbow: Float
  /// Degrees: forward lean of the trunk, outward turn of the feet.
  var lean: Float
  var toesOut: Float
  /// Distance between the feet against the hips'.
  var stance: Float

  init(_ traits: Traits, from random: inout RandomStream) {
    let isFemale = traits.isFemale
    func between(_ low: Double, _ high: Double) -> Float { Float(random.uniform(in: low...high)) }
    height = between(166, 186) - (isFemale ? 11 : 0)
    bulk = 1 + Float(random.normal(deviation: 0.1)).limited(-0.17, 0.3)
    switch traits.age {
    case .young:
      height = between(108, 138)
      bulk = between(0.85, 1)
    case .teenager: bulk *= 0.96
    case .adult: bulk *= 1.06
    case .old:
      height -= 6
      bulk *= 1.08
    }
    let size = height / 172
    shoulders = (isFemale ? between(15.8, 17.6) : between(18, 21)) * size * (0.6 + 0.4 * bulk)
    hips = (isFemale ? between(16, 18.5) : between(14.8, 16.8)) * size * bulk
    waist = (isFemale ? between(12, 14) : between(14, 16)) * size * (1.6 * bulk - 0.6)
    legs = between(0.475, 0.525)
    head = (0.35 + 0.65 * size) * between(0.95, 1.06)
    stride = between(15, 30)
    armSwing = between(8, 34)
    kneeBend = between(35, 60)
    elbow = between(6, 45)
    lean = traits.age == .old ? between(8, 16) : between(0, 7)
    toesOut = between(0, 16)
    stance = between(0.6, 1.15)
  }
}
