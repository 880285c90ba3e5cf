import Datasets
import Foundation
import Testing

/// The order, the names, the numbers of classes and the regions that the golden model cases have.
@Test func schemesAreThoseOfTheGoldenCases() {
  func shown(_ scheme: AttributeScheme) -> [String] {
    scheme.attributes.map { "\($0.name) \($0.classes.count) \($0.region.rawValue)" }
  }
  #expect(
    shown(.market1501) == [
      "gender 2 global", "age 4 global", "hair 2 top", "hat 2 top", "sleeve 2 top", "upper_color 9 top",
      "backpack 2 middle", "bag 2 middle", "handbag 2 middle", "lower_length 2 bottom", "lower_type 2 bottom",
      "lower_color 10 bottom",
    ])
  #expect(
    shown(.dukeMTMC) == [
      "gender 2 global", "hat 2 top", "upper_length 2 top", "upper_color 9 top", "backpack 2 middle", "bag 2 middle",
      "handbag 2 middle", "boots 2 bottom", "shoes 2 bottom", "lower_color 8 bottom",
    ])
}

@Test func attentionAttributesAreOfTheScheme() {
  for scheme in AttributeScheme.all {
    for name in scheme.attention { #expect(scheme.index(of: name) != nil, "\(scheme.name): \(name)") }
    #expect(scheme.index(of: "nonsense") == nil)
  }
  #expect(AttributeScheme.market1501.attention.count == 6)
  #expect(AttributeScheme.dukeMTMC.attention == ["gender", "upper_length", "upper_color", "lower_color"])
}

@Test func onlyColoursHaveAClassForTheUnlabelled() {
  for scheme in AttributeScheme.all {
    for attribute in scheme.attributes {
      #expect((attribute.otherClass != nil) == attribute.name.hasSuffix("_color"))
      if let other = attribute.otherClass { #expect(attribute.classes[other] == "other") }
      #expect(attribute.fields.count == (attribute.otherClass ?? 1))
    }
  }
}
