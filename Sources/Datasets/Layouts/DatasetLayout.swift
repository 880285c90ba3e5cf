/// How a dataset names its folders and its image files.
package enum DatasetLayout: Hashable, Sendable {
  /// As a known benchmark does.
  case benchmark(BenchmarkLayout)
  /// As the registry describes it.
  case own(OwnLayout)

  /// Market-1501's.
  package static let market1501 = DatasetLayout.benchmark(.market1501)
  /// DukeMTMC-reID's.
  package static let dukemtmc = DatasetLayout.benchmark(.dukemtmc)

  /// The three lists of a dataset.
  package enum Split: String, CaseIterable, Sendable {
    /// What a model is trained on.
    case train
    /// The images that are looked for.
    case query
    /// The images among which they are looked for.
    case gallery

    /// The split's folder in the layouts of the known benchmarks.
    package var folder: String {
      switch self {
      case .train: "bounding_box_train"
      case .query: "query"
      case .gallery: "bounding_box_test"
      }
    }
  }

  /// A split's folder within the dataset's.
  package func folder(of split: Split) -> String {
    switch self {
    case .benchmark: split.folder
    case .own(let layout): layout.folders[split] ?? split.folder
    }
  }

  /// Whether images may lie in folders within a split's folder.
  var isDeep: Bool {
    switch self {
    case .benchmark: false
    case .own(let layout): layout.pattern.text.contains("/")
    }
  }

  /// The attributes that its annotators labelled, where that is known.
  var attributeScheme: AttributeScheme? {
    switch self {
    case .benchmark(let benchmark): benchmark.attributeScheme
    case .own: nil
    }
  }

  /// What the fingerprint of a dataset says of its layout.
  var fingerprintText: String {
    switch self {
    case .benchmark(let benchmark): benchmark.rawValue
    case .own: "own"
    }
  }

  /// What names must be like, for messages.
  var expectedNames: String {
    switch self {
    case .benchmark(let benchmark): "the layout '\(benchmark.rawValue)': \(benchmark.pattern)"
    case .own(let layout): "\(layout.patternPlace), the pattern \(layout.pattern.text.quoted)"
    }
  }

  /// The ends of names that say "this is a JPEG image", in lower case.
  static let imageExtensions = [".jpg", ".jpeg"]
}
