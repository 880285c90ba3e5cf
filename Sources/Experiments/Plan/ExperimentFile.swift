import Configuration
import Foundation
import Runs
import Support
import YAML

/// An experiment's file with all that it extends, merged but not yet typed.
struct ExperimentFile {
  /// The file's name as messages show it.
  let shown: String
  /// The settings, located where each was written last.
  var settings: YAMLValue
  /// The variants' changes in their order; nil where neither the file nor one that it extends has any.
  var variants: Setting?
  /// Changes of single variants, which an extended file has.
  private var adjust: Setting?
  /// The seeds, likewise.
  var seeds: Setting?
  /// What is kept of its runs once they are scored, likewise.
  var keep: Setting?
  /// What the file says of itself, which is not passed on to files that extend it.
  let own: KnownKeys

  /// The keys at the top of a file beside the settings.
  static let ownKeys = [
    "title", "extends", "abstract", "table", "claims", "runs", "seeds", "variants", "adjust", "keep", "source",
  ]
  /// How many files may extend each other in a row.
  static let maximumChain = 16

  /// Reads what one file says, without what it extends.
  init(_ value: YAMLValue, shown: String) throws(ConfigurationError) {
    self.shown = shown
    own = try KnownKeys(Setting(value), known: SettingsKeys.top + Self.ownKeys)
    let entries = (value.entries ?? []).filter { SettingsKeys.top.contains($0.key) }
    settings = YAMLValue(.mapping(entries), at: value.location)
    try SettingsKeys.check(Setting(settings))
    seeds = own["seeds"]
    variants = own["variants"]
    keep = own["keep"]
    adjust = own["adjust"]
    for variant in try (variants?.entries() ?? []) + (adjust?.entries() ?? []) {
      guard variant.setting.value.entries != nil else {
        throw variant.setting.mismatch("a mapping of changes, {} for none")
      }
      try SettingsKeys.check(variant.setting)
    }
  }

  /// Reads a file and all that it extends.
  ///
  /// - Parameters:
  ///   - folders: where extended files may lie, links resolved.
  ///   - show: how messages name a file.
  static func load(
    _ file: URL, inside folders: [URL], show: (URL) -> String
  ) throws(ConfigurationError) -> ExperimentFile {
    try load(file, after: [], inside: folders, show: show)
  }

  /// - Parameter chain: the files that extend it, the first first.
  private static func load(
    _ file: URL, after chain: [String], inside folders: [URL], show: (URL) -> String
  ) throws(ConfigurationError) -> ExperimentFile {
    let chain = chain + [file.resolvingSymlinksInPath().path]
    let shown = show(file)
    let value = try YAML.parse(contentsOf: file, name: shown)
    let own = try ExperimentFile(isPlanOfRun(file) ? YoungerSetting.completed(value) : value, shown: shown)
    guard let extends = own.own["extends"] else { return try own.laid(over: nil) }
    var below: ExperimentFile?
    for one in extends.value.items == nil ? [extends] : try extends.items(count: 1...maximumChain) {
      let base = try target(of: one, from: file, inside: folders)
      guard !chain.contains(base.path) else {
        throw one.error("\(show(base)) extends this file in turn; a chain must end")
      }
      guard chain.count < maximumChain else {
        throw one.error("more than \(maximumChain) files extend each other")
      }
      let next = try load(base, after: chain, inside: folders, show: show)
      below = try below.map { below throws(ConfigurationError) in try next.laid(over: below) } ?? next
    }
    return try own.laid(over: below)
  }

  /// Whether a file is what a run left of its plan: beside the run's other files.
  private static func isPlanOfRun(_ file: URL) -> Bool {
    file.lastPathComponent == RunStore.File.plan.rawValue
      && FileManager.default.fileExists(
        atPath: file.deletingLastPathComponent().appendingPathComponent(RunStore.File.provenance.rawValue).path)
  }

  /// The file that `extends` names, links resolved.
  private static func target(
    of extends: Setting, from file: URL, inside folders: [URL]
  ) throws(ConfigurationError) -> URL {
    let path = try extends.string(maximum: 1000)
    guard !path.hasPrefix("/"), !path.unicodeScalars.contains("\0") else {
      throw extends.error("a path relative to this file is expected, as in ../base/quickstart.yaml")
    }
    let base = file.resolvingSymlinksInPath().deletingLastPathComponent().appendingPathComponent(path)
      .standardizedFileURL.resolvingSymlinksInPath()
    guard folders.contains(where: { base.path.hasPrefix($0.path + "/") }) else {
      throw extends.error("\(Wording.quoted(path)) lies outside the experiments' folder; only files in it are extended")
    }
    guard FileManager.default.fileExists(atPath: base.path) else {
      let folder = base.deletingLastPathComponent().path
      let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
        $0.hasSuffix(".yaml")
      }
      throw extends.error(
        Wording.unknown("there is no file \(Wording.quoted(path))", base.lastPathComponent, among: names.sorted()))
    }
    return base
  }

  /// What the file says over what another one comes to.
  private func laid(over base: ExperimentFile?) throws(ConfigurationError) -> ExperimentFile {
    var result = self
    guard let base else {
      result.settings = try SettingsMerge.normalized(settings)
      return try result.adjusted()
    }
    result.settings = try SettingsMerge.merged(base.settings, with: settings)
    result.variants = variants ?? base.variants
    result.seeds = seeds ?? base.seeds
    result.keep = keep ?? base.keep
    return try result.adjusted()
  }

  /// The variants with what the file's `adjust` says of some of them laid over what they say.
  private func adjusted() throws(ConfigurationError) -> ExperimentFile {
    guard let adjust, let variants else { return self }
    var result = self
    result.adjust = nil
    var changed = variants.value
    for (name, changes) in try adjust.entries() {
      guard let own = changed[key: name] else {
        throw changes.error(
          Wording.unknown("there is no variant", naming: name, among: (changed.entries ?? []).map(\.key)))
      }
      changed[key: name] = try SettingsMerge.merged(own, with: changes.value)
    }
    result.variants = Setting(changed, path: variants.path)
    return result
  }
}
