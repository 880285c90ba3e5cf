import Configuration
import Datasets
import Documents
import Evidence
import Experiments
import Models
import Support
import YAML

/// What a project says of methods: its experiments' variants, its register, what parity measured.
struct ProjectMethods {
  let project: ProjectOptions
  let overrides: [String]

  /// A variant of an experiment, each named in a notebook.
  ///
  /// - Throws: a `ConfigurationError` at the name that is unknown, or in the experiment.
  func page(_ experiment: Setting, _ variant: Setting) throws -> MethodPage {
    let plan = try placed(experiment) { try project.library.plan($0, overrides: overrides) }
    let found = try placed(variant) { try plan.variant(named: $0) }
    let scheme = try project.registry.entry(named: found.settings.dataset).attributeScheme
    let settings = found.settings
    let yaml = found.own.entries?.isEmpty == false ? YAML.text(of: found.own) : ""
    let method: any ComposedMethod =
      settings.combine.isEmpty
      ? Method(found.name, settings, scheme, yaml: yaml)
      : JoinedMethod(
        name: found.name, parts: settings.combine.map { Method($0.variant, $0.settings, scheme, yaml: "") },
        test: settings.evaluate.words, yaml: yaml)
    return MethodPage(
      method: method,
      register: try DeviationRegister(of: project),
      parity: ParityErrors.read(project.output(of: ParityErrors.file)))
  }

  /// What is found under a name; an error without a place gets the name's.
  private func placed<Found>(_ name: Setting, _ find: (String) throws -> Found) throws -> Found {
    do { return try find(name.string(maximum: 1000)) } catch let error as ConfigurationError
      where error.location == nil
    {
      throw name.error(error.reason)
    }
  }
}

extension Method {
  fileprivate init(_ name: String, _ settings: Settings, _ scheme: AttributeScheme, yaml: String) {
    self.init(
      // The figure says C for the identities.
      name: name, network: settings.modelConfiguration(identities: 2, scheme: scheme), height: settings.input.height,
      width: settings.input.width, phases: settings.train.plan.map { Method.Phase($0, of: settings) },
      test: settings.evaluate.words, yaml: yaml)
  }
}

extension Method.Phase {
  /// Says in words what holds in a phase.
  init(_ phase: Settings.Train.Phase, of settings: Settings) {
    let rate = phase.rate
    let isPretrained = settings.backbone.weights != nil && rate.pretrained != rate.new
    let steps = rate.fall == nil ? rate.step.at.filter { $0 < phase.epochs } : []
    let fall = rate.fall.map { ", falling in \($0.steps) steps by the power \(String.number($0.power))" } ?? ""
    var rules = [
      "rate \(String.number(rate.new))" + (isPretrained ? " (pretrained \(String.number(rate.pretrained)))" : "")
        + (steps.isEmpty
          ? "" : ", × \(String.number(rate.step.factor)) after \(Numerals.list(steps.map(String.init)))") + fall,
      "batches of \(phase.batch)",
    ]
    if let size = phase.size { rules.append("images of \(size.map(String.init).joined(separator: "×"))") }
    if phase.optimizer.nesterov { rules.append("Nesterov's momentum") }
    if phase.sampler != .shuffled {
      // Without the braces around: `triplets: { count: 16, … }`.
      rules[1] += ", \(YAML.inline(phase.yaml(of: "sampler")).dropFirst(2).dropLast(2))"
    }
    if let tasks = phase.tasks { rules.append("tasks: \(tasks.map(\.rawValue).joined(separator: ", "))") }
    for task in settings.tasks.all where phase.transform.contains(task.name) {
      rules.append("at its start \(type(of: task).transformation ?? "")")
    }
    if !phase.frozen.isEmpty { rules.append("frozen: \(phase.frozen.joined(separator: ", "))") }
    if !phase.fresh.isEmpty { rules.append("drawn anew: \(phase.fresh.joined(separator: ", "))") }
    if phase.batchNorm == .running { rules.append("BatchNorm by running statistics, which stand") }
    if !phase.dropout { rules.append("no dropout") }
    if phase.augment.flip { rules.append("random flip") }
    if phase.augment.cutOut > 0 { rules.append("cut-out growing to \(String.number(phase.augment.cutOut))") }
    self.init(name: phase.name, epochs: phase.epochs, rules: rules)
  }
}

extension Settings.Train.Phase {
  /// What one of its keys has.
  fileprivate func yaml(of key: String) -> YAMLValue { yaml[key: key] ?? .string("") }
}

extension Settings.Evaluate {
  /// What is done with descriptors, step by step.
  fileprivate var words: [String] {
    var steps = ["\(distance.rawValue.capitalized) distance"]
    if normalize { steps.insert("each to unit length", at: 0) }
    if let rerank {
      steps.append("re-ranked beside it: k₁ \(rerank.k1), k₂ \(rerank.k2), λ \(String.number(rerank.lambda))")
    }
    if let pairs = yaml[key: "pairs"], pairs.entries != nil {
      steps.append("the nearest judged with the query as pairs: \(YAML.inline(pairs).dropFirst(2).dropLast(2))")
    }
    return steps
  }
}
