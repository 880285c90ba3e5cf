import Foundation

/// A way of reading one kind of input.
protocol FuzzTarget {
  /// Reads the bytes and everything that is made of them; errors are as good as values.
  func feed(_ bytes: [UInt8])
  /// Sound inputs to start from, by name, made by the project's own writers where it has them.
  func seeds() throws -> [String: [UInt8]]
}

extension FuzzTarget {
  /// Writes the sound inputs into a folder.
  func writeSeeds(to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, bytes) in try seeds() {
      try Data(bytes).write(to: folder.appendingPathComponent(name, isDirectory: false))
    }
  }
}

/// The kinds of input that come from outside.
enum FuzzKind: String, CaseIterable {
  /// Experiments, the registry of datasets, report definitions, published figures and claims.
  case yaml
  /// Weights, descriptors and checkpoints as safetensors.
  case safetensors
  /// What `torch.save` writes, in both its forms.
  case pth
  /// MATLAB 5 files.
  case mat
  /// JPEG images.
  case jpeg
  /// Sources of report notebooks.
  case notebook
  /// The files of a run's folder.
  case records
  /// Patterns for the names of a dataset's files, and such names.
  case names
  /// Descriptions of golden cases.
  case parity
  /// Files of key points.
  case keypoints
  /// Files of parsing labels.
  case parsing
  /// Files of boxes.
  case boxes

  /// The target of the kind.
  func target() throws -> any FuzzTarget {
    switch self {
    case .yaml: try YAMLTarget()
    case .safetensors: TensorFileTarget(suffix: "safetensors")
    case .pth: TensorFileTarget(suffix: "pth")
    case .mat: MatTarget()
    case .jpeg: JPEGTarget()
    case .notebook: try NotebookTarget()
    case .records: try RecordsTarget()
    case .names: NamesTarget()
    case .parity: try ParityTarget()
    case .keypoints: KeypointTarget()
    case .parsing: ParsingTarget()
    case .boxes: BoxTarget()
    }
  }
}

/// Files of the project, found from this source file.
enum Project {
  /// The project's folder.
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The files of a folder, folders below it too, whose names end so, by their last path components joined.
  static func files(in path: String, ending: String) throws -> [String: [UInt8]] {
    let root = folder.appendingPathComponent(path)
    let paths = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
    var found: [String: [UInt8]] = [:]
    for path in paths where path.hasSuffix(ending) {
      found[path.replacing("/", with: "-")] = Array(try Data(contentsOf: root.appendingPathComponent(path)))
    }
    return found
  }
}
