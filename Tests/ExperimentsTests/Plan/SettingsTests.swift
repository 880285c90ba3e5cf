import Experiments
import Models
import Support
import Testing

/// Settings that differ from the defaults in one field each, by the field's path.
let oneChange: [(String, @Sendable (inout Settings) -> Void)] = [
  ("dataset", { $0.dataset = "other" }),
  ("backbone.block", { $0.backbone.block = .basic }),
  ("backbone.blocks", { $0.backbone.blocks = [3, 4, 23, 3] }),
  ("backbone.width", { $0.backbone.width = 32 }),
  ("backbone.last_stride", { $0.backbone.lastStride = 2 }),
  ("backbone.weights", { $0.backbone.weights = "weights/`r50` \"v1\".safetensors" }),
  ("input.size height", { $0.input.height = 256 }),
  ("input.size width", { $0.input.width = 64 }),
  ("head.width", { $0.head.width = 128 }),
  ("tasks.global", { $0.tasks.global = nil }),
  ("tasks.part", { $0.tasks.part = nil }),
  ("tasks.part.parts", { $0.tasks.part?.parts = 4 }),
  ("tasks.part.binning", { $0.tasks.part?.binning = .uniform }),
  ("tasks.part.reduction", { $0.tasks.part?.reduction = .mean }),
  ("tasks.attribute.reduction", { $0.tasks.attribute?.reduction = .sum }),
  ("tasks.attribute.regions", { $0.tasks.attribute?.regions = .whole }),
  ("tasks.attention", { $0.tasks.attention = nil }),
  ("tasks.attention.attributes", { $0.tasks.attention?.attributes = ["gender", "hat"] }),
  ("tasks.attention.attributes order", { $0.tasks.attention?.attributes = ["hat", "gender"] }),
  ("tasks.attention.threshold otsu", { $0.tasks.attention?.threshold = .otsu }),
  ("tasks.attention.threshold fraction", { $0.tasks.attention?.threshold = .fraction(0.25) }),
  ("tasks.mask", { $0.tasks.mask = .init() }),
  ("tasks.mask.low", { $0.tasks.mask = .init(low: .layer1) }),
  ("tasks.mask.channels", { $0.tasks.mask = .init(channels: .all) }),
  ("tasks.verification", { $0.tasks.verification = .init() }),
  ("tasks.pairs", { $0.judgePairs(.init()) }),
  ("tasks.pairs.scales", { $0.judgePairs(.init(scales: 2)) }),
  ("tasks.pairs.width", { $0.judgePairs(.init(width: 64)) }),
  ("tasks.pairs.temperature", { $0.judgePairs(.init(temperature: 6)) }),
  ("tasks.pairs.attention", { $0.judgePairs(.init(attention: false)) }),
  ("tasks.pairs.group", { $0.judgePairs(.init(group: 2)) }),
  ("tasks.pairs.descriptor", { $0.judgePairs(.init(descriptor: false)) }),
  ("loss.weights", { $0.loss.weights = .fixed([.global: 1, .part: 1, .attribute: 1, .attention: 1]) }),
  ("loss.weights.part", { $0.loss.weights = .fixed([.global: 1, .part: 0.1, .attribute: 1, .attention: 1]) }),
  ("loss.terms", { $0.loss.weights = .learned(.init(terms: LearnedWeights().terms == .task ? .each : .task)) }),
  ("loss.rate", { $0.loss.weights = .learned(.init(rate: 0.003)) }),
  ("loss.rate 0", { $0.loss.weights = .learned(.init(rate: 0)) }),
  ("loss.start", { $0.loss.weights = .learned(.init(start: 3)) }),
  ("train.epochs", { $0.train.epochs = 20 }),
  ("train.batch", { $0.train.batch = 24 }),
  ("train.optimizer.momentum", { $0.train.optimizer.momentum = 0 }),
  ("train.optimizer.weight_decay", { $0.train.optimizer.weightDecay = 1e-7 }),
  ("train.rate.new", { $0.train.rate.new = 0.05 }),
  ("train.rate.pretrained", { $0.train.rate.pretrained = 0.1 }),
  ("train.rate.step.at", { $0.train.rate.step.at = [] }),
  ("train.rate.step.at two", { $0.train.rate.step.at = [20, 30] }),
  ("train.rate.step.factor", { $0.train.rate.step.factor = 1.0 / 3 }),
  ("train.rate.fall", { $0.train.rate.fall = .init() }),
  ("train.rate.fall.steps", { $0.train.rate.fall = .init(steps: 3, power: 0.9) }),
  ("train.rate.fall.power", { $0.train.rate.fall = .init(steps: 10, power: 2) }),
  ("train.optimizer.nesterov", { $0.train.optimizer.nesterov = true }),
  ("train.augment.flip", { $0.train.augment.flip = false }),
  ("evaluate.normalize", { $0.evaluate.normalize = true }),
  ("evaluate.rerank", { $0.evaluate.rerank = .init() }),
  ("evaluate.rerank.k1", { $0.evaluate.rerank = .init(k1: 10) }),
  ("evaluate.rerank.k2", { $0.evaluate.rerank = .init(k2: 3) }),
  ("evaluate.rerank.lambda", { $0.evaluate.rerank = .init(lambda: 0.1) }),
  ("evaluate.rerank.variant", { $0.evaluate.rerank = .init(variant: .d4) }),
  ("evaluate.rerank.junk", { $0.evaluate.rerank = .init(junk: .in) }),
  (
    "evaluate.pairs",
    {
      $0.judgePairs(.init()); $0.evaluate.pairs = .init()
    }
  ),
  (
    "evaluate.pairs.first",
    {
      $0.judgePairs(.init()); $0.evaluate.pairs = .init(first: nil)
    }
  ),
  (
    "evaluate.pairs.first_stage",
    {
      $0.judgePairs(.init()); $0.evaluate.pairs = .init(firstStage: .cosine)
    }
  ),
  ("evaluate.batch", { $0.evaluate.batch = 16 }),
]

