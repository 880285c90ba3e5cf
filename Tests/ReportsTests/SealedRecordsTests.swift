import Evidence
import Foundation
import Runs
import Support
import Testing

/// Seals, pages and tables agree on what a record was, and say so where it is no longer that.
struct SealedRecordsTests {
  @Test func aSealAndAManifestStateTheSameDigests() throws {
    try withFolder("sealed") { folder in
      let (page, store) = try VerificationTests.project(in: folder)
      for run in store.identities() { try store.finish(run, with: try #require(try store.metrics(of: run))) }
      let records = store.survey().records
      #expect(records.count == 4 && records.allSatisfy { $0.seal == .intact })
      for (entry, record) in zip(try PageManifest(of: records).runs, records) {
        let text = try Data(contentsOf: record.folder.appendingPathComponent("seal.json"))
        let seal = try JSONDecoder().decode(RunSeal.self, from: text)
        #expect(seal.files.mapValues(\.sha256) == entry.files && entry.files.count == 3)
      }
      #expect(try PageVerification(of: page, against: store).differences == [])
    }
  }

  @Test func aPageThatWasMadeOfAChangedRecordDoesNotPass() throws {
    try withFolder("changed") { folder in
      let (page, store) = try VerificationTests.project(in: folder)
      let run = try #require(store.identities().first)
      try store.finish(run, with: try #require(try store.metrics(of: run)))
      let seal = store.folder(for: run).appendingPathComponent("seal.json")
      try VerificationTests.edit(seal) { text in
        let digest = SHA256.hexadecimal("dataset: made-up\n".utf8)
        text = text.replacing(digest, with: String(repeating: "0", count: 64))
      }
      #expect(
        try PageVerification(of: page, against: store).differences
          == ["\(PageManifest.id(of: run)): plan.yaml on disk is not what was sealed when the run was finished"])
    }
  }

  @Test func aTableSaysWhichRecordsWereChanged() throws {
    let sound = Fabricated.record("Lg", seed: 1, tasks: ["global"], mAP: 0.5)
    let changes = [SealChange(file: "metrics.json", kind: .changed), SealChange(file: "ranks.json", kind: .missing)]
    func text(_ seal: SealStatus) throws -> String {
      let record = RunRecord(
        identity: sound.identity, folder: sound.folder, epochs: sound.epochs, metrics: sound.metrics,
        provenance: sound.provenance, seal: seal)
      let report = try Fabricated.ablation(
        [ReportVariant(name: "Lg", trials: [ReportTrial(seed: 1, record: record)])])
      return report.terminalTable(width: 200)
    }
    #expect(try !text(.intact).contains("Changed by hand") && !text(.unsealed).contains("Changed by hand"))
    #expect(try text(.changed(changes)).contains("Changed by hand since it was measured"))
    #expect(try text(.changed(changes)).contains("seed 1 (metrics.json and ranks.json (missing))"))
  }
}
