import Configuration
import Layers
import Models
import Runs
import Support
import YAML

/// One run to be made: a variant of an experiment under one seed.
package struct Trial: Sendable, Hashable {
  /// The experiment's name.
  package let experiment: String
  /// The variant's name.
  package let variant: String
  /// The seed of every random stream.
  package let seed: Int
  /// Everything else that decides the result.
  package let settings: Settings

  /// Names a run to be made.
  package init(experiment: String, variant: String, seed: Int, settings: Settings) {
    self.experiment = experiment
    self.variant = variant
    self.seed = seed
    self.settings = settings
  }

  /// Reads back what ``resolvedYAML()`` wrote.
  ///
  /// - Parameter file: the file's name for messages.
  /// - Throws: `ConfigurationError` where it is no plan of one variant and one seed.
  package init(resolvedYAML text: String, experiment: String, file: String) throws(ConfigurationError) {
    let stored = YoungerSetting.completed(try YAML.parse(text, name: file))
    let contents = try ExperimentFile(stored, shown: file)
    let plan = try ExperimentPlan(contents, name: experiment, file: .init(fileURLWithPath: file), overrides: [])
    guard let variant = plan.variants.first, plan.variants.count == 1, let seed = plan.seeds.first,
      plan.seeds.count == 1
    else {
      throw ConfigurationError(
        at: SourceLocation(file: file, line: 1, column: 1), "expected a plan of one variant and one seed")
    }
    self.init(experiment: experiment, variant: variant.name, seed: seed, settings: variant.settings)
  }

  /// The text of `plan.yaml`: every setting written out in a fixed order, itself an experiment of one variant and one
  /// seed, so that `aanet run plan.yaml` repeats it.
  ///
  /// - Parameter source: the run that its backbone started from, where there is one.
  package func resolvedYAML(from source: StatedSource? = nil) -> String {
    let own: [(String, YAMLValue)] = [
      ("seeds", .sequence([.int(seed)])), ("variants", .mapping([(variant, .mapping([]))])),
    ]
    let entries = (settings.yaml.entries ?? []).map { ($0.key, $0.value) }
    return YAML.text(of: .mapping(entries + own + (source.map { [("source", $0.yaml)] } ?? [])))
  }

  /// Twelve hexadecimal digits over everything that decides the result: the settings, the seed, the data and the
  /// engine; not the names of experiment and variant, nor where they are written.
  ///
  /// - Parameters:
  ///   - datasetFingerprint: a digest of the dataset's files and labels.
  ///   - numericVersion: the engine's version, which changes whenever its numbers do.
  ///   - bfloat16Version: the same of what is computed in bfloat16; of other runs it is no part.
  ///   - weightsFingerprint: a digest of the pretrained weights, where there are any; of a run's, of their numbers.
  ///   - cues: a digest of each cue that the settings' tasks read; others have no part in it.
  package func hash(
    datasetFingerprint: String, numericVersion: String, bfloat16Version: String = Precision.bfloat16Version,
    weightsFingerprint: String? = nil, cues: [Cue: String] = [:]
  ) -> String {
    var entries = (hashed.entries ?? []).map { ($0.key, $0.value) }
    entries.append(("seed", .int(seed)))
    entries.append(("dataset_fingerprint", .string(datasetFingerprint)))
    entries.append(("numeric_version", .string(numericVersion)))
    if settings.usesBFloat16 { entries.append(("bf16_version", .string(bfloat16Version))) }
    if let weightsFingerprint { entries.append(("weights_fingerprint", .string(weightsFingerprint))) }
    for cue in Cue.allCases where settings.cues.contains(cue) {
      entries.append(("\(cue.rawValue)_fingerprint", .string(cues[cue] ?? "")))
    }
    return String(SHA256.hexadecimal(YAML.text(of: .mapping(entries)).utf8).prefix(12))
  }

  /// The same of a trial that combines others: over their hashes, and how the row is ranked.
  package func hash(combining parts: [String], numericVersion: String) -> String {
    let entries: [(String, YAMLValue)] = [
      ("combine", .sequence(parts.map { .string($0) })), ("evaluate", settings.evaluate.yaml), ("seed", .int(seed)),
      ("numeric_version", .string(numericVersion)),
    ]
    return String(SHA256.hexadecimal(YAML.text(of: .mapping(entries)).utf8).prefix(12))
  }

  /// The settings as they are hashed: without what older runs did not say and had all the same, and without the name of
  /// the run that the backbone starts from, whose numbers say more.
  private var hashed: YAMLValue {
    var settings = settings.deciding
    if settings.backbone.sourceRun != nil { settings.backbone.weights = ResNetConfiguration.runMark }
    return YoungerSetting.reduced(settings.yaml)
  }

  /// The run as messages name it: `quickstart/table3, Lg, seed 1`.
  package var inWords: String { Wording.printable("\(experiment), \(variant), seed \(seed)", limit: 400) }

  /// The run's name on disk.
  package func identity(hash: String) -> RunIdentity {
    RunIdentity(experiment: experiment, variant: variant, seed: seed, hash: hash)
  }
}
