import Documents
import Evidence
import Foundation
import Runs
import Support
import TestSupport

/// Runs on disk that nobody trained, for tests of comparisons only.
struct FabricatedRuns {
  let store: RunStore

  init(_ folder: URL) { store = RunStore(root: folder.appendingPathComponent("runs")) }

  /// What a fabricated run is made of.
  struct Recipe {
    var experiment = "made/up"
    var variant: String
    var seed = 1
    /// Lines of plan.yaml after the dataset.
    var plan = "train: { epochs: 3 }\n"
    var dataset = "made-up"
    var data = "feed"
    var started = "2026-01-01T00:00:00Z"
    /// As a fraction; nil leaves the run unfinished.
    var mAP: Double? = 0.4
    /// The queries, right or wrong; nil writes no ranks.json.
    var hits: [String: Bool]? = ["a.jpg": true, "b.jpg": false, "c.jpg": true]
    var epochs = 3
    var tasks = ["global"]
    var hash: String?
  }

  /// Writes a run and returns its name on disk.
  @discardableResult
  func add(_ recipe: Recipe) throws -> RunIdentity {
    let digest = SHA256.hexadecimal(
      "\(recipe.experiment)|\(recipe.variant)|\(recipe.seed)|\(recipe.plan)|\(recipe.data)".utf8)
    let run = RunIdentity(
      experiment: recipe.experiment, variant: recipe.variant, seed: recipe.seed,
      hash: recipe.hash ?? String(digest.prefix(12)))
    try store.writePlan(
      "dataset: \(recipe.dataset)\n\(recipe.plan)seeds: [\(recipe.seed)]\nvariants:\n  x: {}\n", of: run)
    try store.writeProvenance(
      Provenance(
        commit: "0123456789abcdef", hasLocalChanges: false, compiler: "Swift 6.3", blas: "OpenBLAS",
        blasKernels: "Haswell", threads: 2, cpu: "made up", dataset: recipe.data, started: recipe.started), of: run)
    let record = Fabricated.record(
      recipe.variant, seed: recipe.seed, tasks: recipe.tasks, mAP: recipe.mAP, epochs: recipe.epochs)
    for epoch in record.epochs { try store.append(epoch, of: run) }
    if recipe.mAP != nil, let hits = recipe.hits {
      try store.writeRanks(
        hits.sorted { $0.key < $1.key }.map { name, isRight in
          QueryRanking(query: name, matchRanks: [isRight ? 1 : 7], averagePrecision: isRight ? 1 : 1.0 / 7)
        }, of: run)
    }
    if let metrics = record.metrics { try store.writeMetrics(metrics, of: run) }
    return run
  }

  /// Compares what the names stand for.
  func compare(_ names: String..., sorting: String? = nil) throws -> RunComparison {
    try RunComparison(
      names, in: store, sorting: try sorting.map { try Metric(named: $0) }, drawn: ["made-up": true])
  }
}

extension Table {
  /// A table's rows as plain words.
  var words: [[String]] { sections.flatMap { $0.rows.map { $0.map(\.plain) } } }
}
