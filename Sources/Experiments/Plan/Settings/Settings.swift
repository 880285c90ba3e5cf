import Configuration
import Datasets
import Models
import Support

/// Everything that decides a run but its seed: what `experiments/*.yaml` resolve to.
///
/// Each default is the specification's rule, so that a file says only where it differs from the paper.
package struct Settings: Configurable {
  package typealias Backbone = ResNetConfiguration
  package typealias Head = HeadSettings
  package typealias Tasks = TaskSet
  package typealias Loss = LossSettings

  /// The dataset's name in `datasets.yaml`.
  package var dataset: String
  /// Training identities that are held out; nil trains on all.
  package var validation: Validation?
  /// The network up to its feature map X.
  package var backbone: Backbone
  /// The images that it is given.
  package var input: Input
  /// The classifiers that the tasks share the form of.
  package var head: Head
  /// Which tasks are trained, and how.
  package var tasks: Tasks
  /// How their losses are added up.
  package var loss: Loss
  /// The optimiser and its schedule.
  package var train: Train
  /// How the descriptors are ranked.
  package var evaluate: Evaluate
  /// The variants whose runs' descriptors stand side by side; none where the row is a run of its own. All else but
  /// ``evaluate`` is then the first one's.
  package var combine: [Combined]

  package static let keys: [Key<Settings>] = [
    datasetKey,
    Key("backbone", \.backbone, .group, "The network up to its feature map."),
    Key("input", \.input, .group, "The images as the network sees them."),
    Key("head", \.head, .group, "The classifier Z → V → C that the tasks share the form of."),
    Key("tasks", \.tasks, .group, "Which tasks are trained, and how; where some are named, the others are off."),
    Key("loss", \.loss, .group, "How the tasks' losses are added up."),
    Key("train", \.train, .group, "The optimiser, its schedule and the batches."),
    Key("evaluate", \.evaluate, .group, "How descriptors are made and ranked."),
    combineKey,
  ]

  /// For the list of keys alone: settings without a dataset are none.
  package init() { self.init(dataset: "") }

  /// States settings; what is left out is as in the paper. Nothing is checked (``check(locate:)``).
  package init(
    dataset: String, backbone: Backbone = Backbone(), input: Input = Input(), head: Head = Head(),
    tasks: Tasks = Tasks(), loss: Loss = Loss(), train: Train = Train(), evaluate: Evaluate = Evaluate(),
    combine: [Combined] = [], validation: Validation? = nil
  ) {
    self.dataset = dataset
    self.validation = validation
    self.backbone = backbone
    self.input = input
    self.head = head
    self.tasks = tasks
    self.loss = loss
    self.train = train
    self.evaluate = evaluate
    self.combine = combine
  }

  /// Reads settings from a resolved mapping, which holds no other keys, and sees to it that they agree.
  ///
  /// - Throws: `ConfigurationError` at the first unknown key, wrong type, value out of range or contradiction.
  package init(agreeing setting: Setting) throws(ConfigurationError) {
    try self.init(setting)
    try check { path in Self.location(of: path, in: setting.value) }
  }

  /// Checks what no single setting can know: that the settings agree with each other.
  ///
  /// - Parameter locate: where a setting was written, by its dotted path; nil for a default.
  /// - Throws: `ConfigurationError` at the setting to change, with what to change it to.
  package func check(locate: (String) -> SourceLocation? = { _ in nil }) throws(ConfigurationError) {
    let map = extent(of: input)
    let ofPhases = train.phases.enumerated().lazy.compactMap {
      $1.fault(for: tasks, at: "train.phases[\($0)]")
    }
    guard
      let fault = tasks.fault(on: map, weighed: loss) ?? train.fault ?? ofPhases.first ?? faultOfSizes ?? faultOfBatches
        ?? tasks.fault(inShards: train.shards)
        ?? faultOfCombination ?? evaluate.fault(of: tasks)
    else { return }
    throw ConfigurationError(fault, locate: locate)
  }

  /// The settings without those that decide nothing of a result: what two runs must share to be the same.
  package var deciding: Settings {
    var deciding = self
    deciding.train.gauge = false
    deciding.combine = combine.map { Combined(variant: $0.variant, settings: $0.settings.deciding) }
    return deciding
  }

  /// Whether bfloat16 decides anything of a result.
  package var usesBFloat16: Bool { train.precision == .bfloat16 || evaluate.precision == .bfloat16 }

  /// The images of a phase of training.
  package func input(of phase: Train.Phase) -> Input {
    phase.size.map { Input(height: $0[0], width: $0[1]) } ?? input
  }

  /// The cues that tasks read.
  package var cues: Set<Cue> { Set(tasks.all.flatMap(cues)) }

  /// The cues that one of its tasks reads.
  func cues(of task: any Task) -> [Cue] { task.inputs(on: extent(of: input)).map(\.cue) }

  private func extent(of input: Input) -> MapExtent {
    MapExtent(height: input.height, width: input.width, backbone: backbone)
  }

  /// A phase whose images are of a size that a task cannot work on.
  private var faultOfSizes: SettingFault? {
    train.phases.enumerated().lazy.compactMap { place, phase in
      phase.size == nil
        ? nil
        : tasks.fault(on: extent(of: input(of: phase)), weighed: loss).map {
          SettingFault(at: "train.phases[\(place)].size", reason: $0.reason)
        }
    }.first
  }

  /// A loss's weight multiplies its gradients, and so the learning rate; above this product trainings from chance have
  /// been seen to learn little.
  static let largestStep = 0.2

  /// What a user should know of these settings, which are nothing wrong.
  package var remarks: [String] { tasks.all.compactMap { $0.remark(on: extent(of: input)) } + remarkOnSteps }

  /// The largest product of a fixed weight and a phase's rate, where it is too large.
  private var remarkOnSteps: [String] {
    guard case .fixed(let weights) = loss.weights else { return [] }
    let products = train.plan.flatMap { phase in
      phase.active(of: tasks).compactMap { task in weights[task].map { (task, weight: $0, rate: phase.rate.new) } }
    }
    guard let (task, weight, rate) = products.max(by: { $0.weight * $0.rate < $1.weight * $1.rate }),
      weight * rate > Self.largestStep
    else { return [] }
    func text(_ number: Double) -> String { String(format: "%g", number) }
    return [
      "the \(task.rawValue) task's weight \(text(weight)) times the learning rate \(text(rate)) is "
        + "\(text(weight * rate)); above \(text(Self.largestStep)) training from chance may learn little: take a lower "
        + "train.rate.new, or a smaller weight"
    ]
  }

  /// A phase whose batches a task cannot learn from.
  private var faultOfBatches: SettingFault? {
    train.plan.lazy.compactMap { phase -> SettingFault? in
      var groups: Int?
      if case .groups(let images) = phase.sampler { groups = images.images }
      return tasks.fault(inBatchesOf: phase.batch, groups: groups, of: phase.active(of: tasks))
    }.first
  }

  /// Where a setting was written, or the nearest one above it that was; nil where it is the default.
  static func location(of path: String, in value: YAMLValue) -> SourceLocation? {
    var current = value
    var found: SourceLocation?
    for key in path.split(whereSeparator: { ".[]".contains($0) }) {
      if let place = Int(key), let items = try? Train.Phase.rounds(of: Setting(current)), items.indices.contains(place)
      {
        current = items[place].item.value
        found = current.location
        continue
      }
      guard let next = current[key: String(key)] else {
        // `tasks: none` decides `tasks.part`; a mapping that says nothing of it does not.
        return current.entries == nil ? found : nil
      }
      current = next
      found = next.location
    }
    return found
  }

  /// The images as the network sees them.
  package struct Input: Configurable {
    /// Rows of pixels.
    package var height: Int
    /// Columns of pixels.
    package var width: Int

    package static let keys: [Key<Input>] = [
      Key("size", \.size, sizes, "Height and width in pixels.")
    ]

    static let sizes = Form.list(of: .int(in: 8...2048), count: 2...2)

    package init() { self.init(height: 384) }

    /// States a size; the paper's is 384×128.
    package init(height: Int = 384, width: Int = 128) {
      self.height = height
      self.width = width
    }

    package var imageSize: ImageSize { ImageSize(height: height, width: width) }

    private var size: [Int] {
      get { [height, width] }
      set { (height, width) = (newValue[0], newValue[1]) }
    }
  }
}

extension ConfigurationError {
  /// A contradiction at the first of its settings that somebody wrote; among defaults, at the first.
  init(_ fault: SettingFault, locate: (String) -> SourceLocation?) {
    let written = fault.paths.first { locate($0) != nil }
    self.init(at: written.flatMap(locate), path: written ?? fault.paths.first ?? "", fault.reason)
  }
}
