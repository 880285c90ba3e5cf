import Configuration
import Foundation
import Layers
import Models
import Support
import Tensors

/// A golden model case: a batch, the model's numbers before it, and what a double-precision implementation made of it.
///
/// `NAME.safetensors` holds the numbers, `NAME.json` beside it says what model they belong to.
package struct ParityCase {
  /// Steps on one batch, from momentum at rest.
  struct Stage {
    let batch: BatchName
    let steps: Int
    let rates: [Parameter.Group: Double]
  }

  /// Three steps on the case's batches, then an evaluation on the last.
  struct Phase {
    /// What the names of its tensors begin with: `phase.NAME.`, or nothing where the case has no phases.
    let prefix: String
    /// The names of the parameters that are trained, the project's own.
    let trained: Set<String>
    let statistics: NormStatistics
    let stages: [Stage]
    let rules: Composition.Phase
  }

  let description: CaseDescription
  let composition: Composition
  let configuration: AANetConfiguration
  let tensors: [String: StoredTensor]

  /// The case's name.
  package var name: String { description.name }
  /// The method that it is of; nil where it names none.
  package var method: String? { description.method?.value.scalar?.text }

  /// Reads a case.
  ///
  /// - Throws: an error that names the file and the key or the tensor, where the files are missing, damaged or contradict
  ///   each other, or the method is not in the table.
  package init(contentsOf url: URL, table: MethodTable? = nil) throws {
    tensors = try SafeTensors(contentsOf: url).tensors
    let table = try table ?? .ours()
    let beside = url.deletingPathExtension().appendingPathExtension("json")
    description = try CaseDescription(contentsOf: beside, for: table)
    composition = try table.composition(of: description)
    configuration = AANetConfiguration(
      backbone: description.backbone, head: composition.head, tasks: composition.tasks, loss: composition.loss,
      labels: description.labels)
    do { try check() } catch { throw PlainError("\(url.path): \(error)") }
  }

  private static let largestBatch = 256

  /// What must hold before memory is asked for.
  private func check() throws(PlainError) {
    let size = try Self.require(tensors, BatchName.first.rawValue, rank: 4).shape
    guard size[1] == 3, (2...Self.largestBatch).contains(size[0]) else {
      throw PlainError("the input \(size) is no batch of 2 to \(Self.largestBatch) RGB images")
    }
    try configuration.validate(height: size[2], width: size[3])
    if let second = composition.second {
      try configuration.validate(height: second.height, width: second.width)
    }
    // The description decides how much memory the model takes, so it must be one that the numbers could fill.
    let numbers = tensors.reduce(0) { $0 + ($1.key.hasPrefix("before.") ? $1.value.count : 0) }
    guard configuration.parameterCount <= numbers else {
      throw PlainError(
        "the description is of a model of \(configuration.parameterCount) parameters; the tensors before.* have \(numbers)"
      )
    }
    for (name, tensor) in tensors where inputNames.contains(name) || name.hasPrefix("before.") {
      guard tensor.doubles.allSatisfy(\.isFinite) else {
        throw PlainError("the tensor '\(name)' holds a number that is not finite")
      }
    }
    let tasks = configuration.tasks
    let groups = tasks.all.lazy.compactMap(\.groups).first
    if let fault = tasks.fault(inBatchesOf: size[0], groups: groups, of: tasks.enabled) {
      throw PlainError(fault.reason)
    }
    if composition.batch == .triplets, size[0] % 3 != 0 {
      throw PlainError("a batch of \(size[0]) images is no three times as many triplets")
    }
  }

  /// A tensor that the case must have.
  static func require(
    _ tensors: [String: StoredTensor], _ name: String, rank: Int? = nil
  ) throws(PlainError) -> StoredTensor {
    guard let tensor = tensors[name] else { throw PlainError("the tensor '\(name)' is missing") }
    if let rank, tensor.shape.count != rank {
      throw PlainError("the tensor '\(name)' has \(tensor.shape.count) dimensions, not \(rank)")
    }
    return tensor
  }

  /// What the batch's images are held against.
  func targets() throws(PlainError) -> TrainingTargets {
    let count = try Self.require(tensors, BatchName.first.rawValue, rank: 4).shape[0]
    func labels(_ name: String, below limit: Int, lowest: Int) throws(PlainError) -> [Int] {
      guard let values = try Self.require(tensors, name, rank: 1).integers, values.count == count,
        values.allSatisfy({ $0 >= lowest && $0 < limit })
      else { throw PlainError("the tensor '\(name)' is no list of \(count) labels in \(lowest) ..< \(limit)") }
      return values
    }
    let identities = try labels("ids", below: configuration.labels.identities, lowest: 0)
    var attributes: [[Int]] = []
    for attribute in configuration.attributes {
      attributes.append(try labels("attribute.\(attribute.name)", below: attribute.classes, lowest: -1))
    }
    let triplets = composition.batch == .triplets ? Triplet.inThirds(of: count) : nil
    return TrainingTargets(identities: identities, attributes: attributes, triplets: triplets)
  }

  /// The case's numbers before it into a model.
  func load(into model: AANet) throws(PlainError) {
    let prefix = "before."
    var ours: [String: StoredTensor] = [:]
    var known: Set<String> = []
    let shapes =
      model.store.parameters.map { ($0.name, $0.storedShape) }
      + model.store.statistics.map { ($0.name, $0.value.shape) }
    for (name, shape) in shapes {
      let theirs = prefix + composition.parameters.theirs(name)
      let stored = try Self.require(tensors, theirs)
      guard stored.shape == shape else {
        throw PlainError("the tensor '\(theirs)' has the shape \(stored.shape); the model needs \(shape)")
      }
      ours[name] = stored
      known.insert(theirs)
    }
    try model.load(ours)
    if let stranger = tensors.keys.filter({ $0.hasPrefix(prefix) && !known.contains($0) }).min() {
      throw PlainError("the model as it is described has no '\(stranger)'")
    }
  }

  /// The phases, in their order; one where the case has none.
  func phases(of model: AANet) throws(ConfigurationError) -> [Phase] {
    let parameters = model.store.parameters.map(\.name)
    guard let phases = description.phases else {
      return [
        Phase(
          prefix: "", trained: Set(parameters), statistics: .batch, stages: stages,
          rules: try composition.phase(named: nil))
      ]
    }
    var all: [Phase] = []
    for phase in phases {
      var trained: Set<String> = []
      for beginning in phase.trains {
        let word = try beginning.string(maximum: 200)
        let begun = parameters.filter { composition.parameters.theirs($0).hasPrefix(word) }
        guard !begun.isEmpty else { throw beginning.error("no parameter's name begins with \(Wording.quoted(word))") }
        trained.formUnion(begun)
      }
      all.append(
        Phase(
          prefix: "phase.\(try phase.name.string()).", trained: trained, statistics: phase.statistics,
          stages: [Stage(batch: .first, steps: 3, rates: phase.rates.byGroup)],
          rules: try composition.phase(named: phase.name)))
    }
    return all
  }

  /// The stages of a case without phases.
  private var stages: [Stage] {
    let (rates, second) = (description.optimizer.rates, description.optimizer.secondRates)
    guard composition.second != nil else { return [Stage(batch: .first, steps: 3, rates: rates.byGroup)] }
    return [
      Stage(batch: .first, steps: 2, rates: rates.byGroup),
      Stage(batch: .second, steps: 1, rates: (second ?? rates).byGroup),
    ]
  }
}

/// Between PyTorch's `[N, C, H, W]` and the engine's `[N, H, W, C]`.
enum Layout {
  static func channelsLast(_ values: [Float], shape: [Int]) -> [Float] {
    let (channels, positions) = (shape[1], shape[2] * shape[3])
    var result = [Float](repeating: 0, count: values.count)
    for n in 0..<shape[0] {
      for c in 0..<channels {
        for p in 0..<positions {
          result[(n * positions + p) * channels + c] = values[(n * channels + c) * positions + p]
        }
      }
    }
    return result
  }

  /// - Parameter shape: the stored one, `[N, C, H, W]`.
  static func channelsFirst(_ values: [Float], shape: [Int]) -> [Float] {
    let (channels, positions) = (shape[1], shape[2] * shape[3])
    var result = [Float](repeating: 0, count: values.count)
    for n in 0..<shape[0] {
      for c in 0..<channels {
        for p in 0..<positions {
          result[(n * channels + c) * positions + p] = values[(n * positions + p) * channels + c]
        }
      }
    }
    return result
  }
}
