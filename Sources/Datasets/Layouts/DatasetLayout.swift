import Foundation
import Tensors

/// How a dataset names its folders and its image files.
package enum DatasetLayout: Hashable, Sendable {
  /// As a known benchmark does.
  case benchmark(BenchmarkLayout)
  /// As the registry describes it.
  case own(OwnLayout)

  /// The project's file in which layouts are described: the registry.
  static let fileName = "datasets.yaml"

  package static let market1501 = DatasetLayout.benchmark(.market1501)
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

/// Where the three folders of a layout lie.
extension DatasetLayout {
  /// Whether a folder holds all three.
  func isHeld(by folder: URL) -> Bool {
    Split.allCases.allSatisfy { split in
      RegularFile.standing(of: folder.appendingPathComponent(self.folder(of: split), isDirectory: true).path) == .folder
    }
  }

  /// How deep below a dataset's folder its lists are looked for, and in how many folders at most: an archive that is
  /// unpacked where a folder of that name was made before lies one or two deeper.
  private static let deepestSearch = 2
  private static let widestSearch = 500

  /// What to say of a dataset's folder in which one of the three is missing: where they lie together below it, and
  /// otherwise which folders it holds.
  func whereElse(below root: URL) -> String {
    var waiting = [root]
    var above: [String] = []
    for depth in 1...Self.deepestSearch {
      let inside = waiting.flatMap(Self.folders).prefix(Self.widestSearch)
      if let found = inside.first(where: isHeld) {
        let path = found.path.quotedForShell
        return "; all three lie in \(path): name that with --data \(path), or as the dataset's root in "
          + Self.fileName
      }
      if depth == 1 { above = inside.map(\.lastPathComponent) }
      waiting = Array(inside)
    }
    let shown = above.prefix(6).map(\.quoted).joined(separator: ", ")
    let more = above.count > 6 ? " and \(above.count - 6) more" : ""
    return above.isEmpty ? "; there is no folder in it" : "; the folders in it are \(shown)\(more)"
  }

  /// The folders in a folder that are not hidden, in the order of their names.
  private static func folders(in folder: URL) -> [URL] {
    let names = (try? RegularFile.names(in: folder.path)) ?? []
    return names.filter { !$0.hasPrefix(".") }.sorted()
      .map { folder.appendingPathComponent($0, isDirectory: true) }
      .filter { RegularFile.standing(of: $0.path) == .folder }
  }
}
