import Evidence
import Foundation
import Runs
import TestSupport
import Testing

/// Pages checked against their manifests and against records on disk; no figure here was ever measured.
struct VerificationTests {
  /// Two variants under two seeds with real files under `folder`/runs, and the page of them.
  static func project(in folder: URL, ranks: Bool = true) throws -> (page: URL, store: RunStore) {
    let (report, store) = try report(in: folder, ranks: ranks)
    let out = folder.appendingPathComponent("out")
    try report.write(to: out)
    return (out.appendingPathComponent("index.html"), store)
  }

  /// Two variants under two seeds with real files under `folder`/runs, and the report on them.
  static func report(in folder: URL, ranks: Bool = true) throws -> (report: Report, store: RunStore) {
    let store = RunStore(root: folder.appendingPathComponent("runs"))
    let variants = try ["Lg", "Lg+Lp"].enumerated().map { row, name in
      ReportVariant(
        name: name,
        trials: try [1, 2].map { seed in
          let run = RunIdentity(experiment: "made/up", variant: name, seed: seed, hash: "abcdef01234\(seed)")
          let queries = [[1, 2, 4 + seed], [2 + row, 9], [1 + seed], [1, 50 * seed]]
          let scores = RecomputedScores(matchRanks: queries).values
          func score(_ name: String) -> Double { scores[name] ?? 0 }
          try store.writePlan("dataset: made-up\n", of: run)
          if ranks {
            try store.writeRanks(
              queries.map { QueryRanking(query: "q.jpg", matchRanks: $0, averagePrecision: 0) }, of: run)
          }
          try store.writeMetrics(
            RunMetrics(
              retrieval: RetrievalScores(
                mAP: score("mAP"), mAPTrapezoid: score("mAP_trapezoid"), rank1: score("rank1"), rank5: score("rank5"),
                rank10: score("rank10"), rank20: score("rank20"), queries: 4, queriesWithoutMatch: 0),
              descriptorLength: 1, parameters: 1, secondsTraining: 1, secondsEvaluating: 1, imagesPerSecond: 1,
              peakMemoryGiB: 1), of: run)
          return ReportTrial(seed: seed, record: try store.record(for: run))
        })
    }
    return (try Fabricated.ablation(variants), store)
  }

  static func edit(_ page: URL, _ change: (inout String) throws -> Void) throws {
    var text = try String(contentsOf: page, encoding: .utf8)
    let before = text
    try change(&text)
    #expect(text != before)
    try Data(text.utf8).write(to: page)
  }

  @Test func anUntouchedPageAgrees() throws {
    try withFolder("verify") { folder in
      let (page, store) = try Self.project(in: folder)
      let found = try PageVerification(of: page, against: store)
      #expect(found.differences == [])
      // Two rows of two figures, and four runs of five.
      #expect(found.figures == 24 && found.unknown == 0 && found.runs == 4 && found.runsOnDisk == 4)
      let alone = try PageVerification(of: page, against: nil)
      #expect(alone.differences == [] && alone.runsOnDisk == 0)
    }
  }

  @Test func anEditedCellIsNamed() throws {
    try withFolder("verify-cell") { folder in
      let (page, _) = try Self.project(in: folder)
      try Self.edit(page) { text in
        let cell = try #require(text.firstMatch(of: #/data-metric="mAP" data-value="[^"]*">([0-9.]+) ± /#))
        text.replaceSubrange(cell.output.1.startIndex..<cell.output.1.endIndex, with: "99.99")
      }
      let found = try PageVerification(of: page, against: nil)
      #expect(found.differences.count == 1 && found.figures == 23)
      #expect(found.differences.first?.contains("mAP shown as '99.99 ±") == true)
    }
  }

  @Test func anEditedDeviationAndAnEditedValueAreNamed() throws {
    try withFolder("verify-deviation") { folder in
      let (page, _) = try Self.project(in: folder)
      try Self.edit(page) { text in
        let cell = try #require(text.firstMatch(of: #/ ± ([0-9.]+)</span>/#))
        text.replaceSubrange(cell.output.1.startIndex..<cell.output.1.endIndex, with: "0.01")
        let value = try #require(text.firstMatch(of: #/data-metric="rank1" data-value="([^"]*)"/#))
        text.replaceSubrange(value.output.1.startIndex..<value.output.1.endIndex, with: "1e999")
      }
      #expect(try PageVerification(of: page, against: nil).differences.count == 2)
    }
  }

