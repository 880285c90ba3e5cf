import Configuration
import Layers
import Support

/// Everything that decides a run but its seed: what `experiments/*.yaml` resolve to.
///
/// Each default is the specification's rule, so that a file says only where it differs from the paper.
package struct Settings: Sendable, Hashable {
  /// The dataset's name in `datasets.yaml`.
  package var dataset: String
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

  /// States settings; what is left out is as in the paper. Nothing is checked (``check(locate:)``).
  package init(
    dataset: String, backbone: Backbone = Backbone(), input: Input = Input(), head: Head = Head(),
    tasks: Tasks = Tasks(), loss: Loss = Loss(), train: Train = Train(), evaluate: Evaluate = Evaluate()
  ) {
    self.dataset = dataset
    self.backbone = backbone
    self.input = input
    self.head = head
    self.tasks = tasks
    self.loss = loss
    self.train = train
    self.evaluate = evaluate
  }

  /// Reads settings from a resolved mapping, which holds no other keys.
  ///
  /// - Throws: `ConfigurationError` at the first unknown key, wrong type, value out of range or contradiction.
  package init(_ setting: Setting) throws(ConfigurationError) {
    try self.init(unchecked: setting)
    try check { path in Self.location(of: path, in: setting.value) }
  }

  /// Reads settings that need not agree with each other, as those of a file do not that others complete.
  ///
  /// - Throws: `ConfigurationError` at the first unknown key, wrong type or value out of range.
  init(unchecked setting: Setting) throws(ConfigurationError) {
    let keys = try setting.keys(
      "dataset", "backbone", "input", "head", "tasks", "loss", "train", "evaluate")
    self.init(
      dataset: try keys.required("dataset").string(maximum: 200),
      backbone: try Backbone(keys["backbone"]),
      input: try Input(keys["input"]),
      head: try Head(keys["head"]),
      tasks: try Tasks(keys["tasks"]),
      loss: try Loss(keys["loss"]),
      train: try Train(keys["train"]),
      evaluate: try Evaluate(keys["evaluate"]))
  }

  /// The settings as YAML, every key written out, in a fixed order: equal settings give equal text.
  package var yaml: YAMLValue {
    .mapping([
      ("dataset", .string(dataset)), ("backbone", backbone.yaml), ("input", input.yaml), ("head", head.yaml),
      ("tasks", tasks.yaml), ("loss", loss.yaml), ("train", train.yaml), ("evaluate", evaluate.yaml),
    ])
  }

  /// Where a setting was written, or the nearest one above it that was; nil where it is the default.
  static func location(of path: String, in value: YAMLValue) -> SourceLocation? {
    var current = value
    var found: SourceLocation?
    for key in path.split(separator: ".") {
      guard let next = current[key: String(key)] else {
        // `tasks: none` decides `tasks.part`; a mapping that says nothing of it does not.
        return current.entries == nil ? found : nil
      }
      current = next
      found = next.location
    }
    return found
  }
}

extension Setting {
  /// The range check for what must be above zero.
  func positive(atMost most: Double) throws(ConfigurationError) -> Double {
    let number = try double(in: 0...most)
    guard number > 0 else { throw error("must be above 0") }
    return number
  }
}