extension Settings {
  /// Adds the pairs task, and the batches that it needs.
  fileprivate mutating func judgePairs(_ task: PairsTask) {
    tasks.pairs = task
    train.sampler = .groups(.init(images: task.group))
  }
}

@Suite struct SettingsTests {
  @Test func defaultsAreThePapers() throws {
    let settings = try #require(try TemporaryProject.plan("dataset: market1501").variants.first).settings
    #expect(settings == Settings(dataset: "market1501"))
    #expect(settings.backbone.blocks == [3, 4, 6, 3] && settings.backbone.channels == 2048)
    #expect(settings.backbone.extent(of: settings.input.height) == 24)
    #expect(settings.backbone.extent(of: settings.input.width) == 8)
    #expect(settings.tasks.enabled == [.global, .part, .attribute, .attention])
    #expect(settings.loss.weights == .uncertainty)
    #expect(settings.train.epochs == 40 && settings.train.batch == 32 && settings.train.rate.step.at == [20])
  }

  @Test func everyKeyIsRead() throws {
    let text = """
      dataset: synthetic-duke
      backbone: { arch: resnet, block: basic, blocks: [1, 2, 3, 4], width: 32, last_stride: 2, weights: w.safetensors }
      input: { size: [256, 64] }
      head: { width: 128 }
      tasks:
        global: {}
        part: { parts: 4, binning: uniform, reduction: mean }
        attribute: { reduction: sum, regions: whole }
        attention: { attributes: [gender, upper_color], threshold: 0.5 }
      loss: { weights: { global: 1, part: 0.5, attribute: 2, attention: 0 } }
      train:
        epochs: 7
        batch: 16
        optimizer: { kind: sgd, momentum: 0.8, weight_decay: 1e-3 }
        rate: { new: 0.2, pretrained: 0, step: { at: [3, 5], factor: 0.5 } }
        augment: { flip: false }
      evaluate: { distance: euclidean, normalize: true, rerank: { k1: 10, k2: 3, lambda: 0.5, variant: d4, junk: in }, batch: 8 }
      """
    let expected = Settings(
      dataset: "synthetic-duke",
      backbone: .init(block: .basic, blocks: [1, 2, 3, 4], width: 32, lastStride: 2, weights: "w.safetensors"),
      input: .init(height: 256, width: 64), head: .init(width: 128),
      tasks: .init(
        part: .init(parts: 4, binning: .uniform, reduction: .mean), attribute: .init(reduction: .sum, regions: .whole),
        attention: .init(attributes: ["gender", "upper_color"], threshold: .fraction(0.5))),
      loss: .init(weights: .fixed([.global: 1, .part: 0.5, .attribute: 2, .attention: 0])),
      train: .init(
        epochs: 7, batch: 16, optimizer: .init(momentum: 0.8, weightDecay: 1e-3),
        rate: .init(new: 0.2, pretrained: 0, step: .init(at: [3, 5], factor: 0.5)), augment: .init(flip: false)),
      evaluate: .init(normalize: true, rerank: .init(k1: 10, k2: 3, lambda: 0.5, variant: .d4, junk: .in), batch: 8))
    #expect(try TemporaryProject.plan(text).variants.map(\.settings) == [expected])
  }

