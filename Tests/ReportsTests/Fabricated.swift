import Evidence
import Foundation
import Notebook
import Runs
import Synchronization
import Testing

/// Records that no run ever made, for tests only.
enum Fabricated {
  static let names = ["Lg", "Lg+Lp", "Lg+Lp+La", "Lg+Lp+La uncertainty", "Lg+Lp+La+Laa uncertainty"]
  static let tasks: [[String]] = [
    ["global"], ["global", "part"], ["global", "part", "attribute"], ["global", "part", "attribute"],
    ["global", "part", "attribute", "attention"],
  ]
  /// mAP by variant and seed, as fractions.
  static let levels: [[Double]] = [
    [0.401, 0.412, 0.420], [0.480, 0.494, 0.497], [0.478, 0.487, 0.499], [0.505, 0.509, 0.521],
    [0.498, 0.520, 0.519],
  ]

  static func scores(_ mAP: Double) -> RetrievalScores {
    RetrievalScores(
      mAP: mAP, mAPTrapezoid: mAP - 0.008, rank1: mAP + 0.2, rank5: mAP + 0.3, rank10: mAP + 0.35, rank20: mAP + 0.4,
      queries: 192, queriesWithoutMatch: 2)
  }

  static func record(
    _ name: String, seed: Int, tasks: [String], mAP: Double?, epochs: Int = 12, learned: Bool = false
  ) -> RunRecord {
    let start = ["global": 4.2, "part": 25.0, "attribute": 0.7, "attention": 4.2]
    let lines = (1...epochs).map { epoch -> EpochRecord in
      let decay = exp(-Double(epoch) * (0.2 + 0.02 * Double(seed)))
      let losses = Dictionary(uniqueKeysWithValues: tasks.map { ($0, (start[$0] ?? 1) * decay + 0.02) })
      let sigma = Dictionary(
        uniqueKeysWithValues: tasks.map { ($0, 0.3 + 0.7 * exp(-Double(epoch) / 6) * (start[$0] ?? 1) / 8) })
      return EpochRecord(
        epoch: epoch, steps: 20, images: 640, loss: tasks.reduce(0) { $0 + (losses[$1] ?? 0) }, losses: losses,
        weights: learned ? sigma.mapValues { 1 / ($0 * $0) } : losses.mapValues { _ in 1 },
        sigma: learned ? sigma : nil, rates: ["new": 0.1], seconds: 1, secondsWaiting: 0)
    }
    return RunRecord(
      identity: RunIdentity(experiment: "made/up", variant: name, seed: seed, hash: "abcd\(seed)"),
      folder: URL(fileURLWithPath: "/somewhere/runs/made/up/\(name)/seed-\(seed)-abcd\(seed)"), epochs: lines,
      metrics: mAP.map {
        RunMetrics(
          retrieval: scores($0), descriptorLength: 3072, parameters: 1000, secondsTraining: 10, secondsEvaluating: 1,
          imagesPerSecond: 700, peakMemoryGiB: 0.5)
      },
      provenance: Provenance(
        commit: "0123456789abcdef", hasLocalChanges: false, compiler: "Swift 6.3", blas: "OpenBLAS 0.3.21",
        blasKernels: "Haswell", threads: 2, cpu: "made up", dataset: "feed", started: "never"))
  }

  /// The five rows of Table 3 under three seeds, the fourth row's last run unfinished where `hasGap`.
  static func report(hasGap: Bool = false) throws -> Report {
    let variants = names.indices.map { row in
      ReportVariant(
        name: names[row],
        trials: levels[row].indices.map { place in
          let isMissing = hasGap && row == 3 && place == 2
          return ReportTrial(
            seed: place + 1,
            record: record(
              names[row], seed: place + 1, tasks: tasks[row], mAP: isMissing ? nil : levels[row][place],
              learned: row > 2))
        })
    }
    return try ablation(variants)
  }

  /// An ablation of some variants.
  static func ablation(_ variants: [ReportVariant]) throws -> Report {
    let definition = try ReportDefinition(
      text: "{ title: Made up, experiment: made/up, table: table3 }", name: "made-up")
    return try Report.made(
      of: ReportBasis(
        definition,
        records: ExperimentRecords(
          experiment: "made/up", datasets: ["made-up"], isSynthetic: true, variants: variants,
          command: "aanet run made/up"), published: published().table("table3")))
  }

  static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func published() throws -> PublishedFigures {
    try PublishedFigures(contentsOf: package.appendingPathComponent("reports/published.yaml"))
  }
}

extension Report {
  /// The report on other records.
  func changed(_ change: (inout ExperimentRecords) throws -> Void) throws -> Report {
    var basis = basis
    try change(&basis.records)
    return try Report.made(of: basis)
  }

  /// Its page by itself.
  @discardableResult
  func write(to folder: URL) throws -> [URL] {
    try NotebookReport.tables(of: [self], title: title, command: records.command).write(to: folder).files
  }
}

extension [Row] {
  /// The row of a label.
  func named(_ name: String) -> Row? { first { $0.name == name } }
}

/// A folder that is gone when the test is done. Where AANET_KEEP names a folder, a copy of it stays there under the name, to
/// look at: of several tests that share a name, whichever ended last.
@discardableResult
func withFolder<Result>(_ name: String, _ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("aanet-\(name)-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let result = try body(folder)
  if let kept = ProcessInfo.processInfo.environment["AANET_KEEP"], !kept.isEmpty {
    try keeping.withLock { _ in try keep(folder, as: URL(fileURLWithPath: kept).appendingPathComponent(name)) }
  }
  return result
}

private let keeping = Mutex(())

private func keep(_ folder: URL, as kept: URL) throws {
  try FileManager.default.createDirectory(at: kept.deletingLastPathComponent(), withIntermediateDirectories: true)
  try? FileManager.default.removeItem(at: kept)
  try FileManager.default.copyItem(at: folder, to: kept)
}
