import Configuration
import Support
import Tensors

/// What the registry says of one dataset.
package struct DatasetEntry: Hashable, Sendable {
  /// The name by which experiments call it.
  package let name: String
  /// Its folder as written: absolute, or relative to the project (``DatasetPlaces``).
  package let root: String
  package let layout: DatasetLayout
  /// The file of attributes in its folder, where it has any.
  package let attributes: String?
  /// The attributes in that file, where the layout does not say.
  package let scheme: AttributeScheme?
  /// Where joints and labels of its images lie, where it has any.
  package let cues: CueSettings
  /// Whether `aanet data make` draws it; otherwise it has to be downloaded.
  package let isSynthetic: Bool
  /// How large it is drawn unless a command says otherwise: a name of ``TwinScale``.
  package let scale: String?
  /// The seed that it is drawn with unless a command says otherwise.
  package let seed: UInt64
  package let expectation: DatasetExpectation?
  package let origin: DatasetOrigin

  package init(
    name: String, root: String, layout: DatasetLayout, attributes: String?, scheme: AttributeScheme? = nil,
    cues: CueSettings = CueSettings(), isSynthetic: Bool = false, scale: String? = nil, seed: UInt64 = 1,
    expectation: DatasetExpectation? = nil,
    origin: DatasetOrigin = DatasetOrigin()
  ) {
    self.name = name
    self.root = root
    self.layout = layout
    self.attributes = attributes
    self.scheme = scheme
    self.cues = cues
    self.isSynthetic = isSynthetic
    self.scale = scale
    self.seed = seed
    self.expectation = expectation
    self.origin = origin
  }

  /// The attributes that its annotators labelled: those of its layout's benchmark unless the registry names others.
  package var attributeScheme: AttributeScheme { scheme ?? layout.attributeScheme ?? .market1501 }

  /// How large a synthetic dataset can be drawn, from the least.
  package static let scales = ["small", "medium", "study", "full"]

  /// Whether a word is a scale: one of ``scales``, or how many times as large as `small`, 1 to 20.
  package static func isScale(_ word: String) -> Bool {
    scales.contains(word) || Int(word).map { (1...20).contains($0) && "\($0)" == word } ?? false
  }

  /// What is said of a word that is none.
  package static func unknownScale(_ word: String) -> String {
    Wording.unknown("there is no scale", naming: word, among: scales)
      + ", or a whole number from 1 to 20: so many times small"
  }
}

/// What a folder of images holds, counted.
package struct SplitCounts: Codable, Hashable, Sendable {
  /// Images, distractors and junk among them.
  package var images: Int
  /// Identities above 0.
  package var identities: Int
  package var cameras: Int
  /// Images of junk (identity −1).
  package var junk: Int
  /// Images of distractors (identity 0).
  package var distractors: Int
  /// Identities above 0 that no query looks for: the distractors of DukeMTMC-reID. In the gallery only.
  package var withoutQuery: Int

  enum CodingKeys: String, CodingKey {
    case images, identities, cameras, junk, distractors
    case withoutQuery = "identities_without_query"
  }

  package init(
    images: Int, identities: Int, cameras: Int, junk: Int = 0, distractors: Int = 0, withoutQuery: Int = 0
  ) {
    self.images = images
    self.identities = identities
    self.cameras = cameras
    self.junk = junk
    self.distractors = distractors
    self.withoutQuery = withoutQuery
  }

  /// Counts a list of images.
  ///
  /// - Parameter queried: the identities that queries look for, where the list is the gallery.
  init(of images: [LabelledImage], queried: Set<Int>? = nil) {
    let people = Set(images.map(\.identity).filter { $0 > 0 })
    self.init(
      images: images.count, identities: people.count, cameras: Set(images.map(\.camera)).count,
      junk: images.count { $0.identity < 0 }, distractors: images.count { $0.identity == 0 },
      withoutQuery: queried.map { people.subtracting($0).count } ?? 0)
  }

  /// The counts by name, in the order of `datasets.yaml`.
  static let names: [(name: String, count: KeyPath<SplitCounts, Int> & Sendable)] = [
    ("images", \.images), ("identities", \.identities), ("cameras", \.cameras), ("junk", \.junk),
    ("distractors", \.distractors), ("identities_without_query", \.withoutQuery),
  ]

  init(_ setting: Setting) throws(ConfigurationError) {
    let keys = try KnownKeys(setting, known: Self.names.map(\.name))
    func count(_ name: String) throws(ConfigurationError) -> Int { try keys[name]?.int(in: 0...1_000_000_000) ?? 0 }
    self.init(
      images: try keys.required("images").int(in: 0...1_000_000_000),
      identities: try keys.required("identities").int(in: 0...1_000_000_000),
      cameras: try keys.required("cameras").int(in: 0...1_000_000_000), junk: try count("junk"),
      distractors: try count("distractors"), withoutQuery: try count("identities_without_query"))
  }
}

/// What a registry says that a dataset must hold, by split.
package struct DatasetExpectation: Hashable, Sendable {
  package var splits: [DatasetLayout.Split: SplitCounts]

  package init(_ splits: [DatasetLayout.Split: SplitCounts]) { self.splits = splits }

  init(_ setting: Setting) throws(ConfigurationError) {
    let keys = try KnownKeys(setting, known: DatasetLayout.Split.allCases.map(\.rawValue))
    var splits: [DatasetLayout.Split: SplitCounts] = [:]
    for split in DatasetLayout.Split.allCases {
      if let counts = keys[split.rawValue] { splits[split] = try SplitCounts(counts) }
    }
    self.init(splits)
  }
}

/// Where a dataset comes from and under which terms, for those who have to obtain it.
package struct DatasetOrigin: Codable, Hashable, Sendable {
  package var homepage: String?
  package var licence: String?
  /// Whether its authors still publish it.
  package var standing: String?
  package var attributesHomepage: String?

  enum CodingKeys: String, CodingKey {
    case homepage, licence, standing
    case attributesHomepage = "attributes_homepage"
  }

  package init(
    homepage: String? = nil, licence: String? = nil, standing: String? = nil, attributesHomepage: String? = nil
  ) {
    self.homepage = homepage
    self.licence = licence
    self.standing = standing
    self.attributesHomepage = attributesHomepage
  }

  /// A line for each thing known.
  var lines: [String] {
    [
      ("published at", homepage), ("attributes at", attributesHomepage), ("licence", licence), ("standing", standing),
    ].compactMap { label, text in text.map { "  \(label): \(Wording.printable($0, limit: 400))" } }
  }
}
