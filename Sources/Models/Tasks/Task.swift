import Configuration
import Layers
import Tensors

/// A task: one thing that a network learns from its feature map, beside others. A type of this kind holds the task's
/// settings, which the network is built from, and says all that follows from them; its parameters and what it computes are
/// a ``TaskNetwork``. One task is one file, and a line in ``TaskSet``.
package protocol Task: Configurable {
  /// What it is called in YAML, records and messages.
  static var name: TaskName { get }
  /// The subscript of its loss in the paper (Section 4.2): `aa`.
  static var mark: String { get }
  /// What is learned, for the page of all settings.
  static var meaning: String { get }
  /// Whether it learns from the annotators' attributes.
  static var readsAttributes: Bool { get }
  /// Whether it has a loss, and so a weight. One without serves the others, and learns from what they send back.
  static var hasLoss: Bool { get }
  /// Whether it reads the vectors that the tasks before it put into the descriptor.
  static var readsVectors: Bool { get }
  /// Whether it judges pairs of images by their maps, which a ranking can be made anew by.
  static var judgesPairs: Bool { get }
  /// What is done to its parameters where a phase of training says `transform`, in words; nil where there is nothing.
  static var transformation: String? { get }
  /// What it looks for among all images of a batch, in words, so that no batch can be cut into shards; nil where an image
  /// needs no other one.
  static var lookedForInBatch: String? { get }

  /// The tasks whose output it reads; they stand before it in the list.
  var needs: [TaskNeed] { get }
  /// What sets it apart from the task at its defaults, where a table has to say so: `uniform`.
  var variant: String? { get }
  /// Whether its loss is a sum of several likelihoods.
  var addsUpTerms: Bool { get }
  /// The parts of a map that it finds, in a caption; nil where it finds none.
  var partWords: String? { get }
  /// What a user should know of such settings on such a map, which are nothing wrong.
  func remark(on map: MapExtent) -> String?
  /// What keeps it from working on such a map.
  func fault(on map: MapExtent) -> SettingFault?
  /// What keeps it from working beside the other tasks that are on.
  func fault(beside tasks: TaskSet) -> SettingFault?
  /// What keeps it from learning from such labels.
  func fault(learning labels: TrainingLabels) -> SettingFault?
  /// What keeps it from learning from batches of so many images, of which `groups` of an identity stand in a row; nil
  /// where they come as they will.
  func fault(inBatchesOf images: Int, groups: Int?) -> SettingFault?
  /// Images of an identity that it wants in a row in every batch; nil where it takes them as they come.
  var groups: Int? { get }

  /// What it reads of each image beside the network's input.
  func inputs(on map: MapExtent) -> [CueInput]
  /// The vectors that it adds to the descriptor, in their order.
  func vectors(in sizes: TaskSizes) -> [DescriptorLayout.Vector]
  /// Trainable numbers, known before memory is asked for.
  func parameterCount(in sizes: TaskSizes) -> Int
  /// Multiplications for one image in layers that work on a whole map.
  func multiplications(on map: MapExtent, in sizes: TaskSizes) -> Double
  /// What it looks like in a figure of the network, beside the other tasks that are on.
  func sketch(on map: MapExtent, beside tasks: TaskSet, in sizes: TaskSizes) -> TaskSketch
  /// Registers the parameters, all at their neutral values.
  func network(in sizes: TaskSizes, _ store: ParameterStore) -> any TaskNetwork
}

extension Task {
  package static var readsAttributes: Bool { false }
  package static var hasLoss: Bool { true }
  package static var readsVectors: Bool { false }
  package static var judgesPairs: Bool { false }
  package static var transformation: String? { nil }
  package static var lookedForInBatch: String? { nil }
  package var needs: [TaskNeed] { [] }
  package var variant: String? { nil }
  package var addsUpTerms: Bool { false }
  package var partWords: String? { nil }
  package func remark(on map: MapExtent) -> String? { nil }
  package func fault(on map: MapExtent) -> SettingFault? { nil }
  package func fault(beside tasks: TaskSet) -> SettingFault? { nil }
  package func fault(learning labels: TrainingLabels) -> SettingFault? { nil }
  package func fault(inBatchesOf images: Int, groups: Int?) -> SettingFault? { nil }
  package var groups: Int? { nil }
  package func inputs(on map: MapExtent) -> [CueInput] { [] }
  package func multiplications(on map: MapExtent, in sizes: TaskSizes) -> Double { 0 }

  package var name: TaskName { Self.name }

  /// The task in a table: `part (uniform)`.
  package var label: String { name.rawValue + (variant.map { " (\($0))" } ?? "") }
}

/// A task that another one needs, and why: `whose maps it is made of`.
package struct TaskNeed: Sendable {
  package let task: TaskName
  package let reason: String
}

/// What a task's parameters are made for.
package struct TaskSizes {
  /// The network that makes the feature map.
  package let backbone: ResNetConfiguration
  /// Z, the channels of the feature map.
  package var features: Int { backbone.channels }
  /// V, the numbers that a classifier Z → V → C reduces to.
  package let width: Int
  /// What is to be told apart.
  package let labels: TrainingLabels
  /// What the tasks before it put into the descriptor.
  package internal(set) var before: [DescriptorLayout.Vector] = []
}

