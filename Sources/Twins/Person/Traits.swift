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
  package var isUpperLengthLabelled = true
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

  /// The labels of a scheme's attributes.
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
