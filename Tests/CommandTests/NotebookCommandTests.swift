import Experiments
import Foundation
import TestSupport
import Testing

/// `aanet report` on a notebook, in a project made up for the test; no figure here was ever measured.
@Suite struct NotebookCommandTests {
  private static func project(_ body: String) throws -> TemporaryFolder {
    let project = try ReportCommandTests.project(finished: 3)
    try project.write(
      "---\ntitle: Mine\nexperiments: { table3: quickstart/table3 }\n---\n\(body)", to: "reports/mine.md")
    for file in ["reports/claims.yaml"] {
      try project.write(
        try String(contentsOf: ReportCommandTests.package.appendingPathComponent(file), encoding: .utf8), to: file)
    }
    return project
  }

  private struct Outcome: Decodable {
    struct Cell: Decodable {
      var name: String
      var rendered: Bool
      var gaps: [String]
    }
    var report: String
    var cells: [Cell]
    var files: [String]
  }

  @Test func rendersOnceAndSaysWhatIsMissing() throws {
    let project = try Self.project(
      """
      Measured: {{table3.Lg.mAP.spread}}.

      ```table
      of: table3
      ```

      ```figure
      of: table3
      row: Lg
      show: maps
      ```

      ```claims
      of: table3
      ```

      """)
    let first = try BuiltCommand.run(["report", "mine", "--format", "json"], in: project.url)
    #expect(first.status == 0, "\(first.complaints)")
    let outcome = try JSONDecoder().decode(Outcome.self, from: Data(first.output.utf8))
    #expect(outcome.cells.map(\.name) == ["table3", "table3-maps", "table3-claims"])
    #expect(outcome.cells.count(where: \.rendered) == 3)
    #expect(outcome.cells[1].gaps.first?.contains("aanet figures quickstart/table3/Lg/1") == true)
    let page = try String(
      contentsOf: project.url.appendingPathComponent("reports/_out/mine/index.html"), encoding: .utf8)
    #expect(page.contains("40.50 ± 0.71") && page.contains("id=\"manifest\""))
    let second = try BuiltCommand.run(["report", "mine"], in: project.url)
    #expect(second.output.contains("mine: 3 cells, 0 rendered, 3 unchanged"))
  }

  @Test func mistakesNameTheirPlace() throws {
    let project = try Self.project("{{table3.Lg.mAQ}}\n")
    let outcome = try BuiltCommand.run(["report", "mine"], in: project.url)
    #expect(outcome.status == 2)
    #expect(outcome.complaints.contains("reports/mine.md:5:") && outcome.complaints.contains("did you mean 'mAP'?"))
    try project.write(
      "---\ntitle: Mine\nexperiments: { table3: quickstart/table4 }\n---\n", to: "reports/mine.md")
    let other = try BuiltCommand.run(["report", "mine"], in: project.url)
    #expect(other.status == 2 && other.complaints.contains("reports/mine.md:3:"))
    #expect(!FileManager.default.fileExists(atPath: project.url.appendingPathComponent("reports/_out").path))
  }

  /// The project's own page of the methods, which needs neither runs nor data: every row of Table 1 and its network.
  @Test func methodsAreDrawnWithoutARun() throws {
    let folder = try TemporaryFolder()
    let out = folder.url.appendingPathComponent("out")
    let made = try BuiltCommand.run(
      ["report", "methods", "--out", out.path, "--runs", folder.url.path, "--format", "json"],
      in: ReportCommandTests.package)
    #expect(made.status == 0, "\(made.complaints)")
    let outcome = try JSONDecoder().decode(Outcome.self, from: Data(made.output.utf8))
    let plan = try ExperimentLibrary(project: ReportCommandTests.package).plan("quickstart/table1")
    #expect(outcome.cells.count == plan.variants.count)
    // What is missing, if anything, is what parity has not measured on this machine.
    #expect(outcome.cells.allSatisfy { $0.gaps.allSatisfy { $0.contains("aanet parity") } })
    let page = try String(contentsOf: out.appendingPathComponent("methods.md"), encoding: .utf8)
    for (cell, variant) in zip(outcome.cells, plan.variants) {
      let svg = try String(contentsOf: out.appendingPathComponent("\(cell.name).svg"), encoding: .utf8)
      // A row of several runs shows how theirs are joined.
      let shown =
        variant.settings.combine.isEmpty
        ? variant.settings.tasks.all.map(\.label) : variant.settings.combine.map(\.variant)
      for word in shown { #expect(svg.contains(">\(word)</text>"), "\(cell.name)") }
      #expect(page.contains("(\(cell.name).svg)"))
    }
  }

  @Test func numbersAreNotTyped() throws {
    let outcome = try BuiltCommand.run(["report", "mine"], in: try Self.project("It reaches 41.5 % mAP.\n").url)
    #expect(outcome.status == 2 && outcome.complaints.contains("reports/mine.md:5:"))
  }
}
