import Configuration
import Foundation
import Runs
import Support

/// An experiment, resolved: its variants with all their settings, and its seeds.
package struct ExperimentPlan: Sendable {
  /// One row of the experiment: a name and all its settings.
  package struct Variant: Sendable {
    /// The name as it stands in the YAML.
    package let name: String
    /// Everything that decides a run but its seed.
    package let settings: Settings
    /// The settings as they were written, each with its place; what is not there is a default.
    let written: YAMLValue
    /// What of them the variant itself says, beside what all variants share.
    package let own: YAMLValue

    /// The variants that it combines; none where it is a run of its own.
    package var parts: [Variant] {
      settings.combine.map { part in
        Variant(
          name: part.variant, settings: part.settings,
          written: written[key: "combine"]?[key: part.variant] ?? part.settings.yaml, own: .mapping([]))
      }
    }

    /// Where a setting was written, by its dotted path; nil where it is the default.
    package func location(of path: String) -> SourceLocation? { Settings.location(of: path, in: written) }

    /// An error on a setting that only its use can find: an unknown dataset, a batch larger than the split.
    package func error(at path: String, _ reason: String) -> ConfigurationError {
      ConfigurationError(at: location(of: path), path: path, reason)
    }
  }

  /// The path under `experiments/` without `.yaml`; for another file, its own name without `.yaml`.
  package let name: String
  /// What the experiment is, in a line; its name where the file has no title.
  package let title: String
  /// The file.
  package let file: URL
  /// The experiment that the runs belong to: this one, or the one that the file's `runs` names, where it reports runs of
  /// another and trains none of its own.
  package let runsOf: String
  /// The published table that the variants' names are rows of (`table3`).
  package let table: String?
  /// What the paper says of the variants, as written: mappings in a list.
  package let claims: YAMLValue?
  /// The run that the backbone started from, where the file is what a run left of its plan.
  package let source: StatedSource?
  /// The seeds, at least one, in the file's order.
  package private(set) var seeds: [Int]
  /// Those of the seeds that the file does not name: a study took them up, and not every variant needs them.
  package private(set) var addedSeeds: Set<Int> = []
  /// What is kept of the runs once they are scored.
  package let keep: KeptFiles
  /// Whether what was dropped is to be made anew: a command says `keep=all`.
  package let restoresDropped: Bool
  /// The variants, at least one, in the file's order; `default` where the file has none.
  package private(set) var variants: [Variant]

  /// Types what a file says.
  ///
  /// - Throws: `ConfigurationError` at the first fault.
  init(
    _ contents: ExperimentFile, name: String, file: URL, overrides: [Override]
  ) throws(ConfigurationError) {
    self.name = name
    self.file = file
    runsOf = name
    title = try contents.own["title"]?.string(maximum: 500) ?? name
    table = try contents.own["table"]?.string(maximum: 100)
    claims = try Self.claims(of: contents)
    source = try contents.own["source"].map { setting throws(ConfigurationError) in try StatedSource(setting) }
    let seeds = overrides.last { $0.path == ["seeds"] }.map { Setting($0.value, path: "seeds") } ?? contents.seeds
    self.seeds = try seeds.map(Self.seeds) ?? [1]
    let keepOverride = overrides.last { $0.path == ["keep"] }.map { Setting($0.value, path: "keep") }
    keep =
      try (keepOverride ?? contents.keep).map { setting throws(ConfigurationError) in try setting.choice() } ?? .all
    restoresDropped = keepOverride != nil && keep == .all
    let changes = overrides.filter { $0.path != ["seeds"] && $0.path != ["keep"] }
    var base = contents.settings
    for change in changes { base = try change.applied(to: base) }

    guard let listed = try contents.variants.map({ variants throws(ConfigurationError) in try variants.entries() })
    else {
      let settings = try Settings(agreeing: Setting(base))
      variants = [Variant(name: "default", settings: settings, written: base, own: .mapping([]))]
      return
    }
    guard !listed.isEmpty, listed.count <= 1000 else {
      throw contents.variants?.error("expected 1 to 1000 variants, found \(listed.count)")
        ?? ConfigurationError(at: nil, path: "variants", "there are none")
    }
    var variants: [String: Variant] = [:]
    // Those that combine others come behind them, wherever they stand.
    for combines in [false, true] {
      for (name, own) in listed {
        let combined = own.value[key: "combine"].map { Setting($0, path: own.path(of: "combine")) }
        guard (combined.map { !$0.isWord("none") } ?? false) == combines else { continue }
        try Self.check(name: name, of: own)
        let changed = changes.reduce(own.value) { $1.replaced(in: $0) }
        do throws(ConfigurationError) {
          let written =
            if combines, let combined {
              try Self.combination(
                of: combined, changed, over: base, among: listed.map(\.key).filter { $0 != name }, known: variants)
            } else {
              try SettingsMerge.merged(base, with: changed)
            }
          let settings = try Settings(agreeing: Setting(written))
          variants[name] = Variant(name: name, settings: settings, written: written, own: changed)
        } catch {
          throw ConfigurationError(
            at: error.location, path: error.path, "\(error.reason) (variant \(Wording.quoted(name)))")
        }
      }
    }
    self.variants = listed.compactMap { variants[$0.key] }
  }

  /// A plan of variants that are typed already.
  init(
    name: String, file: URL, runsOf: String, contents: ExperimentFile, seeds: [Int], variants: [Variant],
    keeping other: ExperimentPlan
  ) throws(ConfigurationError) {
    self.name = name
    self.file = file
    self.runsOf = runsOf
    title = try contents.own["title"]?.string(maximum: 500) ?? name
    table = try contents.own["table"]?.string(maximum: 100)
    claims = try Self.claims(of: contents)
    source = nil
    (keep, restoresDropped) = (other.keep, other.restoresDropped)
    self.seeds = seeds
    self.variants = variants
  }

  /// The trial list, seed by seed: all variants under the first seed, then under the second, so that a whole table is
  /// there after the first.
  ///
  /// - Parameter names: the variants that are wanted; all by default.
  /// - Throws: `ConfigurationError` where a name is no variant's, with the nearest one.
  package func trials(variants names: [String]? = nil) throws(ConfigurationError) -> [Trial] {
    for wanted in names ?? [] { _ = try variant(named: wanted) }
    let wanted = variants.filter { names?.contains($0.name) ?? true }
    return seeds.flatMap { seed in
      wanted.map { Trial(experiment: runsOf, variant: $0.name, seed: seed, settings: $0.settings) }
    }
  }

  /// The variant of a name.
  ///
  /// - Throws: `ConfigurationError` where there is none, with the nearest one.
  package func variant(named wanted: String) throws(ConfigurationError) -> Variant {
    guard let variant = variants.first(where: { $0.name == wanted }) else {
      throw ConfigurationError(
        at: nil,
        Wording.unknown("\(name) has no variant", naming: wanted, among: variants.map(\.name)))
    }
    return variant
  }

  private static func claims(of contents: ExperimentFile) throws(ConfigurationError) -> YAMLValue? {
    guard let claims = contents.own["claims"] else { return nil }
    for claim in try claims.items() where claim.value.entries == nil { throw claim.mismatch("a mapping") }
    return claims.value
  }

  private static func seeds(_ setting: Setting) throws(ConfigurationError) -> [Int] {
    var seeds: [Int] = []
    for item in try setting.items(count: 1...1000) {
      let seed = try item.int(in: 0...Int(Int32.max))
      guard !seeds.contains(seed) else { throw item.error("the seed \(seed) stands here twice") }
      seeds.append(seed)
    }
    return seeds
  }

  private static func check(name: String, of variant: Setting) throws(ConfigurationError) {
    guard Wording.printable(name, limit: .max) == name else {
      throw variant.error("a variant's name must not hold control or invisible characters")
    }
    guard FolderName.fits(name) else {
      throw variant.error("the variant's name is too long for the name of its runs' folder")
    }
  }
}

