import Documents
import Evidence
import Foundation
import Notebook
import Runs
import Testing

/// A notebook's page checks itself, and its cells hold claims, settings and rows against one another; no figure here was
/// ever measured.
struct VerifiedNotebookTests {
  private static let claim = """
    claims:
      it: { says: it holds, quote: q, source: s, table: table3, tolerance: 0.25, above: Lg+Lp, below: Lg, gains: { mAP: 3.43 } }
      level: { says: so much, quote: q, source: s, table: table3, tolerance: 1, row: Lg+Lp, values: { mAP: 66.35 } }

    """

  /// A notebook on runs that lie under `folder`.
  static func notebook(_ body: String, in folder: URL, ranks: Bool = true) throws -> (NotebookReport, RunStore) {
    let (report, store) = try VerificationTests.report(in: folder, ranks: ranks)
    let source = try NotebookSource(
      text: "---\ntitle: Made up\nexperiments: { table3: made/up }\n---\n\(body)", name: "made")
    let context = NotebookContext(tables: [NotebookTable(name: "table3", report: report)], store: store) {
      try ClaimsLedger(text: claim, name: "claims.yaml", published: Fabricated.published())
    } deviations: {
      DeviationReport(
        try DeviationRegister(
          text:
            "base: experiments/base/paper.yaml\nsettings: { batch: { says: Images in a batch, origin: stated, quote: q, key: train.batch } }",
          name: "deviations.yaml", project: Fabricated.package), runs: [])
    }
    return (try NotebookReport(source, notebook: context, command: "aanet report made"), store)
  }

  /// The cells that the notebook of this project's own adds to those of tables.
  private static let body = """
    # Claims

    The first row reaches {{table3.Lg.mAP.spread}}, that is {{table3.Lg.mAP}}.

    ```table
    of: table3
    ```

    ```claims
    show: [answer, reasons, findings, chart, table, study]
    ```

    ```compare
    of: table3
    rows: [Lg, Lg+Lp]
    ```

    ```deviations
    ```

    """

  @Test func everyFigureOfRetrievalLeadsBackToItsRuns() throws {
    try withFolder("notebook-verified") { folder in
      let (report, store) = try Self.notebook(Self.body, in: folder)
      let page = folder.appendingPathComponent("made/index.html")
      _ = try report.write(to: page.deletingLastPathComponent())
      let found = try PageVerification(of: page, against: store)
      #expect(found.differences == [])
      #expect(found.runs == 4 && found.runsOnDisk == 4 && found.unknown == 0)
      // Two in the sentence, two rows of two figures in the table, two rows of six beside each other.
      #expect(found.figures == 2 + 4 + 12)
      // A figure in a sentence that somebody changed is named; the browser's check marks it too (Tests/Pages).
      let edited = folder.appendingPathComponent("made/edited.html")
      try FileManager.default.copyItem(at: page, to: edited)
      try VerificationTests.edit(edited) { text in
        let mark = try #require(text.firstRange(of: "<span class=\"value measured\""))
        let shown = try #require(text[mark.upperBound...].firstRange(of: ">"))
        text.insert(contentsOf: "9", at: shown.upperBound)
      }
      #expect(try PageVerification(of: edited, against: store).differences.count == 1)
    }
  }

