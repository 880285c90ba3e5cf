import Configuration
import Support

/// The tasks of a network: nil is a task that is off.
///
/// This is the one list of all tasks. A new one is a file beside this one, a property here and a line in ``all``.
package struct TaskSet: Configurable {
  package var global: GlobalTask?
  package var part: PartTask?
  package var attribute: AttributeTask?
  package var attention: AttentionTask?
  package var identity: IdentityTask?
  package var refinement: RefinementTask?
  package var strips: StripsTask?
  package var embedding: EmbeddingTask?
  package var orthogonal: OrthogonalTask?
  package var scales: ScalesTask?
  package var boxes: BoxesTask?
  package var mask: MaskTask?
  package var verification: VerificationTask?
  package var pairs: PairsTask?
  package var regions: RegionsTask?
  package var streams: StreamsTask?
  package var pose: PoseTask?

  /// All tasks, in the order in which descriptors, losses, σ and tables list them. A task stands behind those that it
  /// needs.
  package static let all: [TaskEntry] = [
    TaskEntry(\.global), TaskEntry(\.part), TaskEntry(\.attribute), TaskEntry(\.attention),
    TaskEntry(\.identity), TaskEntry(\.refinement), TaskEntry(\.strips), TaskEntry(\.embedding),
    TaskEntry(\.orthogonal), TaskEntry(\.scales), TaskEntry(\.boxes), TaskEntry(\.mask), TaskEntry(\.verification),
    TaskEntry(\.pairs), TaskEntry(\.regions), TaskEntry(\.streams), TaskEntry(\.pose),
  ]

  /// The paper's four, at their defaults.
  package init() { self.init(global: GlobalTask()) }

  /// The paper's four; nil switches one off.
  package init(
    global: GlobalTask? = GlobalTask(), part: PartTask? = PartTask(), attribute: AttributeTask? = AttributeTask(),
    attention: AttentionTask? = AttentionTask()
  ) {
    self.global = global
    self.part = part
    self.attribute = attribute
    self.attention = attention
  }

  /// These tasks alone, at their defaults.
  package init(only names: some Collection<TaskName>) {
    self.init(global: nil, part: nil, attribute: nil, attention: nil)
    for entry in Self.all { entry.set(&self, names.contains(entry.name)) }
  }

  package static let keys: [Key<TaskSet>] = all.map(\.key)

  /// A mapping switches on what it names, and nothing else.
  package mutating func read(_ setting: Setting) throws(ConfigurationError) {
    self = TaskSet(only: [])
    try readKeys(setting)
  }

  /// The tasks that are on, in their order.
  package var all: [any Task] { Self.all.compactMap { $0.settings(self) } }

  /// The names of the tasks that are on, in their order.
  package var enabled: [TaskName] { Self.all.filter { $0.settings(self) != nil }.map(\.name) }

  package func has(_ task: TaskName) -> Bool { enabled.contains(task) }

  /// The tasks that are on and have a loss, in their order.
  package var weighed: [TaskName] { all.filter { type(of: $0).hasLoss }.map(\.name) }

  /// The tasks that are on, in their order, each with what it is made for.
  func sized(_ sizes: TaskSizes) -> [(task: any Task, sizes: TaskSizes)] {
    var before: [DescriptorLayout.Vector] = []
    return all.map { task in
      var own = sizes
      own.before = before
      before += task.vectors(in: own)
      return (task, own)
    }
  }

  /// What the tasks read of each image beside the network's input, each once.
  package func inputs(on map: MapExtent) -> [CueInput] {
    all.flatMap { $0.inputs(on: map) }.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// Whether a task judges pairs of images by their maps.
  package var judgesPairs: Bool { all.contains { type(of: $0).judgesPairs } }

  /// Whether a task learns from the annotators' attributes.
  package var readsAttributes: Bool { all.contains { type(of: $0).readsAttributes } }
}

/// A task in the list of all.
package struct TaskEntry: Sendable {
  package let name: TaskName
  /// The subscript of its loss in the paper.
  package let mark: String
  let hasLoss: Bool
  /// Whether it is one of the paper's four, which are on unless settings say otherwise.
  package let isOnByDefault: Bool
  /// Whether a phase of training may transform it.
  package let isTransformable: Bool
  let key: Key<TaskSet>
  /// The task's settings; nil where it is off.
  let settings: @Sendable (TaskSet) -> (any Task)?
  /// Switches it on, at its defaults, or off.
  let set: @Sendable (inout TaskSet, _ isOn: Bool) -> Void

  init<Kind: Task>(_ path: WritableKeyPath<TaskSet, Kind?> & Sendable) {
    name = Kind.name
    mark = Kind.mark
    hasLoss = Kind.hasLoss
    isOnByDefault = TaskSet()[keyPath: path] != nil
    isTransformable = Kind.transformation != nil
    settings = { $0[keyPath: path] }
    set = { $0[keyPath: path] = $1 ? Kind() : nil }
    key = Key(
      Kind.name.rawValue, "none, or settings", within: Kind.keys.map(\.description), Kind.meaning,
      initial: TaskSet()[keyPath: path] == nil ? .string("none") : .mapping([])
    ) { setting, tasks throws(ConfigurationError) in
      guard !setting.isWord("none") else { return }
      guard setting.value.entries != nil else { throw setting.mismatch("a mapping, {} for the defaults, or none") }
      tasks[keyPath: path] = try Kind(setting)
    } write: {
      $0[keyPath: path].map(\.yaml)
    }
  }
}

/// The name of a task in YAML, records and messages: one of those in ``TaskSet/all``.
package struct TaskName: RawRepresentable, Hashable, Sendable, Codable, CodingKeyRepresentable {
  package let rawValue: String

  /// A task's own name, in its own file.
  init(of task: String) { rawValue = task }

  /// nil where no task has that name.
  package init?(rawValue: String) {
    guard Self.allCases.contains(where: { $0.rawValue == rawValue }) else { return nil }
    self.rawValue = rawValue
  }

  /// What its loss is called in the paper: `L_aa`.
  package var mark: String { TaskSet.all.first { $0.name == self }.map { "L_\($0.mark)" } ?? rawValue }

  /// The name in words, on charts.
  package var title: String { rawValue.replacing("_", with: " ") }
}

extension TaskName: CaseIterable, Comparable {
  /// In the order of the list.
  package static let allCases: [TaskName] = TaskSet.all.map(\.name)

  /// Those that have a loss, and so a weight.
  package static let weighed: [TaskName] = TaskSet.all.filter(\.hasLoss).map(\.name)

  package static func < (left: TaskName, right: TaskName) -> Bool {
    (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
  }
}
