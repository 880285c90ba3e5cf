import Configuration
import Models
import Support

extension Settings {
  /// A variant whose descriptors are part of a row of several runs.
  ///
  /// In an experiment `combine: [A, B]` names variants of the file; a resolved plan says all of each, so that it stands
  /// alone: `combine: { A: { dataset: …, … }, B: { … } }`.
  package struct Combined: Hashable, Sendable {
    /// The variant's name.
    package let variant: String
    package let settings: Settings
  }

  /// How many runs a row may be made of.
  static let combinable = 2...8

  static let combineKey = Key<Settings>(
    "combine", "list of \(combinable.lowerBound) to \(combinable.upperBound): variants",
    "A row without training of its own: the descriptors of these variants' runs of the same seed, each scaled to unit "
      + "length, side by side. A variant that combines others says nothing else but how the row is ranked.",
    initial: .string("none")
  ) { setting, settings throws(ConfigurationError) in
    settings.combine = []
    guard !setting.isWord("none") else { return }
    guard let entries = setting.value.entries else {
      throw setting.mismatch("a list of variants, within a variant of an experiment")
    }
    for entry in entries {
      settings.combine.append(
        Combined(
          variant: entry.key,
          settings: try Settings(agreeing: Setting(entry.value, path: setting.path(of: entry.key)))))
    }
  } write: { settings in
    settings.combine.isEmpty ? nil : .mapping(settings.combine.map { ($0.variant, $0.settings.yaml) })
  }

  /// What keeps the runs of a row from being ranked together.
  var faultOfCombination: SettingFault? {
    guard !combine.isEmpty else { return nil }
    func fault(_ reason: String) -> SettingFault { SettingFault(at: "combine", reason: reason) }
    guard Self.combinable.contains(combine.count) else {
      return fault(
        "a row combines \(Self.combinable.lowerBound) to \(Self.combinable.upperBound) variants, not \(combine.count)")
    }
    for part in combine {
      guard part.settings.dataset == dataset else {
        return fault(
          "\(Wording.quoted(part.variant)) is of another dataset, \(Wording.quoted(part.settings.dataset)); "
            + "descriptors of the same images are combined")
      }
    }
    guard evaluate.pairs == nil else {
      return SettingFault(
        at: "evaluate.pairs", reason: "a row of several runs has no network that judges pairs; leave evaluate.pairs out"
      )
    }
    return nil
  }
}

extension ExperimentPlan {
  /// What a variant that combines others resolves to: the settings of the first of them, the row's own ranking, and all
  /// of each.
  ///
  /// - Parameters:
  ///   - list: the names under `combine`.
  ///   - own: all that the variant says.
  ///   - base: what all variants share.
  ///   - names: those of the file's other variants.
  ///   - known: the variants that combine no others.
  /// - Throws: `ConfigurationError` at a name that is no other variant's, and at settings of training beside the list.
  static func combination(
    of list: Setting, _ own: YAMLValue, over base: YAMLValue, among names: [String], known: [String: Variant]
  ) throws(ConfigurationError) -> YAMLValue {
    let ranking = ["combine", "evaluate"]
    if let training = own.entries?.first(where: { !ranking.contains($0.key) }) {
      throw ConfigurationError(
        at: training.value.location, path: training.key,
        "a row of several runs trains nothing; beside 'combine' it has 'evaluate' alone")
    }
    var parts: [(String, YAMLValue)] = []
    for item in try list.items(count: Settings.combinable) {
      let wanted = try item.string(maximum: 1000)
      guard names.contains(wanted) else {
        throw item.error(Wording.unknown("there is no other variant", naming: wanted, among: names))
      }
      guard let part = known[wanted], part.settings.combine.isEmpty else {
        throw item.error("\(Wording.quoted(wanted)) combines others itself; name those")
      }
      guard !parts.contains(where: { $0.0 == wanted }) else {
        throw item.error("\(Wording.quoted(wanted)) stands here twice")
      }
      parts.append((wanted, part.written))
    }
    var written = parts[0].1
    let evaluate = base[key: "evaluate"] ?? .mapping([])
    written[key: "evaluate"] =
      try own[key: "evaluate"].map { own throws(ConfigurationError) in
        try SettingsMerge.merged(evaluate, with: own, path: ["evaluate"])
      } ?? evaluate
    var combine = YAMLValue.mapping(parts)
    combine.location = list.value.location
    written[key: "combine"] = combine
    return written
  }
}
