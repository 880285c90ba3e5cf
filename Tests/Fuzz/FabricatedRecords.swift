import Evidence
import Foundation
import Notebook
import Runs

/// Records that no run ever made: what reports are fed with here.
enum FabricatedRecords {
  /// Which run.
  static let run = RunIdentity(experiment: "made/up", variant: "Lg", seed: 1, hash: "0123456789ab")

  /// What a run was measured at.
  static let metrics = RunMetrics(
    retrieval: RetrievalScores(
      mAP: 0.4, mAPTrapezoid: 0.39, rank1: 0.5, rank5: 0.6, rank10: 0.7, rank20: 0.8, queries: 3,
      queriesWithoutMatch: 1),
    attributes: AttributeScores(
      accuracy: ["gender": 0.7], mean: 0.7, majority: ["gender": 0.6], ceiling: ["gender": 1],
      balanced: ["gender": 0.5]),
    descriptorLength: 8, parameters: 100, secondsTraining: 1, secondsEvaluating: 1, imagesPerSecond: 10,
    peakMemoryGiB: 0.1)

  /// An epoch of it.
  static func epoch(_ number: Int) -> EpochRecord {
    EpochRecord(
      epoch: number, steps: 2, images: 8, loss: 1.5, losses: ["global": 1.5], weights: ["global": 2],
      sigma: ["global": 0.7], rates: ["new": 0.1], seconds: 1, secondsWaiting: 0)
  }

  /// Where its numbers come from.
  static let provenance = Provenance(
    commit: "0123456789abcdef", hasLocalChanges: false, compiler: "Swift 6.3", blas: "OpenBLAS", blasKernels: "Haswell",
    threads: 2, cpu: "made up", dataset: "feed", started: "2026-01-01T00:00:00Z")

  /// The ranks of its queries' matches.
  static let ranks = [
    QueryRanking(query: "0001_c1.jpg", matchRanks: [1, 3, 40], averagePrecision: 0.6),
    QueryRanking(query: "0002_c1.jpg", matchRanks: [], averagePrecision: 0),
  ]

  /// What the disk knows of it.
  static func record(
    folder: URL = URL(fileURLWithPath: "/nonexistent/runs/run"), epochs: [EpochRecord] = [epoch(1), epoch(2)],
    metrics: RunMetrics? = metrics, provenance: Provenance? = provenance
  ) -> RunRecord {
    RunRecord(identity: run, folder: folder, epochs: epochs, metrics: metrics, provenance: provenance)
  }

  /// A sound second row, so that rows have something to gain on.
  private static var other: RunRecord {
    RunRecord(
      identity: RunIdentity(experiment: "made/up", variant: "Lg+Lp", seed: 1, hash: "ba9876543210"),
      folder: URL(fileURLWithPath: "/nonexistent/runs/other"), epochs: [epoch(1)], metrics: metrics,
      provenance: provenance)
  }

  /// The report's definition and the paper's figures, read once.
  private static let definitions = Result {
    (try ReportDefinition.find("ablation", in: Project.folder.appendingPathComponent("reports")), try published())
  }

  /// The paper's figures.
  static func published() throws -> PublishedFigures {
    try PublishedFigures(contentsOf: Project.folder.appendingPathComponent("reports/published.yaml"))
  }

  /// The reports that draw on the record.
  static func tables(of record: RunRecord) throws -> [NotebookTable] {
    let (ablation, published) = try definitions.get()
    let records = ExperimentRecords(
      experiment: "made/up", datasets: ["made-up"], isSynthetic: true,
      variants: [record, other].map { record in
        ReportVariant(
          name: record.identity.variant, trials: [ReportTrial(seed: record.identity.seed, record: record)])
      }, command: "aanet run made/up")
    return [
      NotebookTable(
        name: "table3",
        report: try Report.made(
          of: ReportBasis(ablation, records: records, published: try published.table("table3"))))
    ]
  }
}