  /// A manifest whose figures were raised with the page's: its own ranks and its digest give it away.
  @Test func aLyingManifestIsNamed() throws {
    try withFolder("verify-lie") { folder in
      let (page, _) = try Self.project(in: folder)
      try Self.edit(page) { $0 = $0.replacing(/"mAP":0\.[0-9]+/, with: "\"mAP\":0.999") }
      let found = try PageVerification(of: page, against: nil)
      #expect(found.differences.contains { $0.contains("mAP is stated as 0.999") })
      #expect(found.differences.contains { $0.contains("does not have its digest") })
    }
  }

  @Test func otherRecordsOnDiskAreNamed() throws {
    try withFolder("verify-disk") { folder in
      let (page, store) = try Self.project(in: folder)
      let run = try #require(store.identities().first)
      try store.writeRanks([QueryRanking(query: "q.jpg", matchRanks: [1], averagePrecision: 1)], of: run)
      try FileManager.default.removeItem(at: store.url(.plan, of: run))
      let found = try PageVerification(of: page, against: store)
      #expect(found.differences.contains { $0.contains("ranks.json on disk is another") })
      #expect(found.differences.contains { $0.contains("plan.yaml on disk is missing") })
      #expect(found.differences.contains { $0.contains("the ranks on disk are not those of the page") })
    }
  }

  @Test func figuresOfStrangersAreNamed() throws {
    try withFolder("verify-stranger") { folder in
      let (page, _) = try Self.project(in: folder)
      try Self.edit(page) {
        $0 = $0.replacing(
          "</main>", with: "<B DATA-RUN='../../etc/passwd' data-metric=mAP data-value=1>1</B></main>")
      }
      let found = try PageVerification(of: page, against: nil)
      #expect(found.differences.count == 1 && found.differences[0].contains("leads to a run that the manifest"))
    }
  }

  @Test func runsWithoutRanksAreSaidToBe() throws {
    try withFolder("verify-without") { folder in
      let (page, store) = try Self.project(in: folder, ranks: false)
      let found = try PageVerification(of: page, against: store)
      #expect(found.differences == [] && found.figures == 0 && found.unknown == 24)
    }
  }

  @Test func hostileFiles() throws {
    try withFolder("verify-hostile") { folder in
      let (page, store) = try Self.project(in: folder)
      let text = try String(contentsOf: page, encoding: .utf8)
      let start = try #require(text.range(of: "id=\"manifest\">"))
      let manifest = try #require(text.range(of: "</script>", range: start.upperBound..<text.endIndex))
      func with(_ json: String) -> String { text[..<start.upperBound] + json + text[manifest.lowerBound...] }
      let cases: [(String, String)] = [
        ("", "is no HTML page"), ("%PDF-1.4", "is no HTML page"), ("{\"format\":1}", "is no HTML page"),
        ("<html><p>hello</html>", "carries no manifest"),
        (String(text.prefix(upTo: text.index(start.upperBound, offsetBy: 300))), "is cut short"),
        (String(text.prefix(upTo: start.lowerBound)), "carries no manifest"),
        (text + text, "carries 2 manifests"), (with("{"), "is no JSON of a manifest"),
        (with("[]"), "is no JSON of a manifest"), (with("{\"format\":9}"), "has the form 9"),
        (with("{\"format\":1}"), "rules is missing"),
        (with("{\"format\":1,\"rules\":\"\",\"runs\":[{\"id\":7}]}"), "runs[0].id has the wrong type"),
        (with(String(repeating: "[", count: 200_000)), "is no JSON of a manifest"),
      ]
      for (content, words) in cases {
        let file = folder.appendingPathComponent("hostile.html")
        try Data(content.utf8).write(to: file)
        #expect("\(words)") { try PageVerification(of: file, against: store) } throws: { "\($0)".contains(words) }
      }
      #expect { try PageVerification(of: folder, against: store) } throws: { "\($0)".contains("no regular file") }
      #expect {
        try PageVerification(of: folder.appendingPathComponent("none.html"), against: store)
      } throws: { "\($0)".contains("no such file") }
      let huge = folder.appendingPathComponent("huge.html")
      #expect(FileManager.default.createFile(atPath: huge.path, contents: nil))
      try FileHandle(forWritingTo: huge).truncate(atOffset: 1 << 33)
      #expect { try PageVerification(of: huge, against: store) } throws: { "\($0)".contains("at most") }
    }
  }
}
