import Experiments
import Foundation
import Runs
import TestSupport
import Testing

/// Runs whose gallery is larger than what is taken into memory.
@Suite struct LargeGalleryRunTests {
  /// A row of two networks' descriptors side by side beside them.
  private static let variants = """

      both: { combine: [plain, deep] }
      deep: { tasks: [global], loss: { weights: { global: 1 } }, backbone: { blocks: [2, 1, 1, 1] } }
    """

  @Test func theirRecordsAreThoseOfRunsInMemory() throws {
    let project = try TinyProject()
    try project.folder.write(TinyProject.experiment + Self.variants + "\n", to: "experiments/tiny.yaml")
    let plan = try ExperimentLibrary(project: project.url).plan(
      "tiny", overrides: ["train.epochs=1", "evaluate.rerank={k1: 5, k2: 2, variant: d4, junk: in}"])
    func run(limit: Int?, in folder: String) throws -> (records: [RunRecord], remarks: [String]) {
      let store = RunStore(root: project.url.appendingPathComponent(folder, isDirectory: true))
      let runner = try ExperimentRunner(plan, project: project.url, store: store)
      if let limit { runner.galleryLimit = limit }
      var remarks: [String] = []
      let records = try runner.run(
        variants: ["both"], threads: 1, report: { if case .remark(let text) = $0 { remarks.append(text) } }
      ).map(\.record)
      return (records, remarks.filter { $0.contains("is ranked block by block") })
    }
    let inMemory = try run(limit: nil, in: "runs")
    let inFile = try run(limit: 0, in: "large")
    #expect(inMemory.remarks.isEmpty)
    #expect(inFile.remarks.count == inFile.records.count, "each run says so: \(inFile.remarks)")
    #expect(inFile.remarks.allSatisfy { $0.contains("re-ranking takes all of it into memory") })
    #expect(inFile.records.count == inMemory.records.count && inFile.records.contains { $0.combined != nil })
    for (one, other) in zip(inMemory.records, inFile.records) {
      #expect(one.metrics?.retrieval == other.metrics?.retrieval && one.metrics?.reranked == other.metrics?.reranked)
      for file in [RunStore.File.descriptors, .ranks] {
        #expect(
          try Data(contentsOf: one.folder.appendingPathComponent(file.rawValue))
            == Data(contentsOf: other.folder.appendingPathComponent(file.rawValue)), "\(file)")
      }
    }
  }
}
