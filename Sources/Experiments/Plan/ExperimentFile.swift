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
  /// The seeds, likewise.
  var seeds: Setting?
  /// What the file says of itself, which is not passed on to files that extend it.
  let own: KnownKeys

  /// The keys at the top of a file beside the settings.
  static let ownKeys = ["title", "extends", "abstract", "table", "claims", "runs", "seeds", "variants"]
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
    for variant in try variants?.entries() ?? [] {
      guard variant.setting.value.entries != nil else {
        throw variant.setting.mismatch("a mapping of changes, {} for none")
      }
      try SettingsKeys.check(variant.setting)
    }
  }

  /// Reads a file and the chain that it extends.
  ///
  /// - Parameters:
  ///   - folders: where extended files may lie, links resolved.
  ///   - show: how messages name a file.
  static func load(
    _ file: URL, inside folders: [URL], show: (URL) -> String
  ) throws(ConfigurationError) -> ExperimentFile {
    var chain: [ExperimentFile] = []
    var visited: [String] = []
    var next: URL? = file
    while let current = next {
      visited.append(current.resolvingSymlinksInPath().path)
      let shown = show(current)
      let value = try YAML.parse(contentsOf: current, name: shown)
      chain.append(
        try ExperimentFile(isPlanOfRun(current) ? YoungerSetting.completed(value) : value, shown: shown))
      next = nil
      guard let extends = chain.last?.own["extends"] else { break }
      let base = try target(of: extends, from: current, inside: folders)
      guard !visited.contains(base.path) else {
        throw extends.error("\(show(base)) extends this file in turn; a chain must end")
      }
      guard visited.count < maximumChain else {
        throw extends.error("more than \(maximumChain) files extend each other")
      }
      next = base
    }
    return try merged(chain)
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

  /// The last file of a chain laid under the one before it, and so on up to the first.
  private static func merged(_ chain: [ExperimentFile]) throws(ConfigurationError) -> ExperimentFile {
    var result: ExperimentFile?
    for file in chain.reversed() {
      var next = file
      if let base = result {
        next.settings = try SettingsMerge.merged(base.settings, with: file.settings)
        next.variants = file.variants ?? base.variants
        next.seeds = file.seeds ?? base.seeds
      } else {
        next.settings = try SettingsMerge.normalized(file.settings)
      }
      result = next
    }
    guard let result else { throw ConfigurationError(at: nil, "there is no file to read") }
    return result
  }
}
