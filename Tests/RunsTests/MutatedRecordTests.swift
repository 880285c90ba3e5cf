import Foundation
import Runs
import TestSupport
import Testing

/// Damaged files of a run's folder: values or an error that names the file, and nothing else.
@Suite struct MutatedRecordTests {
  private static let words = [
    "null", "-1", "1e999", "99999999999999999999", "\"NaN\"", "{}", "[]", "{", "]", ",", ":", "\"", "\\u0000",
    "\\ud800",
    "true", "\n", "\"epoch\":1,",
  ]

  @Test func damagedFilesAreErrorsOrValues() throws {
    let folder = try TemporaryFolder()
    let store = RunStore(root: folder.url)
    let run = RunIdentity(experiment: "made/up", variant: "Lg", seed: 1, hash: "0123456789ab")
    try store.writeMetrics(
      RunMetrics(
        retrieval: RetrievalScores(
          mAP: 0.4, mAPTrapezoid: 0.39, rank1: 0.5, rank5: 0.6, rank10: 0.7, rank20: 0.8, queries: 3,
          queriesWithoutMatch: 1),
        descriptorLength: 8, parameters: 100, secondsTraining: 1, secondsEvaluating: 1, imagesPerSecond: 10,
        peakMemoryGiB: 0.1), of: run)
    try store.writeRanks([QueryRanking(query: "a.jpg", matchRanks: [1, 3], averagePrecision: 0.8)], of: run)
    try store.writeProvenance(
      Provenance(
        commit: "0123", hasLocalChanges: false, compiler: "c", blas: "b", blasKernels: "k", threads: 2, cpu: "p",
        dataset: "d", started: "s"), of: run)
    for number in 1...3 {
      try store.append(
        EpochRecord(
          epoch: number, steps: 2, images: 8, loss: 1.5, losses: ["global": 1.5], weights: ["global": 2], sigma: nil,
          rates: ["new": 0.1], seconds: 1, secondsWaiting: 0), of: run)
    }
    for file in [RunStore.File.metrics, .ranks, .provenance, .epochs] {
      let place = store.url(file, of: run)
      let sound = Array(try Data(contentsOf: place))
      for bytes in Mutations(of: sound, words: Self.words, count: 400, name: file.rawValue) {
        try Data(bytes).write(to: place)
        do {
          _ = try store.record(for: run)
          _ = try store.ranks(of: run)
        } catch { #expect(error.description.contains(file.rawValue), "\(error)") }
      }
      try Data(sound).write(to: place)
    }
  }
}
