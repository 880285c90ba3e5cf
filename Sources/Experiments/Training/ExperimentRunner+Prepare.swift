import Datasets
import Foundation
import Models
import Retrieval
import Runs
import Support
import Tensors

/// What is checked before the first run is trained.
extension ExperimentRunner {
  /// The datasets that the runs need, each once, those of runs that backbones start from among them.
  package var datasets: [String] {
    (plans.flatMap(\.datasets) + sources.all.map(\.trial.settings.dataset)).reduce(into: []) { names, name in
      if !names.contains(name) { names.append(name) }
    }
  }

  /// The datasets whose joints or labels some variants read, or runs that backbones start from; of all variants, where
  /// none is named.
  package func datasetsWithCues(for names: [String]) -> [String] {
    let wanted = plans.flatMap(\.variants).filter { names.isEmpty || names.contains($0.name) }.map(\.settings)
    let all = wanted + wanted.flatMap { $0.combine.map(\.settings) } + sources.all.map(\.trial.settings)
    return Set(all.filter { !$0.cues.isEmpty }.map(\.dataset)).sorted()
  }

  /// Opens the datasets, checks every trial against them, and names the runs.
  func prepare(
    variants: [String]?, finished: FinishedRuns, threads: Int, isInterrupted: () -> Bool, report: (Event) -> Void
  ) throws -> [Run] {
    var remarks: Set<String> = []
    var known: [Trial: Run] = [:]
    func source(of variant: ExperimentPlan.Variant) throws -> Run? {
      guard let source = sources[variant.settings] else { return nil }
      let run = try known[source.trial] ?? prepared(source.plan, source.trial, source.variant)
      known[source.trial] = run
      try check(run, as: source, of: variant)
      return run
    }
    func prepared(_ plan: ExperimentPlan, _ trial: Trial, _ variant: ExperimentPlan.Variant) throws -> Run {
      let data = try data(
        for: variant, among: variants, threads: threads, isInterrupted: isInterrupted, report: report)
      let parts = try variant.parts.map { part in
        try prepared(
          plan,
          Trial(experiment: trial.experiment, variant: part.name, seed: trial.seed, settings: part.settings), part)
      }
      guard parts.isEmpty else {
        let hash = trial.hash(combining: parts.map(\.hash), numericVersion: Self.numericVersion)
        return Run(
          plan: plan, trial: trial, identity: trial.identity(hash: hash), data: data, weights: nil, parts: parts)
      }
      for remark in trial.settings.remarks where remarks.insert(remark).inserted {
        report(.remark("\(Wording.printable(trial.variant)): \(remark)"))
      }
      try check(trial.settings, of: variant, against: data)
      guard let source = try source(of: variant) else {
        let weights = try weights(for: variant, report: report)
        let name = identity(of: trial, on: data, weights: weights?.digest)
        return Run(plan: plan, trial: trial, identity: name, data: data, weights: weights)
      }
      // Of a run that is not finished nobody knows the numbers: its own name stands for them meanwhile.
      let name = identity(of: trial, on: data, weights: "of \(source.hash)")
      let run = Run(
        plan: plan, trial: trial, identity: name, data: data, weights: nil, sources: [source] + source.sources)
      guard source.sources.isEmpty, let record = try finished.record(of: source.identity) else { return run }
      let weights = try weights(of: record, for: run, report: report)
      return Run(
        plan: plan, trial: trial, identity: identity(of: trial, on: data, weights: weights.digest), data: data,
        weights: weights)
    }
    var runs: [Run] = []
    var sourcesFirst: [Run] = []
    var ahead: Set<RunIdentity> = []
    for (plan, trial) in try trials(variants) {
      let run = try prepared(plan, trial, plan.variant(named: trial.variant))
      for first in (run.parts + [run]).flatMap({ $0.sources.reversed() })
      where !(sourcesFirst + runs).contains(where: { $0.key == first.key }) {
        ahead.insert(first.identity)
        sourcesFirst.append(first)
        report(.remark("\(first.trial.inWords) is made first: backbones start from it"))
      }
      // What a row combines comes before it, whether or not it was asked for.
      for part in run.parts where !runs.contains(where: { $0.identity == part.identity }) {
        ahead.insert(part.identity)
        runs.append(part)
      }
      if ahead.remove(run.identity) == nil { runs.append(run) }
    }
    // Before all others, so that no table is torn apart.
    return sourcesFirst + runs
  }

