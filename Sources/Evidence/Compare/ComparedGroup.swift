import Foundation
import Support

/// One side of a comparison: a run, or a variant's runs under every seed, which share settings and data.
package struct ComparedGroup: Sendable {
  /// Where it stands among the groups as they were named, from 1.
  package private(set) var number = 0
  /// What it is called beside the others.
  package private(set) var label = ""
  /// Which of the names on the command line it comes from, counted from 0.
  package let part: Int
  package let kind: RunSelection.Kind
  /// Its runs by seed.
  package let runs: [ComparedRun]
  /// Its figures; it is called by ``title``.
  package private(set) var row: Row

  /// Gathers a group of at least one run.
  package init(part: Int = 0, kind: RunSelection.Kind, runs: [ComparedRun]) {
    (self.part, self.kind, self.runs) = (part, kind, runs)
    let trials = runs.map { ReportTrial(seed: $0.identity.seed, record: $0.record) }
    row = Row("", variant: ReportVariant(name: "", trials: trials), metrics: Metric.all)
  }

  /// The group under a number and a name.
  func called(_ label: String, number: Int) -> ComparedGroup {
    var group = self
    (group.label, group.number, group.row.name) = (label, number, "\(number) \(label)")
    return group
  }

  package var experiment: String { runs.first?.identity.experiment ?? "" }
  package var variant: String { runs.first?.identity.variant ?? "" }
  package var title: String { row.name }
  /// The settings that its runs share; nil where no plan can be read.
  package var settings: [String: String]? { runs.lazy.compactMap(\.settings).first }
  package var finished: [ComparedRun] { runs.filter { $0.metrics != nil } }
  /// How many of its runs were measured, of how many.
  package var count: String { finished.count == runs.count ? "\(runs.count)" : "\(finished.count) of \(runs.count)" }

  package var dataset: String? { settings?["dataset"] }
  /// The fingerprints of the data that its runs were made on.
  package var fingerprints: Set<String> { Set(runs.compactMap { $0.provenance?.dataset }) }

  /// Whether both were measured on the same images: the fingerprints say so, or the names where there are none.
  package func sharesData(with other: ComparedGroup) -> Bool {
    if fingerprints.isEmpty || other.fingerprints.isEmpty { return dataset == other.dataset }
    return fingerprints == other.fingerprints
  }
}

/// Runs that a name could mean as well, and that were passed over for later ones.
package struct PassedOver: Hashable, Sendable {
  /// The variant: `quickstart/table3/Lg`.
  package let variant: String
  /// The runs' hashes, by which they can be named.
  package let hashes: [String]
}

extension ComparedGroup {
  /// Reads the runs that a name stands for, a group a variant.
  ///
  /// A variant's folder may hold runs of other settings or other data, from before its YAML was changed, and of another
  /// engine. Those of the settings and the data that were started last are taken, a seed once; the others are listed.
  static func read(
    _ selection: RunSelection, part: Int
  ) -> (groups: [ComparedGroup], passedOver: [PassedOver], damage: [FileError]) {
    let runs = selection.runs.map { ComparedRun($0, in: selection.store) }
    var order: [String] = []
    var variants: [String: [ComparedRun]] = [:]
    for run in runs {
      let name = "\(run.identity.experiment)/\(run.identity.variant)"
      if variants[name] == nil { order.append(name) }
      variants[name, default: []].append(run)
    }
    var passedOver: [PassedOver] = []
    var damage: [FileError] = []
    let groups = order.map { name -> ComparedGroup in
      let all = variants[name] ?? []
      var chosen = latest(of: all)
      let taken = Set(chosen.map(\.identity))
      let others = all.filter { !taken.contains($0.identity) }
      if !others.isEmpty { passedOver.append(PassedOver(variant: name, hashes: others.map(\.identity.hash))) }
      for index in chosen.indices { chosen[index].readMeasurements(from: selection.store) }
      damage += others.flatMap(\.damage) + chosen.flatMap(\.damage)
      return ComparedGroup(part: part, kind: selection.kind, runs: chosen)
    }
    return (groups, passedOver, damage)
  }

  /// The runs of the settings and the data that were started last, each seed once, by seed.
  private static func latest(of runs: [ComparedRun]) -> [ComparedRun] {
    func started(_ run: ComparedRun) -> String { run.provenance?.started ?? "" }
    // A run whose plan or provenance cannot be read may belong to any batch: it fills in for a seed that has no other.
    let known = runs.filter { $0.settings != nil && $0.provenance != nil }
    let last = known.max { (started($0), $0.identity.hash) < (started($1), $1.identity.hash) }
    let batch = runs.filter { run in
      guard let last, run.settings != nil, run.provenance != nil else { return last == nil }
      return run.settings == last.settings && run.provenance?.dataset == last.provenance?.dataset
    }
    var bySeed: [Int: ComparedRun] = [:]
    for run in batch.sorted(by: { (started($0), $0.identity.hash) < (started($1), $1.identity.hash) }) {
      bySeed[run.identity.seed] = run
    }
    for run in runs where bySeed[run.identity.seed] == nil && (run.settings == nil || run.provenance == nil) {
      bySeed[run.identity.seed] = run
    }
    return bySeed.sorted { $0.key < $1.key }.map(\.value)
  }
}
