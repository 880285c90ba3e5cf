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