  @Test func howWeightsAreLearnedIsRead() throws {
    let text = "dataset: d\nloss: { weights: uncertainty, terms: task, rate: 0.001, start: 2 }"
    let learned = LearnedWeights(terms: .task, rate: 0.001, start: 2)
    #expect(try TemporaryProject.plan(text).variants.map(\.settings.loss.weights) == [.learned(learned)])
    let changed = try TemporaryProject.plan(text, ["loss.rate=new", "loss.terms=each"])
    #expect(changed.variants.map(\.settings.loss.weights) == [.learned(.init(terms: .each, rate: nil, start: 2))])
  }

  /// A file may say for all of its variants how weights are learned; a variant with fixed ones is none the different.
  @Test func fixedWeightsHaveNothingToLearn() throws {
    let tasks = "dataset: d\ntasks: [global]\nloss: { weights: { global: 1 }"
    let plain = try TemporaryProject.plan("\(tasks) }").variants[0].settings
    let beside = try TemporaryProject.plan("\(tasks), terms: each, rate: 0.001, start: 2 }").variants[0].settings
    #expect(plain == beside && plain.yaml == beside.yaml)
    #expect(
      try TemporaryProject.complaint("\(tasks), terms: all }")?.contains("loss.terms: 'all' is not known") == true)
  }

  @Test func rowsOfTheMapFollowTheStrides() {
    // Each halving by its own formula: floor((n + 2·pad − kernel) / 2) + 1.
    func rows(_ height: Int, lastStride: Int) -> Int {
      var rows = (height + 2 * 3 - 7) / 2 + 1
      for _ in 0..<(lastStride == 2 ? 4 : 3) { rows = (rows + 2 - 3) / 2 + 1 }
      return rows
    }
    for lastStride in [1, 2] {
      for height in 8...600 {
        let found = Settings.Backbone(lastStride: lastStride).extent(of: height)
        #expect(found == rows(height, lastStride: lastStride), "\(height), stride \(lastStride)")
      }
    }
  }

  @Test(arguments: oneChange) func plansReadBack(_ path: String, _ change: @Sendable (inout Settings) -> Void) throws {
    var settings = Settings(dataset: "d")
    change(&settings)
    let trial = Trial(experiment: "a/b", variant: "Lg+Lp 'x' `y`: {é}", seed: 7, settings: settings)
    let text = trial.resolvedYAML()
    #expect(try Trial(resolvedYAML: text, experiment: "a/b", file: "plan.yaml") == trial)
    #expect(try Trial(resolvedYAML: text, experiment: "a/b", file: "plan.yaml").resolvedYAML() == text)
  }

  @Test func plansThatAreNoneAreRefused() {
    let base = "dataset: d\n"
    for text in [base + "seeds: [1, 2]", base + "variants: {a: {}, b: {}}", "", "[]", base + "extra: 1"] {
      #expect(throws: ConfigurationError.self) { try Trial(resolvedYAML: text, experiment: "e", file: "plan.yaml") }
    }
  }
}

