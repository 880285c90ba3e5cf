import Configuration
import Models
import Runs
import Support

/// A run whose backbone others start from: `backbone.weights: run:study/pretext/default/1`.
package struct BackboneSource: Sendable {
  /// The experiment that makes it.
  package let plan: ExperimentPlan
  package let variant: ExperimentPlan.Variant
  package let trial: Trial
  /// The digits of its hash, where the reference says them.
  let hash: String?

  /// The row of the run, as circles are told by: every seed of it has the same settings.
  fileprivate var row: String { "\(trial.experiment)/\(trial.variant)" }
}

/// What a run's `plan.yaml` says under `source` of the run that its backbone started from.
package struct StatedSource: Sendable, Hashable {
  /// That run's full name.
  package let run: String
  /// The digest of its backbone's numbers.
  package let weights: String
  let location: SourceLocation?

  package init(run: RunIdentity, weights: String) {
    (self.run, self.weights, location) = (run.fullName, weights, nil)
  }

  init(_ setting: Setting) throws(ConfigurationError) {
    let keys = try KnownKeys(setting, known: ["run", "weights"])
    run = try keys.required("run").string(maximum: 2000)
    weights = try keys.required("weights").string(maximum: 64)
    location = setting.location
  }

  var yaml: YAMLValue { .mapping([("run", .string(run)), ("weights", .string(weights))]) }
}

/// The runs that the backbones of some experiments start from, those of these runs among them.
package struct BackboneSources: Sendable {
  private var byReference: [String: BackboneSource] = [:]

  /// Finds them. Nothing of the runs themselves is read.
  ///
  /// - Parameter runs: those on disk, whose names may be cut short as far as they are unique; looked for only where a
  ///   backbone starts from a run.
  /// - Throws: `ConfigurationError` at a name that is no run's, and at runs that start from each other.
  package init(
    of plans: [ExperimentPlan], in library: ExperimentLibrary, runs: @autoclosure () -> [RunIdentity]
  ) throws(ConfigurationError) {
    for plan in plans {
      for variant in plan.variants {
        for one in variant.parts.isEmpty ? [variant] : variant.parts {
          try follow(one, from: ["\(plan.runsOf)/\(one.name)"], in: library, runs)
        }
      }
    }
  }

  /// The source of settings; nil where they start from a file or from chance.
  package subscript(settings: Settings) -> BackboneSource? { Self.reference(settings).flatMap { byReference[$0] } }

  /// What a source is found by: a name may leave open which of several runs is meant, and the form then tells.
  private static func reference(_ settings: Settings) -> String? {
    settings.backbone.sourceRun.map { "\($0) \(settings.backbone.structure)" }
  }

  /// All of them, each once, by what refers to them.
  package var all: [BackboneSource] { byReference.sorted { $0.key < $1.key }.map(\.value) }

  private mutating func follow(
    _ variant: ExperimentPlan.Variant, from chain: [String], in library: ExperimentLibrary, _ runs: () -> [RunIdentity]
  ) throws(ConfigurationError) {
    guard let wanted = variant.settings.backbone.sourceRun, let reference = Self.reference(variant.settings) else {
      return
    }
    let source: BackboneSource
    if let known = byReference[reference] {
      source = known
    } else {
      source = try library.source(wanted, of: variant, among: runs())
      byReference[reference] = source
    }
    guard !chain.contains(source.row) else {
      throw variant.error(
        at: "backbone.weights",
        "runs cannot start from each other: \((chain + [source.row]).map { Wording.printable($0) }.joined(separator: " ← ")); "
          + "one of them has to start from a file, or from chance with backbone.weights=none")
    }
    try follow(source.variant, from: chain + [source.row], in: library, runs)
  }
}

