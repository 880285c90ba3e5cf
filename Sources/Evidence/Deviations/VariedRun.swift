import Configuration
import Runs
import YAML

/// A finished run with its settings laid flat, so that runs which differ in one setting alone can be found.
package struct VariedRun: Hashable, Sendable {
  /// Its settings by dotted key, numbers in a normal form; without seeds and the variants' names.
  var settings: [String: String]
  /// The experiment that it belongs to.
  package var experiment = ""
  /// What it is called on disk: `studies/learned-weights/fixed/seed-1-0123456789ab`.
  var name = ""
  /// The dataset's name and its fingerprint.
  var data: [String]
  var seed: Int
  /// When it started (ISO 8601).
  var started: String
  /// mAP, rectangle form, in percent.
  var mAP: Double

  /// Gathers a run from the text of its plan.
  ///
  /// - Throws: a `ConfigurationError` where the plan is no YAML.
  package init(plan: String, name: String, fingerprint: String, seed: Int, started: String, mAP: Double) throws {
    try self.init(
      YAML.parse(plan, name: name), fingerprint: fingerprint, seed: seed, started: started, mAP: mAP)
  }

  private init(_ plan: YAMLValue, fingerprint: String, seed: Int, started: String, mAP: Double) {
    var value = plan
    let dataset = (value[key: "dataset"]?[key: "name"] ?? value[key: "dataset"])?.scalar?.text ?? ""
    for key in ["seeds", "variants", "dataset"] { value[key: key] = nil }
    settings = Self.leaves(of: value)
    data = [dataset, fingerprint]
    (self.seed, self.started, self.mAP) = (seed, started, mAP)
  }

  /// The finished runs among some records of a store; one whose plan is damaged is other commands' business.
  ///
  /// - Parameter complete: puts into a stored plan what was not a setting yet when it was written.
  package static func all(
    _ records: [RunRecord], in store: RunStore, complete: (YAMLValue) -> YAMLValue
  ) -> [VariedRun] {
    records.compactMap { record in
      guard let metrics = record.metrics, metrics.retrieval.mAP.isFinite,
        let text = try? store.plan(of: record.identity), let plan = try? YAML.parse(text, name: "plan.yaml")
      else { return nil }
      var run = VariedRun(
        complete(plan), fingerprint: record.provenance?.dataset ?? "", seed: record.identity.seed,
        started: record.provenance?.started ?? "", mAP: 100 * metrics.retrieval.mAP)
      run.experiment = record.identity.experiment
      run.name = [run.experiment, record.identity.variant, record.folder.lastPathComponent].joined(separator: "/")
      return run
    }
  }

  /// What stands in a value, by dotted path; a scalar alone stands under the empty path. Numbers that are written
  /// differently are the same here, and an empty mapping is a leaf.
  static func leaves(of value: YAMLValue, path: String = "") -> [String: String] {
    switch value.content {
    case .scalar(let scalar):
      let number = scalar.isPlain ? Double(scalar.text).map { "\($0)" } : nil
      return [path: number ?? scalar.text]
    case .sequence: return [path: YAML.inline(value)]
    case .mapping(let entries):
      if entries.isEmpty { return [path: "{}"] }
      return entries.reduce(into: [:]) { all, entry in
        let inner = leaves(of: entry.value, path: path.isEmpty ? entry.key : "\(path).\(entry.key)")
        all.merge(inner) { first, _ in first }
      }
    }
  }
}