/// A task's part of a network: its parameters and its part of a pass.
package protocol TaskNetwork {
  /// The rows that it wants the feature map averaged over: for each average the rows of each image, none empty. All
  /// tasks' averages are taken in one pass over the map.
  func pools(of features: Tensor, on engine: Engine) -> [[Range<Int>]]
  /// Runs over a batch.
  ///
  /// - Parameter pooled: the averages that it asked for.
  func callAsFunction(_ pass: TaskPass, pooled: [PooledRows], on tape: Tape) -> TaskOutput
  /// Its part of a pass in evaluation as operators: what the pass gives but for identity logits.
  func callAsFunction(_ pass: GraphPass, in graph: OperatorGraph) -> GraphOutput
  /// The loss of a training pass.
  func loss(of output: TaskOutput, _ targets: TrainingTargets, on tape: Tape) -> TaskLoss
  /// Adds what its output shows of one image.
  func addMaps(of look: ImageLook, to maps: inout ImageMaps)

  /// The deviation that the first values of one of its parameters are drawn with; nil for the network's own rule.
  func deviation(of parameter: Parameter) -> Double?
  /// The first values of one of its parameters that are not drawn; nil where they are, or where they are neutral.
  func firstValues(of parameter: Parameter) -> [Float]?
  /// What the names of stages of its own begin with that start from the backbone's pretrained weights, where there are
  /// some: `pyramid.1.` before `layer1.0.conv1.weight`.
  var copiesOfBackbone: [String] { get }
  /// Does once, at the start of a phase that asks for it, what ``Task/transformation`` says.
  ///
  /// - Returns: what it came to; nil where there is nothing to do.
  func transform(on engine: Engine) -> Transformation?
  /// Figures of its parameters that an epoch's record keeps, by name.
  func measures(on engine: Engine) -> [String: Double]

  /// The classifiers of identities, each by the vector that it reads.
  var identityHeads: [DescriptorLayout.Slot: IdentityHead] { get }
  /// The classifiers of attributes, in the order of the labels.
  var attributeClassifiers: [AttributeClassifier] { get }
  /// What judges pairs of images by the maps of ``TaskOutput/pairMaps``.
  var pairHead: PairHead? { get }
}

extension TaskNetwork {
  package func pools(of features: Tensor, on engine: Engine) -> [[Range<Int>]] { [] }
  package func addMaps(of look: ImageLook, to maps: inout ImageMaps) {}
  package func deviation(of parameter: Parameter) -> Double? { nil }
  package func firstValues(of parameter: Parameter) -> [Float]? { nil }
  package var copiesOfBackbone: [String] { [] }
  package func transform(on engine: Engine) -> Transformation? { nil }
  package func measures(on engine: Engine) -> [String: Double] { [:] }
  package var identityHeads: [DescriptorLayout.Slot: IdentityHead] { [:] }
  package var attributeClassifiers: [AttributeClassifier] { [] }
  package var pairHead: PairHead? { nil }
}

/// What a task's transformation of its parameters came to.
package struct Transformation {
  /// In a line.
  package let remark: String
  /// Its figures, by the golden cases' names; whole numbers among them are exact.
  package let figures: [String: [Double]]
}

/// What a task can read of a pass.
package struct TaskPass {
  /// The images, `[N, H, W, 3]`, normalised.
  package let images: Value
  /// The maps behind each of the backbone's four stages, `[N, H', W', channels]`, stored in the tape's precision; the last
  /// is X.
  package let stages: [Value]
  /// The feature map X, `[N, H', W', Z]`, in single precision.
  package let features: Value
  /// What tasks asked for of each image beside it (``Task/inputs(on:)``), `[N]` + ``CueInput/shape``.
  let inputs: [CueInput: Tensor]
  /// Where what is left to chance in a step of training is drawn from; nil where nothing is.
  package let draws: StepDraws?
  /// What the tasks before it in the list gave, as far as they take part.
  package internal(set) var outputs: [TaskName: TaskOutput] = [:]

  init(images: Value, inputs: [CueInput: Tensor], stages: [Value], draws: StepDraws?, on tape: Tape) {
    self.images = images
    self.inputs = inputs
    self.stages = stages
    features = tape.widened(stages[stages.count - 1])
    self.draws = draws
  }
}

extension TaskPass {
  /// What a task asked for of each image.
  func input(_ wanted: CueInput) -> Tensor {
    guard let input = inputs[wanted] else { preconditionFailure("a pass without \(wanted), which a task reads") }
    return input
  }

