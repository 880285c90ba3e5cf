import Foundation
import Layers
import Models
import Support
import Tensors

/// A golden model case: a batch, the model's numbers before it, and what a double-precision implementation made of it.
///
/// `NAME.safetensors` holds the numbers, `NAME.json` beside it says what model they belong to.
package struct ParityCase {
  /// The description beside the numbers.
  struct Description: Decodable {
    let name: String
    let block: String
    let depths: [Int]
    let width: Int
    let lastStride: Int
    let identities: Int
    let headWidth: Int
    let parts: Int
    let tasks: [String]
    let weights: Weights
    let attributes: [Attribute]
    let attentionAttributes: [String]
    let optimizer: Optimizer

    enum CodingKeys: String, CodingKey {
      case name, block, depths, width, parts, tasks, weights, attributes, optimizer
      case lastStride = "last_stride"
      case identities = "ids"
      case headWidth = "V"
      case attentionAttributes = "aam"
    }
  }

  enum Weights: Decodable {
    case learned(LearnedWeights.Terms)
    case fixed([Double])

    /// The words for learned weights.
    private static let words: [String: LearnedWeights.Terms] = ["uncertainty": .task, "uncertainty-each": .each]

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let word = try? container.decode(String.self) {
        guard let terms = Self.words[word] else {
          throw DecodingError.dataCorruptedError(
            in: container, debugDescription: "weights are 'uncertainty', 'uncertainty-each' or a list")
        }
        self = .learned(terms)
      } else {
        self = .fixed(try container.decode([Double].self))
      }
    }
  }

  struct Attribute: Decodable {
    let name: String
    let classes: Int
    let region: String

    init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      name = try container.decode(String.self)
      classes = try container.decode(Int.self)
      region = try container.decode(String.self)
    }
  }

  struct Optimizer: Decodable {
    let kind: String
    let momentum: Double
    let weightDecay: Double
    let backboneRate: Double
    let newRate: Double
    let logVarianceDecay: Double?

    enum CodingKeys: String, CodingKey {
      case kind, momentum
      case weightDecay = "weight_decay"
      case backboneRate = "lr_backbone"
      case newRate = "lr_new"
      case logVarianceDecay = "log_variance_weight_decay"
    }
  }

  let description: Description
  let configuration: AANetConfiguration
  let tensors: [String: StoredTensor]

  /// The case's name.
  package var name: String { description.name }

  /// Reads a case.
  ///
  /// - Throws: `PlainError` where the files are missing, damaged or contradict each other.
  package init(contentsOf url: URL) throws {
    tensors = try SafeTensors(contentsOf: url).tensors
    let beside = url.deletingPathExtension().appendingPathExtension("json")
    do {
      description = try JSONDecoder().decode(Description.self, from: try Data(contentsOf: beside))
    } catch {
      throw PlainError("\(beside.path): cannot be read as the description of a golden case (\(error))")
    }
    do {
      configuration = try Self.configuration(description)
      let size = try Self.require(tensors, "input", rank: 4).shape
      guard size[1] == 3, size[0] > 1 else { throw PlainError("the input \(size) is no batch of RGB images") }
      try configuration.validate(height: size[2], width: size[3])
      // The description decides how much memory the model takes, so it must be one that the numbers could fill.
      let numbers = tensors.reduce(0) { $0 + ($1.key.hasPrefix("before.") ? $1.value.count : 0) }
      guard configuration.parameterCount <= numbers else {
        throw PlainError(
          "the description is of a model of \(configuration.parameterCount) parameters; the tensors before.* have \(numbers)"
        )
      }
    } catch {
      throw PlainError("\(url.path): \(error)")
    }
  }

  private static func configuration(_ description: Description) throws -> AANetConfiguration {
    guard let block = ResNetConfiguration.Block(rawValue: description.block) else {
      throw PlainError("the block '\(description.block)' is not one of basic, bottleneck")
    }
    guard description.optimizer.kind == "sgd" else {
      throw PlainError("the optimizer '\(description.optimizer.kind)' is not sgd")
    }
    let names = try description.tasks.map { name in
      guard let task = TaskName(rawValue: name) else { throw PlainError("there is no task '\(name)'") }
      return task
    }
    guard names == Array(Set(names)).sorted() else {
      throw PlainError("the tasks \(description.tasks) are out of order")
    }
    let attributes = try description.attributes.map { attribute in
      guard let region = BodyRegion(rawValue: attribute.region) else {
        throw PlainError("the attribute '\(attribute.name)' is looked for in the unknown region '\(attribute.region)'")
      }
      return AttributeOutput(name: attribute.name, classes: attribute.classes, region: region)
    }
    let weights: LossWeights
    switch description.weights {
    case .learned(let terms): weights = .learned(LearnedWeights(terms: terms))
    case .fixed(let values):
      guard values.count == names.count else { throw PlainError("\(values.count) weights for \(names.count) tasks") }
      weights = .fixed(Dictionary(uniqueKeysWithValues: zip(names, values)))
    }
    var tasks = TaskSet(only: names)
    tasks.part?.parts = description.parts
    return AANetConfiguration(
      backbone: ResNetConfiguration(
        block: block, blocks: description.depths, width: description.width, lastStride: description.lastStride),
      head: HeadSettings(width: description.headWidth), tasks: tasks, loss: LossSettings(weights: weights),
      labels: TrainingLabels(
        identities: description.identities, attributes: attributes, attended: description.attentionAttributes,
        source: "the case"))
  }

  /// A tensor that the case must have.
  static func require(_ tensors: [String: StoredTensor], _ name: String, rank: Int? = nil) throws -> StoredTensor {
    guard let tensor = tensors[name] else { throw PlainError("the tensor '\(name)' is missing") }
    if let rank, tensor.shape.count != rank {
      throw PlainError("the tensor '\(name)' has \(tensor.shape.count) dimensions, not \(rank)")
    }
    return tensor
  }

  /// The batch as the model takes it: images `[N, H, W, 3]`, identities, and the attributes' values.
  func batch(on engine: Engine) throws -> (images: Tensor, identities: [Int], attributes: [[Int]]) {
    let input = try Self.require(tensors, "input", rank: 4)
    let images = engine.tensor(
      Layout.channelsLast(input.floats, shape: input.shape),
      shape: [input.shape[0], input.shape[2], input.shape[3], input.shape[1]])
    let count = input.shape[0]
    func labels(_ name: String, below limit: Int, lowest: Int) throws -> [Int] {
      guard let values = try Self.require(tensors, name, rank: 1).integers, values.count == count,
        values.allSatisfy({ $0 >= lowest && $0 < limit })
      else { throw PlainError("the tensor '\(name)' is no list of \(count) labels in \(lowest) ..< \(limit)") }
      return values
    }
    let identities = try labels("ids", below: configuration.labels.identities, lowest: 0)
    let attributes = try configuration.attributes.map {
      try labels("attribute.\($0.name)", below: $0.classes, lowest: -1)
    }
    return (images, identities, attributes)
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