  /// The trials of all plans, seed by seed: every experiment under its first seed, then under its second, so that whole
  /// tables are there early. A variant that is asked for must be in one of them.
  private func trials(_ variants: [String]?) throws(ConfigurationError) -> [(ExperimentPlan, Trial)] {
    if let plan = plans.first, plans.count == 1 { return try plan.trials(variants: variants).map { (plan, $0) } }
    let known = plans.flatMap { $0.variants.map(\.name) }
    for wanted in variants ?? [] where !known.contains(wanted) {
      throw ConfigurationError(
        at: nil,
        Wording.unknown("no experiment here has a variant", naming: wanted, among: known))
    }
    var rounds: [[(ExperimentPlan, Trial)]] = []
    for plan in plans {
      let names = variants.map { wanted in wanted.filter { name in plan.variants.contains { $0.name == name } } }
      let trials = try plan.trials(variants: names)
      for (place, seed) in plan.seeds.enumerated() {
        if place == rounds.count { rounds.append([]) }
        rounds[place] += trials.filter { $0.seed == seed }.map { (plan, $0) }
      }
    }
    return rounds.flatMap { $0 }
  }

  /// The variant's dataset, with its attributes where one of the chosen variants needs them.
  private func data(
    for variant: ExperimentPlan.Variant, among chosen: [String]?, threads: Int, isInterrupted: () -> Bool,
    report: (Event) -> Void
  ) throws -> TrainingData {
    let (name, reading) = (variant.settings.dataset, variant.settings.reading)
    let rows = plans.flatMap(\.variants).filter { chosen?.contains($0.name) ?? true }.flatMap { [$0] + $0.parts }
    let readers = (rows + sources.all.map(\.variant)).map(\.settings).filter { $0.reading == reading }
    let needsAttributes = readers.contains(where: \.tasks.readsAttributes)
    let cues = readers.reduce(into: Set<Cue>()) { $0.formUnion($1.cues) }
    if let data = opened[reading], !needsAttributes || data.attributes != nil, cues.isSubset(of: data.cueDigests.keys) {
      return data
    }
    if registry.entries[name] == nil {
      throw variant.error(
        at: "dataset",
        Wording.unknown(
          "\(registry.source) has no dataset \(Wording.quoted(name))", name, among: registry.entries.keys.sorted()))
    }
    if let entry = registry.entries[name], places.isOwnFolder(of: entry),
      let other = opened.keys.map(\.dataset).first(where: { $0 != name })
    {
      throw variant.error(
        at: "dataset",
        "--data names the folder of one dataset, and the experiment needs \(Wording.list([other, name].sorted())); "
          + "name the folder that holds them")
    }
    let dataset = try Dataset.open(named: name, registry: registry, places: places)
    let contents = try contents(of: dataset, threads: threads, isInterrupted: isInterrupted, report: report)
    for task in variant.settings.tasks.all {
      for cue in variant.settings.cues(of: task) {
        guard let missing = dataset.missing(cue, for: "the \(task.name.rawValue) task") else { continue }
        throw variant.error(at: "tasks.\(task.name.rawValue)", missing)
      }
    }
    let cueContents =
      try cues.isEmpty
      ? nil
      : self.contents(
        of: DatasetCues(of: dataset, cues), threads: threads, isInterrupted: isInterrupted, report: report)
    let data: TrainingData
    do {
      data = try TrainingData(
        dataset, contents: contents, cues: cueContents, needsAttributes: needsAttributes,
        validation: variant.settings.validation?.identities)
    } catch {
      guard variant.settings.validation != nil else { throw error }
      throw variant.error(at: "dataset.validation", error.description)
    }
    for remark in dataset.remarks + [data.defectsInBrief].compactMap({ $0 }) {
      report(.remark("\(name): \(remark)"))
    }
    opened[reading] = data
    return data
  }

