import Configuration
import Foundation
import Runs
import Support
import YAML

/// A folder as MLflow's file store keeps it: `<experiment>/<run>/{meta.yaml, params, metrics, tags, artifacts}`.
///
/// Every file is written whole, and only where it is not there as it would be written: a second export changes nothing, a
/// later one adds what is new. There are some hundred small files a run, so that none waits for the disk
/// (`AtomicFile.settle()` does for all). What somebody else logged to the same runs stays.
package struct MLflowStore {
  package let root: URL
  /// The experiments that are there, by name.
  private var experiments: [String: String] = [:]

  private static let largestFile = 1 << 28
  /// The longest value of a parameter, and the longest of a tag, that MLflow takes.
  private static let longest = (parameter: 6000, tag: 8000)

  /// Opens a folder, which need not be there yet.
  ///
  /// - Throws: ``FileError`` where an experiment's own file cannot be read.
  package init(_ root: URL) throws(FileError) {
    self.root = root
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
    for id in entries.sorted() where !id.hasPrefix(".") {
      let file = root.appendingPathComponent(id, isDirectory: true).appendingPathComponent("meta.yaml")
      guard let data = try AtomicFile.read(file, limit: 1 << 20) else { continue }
      guard let meta = try? YAML.parse(String(decoding: data, as: UTF8.self), name: file.path) else {
        throw FileError(file, "is no YAML, as MLflow writes it; move that folder away, or take another one")
      }
      if let name = meta[key: "name"]?.scalar?.text { experiments[name] = id }
    }
  }

  /// Writes a run, as far as it is not there.
  package mutating func write(_ exported: ExportedRun, from store: RunStore) throws(FileError) -> ExportOutcome {
    let experiment = try experiment(named: exported.run.experiment, start: exported.series.start)
    let id = String(SHA256.hexadecimal(exported.run.fullName.utf8).prefix(32))
    let folder = root.appendingPathComponent(experiment, isDirectory: true)
      .appendingPathComponent(id, isDirectory: true)
    var outcome = ExportOutcome(exported.run, in: folder)
    for (name, points) in exported.series.series {
      let file = folder.appendingPathComponent("metrics/\(name)", isDirectory: false)
      let before = try AtomicFile.read(file, limit: Self.largestFile).map(Self.lines) ?? 0
      let lines = points.map { "\(Self.milliseconds($0.time)) \($0.value) \($0.step)\n" }
      if try AtomicFile.renew(file, with: Data(lines.joined().utf8)) { outcome.numbers += max(0, lines.count - before) }
    }
    for (name, value) in try Self.parameters(in: exported.plan, from: store.url(.plan, of: exported.run)) {
      try AtomicFile.renew(folder.appendingPathComponent("params/\(name)", isDirectory: false), with: Data(value.utf8))
    }
    for (name, value) in Self.tags(of: exported) {
      try AtomicFile.renew(folder.appendingPathComponent("tags/\(name)", isDirectory: false), with: Data(value.utf8))
    }
    outcome.files = try copyRecord(of: exported, from: store, to: folder.appendingPathComponent("artifacts"))
    // Last of all: a run without it is no run to MLflow.
    let meta = folder.appendingPathComponent("meta.yaml", isDirectory: false)
    let isDeleted = try stage(in: meta) == "deleted"
    let text = YAML.text(of: Self.meta(of: exported, id: id, experiment: experiment, in: folder, isDeleted: isDeleted))
    try AtomicFile.renew(meta, with: Data(text.utf8))
    return outcome
  }

  /// The folder of an experiment, which is made where it is missing.
  private mutating func experiment(named name: String, start: Double) throws(FileError) -> String {
    if let id = experiments[name] { return id }
    // Eighteen digits, as MLflow's own.
    let digest = SHA256.digest(name.utf8).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let id = String(100_000_000_000_000_000 + digest % 900_000_000_000_000_000)
    let folder = root.appendingPathComponent(id, isDirectory: true)
    let trash = root.appendingPathComponent(".trash", isDirectory: true).appendingPathComponent(id)
    guard access(trash.path, F_OK) != 0 else {
      throw FileError(
        trash,
        "the experiment was deleted in MLflow; `mlflow experiments restore --experiment-id \(id)` gets it back, or take "
          + "another folder")
    }
    let meta: [(String, YAMLValue)] = [
      ("artifact_location", .string(folder.absoluteString.withoutLastSlash)),
      ("creation_time", .int(Self.milliseconds(start))), ("experiment_id", .string(id)),
      ("last_update_time", .int(Self.milliseconds(start))), ("lifecycle_stage", .string("active")),
      ("name", .string(name)),
    ]
    try AtomicFile.renew(folder.appendingPathComponent("meta.yaml"), with: Data(YAML.text(of: .mapping(meta)).utf8))
    experiments[name] = id
    return id
  }

  // MARK: What is written

  private static func meta(
    of exported: ExportedRun, id: String, experiment: String, in folder: URL, isDeleted: Bool
  ) -> YAMLValue {
    // MLflow's numbers of its states.
    let status =
      switch exported.state {
      case .running: 1
      case .finished: 3
      case .failed: 4
      case .interrupted: 5
      }
    let end: YAMLValue =
      exported.series.end.map { .int(milliseconds($0)) } ?? YAMLValue(.scalar(.init("null", isPlain: true)))
    return .mapping([
      ("artifact_uri", .string(folder.appendingPathComponent("artifacts").absoluteString.withoutLastSlash)),
      ("end_time", end), ("entry_point_name", .string("")), ("experiment_id", .string(experiment)),
      ("lifecycle_stage", .string(isDeleted ? "deleted" : "active")), ("run_id", .string(id)),
      ("run_name", .string(name(of: exported.run))), ("source_name", .string("")), ("source_type", .int(4)),
      ("source_version", .string("")), ("start_time", .int(milliseconds(exported.series.start))),
      ("status", .int(status)), ("tags", .sequence([])), ("user_id", .string("aanet")),
    ])
  }

  private static func name(of run: RunIdentity) -> String { "\(run.variant)/\(run.seed)" }

  private static func tags(of exported: ExportedRun) -> [(name: String, value: String)] {
    let run = exported.run
    var tags = [
      ("mlflow.runName", name(of: run)), ("mlflow.source.name", "aanet"), ("mlflow.source.type", "LOCAL"),
      ("aanet.experiment", run.experiment), ("aanet.variant", run.variant), ("aanet.seed", "\(run.seed)"),
      ("aanet.hash", run.hash), ("aanet.status", exported.state.rawValue), ("aanet.seal", exported.record.seal.word),
    ]
    if let origin = exported.record.provenance {
      tags += [
        ("mlflow.source.git.commit", origin.commit), ("aanet.dataset", origin.dataset),
        ("aanet.machine", origin.machine), ("aanet.local_changes", "\(origin.hasLocalChanges)"),
      ]
    }
    return tags.filter { !$0.1.isEmpty }.map { ($0.0, cut($0.1, longest.tag)) }
  }

  /// The settings of a plan by dotted path; lists of plain values as they stand in YAML.
  private static func parameters(
    in plan: String?, from file: URL
  ) throws(FileError) -> [(name: String, value: String)] {
    guard let plan else { return [] }
    let value: YAMLValue
    do { value = try YAML.parse(plan, name: file.lastPathComponent) } catch {
      throw FileError(file, "\(error.reason); \(RunStore.File.plan.remedy)")
    }
    var found: [String: String] = [:]
    func visit(_ value: YAMLValue, _ path: [String]) {
      switch value.content {
      case .mapping(let entries) where !entries.isEmpty:
        for entry in entries { visit(entry.value, path + [RunSeries.plainName(entry.key)]) }
      case .sequence(let items) where items.contains { $0.scalar == nil }:
        for (place, item) in items.enumerated() { visit(item, path + ["\(place)"]) }
      case .scalar(let scalar): found[path.joined(separator: ".")] = scalar.isNull ? "null" : scalar.text
      default: found[path.joined(separator: ".")] = YAML.inline(value)
      }
    }
    visit(value, [])
    return found.filter { !$0.key.isEmpty && $0.key.utf8.count <= 250 }.sorted { $0.key < $1.key }
      .map { ($0.key, cut($0.value, longest.parameter)) }
  }

  private static func cut(_ text: String, _ limit: Int) -> String {
    text.unicodeScalars.count <= limit
      ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit - 1))) + "…"
  }

  /// - Returns: how many files were not there as they are.
  private func copyRecord(
    of exported: ExportedRun, from store: RunStore, to folder: URL
  ) throws(FileError) -> Int {
    var copied = 0
    let files = RunStore.records.map { store.url($0, of: exported.run) } + [store.url(.seal, of: exported.run)]
    for file in files {
      guard let data = try AtomicFile.read(file, limit: Self.largestFile) else { continue }
      if try AtomicFile.renew(folder.appendingPathComponent(file.lastPathComponent, isDirectory: false), with: data) {
        copied += 1
      }
    }
    for picture in exported.pictures {
      let place = folder.appendingPathComponent("figures/\(picture.file.lastPathComponent)", isDirectory: false)
      if try AtomicFile.renew(place, with: picture.png) { copied += 1 }
    }
    return copied
  }

  // MARK: Files

  private func stage(in file: URL) throws(FileError) -> String? {
    guard let data = try AtomicFile.read(file, limit: 1 << 20) else { return nil }
    let meta = try? YAML.parse(String(decoding: data, as: UTF8.self), name: file.path)
    return meta?[key: "lifecycle_stage"]?.scalar?.text
  }

  private static func lines(_ data: Data) -> Int { data.count { $0 == UInt8(ascii: "\n") } }

  private static func milliseconds(_ seconds: Double) -> Int { Int((min(max(0, seconds), 1e11) * 1000).rounded()) }
}

extension String {
  fileprivate var withoutLastSlash: String { hasSuffix("/") ? String(dropLast()) : self }
}
