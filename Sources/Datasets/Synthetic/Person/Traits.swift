import Tensors

/// What the annotators would write of a drawn person, for either benchmark.
struct Traits: Equatable {
  enum Age: Int, CaseIterable { case young, teenager, adult, old }

  var isFemale = false
  var age = Age.teenager
  var hasLongHair = false
  var hasHat = false
  var hasShortSleeves = false
  var hasLongUpper = false
  /// A drawn person always has one; an annotator may have left it out.
  var isUpperLengthLabelled = true
  /// Colours by name, the first in the benchmark's list first; empty: one that the list does not have.
  var upperColours: [String] = []
  var lowerColours: [String] = []
  var hasBackpack = false
  var hasBag = false
  var hasHandbag = false
  var hasShortLower = false
  var hasDress = false
  var hasBoots = false
  var hasLightShoes = false

  /// The labels of a scheme's attributes.
  func labels(for scheme: AttributeScheme) -> AttributeTable.Labels {
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