@Suite struct TrialHashTests {
  private func hash(_ settings: Settings, seed: Int = 1, data: String = "data", engine: String = "1") -> String {
    Trial(experiment: "e", variant: "v", seed: seed, settings: settings)
      .hash(datasetFingerprint: data, numericVersion: engine)
  }

  /// The hash names folders that are on people's disks: what changes this number orphans them all.
  @Test func isTheSameTomorrow() {
    #expect(hash(Self.older) == "bcb25c9d2601")
  }

  /// The defaults as they were before there were `loss.terms`, `loss.rate` and `loss.start`.
  private static var older: Settings {
    Settings(
      dataset: "market1501", loss: .init(weights: .learned(LearnedWeights(terms: .task, rate: nil, start: 1))))
  }

  /// A plan that was stored before a setting was there is of the value that the run was made with, not of today's
  /// default.
  @Test func olderPlansKeepTheirSettings() throws {
    let younger = [" terms: task", " rate: new", " start: 1", " regions: thirds"]
    let trial = Trial(experiment: "e", variant: "v", seed: 1, settings: Self.older)
    let lines = trial.resolvedYAML().split(separator: "\n")
    let kept = lines.filter { line in !younger.contains { line.hasSuffix($0) } }
    #expect(kept.count == lines.count - younger.count)
    let text = kept.joined(separator: "\n")
    #expect(try Trial(resolvedYAML: text, experiment: "e", file: "plan.yaml") == trial)
    let project = try TemporaryProject([
      "experiments/e.yaml": text, "runs/plan.yaml": text, "runs/provenance.json": "{}",
    ])
    #expect(try project.library.plan("runs/plan.yaml").variants[0].settings == Self.older)
    let written = try project.library.plan("e").variants[0].settings
    #expect(written.loss.weights == .uncertainty, "an experiment that says nothing has the defaults")
  }

  @Test func everySettingDecides() {
    var seen = [hash(Settings(dataset: "d")): "the defaults"]
    for (path, change) in oneChange {
      var settings = Settings(dataset: "d")
      change(&settings)
      let found = hash(settings)
      #expect(seen[found] == nil, "\(path) and \(seen[found] ?? "")")
      seen[found] = path
    }
    let settings = Settings(dataset: "d")
    for found in [
      hash(settings, seed: 2), hash(settings, data: "other"), hash(settings, engine: "2"),
      Trial(experiment: "e", variant: "v", seed: 1, settings: settings)
        .hash(datasetFingerprint: "data", numericVersion: "1", weightsFingerprint: "w"),
    ] {
      #expect(seen[found] == nil)
      seen[found] = found
    }
  }

  /// What is computed in bfloat16 has a version of its own, of which runs in single precision know nothing.
  @Test func bfloat16HasAVersion() {
    func hash(_ settings: Settings, version: String) -> String {
      Trial(experiment: "e", variant: "v", seed: 1, settings: settings)
        .hash(datasetFingerprint: "data", numericVersion: "1", bfloat16Version: version)
    }
    var (trained, evaluated) = (Settings(dataset: "d"), Settings(dataset: "d"))
    #expect(hash(trained, version: "1") == hash(trained, version: "2"))
    trained.train.precision = .bfloat16
    evaluated.evaluate.precision = .bfloat16
    for settings in [trained, evaluated] { #expect(hash(settings, version: "1") != hash(settings, version: "2")) }
  }

  @Test func namesDoNotDecide() {
    let settings = Settings(dataset: "d")
    let other = Trial(experiment: "x", variant: "y", seed: 1, settings: settings)
    #expect(other.hash(datasetFingerprint: "data", numericVersion: "1") == hash(settings))
  }

  @Test func spellingDoesNotDecide() throws {
    let short = try TemporaryProject.plan("dataset: d\ntitle: one\ntrain: {optimizer: {weight_decay: 5e-4}}")
    let long = try TemporaryProject.plan("train:\n  rate: {new: 0.10}\n  epochs: 40\n\ndataset: 'd'\n# two\n")
    let hashes = [short, long].map { hash($0.variants[0].settings) }
    #expect(hashes[0] == hashes[1] && hashes[0] == hash(Settings(dataset: "d")))
  }
}
