/// What the registry says of one dataset.
public struct DatasetEntry: Hashable, Sendable {
  /// The name by which experiments call it.
  public let name: String
  /// Its folder as written: absolute, or relative to the project (``DatasetPlaces``).
  public let root: String
  /// How its folders and files are named.
  public let layout: DatasetLayout
  /// The file of attributes in its folder, where it has any.
  public let attributes: String?
  /// The attributes in that file, where the layout does not say.
  public let scheme: AttributeScheme?
  /// Whether `aanet data make` draws it; otherwise it has to be downloaded.
  public let isSynthetic: Bool
  /// How large it is drawn unless a command says otherwise: a name of ``TwinScale``.
  public let scale: String?
  /// The seed that it is drawn with unless a command says otherwise.
  public let seed: UInt64
  /// What it must hold, where the registry states it.
  public let expectation: DatasetExpectation?
  /// Where it comes from.
  public let origin: DatasetOrigin

  /// Describes a dataset.
  public init(
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
  public var attributeScheme: AttributeScheme { scheme ?? layout.attributeScheme ?? .market1501 }

  /// The benchmark that a synthetic dataset stands in for; nil where none is drawn like it.
  public var twin: SyntheticTwin.Kind? {
    guard isSynthetic else { return nil }
    switch layout {
    case .benchmark(.market1501): return .market
    case .benchmark(.dukemtmc): return .duke
    case .own: return nil
    }
  }
}