/// What is kept of a run's files once it is scored: `keep: scores`.
///
/// It stands beside `seeds`, not among the settings: it decides nothing of a result, so that no run's name, plan or
/// comparison may know it. (`runs`, in whose mapping it might stand as well, says which other experiment's runs a file
/// reports.)
package enum KeptFiles: String, CaseIterable, Sendable {
  /// Everything.
  case all
  /// All but the descriptors and the last checkpoint but one, which are most of the bytes: what reports and claims read
  /// stays, and so does the network.
  case scores
}

extension ExperimentPlan {
  /// The seed that a study takes up next: the smallest number from 1 that is none of the seeds.
  package var nextSeed: Int {
    var seed = 1
    while seeds.contains(seed) { seed += 1 }
    return seed
  }

  /// The same with more seeds, behind those that it has. The runs have the names that they would have were the seeds in the
  /// file.
  package func adding(seeds more: [Int]) -> ExperimentPlan {
    var plan = self
    for seed in more where !plan.seeds.contains(seed) {
      plan.seeds.append(seed)
      plan.addedSeeds.insert(seed)
    }
    return plan
  }

  /// Some of the variants under one seed.
  package func round(seed: Int, variants names: Set<String>) -> ExperimentPlan {
    var plan = self
    plan.seeds = [seed]
    plan.variants.removeAll { !names.contains($0.name) }
    return plan
  }

  /// The same with all seeds that runs of its variants' settings on disk have, ascending behind its own.
  ///
  /// - Throws: what ``records(in:)`` throws.
  package func addingSeeds(in store: RunStore) throws -> ExperimentPlan {
    let names = Set(variants.map(\.name))
    let runs = store.identities().filter { $0.experiment == runsOf && names.contains($0.variant) }
    // Runs of other settings lie in the same folders.
    let found = try adding(seeds: Set(runs.map(\.seed)).sorted()).records(in: store).filter { $0.record != nil }
    return adding(seeds: Set(found.map(\.trial.seed)).sorted())
  }
}

extension ExperimentPlan {
  /// The datasets that the variants name, each once, in the variants' order.
  package var datasets: [String] {
    variants.reduce(into: []) { names, variant in
      if !names.contains(variant.settings.dataset) { names.append(variant.settings.dataset) }
    }
  }
}