  /// The variant's pretrained weights, compared with its backbone; nil where it starts from chance.
  private func weights(
    for variant: ExperimentPlan.Variant, report: (Event) -> Void
  ) throws(ConfigurationError) -> PretrainedBackbone? {
    let settings = variant.settings.backbone
    guard let path = settings.weights else { return nil }
    if let known = backbones[settings] { return known }
    let file = URL(fileURLWithPath: path, relativeTo: project).absoluteURL
    guard RegularFile.standing(of: file.path) != .missing else {
      throw variant.error(
        at: "backbone.weights",
        "there is no file \(file.path); put the backbone's pretrained weights there (torchvision's file fits as it is), "
          + "name another file, or start from chance with backbone.weights=none")
    }
    do {
      let opened = backbones.values.first { $0.file == file }
      let backbone = try PretrainedBackbone(file, named: path, for: settings, sharing: opened)
      report(.remark(backbone.summary))
      backbones[settings] = backbone
      return backbone
    } catch {
      throw variant.error(at: "backbone.weights", error.description)
    }
  }

  /// The name of the run that a trial gives.
  ///
  /// - Parameter weights: the digest of what its backbone starts from; nil from chance.
  func identity(of trial: Trial, on data: TrainingData, weights: String?) -> RunIdentity {
    trial.identity(
      hash: trial.hash(
        datasetFingerprint: data.fingerprint, numericVersion: Self.numericVersion, weightsFingerprint: weights,
        cues: data.cueDigests))
  }

  private func check(_ settings: Settings, of variant: ExperimentPlan.Variant, against data: TrainingData) throws {
    if let fault = data.dataset.tooFewIdentities { throw variant.error(at: "dataset", "\(settings.dataset): \(fault)") }
    try check(settings.train, of: variant, against: data)
    let configuration = settings.modelConfiguration(
      identities: data.dataset.trainIdentities.count, scheme: data.scheme)
    if let fault = configuration.tasks.fault(learning: configuration.labels) {
      throw ConfigurationError(fault, locate: variant.location)
    }
    try check(settings.train, of: variant, naming: AANet(configuration.sketch, on: Engine(threads: 1)))
    do throws(PlainError) {
      for input in [settings.input] + settings.train.phases.map(settings.input) {
        try configuration.validate(height: input.height, width: input.width)
      }
    } catch {
      throw variant.error(at: "tasks", error.description)
    }
  }

  /// Sees to it that batches can be made of the training images.
  private func check(
    _ train: Settings.Train, of variant: ExperimentPlan.Variant, against data: TrainingData
  ) throws(ConfigurationError) {
    let (images, name) = (data.dataset.train.count, data.dataset.name)
    for (place, phase) in train.plan.enumerated() {
      let path = train.phases.isEmpty ? "train" : "train.phases[\(place)]"
      if phase.batch > images {
        throw variant.error(
          at: "\(path).batch",
          "a batch of \(phase.batch) is larger than the \(images) training images of \(name); take at most \(images)")
      }
      if case .triplets = phase.sampler, TripletMining.anchors(among: data.dataset.trainClasses).isEmpty {
        throw variant.error(
          at: "\(path).sampler",
          "no identity of \(name) has two training images, so that no triplet can be mined; take another sampler")
      }
      let identities = data.dataset.trainIdentities.count
      if case .identities(let batches) = phase.sampler, batches.count > identities {
        throw variant.error(
          at: "\(path).sampler",
          "a batch has \(batches.count) identities and \(name) has \(identities) to train on; "
            + "take a count of at most \(identities)")
      }
    }
  }

  /// Sees to it that what phases freeze and draw anew is there.
  private func check(
    _ train: Settings.Train, of variant: ExperimentPlan.Variant, naming model: @autoclosure () -> AANet
  ) throws(ConfigurationError) {
    guard !train.phases.isEmpty else { return }
    let model = model()
    for (place, phase) in train.phases.enumerated() {
      for (key, words) in [("frozen", phase.frozen), ("fresh", phase.fresh)] {
        for (number, word) in words.enumerated() where model.names(of: word).isEmpty {
          throw variant.error(
            at: "train.phases[\(place)].\(key)[\(number)]",
            Wording.unknown("the network has nothing called", naming: word, among: model.words)
              + ", or the beginning of parameters' names, as in backbone.layer4")
        }
      }
      if model.isWhollyFrozen(by: phase.frozen) {
        throw variant.error(at: "train.phases[\(place)].frozen", "everything is frozen, so nothing would be learned")
      }
    }
  }
}
