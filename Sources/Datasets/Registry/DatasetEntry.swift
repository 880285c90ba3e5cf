/// What the registry says of one dataset.
package struct DatasetEntry: Hashable, Sendable {
  /// The name by which experiments call it.
  package let name: String
  /// Its folder as written: absolute, or relative to the project (``DatasetPlaces``).
  package let root: String
  /// How its folders and files are named.
  package let layout: DatasetLayout
  /// The file of attributes in its folder, where it has any.
  package let attributes: String?
  /// The attributes in that file, where the layout does not say.
  package let scheme: AttributeScheme?
  /// Whether `aanet data make` draws it; otherwise it has to be downloaded.
  package let isSynthetic: Bool
  /// How large it is drawn unless a command says otherwise: a name of ``TwinScale``.
  package let scale: String?
  /// The seed that it is drawn with unless a command says otherwise.
  package let seed: UInt64
  /// What it must hold, where the registry states it.
  package let expectation: DatasetExpectation?
  /// Where it comes from.
  package let origin: DatasetOrigin

  /// Describes a dataset.
  package init(
    name: String, root: String, layout: DatasetLayout, attributes: String?, scheme: AttributeScheme? = nil,
    isSynthetic: Bool = false, scale: String? = nil, seed: UInt64 = 1, expectation: DatasetExpectation? = nil,
    origin: DatasetOrigin = DatasetOrigin()
  ) {
    self.name = name
    self.root = root
    self.layout = layout
    self.attributes = attributes
    self.scheme = scheme
    self.isSynthetic = isSynthetic
    self.scale = scale
    self.seed = seed
    self.expectation = expectation
    self.origin = origin
  }

  /// The attributes that its annotators labelled: those of its layout's benchmark unless the registry names others.
  package var attributeScheme: AttributeScheme { scheme ?? layout.attributeScheme ?? .market1501 }

  /// How large a synthetic dataset can be drawn, from the least.
  package static let scales = ["small", "medium", "full"]
}