extension ExperimentLibrary {
  /// The run that a reference names: of an experiment of this project, by its full name, or as far as it is unique or its
  /// backbone tells.
  fileprivate func source(
    _ wanted: String, of variant: ExperimentPlan.Variant, among runs: [RunIdentity]
  ) throws(ConfigurationError) -> BackboneSource {
    func fault(_ reason: String) -> ConfigurationError { variant.error(at: "backbone.weights", reason) }
    let onDisk = RunIdentity.named(wanted, among: runs).map(\.fullName)
    var found: [BackboneSource] = []
    for text in [wanted] + (onDisk.count == 1 ? onDisk : []) where found.isEmpty { found = try sources(named: text) }
    // Where a name leaves several runs open, the one whose backbone has the variant's form is meant.
    let fitting = found.filter { variant.settings.backbone.misfit($0.trial.settings.backbone, of: "") == nil }
    if fitting.count == 1 { found = fitting }
    guard let source = found.first else { throw fault(unknownRun(wanted)) }
    guard found.count == 1 else {
      throw fault(
        "\(Wording.quoted(wanted)) names \(found.count) runs; take one of them: "
          + Wording.list(found.prefix(8).map { "run:\($0.row)/\($0.trial.seed)" }) + (found.count > 8 ? ", …" : ""))
    }
    guard source.variant.parts.isEmpty else {
      throw fault(
        "\(Wording.quoted(source.row)) is the descriptors of several runs side by side and has no network of its own; "
          + "take one of them: \(Wording.list(source.variant.parts.map(\.name)))")
    }
    return source
  }

  /// The runs of this project's experiments that have a name.
  private func sources(named text: String) throws(ConfigurationError) -> [BackboneSource] {
    func begins(with name: String) -> Bool { text == name || text.hasPrefix("\(name)/") }
    let all = runnableNames()
    let whole = all.filter(begins)
    var found: [BackboneSource] = []
    for name in whole.isEmpty ? all.filter({ tails(of: $0).contains(where: begins) }) : whole {
      let plan = try plan(name)
      for trial in try plan.trials() where !found.contains(where: { $0.trial == trial }) {
        for tail in tails(of: name) + [trial.experiment] {
          let names = RunIdentity.names(experiment: tail, variant: trial.variant, seed: trial.seed)
          let before = "\(names.last ?? "")-"
          guard text == tail || names.contains(text) || text.hasPrefix(before) else { continue }
          found.append(
            BackboneSource(
              plan: plan, variant: try plan.variant(named: trial.variant), trial: trial,
              hash: text.hasPrefix(before) ? String(text.dropFirst(before.count)) : nil))
          break
        }
      }
    }
    return found
  }

  /// `quickstart/table3`, `table3`.
  private func tails(of name: String) -> [String] {
    let parts = name.split(separator: "/")
    return parts.indices.map { parts[$0...].joined(separator: "/") }
  }

  private func unknownRun(_ wanted: String) -> String {
    let plans = survey().plans
    let rows = plans.map { plan in plan.variants.map { "\(plan.name)/\($0.name)" } }
    let runs = zip(plans, rows).flatMap { plan, rows in plan.seeds.flatMap { seed in rows.map { "\($0)/\(seed)" } } }
    let what = "no experiment here makes the run \(Wording.quoted(wanted))"
    if let near = Wording.nearest(to: wanted, in: rows.flatMap { $0 } + runs) {
      return "\(what); did you mean \(Wording.quoted(near))?"
    }
    // Where the experiment is right, its rows are worth a list.
    for (plan, rows) in zip(plans, rows) where wanted.hasPrefix("\(plan.name)/") {
      return "\(what); \(plan.name) makes \(Wording.list(rows)), each under \(Wording.count(plan.seeds.count, "seed"))"
    }
    return Wording.unknown(
      what, wanted.split(separator: "/").dropLast(2).joined(separator: "/"), among: plans.map(\.name))
      + "; a run is named EXPERIMENT/VARIANT/SEED"
  }
}

extension ResNetConfiguration {
  /// The sizes as an experiment's YAML states them.
  var structure: String { "{ block: \(block.rawValue), blocks: \(blocks), width: \(width) }" }

  /// Why the numbers of another backbone cannot be this one's: the first tensor that is not the same, by its name.
  ///
  /// - Parameter owner: whose the other one is.
  func misfit(_ other: ResNetConfiguration, of owner: String) -> String? {
    let others = Dictionary(other.tensors.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
    let own = tensors
    let remedy =
      "; give both the same backbone.block, blocks and width, now \(structure) here and \(other.structure) there"
    if let tensor = own.first(where: { others[$0.name] != $0.shape }) {
      let here = "'\(tensor.name)' has the shape \(tensor.shape) here"
      return others[tensor.name].map { "\(here) and \($0) in \(owner)\(remedy)" }
        ?? "\(here) and is not in \(owner)\(remedy)"
    }
    let known = Set(own.map(\.name))
    return other.tensors.first { !known.contains($0.name) }.map {
      "'\($0.name)' has the shape \($0.shape) in \(owner) and is not here\(remedy)"
    }
  }
}
