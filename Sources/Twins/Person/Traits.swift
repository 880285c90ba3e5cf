import Datasets
import Tensors

/// What the annotators would write of a drawn person, for either benchmark.
package struct Traits: Equatable, Sendable {
  package enum Age: Int, CaseIterable, Sendable { case young, teenager, adult, old }

  package var isFemale = false
  package var age = Age.teenager
  package var hasLongHair = false
  package var hasHat = false
  package var hasShortSleeves = false
  package var hasLongUpper = false
  /// A drawn person always has one; an annotator may have left it out.
  var isUpperLengthLabelled = true
  /// Colours by name, the first in the benchmark's list first; empty: one that the list does not have.
  package var upperColours: [String] = []
  package var lowerColours: [String] = []
  package var hasBackpack = false
  package var hasBag = false
  package var hasHandbag = false
  package var hasShortLower = false
  package var hasDress = false
  package var hasBoots = false
  package var hasLightShoes = false

  /// A young man in everything plain, to be changed.
  package init() {}

  package func labels(for scheme: AttributeScheme) -> AttributeTable.Labels {
    scheme.attributes.map { attribute in
      switch attribute.name {
      case "gender": [isFemale ? 1 : 0]
      case "age": [age.rawValue]
      case "hair": [hasLongHair ? 1 : 0]
      case "hat": [hasHat ? 1 : 0]
      case "sleeve": [hasShortSleeves ? 1 : 0]
      case "upper_length": isUpperLengthLabelled ? [hasLongUpper ? 1 : 0] : []
      case "backpack": [hasBackpack ? 1 : 0]
      case "bag": [hasBag ? 1 : 0]
      case "handbag": [hasHandbag ? 1 : 0]
      case "lower_length": [hasShortLower ? 1 : 0]
      case "lower_type": [hasDress ? 0 : 1]
      case "boots": [hasBoots ? 1 : 0]
      case "shoes": [hasLightShoes ? 1 : 0]
      case "upper_color": upperColours.compactMap(attribute.classes.firstIndex(of:)).sorted()
      case "lower_color": lowerColours.compactMap(attribute.classes.firstIndex(of:)).sorted()
      default: []
      }
    }
  }
}

/// How often each trait occurs, roughly as in the real annotations, and which go together.
struct TraitFrequencies {
  var hat: Double
  var shortSleeves: Double
  var longUpper: Double
  var backpack: Double
  var bag: Double
  var handbag: Double
  var shortLower: Double
  var femaleDress: Double
  var boots: (male: Double, female: Double)
  var lightShoes: Double
  /// Shares of the colours; "other" for those that the benchmark does not name.
  var upper: [(String, Double)]
  var lower: [(String, Double)]

  /// Market-1501: summer on a campus.
  static let market = TraitFrequencies(
    hat: 0.05, shortSleeves: 0.92, longUpper: 0.06, backpack: 0.26, bag: 0.25, handbag: 0.11, shortLower: 0.6,
    femaleDress: 0.3, boots: (0, 0.03), lightShoes: 0.4,
    upper: [
      ("white", 0.29), ("black", 0.15), ("gray", 0.13), ("red", 0.10), ("blue", 0.065), ("green", 0.065),
      ("yellow", 0.065), ("purple", 0.035), ("other", 0.10),
    ],
    lower: [
      ("black", 0.385), ("blue", 0.185), ("gray", 0.165), ("brown", 0.08), ("white", 0.07), ("pink", 0.033),
      ("green", 0.022), ("yellow", 0.007), ("purple", 0.003), ("other", 0.05),
    ])

  /// DukeMTMC-reID: winter on a campus.
  static let duke = TraitFrequencies(
    hat: 0.17, shortSleeves: 0.12, longUpper: 0.13, backpack: 0.65, bag: 0.17, handbag: 0.04, shortLower: 0.12,
    femaleDress: 0.08, boots: (0.12, 0.42), lightShoes: 0.14,
    upper: [
      ("black", 0.60), ("gray", 0.12), ("blue", 0.093), ("white", 0.075), ("red", 0.055), ("brown", 0.02),
      ("green", 0.017), ("purple", 0.01), ("other", 0.01),
    ],
    lower: [
      ("black", 0.465), ("blue", 0.3), ("gray", 0.094), ("white", 0.08), ("brown", 0.045), ("red", 0.015),
      ("green", 0.004), ("other", 0.005),
    ])

  func draw(from random: inout RandomStream) -> Traits {
    var traits = Traits()
    traits.isFemale = random.chance(0.44)
    let age = random.uniform()
    traits.age = age < 0.02 ? .young : age < 0.8 ? .teenager : age < 0.97 ? .adult : .old
    traits.hasLongHair = random.chance(traits.isFemale ? 0.75 : 0.04)
    traits.hasHat = random.chance(hat)
    traits.hasShortSleeves = random.chance(shortSleeves)
    traits.hasDress = traits.isFemale && random.chance(femaleDress)
    traits.hasLongUpper = random.chance(traits.isFemale ? longUpper * 1.5 : longUpper * 0.6)
    traits.hasBackpack = random.chance(backpack)
    traits.hasBag = random.chance(traits.hasBackpack ? bag * 0.4 : bag * 1.3)
    traits.hasHandbag = random.chance(traits.isFemale ? handbag * 1.6 : handbag * 0.5)
    traits.hasShortLower = random.chance(traits.hasDress ? 0.85 : shortLower)
    traits.hasBoots = random.chance(traits.isFemale ? boots.female : boots.male)
    traits.hasLightShoes = random.chance(lightShoes)
    traits.upperColours = Self.colours(upper, from: &random)
    traits.lowerColours = Self.colours(lower, from: &random)
    // A dress is one garment; where the benchmark has no such lower colour, it is a skirt.
    if traits.hasDress, random.chance(0.5), let colour = traits.upperColours.first, traits.upperColours.count == 1,
      lower.contains(where: { $0.0 == colour })
    {
      traits.lowerColours = [colour]
    }
    return traits
  }

  /// One colour, seldom two of equal weight (the real files have a few of these); none for "other".
  private static func colours(_ shares: [(String, Double)], from random: inout RandomStream) -> [String] {
    let first = pick(shares, from: &random)
    let second = pick(shares, from: &random)
    let isTwo = random.chance(0.03)
    guard first != "other" else { return [] }
    return isTwo && second != "other" && second != first ? [first, second] : [first]
  }

  private static func pick(_ shares: [(String, Double)], from random: inout RandomStream) -> String {
    var rest = random.uniform() * shares.reduce(0) { $0 + $1.1 }
    for (name, share) in shares {
      rest -= share
      if rest < 0 { return name }
    }
    return shares[0].0
  }
}
