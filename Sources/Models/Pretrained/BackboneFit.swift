import Layers
import Tensors

/// How the tensors of a file fit a backbone: which are loaded, which are left out, and what does not fit.
///
/// Files name a ResNet's tensors as torchvision does (timm's ResNets have the same names), alone or behind the prefixes
/// that checkpoints and wrappers put in front: `state_dict.module.layer1.0.conv1.weight`.
public struct BackboneFit: Sendable {
  /// Why a file cannot be loaded into a backbone, by the name in the file.
  public enum Misfit: Sendable, Hashable {
    /// The backbone needs a tensor that the file lacks.
    case missing(String)
    /// A tensor has another shape.
    case shape(String, found: [Int], needed: [Int])
    /// A tensor does not hold real numbers.
    case kind(String, StoredTensor.Kind)
    /// The file holds a tensor of a backbone's layer that this backbone has not: it is of another network.
    case surplus(String)

    /// The tensor's name in the file.
    public var name: String {
      switch self {
      case .missing(let name), .shape(let name, _, _), .kind(let name, _), .surplus(let name): name
      }
    }
  }

  /// The backbone's sizes.
  public let configuration: ResNetConfiguration
  /// What stands in front of torchvision's names in the file.
  public let prefix: String
  /// The names in the file of the tensors that the backbone takes, in its order.
  public let loaded: [String]
  /// The names in the file of everything else, in the file's order: a classifier (`fc.weight`), the
  /// `num_batches_tracked` of BatchNorm, which only averages without a momentum need, an optimiser's state.
  public let leftOut: [String]
  /// What does not fit; nothing is loaded where there is anything here.
  public let misfits: [Misfit]

  /// Parts of names that stand for the whole model, not for a layer of it.
  static let wrappers: Set<String> = [
    "state_dict", "model_state_dict", "model_state", "model", "module", "_orig_mod", "net", "network", "backbone",
    "encoder", "encoder_q", "base",
  ]

  /// Compares a file's tensors with a backbone's, by name and shape; no numbers are read.
  public init(of file: TensorFile, into configuration: ResNetConfiguration) {
    self.configuration = configuration
    let wanted = configuration.tensors
    let prefix = Self.prefix(of: file, wanted: wanted.map(\.name))
    self.prefix = prefix
    var loaded: [String] = []
    var misfits: [Misfit] = []
    for tensor in wanted {
      let name = prefix + tensor.name
      guard let entry = file[name] else {
        misfits.append(.missing(name))
        continue
      }
      if entry.shape != tensor.shape {
        misfits.append(.shape(name, found: entry.shape, needed: tensor.shape))
      } else if !entry.kind.isFloatingPoint {
        misfits.append(.kind(name, entry.kind))
      } else {
        loaded.append(name)
      }
    }
    let known = Set(wanted.map { prefix + $0.name })
    leftOut = file.entries.map(\.name).filter { !known.contains($0) }
    for name in leftOut where name.hasPrefix(prefix) && Self.isBackboneLayer(name.dropFirst(prefix.count)) {
      misfits.append(.surplus(name))
    }
    self.loaded = loaded
    self.misfits = misfits
  }

  /// The prefix, made of ``wrappers``, behind which the file has most of the wanted names; the shortest where several
  /// have as many.
  static func prefix(of file: TensorFile, wanted: [String]) -> String {
    var candidates: Set<String> = [""]
    for entry in file.entries {
      var prefix = ""
      for part in entry.name.split(separator: ".", maxSplits: 6).dropLast().prefix(5) {
        guard wrappers.contains(String(part)) else { break }
        prefix += "\(part)."
        candidates.insert(prefix)
      }
      if candidates.count > 64 { break }  // no file that means well has so many
    }
    var best = (prefix: "", matches: -1)
    for candidate in candidates.sorted(by: { ($0.count, $0) < ($1.count, $1) }) {
      let matches = wanted.count { file[candidate + $0] != nil }
      if matches > best.matches { best = (candidate, matches) }
    }
    return best.prefix
  }

  /// Whether a name is a tensor's that decides a ResNet's features; the count of batches decides nothing.
  private static func isBackboneLayer(_ name: Substring) -> Bool {
    guard !name.hasSuffix(".num_batches_tracked"), let layer = name.split(separator: ".").first else { return false }
    return ["conv1", "bn1", "layer1", "layer2", "layer3", "layer4"].contains(layer)
  }
}

extension BackboneFit {
  /// Reads the numbers that would be loaded, one tensor at a time, and looks whether all are finite.
  ///
  /// - Throws: ``ModelError`` that names the first tensor of which one is not, in single precision.
  public func checkNumbers(in file: TensorFile) throws(ModelError) {
    for name in loaded { _ = try numbers(name, in: file) }
  }

  /// Loads the file's tensors into the parameters and running statistics of a model's backbone.
  ///
  /// - Parameter layers: what stands in front of torchvision's names in the model.
  /// - Throws: ``ModelError`` where something does not fit or is no finite number.
  public func load(_ file: TensorFile, into store: ParameterStore, layers: String = "backbone.") throws(ModelError) {
    if let misfit = misfits.first {
      throw ModelError("'\(misfit.name)' does not fit the backbone (and \(misfits.count - 1) others do not)")
    }
    for parameter in store.parameters where parameter.name.hasPrefix(layers) {
      parameter.load(try numbers(prefix + parameter.name.dropFirst(layers.count), in: file))
    }
    for statistic in store.statistics where statistic.name.hasPrefix(layers) {
      let numbers = try numbers(prefix + statistic.name.dropFirst(layers.count), in: file)
      _ = statistic.value.values.update(fromContentsOf: numbers)
    }
  }

  private func numbers(_ name: String, in file: TensorFile) throws(ModelError) -> [Float] {
    guard let stored = file.tensor(name) else { throw ModelError("the tensor '\(name)' is missing") }
    let numbers = stored.floats
    if let place = numbers.firstIndex(where: { !$0.isFinite }) {
      throw ModelError("the tensor '\(name)' holds \(numbers[place]) at place \(place)")
    }
    return numbers
  }
}
