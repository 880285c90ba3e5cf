import Foundation

/// The register of settings, and for those that were varied between runs on disk, what that cost.
package struct DeviationReport: Codable, Hashable, Sendable {
  /// What another value of a setting gained or lost against the register's, all else alike.
  package struct Cost: Codable, Hashable, Sendable {
    /// The other value: YAML on one line, or `off`.
    package var value: String
    /// What was measured on.
    package var dataset: String
    /// The mean difference in mAP over paired seeds, the other value minus the register's, in points.
    package var gain: Double
    /// Half of its 95 % interval; nil for one pair.
    package var noise: Double?
    package var pairs: Int
  }

  /// A row of the register.
  package struct Row: Codable, Hashable, Sendable {
    package var setting: Deviation
    /// What varying it cost; empty where no two runs on disk differ in it alone.
    package var costs: [Cost]
    /// The finished runs on disk of the experiments that the setting was chosen on.
    package var chosenOn: [String]

    enum CodingKeys: String, CodingKey {
      case setting, costs
      case chosenOn = "chosen_on"
    }
  }

  package var rows: [Row]

  /// Looks for runs that differ in one setting alone.
  package init(_ register: DeviationRegister, runs: [VariedRun]) {
    let whole = runs.map { Self.completed($0, by: register) }
    rows = register.deviations.map { deviation in
      let studies = deviation.studies ?? []
      return Row(
        setting: deviation, costs: Self.costs(of: deviation, runs: whole),
        chosenOn: runs.filter { run in studies.contains(run.experiment) }.map(\.name).sorted())
    }
  }

  /// Whether the register's value of a setting is that of the program, for runs to be compared with.
  private static func isCompared(_ deviation: Deviation) -> String? {
    guard let key = deviation.key, deviation.variants.isEmpty, !key.hasPrefix("variants."), deviation.origin != .changed
    else { return nil }
    return key
  }

  /// A run with the plain settings that its plan leaves out: it took the program's own, which are the register's. What
  /// belongs to a mapping that is off has no value.
  private static func completed(_ run: VariedRun, by register: DeviationRegister) -> VariedRun {
    var run = run
    for deviation in register.deviations where !deviation.isMapping {
      guard let key = isCompared(deviation), let value = deviation.leaves[""], deviation.leaves.count == 1,
        !run.settings.keys.contains(where: { $0 == key || $0.hasPrefix(key + ".") })
      else { continue }
      let parent = key.split(separator: ".").dropLast().joined(separator: ".")
      let isThere = parent.isEmpty || run.settings.keys.contains { $0 == parent || $0.hasPrefix(parent + ".") }
      if isThere { run.settings[key] = value }
    }
    return run
  }

  /// Runs that are alike but for one setting: its value's leaves, then mAP by seed, the run started last counting.
  private struct Group: Hashable {
    var rest: [String: String]
    var data: [String]
  }

  private static func costs(of deviation: Deviation, runs: [VariedRun]) -> [Cost] {
    guard let key = isCompared(deviation) else { return [] }
    var groups: [Group: [[String: String]: [Int: Double]]] = [:]
    for run in runs.sorted(by: { ($0.started, $0.mAP) < ($1.started, $1.mAP) }) {
      guard let own = leaves(of: deviation, key: key, in: run) else { continue }
      let rest = run.settings.filter { $0.key != key && !$0.key.hasPrefix(key + ".") }
      groups[Group(rest: rest, data: run.data), default: [:]][own, default: [:]][run.seed] = run.mAP
    }
    let costs = groups.flatMap { group, values -> [Cost] in
      guard let base = values[deviation.leaves] else { return [] }
      return values.compactMap { leaves, scores in
        guard leaves != deviation.leaves, let difference = PairedDifference(from: base, to: scores) else { return nil }
        return Cost(
          value: text(leaves), dataset: group.data[0], gain: difference.mean, noise: difference.noise,
          pairs: difference.differences.count)
      }
    }
    return costs.sorted { ($0.dataset, $0.value, $0.gain) < ($1.dataset, $1.value, $1.gain) }
  }

  /// The leaves of a setting in a run; a mapping that is not there is off. Nil where what the setting belongs to is off.
  private static func leaves(of deviation: Deviation, key: String, in run: VariedRun) -> [String: String]? {
    let own = run.settings.reduce(into: [String: String]()) { leaves, entry in
      if entry.key == key { leaves[""] = entry.value }
      if entry.key.hasPrefix(key + ".") { leaves[String(entry.key.dropFirst(key.count + 1))] = entry.value }
    }
    guard own.isEmpty else { return own }
    let parent = key.split(separator: ".").dropLast().joined(separator: ".")
    let hasParent = parent.isEmpty || run.settings.keys.contains { $0 == parent || $0.hasPrefix(parent + ".") }
    return hasParent && deviation.isMapping ? [:] : nil
  }

  private static func text(_ leaves: [String: String]) -> String {
    if leaves.isEmpty { return "off" }
    if let only = leaves[""], leaves.count == 1 { return only }
    return "{ " + leaves.sorted { $0.key < $1.key }.map { "\($0): \($1)" }.joined(separator: ", ") + " }"
  }
}