  @Test func cellsOfClaimsSettingsAndComparisons() throws {
    try withFolder("notebook-claims") { folder in
      let (report, _) = try Self.notebook(Self.body, in: folder)
      let outcome = try report.write(to: folder.appendingPathComponent("made"))
      #expect(outcome.cells.map(\.name) == ["table3", "claims", "table3-compare", "deviations"])
      #expect(outcome.cells.flatMap(\.gaps).isEmpty)
      let names = Set(outcome.files.map(\.lastPathComponent))
      #expect(
        names.isSuperset(of: [
          "claims.csv", "claims-chart.svg", "claims-chart.png", "claims-answer.svg", "claims-study.csv",
          "table3-compare.csv", "table3-compare-deltas.csv",
          "table3-compare-runs.csv", "deviations.csv",
        ]))
      let page = try String(contentsOf: folder.appendingPathComponent("made/index.html"), encoding: .utf8)
      expectWholePage(page)
      #expect(page.contains("Table 3: orderings, in points") && page.contains("Table 3: levels, in percent"))
      #expect(page.contains("not comparable: drawn data") && page.contains("Images in a batch"))
      #expect(page.contains("Of 1 ordering that the paper claims, ") && page.contains("<source media="))
      #expect(page.contains("<details class=\"folded\"><summary><b>Table S"))
      let markdown = try String(contentsOf: folder.appendingPathComponent("made/made.md"), encoding: .utf8)
      #expect(markdown.contains("(claims-answer.svg)") && markdown.contains("<details><summary><b>Table S"))
      #expect(page.contains("Queries whose first match is right in one"))
      // Nothing changed: nothing is rendered anew. A run's ranks are among what a comparison draws from.
      #expect(try report.write(to: folder.appendingPathComponent("made")).cells.allSatisfy { !$0.rendered })
      let (same, store) = try Self.notebook(Self.body, in: folder)
      let run = try #require(store.identities().first)
      try store.writeRanks(
        (0..<4).map { _ in QueryRanking(query: "q.jpg", matchRanks: [1], averagePrecision: 1) }, of: run)
      let again = try same.write(to: folder.appendingPathComponent("made")).cells
      #expect(again.filter(\.rendered).map(\.name).contains("table3-compare"))
    }
  }

  @Test func whatIsLeftOutIsLeftOut() throws {
    try withFolder("notebook-parts") { folder in
      let (report, _) = try Self.notebook(
        """
        ```claims
        of: table3
        kind: level
        show: [table]
        ```

        ```compare
        of: table3
        rows: [Lg+Lp, Lg]
        show: [deltas, settings, queries]
        ```

        """, in: folder)
      let outcome = try report.write(to: folder.appendingPathComponent("made"))
      let csv = Set(outcome.files.map(\.lastPathComponent).filter { $0.hasSuffix(".csv") })
      #expect(csv == ["table3-claims.csv", "table3-compare.csv", "table3-compare-queries.csv"])
      let claims = try String(contentsOf: folder.appendingPathComponent("made/table3-claims.csv"), encoding: .utf8)
      #expect(claims.contains("so much") && !claims.contains("it holds"))
    }
  }

  @Test(arguments: [
    ("```compare\nof: table3\nrows: [Lg]\n```", "rows"), ("```compare\nof: table3\nrows: [Lg, Lg]\n```", "same runs"),
    ("```compare\nof: table3\nrows: [Lg, Lq]\n```", "did you mean 'Lg'?"),
    ("```compare\nof: table3\nrows: [Lg, Lg+Lp]\nshow: [delta]\n```", "did you mean 'deltas'?"),
    ("```claims\nof: table4\n```", "did you mean 'table3'?"), ("```claims\nkind: order\n```", "ordering"),
    ("```deviations\nof: table3\n```", "of"),
  ])
  func mistakesAreNamed(_ body: String, _ words: String) throws {
    try withFolder("notebook-mistakes") { folder in
      #expect { try Self.notebook(body, in: folder) } throws: { error in
        "\(error)".contains("made.md:") && "\(error)".contains(words)
      }
    }
  }

  @Test func withoutAFinishedRunThereAreGaps() throws {
    try withFolder("notebook-unfinished") { folder in
      let report = try VerificationTests.report(in: folder).report.changed { records in
        for variant in records.variants.indices {
          for trial in records.variants[variant].trials.indices { records.variants[variant].trials[trial].record = nil }
        }
      }
      let source = try NotebookSource(
        text: "---\ntitle: Made up\nexperiments: { table3: made/up }\n---\n\(Self.body)", name: "made")
      let context = NotebookContext(tables: [NotebookTable(name: "table3", report: report)]) {
        try ClaimsLedger(text: Self.claim, name: "claims.yaml", published: Fabricated.published())
      }
      #expect { try NotebookReport(source, notebook: context, command: "c") } throws: {
        "\($0)".contains("there is no register of settings here")
      }
      let without = try NotebookSource(
        text: source.textWithoutDeviations(Self.body), name: "made")
      let outcome = try NotebookReport(without, notebook: context, command: "c")
        .write(to: folder.appendingPathComponent("made"))
      let gaps = outcome.cells.flatMap(\.gaps)
      #expect(gaps.contains { $0.contains("No ordering that the paper claims was measured yet") })
      #expect(gaps.contains { $0.contains("Fewer than two of these rows have a finished run") })
      let page = try String(contentsOf: folder.appendingPathComponent("made/index.html"), encoding: .utf8)
      #expect(!page.contains("id=\"manifest\"") && page.contains("not measured]"))
    }
  }
}

extension NotebookSource {
  fileprivate func textWithoutDeviations(_ body: String) -> String {
    "---\ntitle: Made up\nexperiments: { table3: made/up }\n---\n" + body.replacing("```deviations\n```", with: "")
  }
}
