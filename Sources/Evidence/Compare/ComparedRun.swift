import Configuration
import Foundation
import Runs
import Support
import YAML

/// What a comparison knows of one run.
package struct ComparedRun: Sendable {
  package enum Status: String, Codable, Sendable {
    case finished
    /// Not yet measured: `aanet run` continues it.
    case unfinished
    /// A file of its record cannot be read; what can be is compared.
    case damaged
  }

  package let identity: RunIdentity
  package let folder: URL
  /// Its settings by dotted path, those that say which run it is left out; nil where `plan.yaml` is missing or damaged.
  package var settings: [String: String]?
  package var provenance: Provenance?
  package var epochs: [EpochRecord] = []
  package var metrics: RunMetrics?
  /// For each query, whether its first match is at rank 1; nil where there is no `ranks.json`.
  package var hits: [String: Bool]?
  /// Each query's average precision, as a fraction; nil where there is no `ranks.json`.
  package var precisions: [String: Double]?
  /// What is wrong with its files.
  package var damage: [FileError] = []

  package init(_ identity: RunIdentity, folder: URL) {
    self.identity = identity
    self.folder = folder
  }

  /// What a record alone tells: neither settings nor queries.
  package init(_ record: RunRecord) {
    self.init(record.identity, folder: record.folder)
    (provenance, epochs, metrics) = (record.provenance, record.epochs, record.metrics)
  }

  /// What was read of it, as a record.
  package var record: RunRecord {
    RunRecord(identity: identity, folder: folder, epochs: epochs, metrics: metrics, provenance: provenance)
  }

  package var status: Status { !damage.isEmpty ? .damaged : metrics == nil ? .unfinished : .finished }

  /// Reads what says which runs belong together: settings and provenance.
  package init(_ identity: RunIdentity, in store: RunStore) {
    self.init(identity, folder: store.folder(for: identity))
    attempt { run throws(FileError) in
      guard let text = try store.plan(of: identity) else { return }
      do throws(ConfigurationError) {
        run.settings = try FlatSettings.read(text, name: RunStore.File.plan.rawValue)
      } catch {
        throw FileError(
          store.url(.plan, of: identity), line: error.location?.line,
          "\(error.reason); remove the run's folder to train it anew")
      }
    }
    attempt { run throws(FileError) in run.provenance = try store.provenance(of: identity) }
  }

  /// Reads what it was measured at and how its training went.
  package mutating func readMeasurements(from store: RunStore) {
    let identity = identity
    attempt { run throws(FileError) in run.epochs = try store.epochs(of: identity) }
    attempt { run throws(FileError) in run.metrics = try store.metrics(of: identity) }
    guard metrics != nil else { return }
    attempt { run throws(FileError) in
      let ranks = try store.ranks(of: identity)
      run.hits = ranks.map { ranks in
        Dictionary(ranks.map { ($0.query, $0.matchRanks.first == 1) }, uniquingKeysWith: { $0 && $1 })
      }
      run.precisions = ranks.map { ranks in
        Dictionary(ranks.map { ($0.query, $0.averagePrecision) }, uniquingKeysWith: min)
      }
    }
  }

  /// Reads one file; what is wrong with it is kept, and the others are read all the same.
  private mutating func attempt(_ read: (inout ComparedRun) throws(FileError) -> Void) {
    do throws(FileError) { try read(&self) } catch { damage.append(error) }
  }
}

/// Settings as a flat list: `train.rate.new` → `0.1`.
enum FlatSettings {
  /// What a plan says of the run's name only: which seed and variant it is.
  private static let naming: Set<String> = ["seeds", "variants"]

  static func read(_ text: String, name: String) throws(ConfigurationError) -> [String: String] {
    let value = try YAML.parse(text, name: name)
    guard let entries = value.entries else { throw Setting(value).mismatch("settings") }
    var result: [String: String] = [:]
    for entry in entries where !naming.contains(entry.key) { add(entry.value, at: entry.key, to: &result) }
    return result
  }

  private static func add(_ value: YAMLValue, at path: String, to result: inout [String: String]) {
    if let entries = value.entries, !entries.isEmpty {
      for entry in entries { add(entry.value, at: "\(path).\(entry.key)", to: &result) }
    } else {
      result[path] = value.entries == nil ? YAML.inline(value) : "on"
    }
  }
}