  /// A value with some of its numbers dropped, in a step of training that leaves something to chance.
  func dropped(_ value: Value, _ probability: Double, by task: TaskName, on tape: Tape) -> Value {
    guard tape.isRecording, probability > 0, let draws else { return value }
    var stream = draws.stream("dropout/\(task.rawValue)")
    // Each shard draws what a batch as a whole would draw for its rows.
    stream.skip(tape.shard.number * value.tensor.count)
    let mask = DropoutMask(count: value.tensor.count, probability: probability, from: &stream, on: tape.engine)
    return tape.dropout(value, mask)
  }
}

/// Where a step of training draws what it leaves to chance.
package struct StepDraws: Sendable {
  private let seed: UInt64
  private let step: String

  /// The step is counted from the run's beginning by epoch and, within it, by step.
  package init(seed: UInt64, epoch: Int, step: Int) {
    self.seed = seed
    self.step = "\(epoch)/\(step)"
  }

  /// The stream of one of the step's uses of chance.
  package func stream(_ use: String) -> RandomStream { RandomStream(seed: seed, name: "\(use)/\(step)") }
}

/// The feature map averaged over rows, which may differ from image to image.
package struct PooledRows {
  package let rows: [Range<Int>]
  /// `[N, Z]`.
  package let vector: Value
}

extension Tensor {
  /// All rows of each image of a map, `[N, H, W, C]`, for its average over the whole.
  var allRows: [Range<Int>] { Array(repeating: 0..<shape[1], count: shape[0]) }
}

/// What a task gives in a pass; what it has not stays empty.
package struct TaskOutput {
  /// The numbers that go into the descriptor, each `[N, width]`, in the order of ``Task/vectors(in:)``.
  package var vectors: [Value] = []
  /// Identity logits, each `[N, C]`, in training; a task may give them in evaluation, too.
  package var identityLogits: [Value] = []
  /// What it says of each attribute, in the order of the labels.
  package var attributes: [AttributeEvidence] = []
  /// The rows that it cut the map into: for each part those of each image.
  package var rows: [[Range<Int>]] = []
  /// The boxes that it found: for each part that of each image.
  package var boxes: [[MapBox]] = []
  /// How much each place of the feature map belongs to each part, `[N, H, W, P]`.
  package var assignment: Value?
  /// A map of where it looked, `[N, H, W]`, a constant to the gradient.
  package var map: Tensor?
  /// The maps that images are judged by in pairs, `[N, Hₙ, Wₙ, V]` of each scale, in evaluation.
  package var pairMaps: [Tensor] = []
  /// What its loss alone reads, in training.
  var ownToLoss: [Value] = []

  package init() {}
}

/// One image of a batch after a pass in evaluation, for a task to show what it saw in it.
package struct ImageLook {
  /// X of the image, `[1, H, W, Z]`.
  let features: Tensor
  /// What the task gave for the batch.
  let output: TaskOutput
  /// The image's place in the batch.
  let image: Int
  let engine: Engine

  /// The image's row of `[N, C]`, as `[1, C]`.
  func row(of value: Value) -> Tensor {
    let width = value.shape[1]
    return value.tensor.view([1, width], offset: image * width)
  }

  /// One of the task's vectors; nil where it gave none.
  func vector(_ number: Int) -> [Float]? {
    guard output.vectors.indices.contains(number) else { return nil }
    let width = output.vectors[number].shape[1]
    return output.vectors[number].tensor.view([width], offset: image * width).array
  }
}

/// What a training pass is held against.
package struct TrainingTargets {
  /// The class of each image.
  package let identities: [Int]
  /// For each attribute of the labels the value of each image, −1 where it is not labelled; empty where no task reads
  /// them.
  package let attributes: [[Int]]
  /// The triplets of images that the batch was drawn as; nil where it was not drawn as triplets.
  package let triplets: [Triplet]?

  package init(identities: [Int], attributes: [[Int]], triplets: [Triplet]? = nil) {
    self.identities = identities
    self.attributes = attributes
    self.triplets = triplets
  }
}

/// A batch of a training step.
package struct TrainingBatch {
  /// `[N, H, W, 3]`, normalised.
  package let images: Tensor
  /// What the tasks read of each image beside it (``Task/inputs(on:)``), `[N]` + ``CueInput/shape``.
  package let inputs: [CueInput: Tensor]
  package let targets: TrainingTargets

  package init(images: Tensor, inputs: [CueInput: Tensor] = [:], targets: TrainingTargets) {
    self.images = images
    self.inputs = inputs
    self.targets = targets
  }

  /// A shard's part of it, in the same memory. No task is there that looks for something among all images.
  package func part(_ shard: Shard) -> TrainingBatch {
    guard shard.count > 1 else { return self }
    let rows = shard.rows(of: images.shape[0])
    return TrainingBatch(
      images: images.rows(rows), inputs: inputs.mapValues { $0.rows(rows) },
      targets: TrainingTargets(
        identities: Array(targets.identities[rows]), attributes: targets.attributes.map { Array($0[rows]) }))
  }
}

extension Tensor {
  /// Some rows of the first dimension, in the same memory.
  fileprivate func rows(_ rows: Range<Int>) -> Tensor {
    view([rows.count] + shape.dropFirst(), offset: rows.lowerBound * (count / max(1, shape[0])))
  }
}
