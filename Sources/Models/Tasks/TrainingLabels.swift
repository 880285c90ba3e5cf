/// What a training set asks a network to tell apart.
package struct TrainingLabels: Hashable, Sendable {
  /// C, the identities.
  package var identities: Int
  /// The attributes, in the order of the dataset's list.
  package var attributes: [AttributeOutput]
  /// The dataset's own selection of attributes for the attention map.
  package var attended: [String]
  /// What the training set is called in messages.
  package var source: String

  package init(
    identities: Int, attributes: [AttributeOutput] = [], attended: [String] = [], source: String = "the training set"
  ) {
    self.identities = identities
    self.attributes = attributes
    self.attended = attended
    self.source = source
  }
}

/// One attribute that is predicted.
package struct AttributeOutput: Hashable, Sendable {
  /// Its name: `upper_color`.
  package var name: String
  /// How many values it has.
  package var classes: Int
  /// Where in the image it is looked for.
  package var region: BodyRegion

  package init(name: String, classes: Int, region: BodyRegion) {
    self.name = name
    self.classes = classes
    self.region = region
  }
}
