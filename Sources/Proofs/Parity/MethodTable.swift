import Configuration
import Datasets
import Models
import Support
import YAML

/// How the models of golden cases are composed of tasks, by method: `methods.yaml`.
package struct MethodTable: Sendable {
  private let entries: [(key: String, setting: Setting)]

  /// The table that the build put into the program.
  package static func ours() throws(ConfigurationError) -> MethodTable {
    try MethodTable(YAML.parse(bytes: PackageResources.methods_yaml, source: .file("methods.yaml")))
  }

  /// Takes a table of the same form.
  package init(_ value: YAMLValue) throws(ConfigurationError) { entries = try Setting(value).entries() }

  /// What a case names that names no method.
  private static let unnamed = "aanet"

  /// What the table says of a method.
  ///
  /// - Parameter method: nil for a case that names none.
  /// - Throws: ``ConfigurationError`` where it says nothing.
  func entry(of method: Setting?) throws(ConfigurationError) -> YAMLValue {
    let name = try method?.string(maximum: 100) ?? Self.unnamed
    guard let entry = entries.first(where: { $0.key == name })?.setting else {
      throw (method ?? Setting(.string(name))).error(
        Wording.unknown(
          "the method \(Wording.quoted(name)) is none that is replayed here", name, among: entries.map(\.key)))
    }
    return entry.value
  }

  /// What cases of a method are of.
  func kind(of method: Setting?) throws(ConfigurationError) -> GoldenCase.Kind {
    try entry(of: method)[key: "kind"].map { value throws(ConfigurationError) in
      try Setting(value, path: "kind").choice()
    } ?? .model
  }

  /// The composition of a case: what the table says of its method, filled with the case's settings.
  func composition(of description: CaseDescription) throws(ConfigurationError) -> Composition {
    var parts = try entry(of: description.method)
    let defaults = parts[key: "defaults"]
    parts[key: "defaults"] = nil
    let template = Template(parts)
    if let settings = description.settings {
      _ = try KnownKeys(settings, known: Array(Set(template.names)).sorted())
    }
    let filled = try template.filled { name throws(ConfigurationError) in
      guard let value = description[name] ?? defaults?[key: name] else { throw description.missing(name) }
      return value
    }
    return try Composition(Setting(filled))
  }
}

/// What the table says of one case.
struct Composition {
  /// How the rows of a batch belong together.
  enum Batch: String, CaseIterable {
    /// Each for itself.
    case images
    /// Anchors, as many positives, as many negatives.
    case triplets
  }

  /// What joints and labels of a case are counted in.
  struct Files {
    let height: Int
    let width: Int
    /// What labels mean; nil where there are none.
    let scheme: LabelScheme?
  }

  /// What the table says of a phase.
  struct Phase {
    /// The tasks that take part; nil for all.
    var tasks: [TaskName]?
    /// The tasks that an evaluation pass shows; nil for those that take part.
    var evaluates: [TaskName]?
    var transforms: [Transform] = []
  }

  /// A task that is transformed at a phase's start.
  struct Transform {
    let task: TaskName
    /// What the names of the tensors that show it begin with.
    let prefix: String
    /// The parameter that the case shows before it and after it.
    let parameter: String
  }

  let head: HeadSettings
  let tasks: TaskSet
  let loss: LossSettings
  let batch: Batch
  /// Of the image files that joints and labels are of; nil where a case has neither.
  let files: Files?
  /// Height and width of a second stage's images; nil where there is none.
  let second: (height: Int, width: Int)?
  /// By name; empty where a case of this method has none.
  private let phases: [String: Phase]
  /// The case's names of parameters, of values and of losses, and the project's own.
  let parameters, values, losses: NameMap

  init(_ setting: Setting) throws(ConfigurationError) {
    let keys = try setting.keys(
      "head", "tasks", "loss", "batch", "files", "second", "phases", "parameters", "values", "losses")
    head = try keys["head"].map { setting throws(ConfigurationError) in try HeadSettings(setting) } ?? HeadSettings()
    tasks = try TaskSet(try keys.required("tasks"))
    loss = try LossSettings(try keys.required("loss"))
    batch = try keys["batch"]?.choice() ?? .images
    files = try keys["files"].map(Self.files)
    second = try keys["second"].map(Self.size)
    phases = try keys["phases"].map(Self.phases) ?? [:]
    parameters = try NameMap(keys["parameters"])
    values = try NameMap(keys["values"])
    losses = try NameMap(keys["losses"])
  }

  private static func files(_ setting: Setting) throws(ConfigurationError) -> Files {
    let keys = try setting.keys("size", "scheme")
    let size = try size(try keys.required("size"))
    return Files(height: size.height, width: size.width, scheme: try keys["scheme"]?.choice())
  }

  private static func size(_ setting: Setting) throws(ConfigurationError) -> (height: Int, width: Int) {
    let sides = try setting.items(count: 2...2)
    return (try sides[0].int(in: 1...4096), try sides[1].int(in: 1...4096))
  }

  /// What is said of a phase of the case.
  ///
  /// - Parameter name: nil for the only one of a case that has none.
  func phase(named name: Setting?) throws(ConfigurationError) -> Phase {
    guard let name else { return Phase() }
    let word = try name.string()
    guard let phase = phases[word] else {
      throw name.error(
        Wording.unknown("the method has no phase \(Wording.quoted(word))", word, among: phases.keys.sorted()))
    }
    return phase
  }

  private static func phases(_ setting: Setting) throws(ConfigurationError) -> [String: Phase] {
    func names(_ list: Setting?) throws(ConfigurationError) -> [TaskName]? {
      guard let list else { return nil }
      var names: [TaskName] = []
      for item in try list.items() { names.append(try item.choice()) }
      return names
    }
    var phases: [String: Phase] = [:]
    for (name, setting) in try setting.entries() {
      let keys = try setting.keys("tasks", "evaluates", "transform")
      var phase = Phase(tasks: try names(keys["tasks"]), evaluates: try names(keys["evaluates"]))
      for (task, shown) in try keys["transform"]?.entries() ?? [] {
        let keys = try shown.keys("prefix", "parameter")
        phase.transforms.append(
          Transform(
            task: try Setting(.string(task), path: shown.path).choice(),
            prefix: try keys.required("prefix").string(), parameter: try keys.required("parameter").string()))
      }
      phases[name] = phase
    }
    return phases
  }
}

/// Names of a golden case and the project's own, which differ in how they begin.
struct NameMap {
  private let pairs: [(theirs: String, ours: String)]

  init(_ setting: Setting?) throws(ConfigurationError) {
    var pairs: [(theirs: String, ours: String)] = []
    for (theirs, ours) in try setting?.entries() ?? [] { pairs.append((theirs, try ours.string())) }
    self.pairs = pairs
  }

  func theirs(_ name: String) -> String {
    for (theirs, ours) in pairs where name == ours || name.hasPrefix(ours + ".") {
      return theirs + name.dropFirst(ours.count)
    }
    return name
  }
}
