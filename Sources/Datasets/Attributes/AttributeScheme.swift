/// The rows of the feature map from which an attribute is read (paper, Figure 5; the cut is the specification's).
package enum AttributeRegion: String, CaseIterable, Codable, Sendable {
  /// The whole map.
  case global
  /// The upper third.
  case top
  /// The middle third.
  case middle
  /// The lower third.
  case bottom
}

/// One attribute of a person: what it is called, its classes and how the annotators' file stores it.
package struct AttributeDefinition: Hashable, Sendable {
  /// How a class is stored for each identity.
  package enum Storage: Hashable, Sendable {
    /// One field whose value `k + 1` is class `k`; 0 is unlabelled.
    case value(field: String)
    /// One field per class, 1 for no and 2 for yes; the last class, "other", has none and stands for all no.
    case flags(fields: [String])
  }

  /// The name in tables, settings and weights (`upper_color`).
  package let name: String
  /// The classes' names; a label is an index into them.
  package let classes: [String]
  /// Where on the body it is read.
  package let region: AttributeRegion
  package let storage: Storage

  /// The class of identities without any labelled colour, which counts as wrong in the annotators' accuracy;
  /// nil for attributes that are not colours.
  package var otherClass: Int? { if case .flags = storage { classes.count - 1 } else { nil } }

  package var fields: [String] {
    switch storage {
    case .value(let field): [field]
    case .flags(let fields): fields
    }
  }

  static func value(_ name: String, _ classes: [String], _ region: AttributeRegion, field: String) -> Self {
    Self(name: name, classes: classes, region: region, storage: .value(field: field))
  }

  static func colour(_ name: String, _ colours: [String], _ region: AttributeRegion, prefix: String) -> Self {
    Self(
      name: name, classes: colours + ["other"], region: region, storage: .flags(fields: colours.map { prefix + $0 }))
  }
}

/// The attributes of one benchmark, in the order of its tables and of the network's classifiers.
package struct AttributeScheme: Hashable, Sendable {
  /// The benchmark's short name (`market`).
  package let name: String
  package let attributes: [AttributeDefinition]
  /// The attributes whose activation maps make the attention map by default.
  package let attention: [String]
  /// The struct variable in the annotators' file.
  package let variable: String

  /// The annotators' file name.
  package var fileName: String { variable + ".mat" }

  /// The place of an attribute by name; nil where there is none.
  package func index(of name: String) -> Int? { attributes.firstIndex { $0.name == name } }

  /// Market-1501's twelve attributes (Lin et al., "Improving Person Re-identification by Attribute and Identity
  /// Learning"); attention attributes as the paper states them.
  package static let market1501 = AttributeScheme(
    name: "market",
    attributes: [
      .value("gender", ["male", "female"], .global, field: "gender"),
      .value("age", ["young", "teenager", "adult", "old"], .global, field: "age"),
      .value("hair", ["short", "long"], .top, field: "hair"),
      .value("hat", ["no", "yes"], .top, field: "hat"),
      .value("sleeve", ["long", "short"], .top, field: "up"),
      .colour(
        "upper_color", ["black", "white", "red", "purple", "gray", "blue", "green", "yellow"], .top, prefix: "up"),
      .value("backpack", ["no", "yes"], .middle, field: "backpack"),
      .value("bag", ["no", "yes"], .middle, field: "bag"),
      .value("handbag", ["no", "yes"], .middle, field: "handbag"),
      .value("lower_length", ["long", "short"], .bottom, field: "down"),
      .value("lower_type", ["dress", "pants"], .bottom, field: "clothes"),
      .colour(
        "lower_color", ["black", "white", "pink", "gray", "blue", "green", "brown", "yellow", "purple"], .bottom,
        prefix: "down"),
    ],
    attention: ["gender", "hair", "upper_color", "lower_color", "lower_type", "lower_length"],
    variable: "market_attribute")

  /// DukeMTMC-reID's ten attributes (Lin et al.); the attention attributes are the specification's inference.
  package static let dukeMTMC = AttributeScheme(
    name: "duke",
    attributes: [
      .value("gender", ["male", "female"], .global, field: "gender"),
      .value("hat", ["no", "yes"], .top, field: "hat"),
      .value("upper_length", ["short", "long"], .top, field: "top"),
      .colour(
        "upper_color", ["black", "white", "red", "purple", "gray", "blue", "green", "brown"], .top, prefix: "up"),
      .value("backpack", ["no", "yes"], .middle, field: "backpack"),
      .value("bag", ["no", "yes"], .middle, field: "bag"),
      .value("handbag", ["no", "yes"], .middle, field: "handbag"),
      .value("boots", ["no", "yes"], .bottom, field: "boots"),
      .value("shoes", ["dark", "light"], .bottom, field: "shoes"),
      .colour("lower_color", ["black", "white", "red", "gray", "blue", "green", "brown"], .bottom, prefix: "down"),
    ],
    attention: ["gender", "upper_length", "upper_color", "lower_color"],
    variable: "duke_attribute")

  package static let all = [market1501, dukeMTMC]
}
