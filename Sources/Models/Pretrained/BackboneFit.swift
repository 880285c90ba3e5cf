import Layers
import Support
import Tensors

/// How the tensors of a file fit a backbone: which are loaded, which are left out, and what does not fit.
///
/// Files name a ResNet's tensors as torchvision does (timm's ResNets have the same names) or by their places in a
/// Sequential, alone or behind a prefix (``BackboneNaming``).
package struct BackboneFit: Sendable {
  /// Why a file cannot be loaded into a backbone, by the name in the file.
  package enum Misfit: Sendable, Hashable {
    /// The backbone needs a tensor that the file lacks.
    case missing(String)
    /// A tensor has another shape.
    case shape(String, found: [Int], needed: [Int])
    /// A tensor does not hold real numbers.
    case kind(String, StoredTensor.Kind)
    /// The file holds a tensor of a backbone's layer that this backbone has not: it is of another network.
    case surplus(String)
    /// The file holds several such networks, each behind a prefix, and nothing says which is meant.
    case ambiguous([String])

    /// The tensor's name in the file, or the first prefix.
    package var name: String {
      switch self {
      case .missing(let name), .shape(let name, _, _), .kind(let name, _), .surplus(let name): name
      case .ambiguous(let prefixes): prefixes.first ?? ""
      }
    }
  }

  /// The backbone's sizes.
  package let configuration: ResNetConfiguration
  /// What stands in front of the backbone's names in the file.
  package var prefix: String { naming.prefix }
  /// Other prefixes behind which the file has the same tensors, of which it is plain that they are not meant: those of a
  /// running mean (`model_ema.`) or of a second encoder (`encoder_k.`).
  package let others: [String]
  /// The names in the file of the tensors that the backbone takes, in its order.
  package let loaded: [String]
  /// The names in the file of everything else, in the file's order: a classifier (`fc.weight`), the
  /// `num_batches_tracked` of BatchNorm, which only averages without a momentum need, an optimiser's state.
  package let leftOut: [String]
  /// What does not fit; nothing is loaded where there is anything here.
  package let misfits: [Misfit]
  let naming: BackboneNaming

  /// Compares a file's tensors with a backbone's, by name and shape; no numbers are read.
  ///
  /// Of all prefixes the one is taken under which the backbone fits: where it fits under several, none at all before the
  /// one that says nothing but "the model". Where several say that, or none, the misfit is ``Misfit/ambiguous(_:)``.
  package init(of file: TensorFile, into configuration: ResNetConfiguration) {
    let wanted = configuration.tensors
    let found = BackboneNaming.found(in: file, wanted: wanted.map(\.name))
    let whole = found.prefix { $0.matches == wanted.count }.map {
      BackboneFit(of: file, into: configuration, as: $0.naming)
    }
    let fitting = whole.filter(\.misfits.isEmpty)
    let plain = fitting.filter(\.naming.isPlain)
    let candidates = plain.isEmpty ? fitting : plain
    if let chosen = candidates.first(where: { $0.prefix.isEmpty }) ?? candidates.first {
      if candidates.count > 1, !chosen.prefix.isEmpty {
        self.init(chosen, misfits: [.ambiguous(candidates.map(\.prefix))])
      } else {
        self.init(chosen, others: fitting.map(\.prefix).filter { $0 != chosen.prefix })
      }
    } else if let nearest = whole.first {
      self = nearest
    } else {
      let naming = found.first?.naming ?? BackboneNaming(prefix: "", form: .torchvision)
      self.init(of: file, into: configuration, as: naming)
    }
  }

  private init(_ fit: BackboneFit, others: [String] = [], misfits: [Misfit] = []) {
    configuration = fit.configuration
    naming = fit.naming
    loaded = fit.loaded
    leftOut = fit.leftOut
    self.others = others
    self.misfits = misfits
  }

  private init(of file: TensorFile, into configuration: ResNetConfiguration, as naming: BackboneNaming) {
    var loaded: [String] = []
    var misfits: [Misfit] = []
    var known: Set<String> = []
    for tensor in configuration.tensors {
      let name = naming.name(of: tensor.name)
      known.insert(name)
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
    leftOut = file.entries.map(\.name).filter { !known.contains($0) }
    misfits += leftOut.filter(naming.isBackboneLayer).map(Misfit.surplus)
    self.configuration = configuration
    self.naming = naming
    self.loaded = loaded
    self.misfits = misfits
    others = []
  }
}

extension BackboneFit {
  /// Reads the numbers that would be loaded, one tensor at a time, and looks whether all are finite.
  ///
  /// - Throws: ``PlainError`` that names the first tensor of which one is not, in single precision.
  package func checkNumbers(in file: TensorFile) throws(PlainError) {
    for name in loaded { _ = try numbers(name, in: file) }
  }

  /// Loads the file's tensors into the parameters and running statistics of a model's backbone.
  ///
  /// - Parameter layers: what stands in front of torchvision's names in the model.
  /// - Throws: ``PlainError`` where something does not fit or is no finite number.
  package func load(_ file: TensorFile, into store: ParameterStore, layers: String = "backbone.") throws(PlainError) {
    if let misfit = misfits.first {
      throw PlainError("'\(misfit.name)' does not fit the backbone (and \(misfits.count - 1) others do not)")
    }
    for parameter in store.parameters where parameter.name.hasPrefix(layers) {
      parameter.load(try numbers(naming.name(of: parameter.name.dropFirst(layers.count)), in: file))
    }
    for statistic in store.statistics where statistic.name.hasPrefix(layers) {
      let numbers = try numbers(naming.name(of: statistic.name.dropFirst(layers.count)), in: file)
      _ = statistic.value.values.update(fromContentsOf: numbers)
    }
  }

  private func numbers(_ name: String, in file: TensorFile) throws(PlainError) -> [Float] {
    guard let stored = file.tensor(name) else { throw PlainError("the tensor '\(name)' is missing") }
    let numbers = stored.floats
    if let place = numbers.firstIndex(where: { !$0.isFinite }) {
      throw PlainError("the tensor '\(name)' holds \(numbers[place]) at place \(place)")
    }
    return numbers
  }
}
