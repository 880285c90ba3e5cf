import Documents
import Evidence
import Foundation
import Notebook
import Testing

/// A page of several tables on disk.
struct PageTests {
  private func reports(hasGap: Bool = false) throws -> [Report] {
    [
      try Fabricated.comparison("table1", hasGap: hasGap), try Fabricated.comparison("table2", hasGap: hasGap),
      try Fabricated.report(hasGap: hasGap), try Fabricated.attributes(hasGap: hasGap),
    ]
  }

  private func page(hasGap: Bool = false) throws -> NotebookReport {
    try .tables(of: reports(hasGap: hasGap), title: "Made up", command: "aanet run made")
  }

  @Test func everyFileIsThereAndThePageIsWhole() throws {
    try withFolder("page") { folder in
      let out = folder.appendingPathComponent("quickstart")
      let files = try page(hasGap: true).write(to: out).files
      #expect(files.first?.lastPathComponent == "index.html")
      let names = Set(files.map(\.lastPathComponent))
      #expect(names.isSuperset(of: ["tables.md", "tables.tex", "map.svg", "sigma.png"]))
      #expect(names.isSuperset(of: (1...4).map { "table\($0).csv" }))
      #expect(Set(try FileManager.default.contentsOfDirectory(atPath: out.path)) == names.union([".cells"]))
      let html = try String(contentsOf: out.appendingPathComponent("index.html"), encoding: .utf8)
      expectSelfContained(html)
      for place in 1...4 { #expect(html.contains("<b>Table \(place).</b>")) }
      #expect(html.contains("<b>Table S1.</b>") && html.contains("runs/made/up/AANet-152"))
      let tex = try String(contentsOf: out.appendingPathComponent("tables.tex"), encoding: .utf8)
      #expect(tex.matches(of: /\\begin\{tabular\}/).count == tex.matches(of: /\\end\{tabular\}/).count)
      // A second page takes the first one's place; somebody else's file is left alone.
      try page().write(to: out)
      try Data("mine".utf8).write(to: out.appendingPathComponent("thesis.tex"))
      #expect { try page().write(to: out) } throws: { "\($0)".contains("thesis.tex") }
    }
  }

  /// What has no finished run is no data that a measured figure comes from.
  @Test func whatIsSaidOfTheDataIsOfWhatWasMeasured() throws {
    func statement(_ measured: [Bool]) throws -> String {
      let reports = try measured.enumerated().map { place, isMeasured in
        try Fabricated.comparison("table\(place + 1)").changed { records in
          records.datasets = ["data-\(place + 1)"]
          if isMeasured { return }
          for variant in records.variants.indices {
            for trial in records.variants[variant].trials.indices {
              records.variants[variant].trials[trial].record = nil
            }
          }
        }
      }
      return reports.dataStatement
    }
    let both = try statement([true, true])
    #expect(both.hasPrefix("Every measured figure here comes from data-1 and data-2, synthetic twins: drawn"))
    let one = try statement([false, true])
    #expect(
      one.hasPrefix("Every measured figure here comes from data-2, a synthetic twin: drawn") && !one.contains("data-1"))
    let none = try statement([false, false])
    #expect(none.hasPrefix("Nothing was measured yet. Columns headed “published”") && !none.contains("data-"))
  }

  @Test func snapshots() throws {
    try withFolder("page-snapshots") { folder in
      let out = folder.appendingPathComponent("out")
      try page(hasGap: true).write(to: out)
      for kind in ["md", "tex"] {
        try expectSnapshot(
          try String(contentsOf: out.appendingPathComponent("tables.\(kind)"), encoding: .utf8), "page.\(kind)")
      }
      let text = try reports(hasGap: true).map { $0.terminalTable(width: 100) }.joined(separator: "\n\n") + "\n"
      try expectSnapshot(text, "page.txt")
    }
  }

  @Test func sameRecordsSameBytes() throws {
    try withFolder("page-same") { folder in
      let first = try page().write(to: folder.appendingPathComponent("a")).files
      let second = try page().write(to: folder.appendingPathComponent("b")).files
      for (one, other) in zip(first, second) {
        #expect(try Data(contentsOf: one) == Data(contentsOf: other), "\(one.lastPathComponent)")
      }
    }
  }

  @Test func nothingMeasuredSaysWhatToRun() throws {
    let report = try Fabricated.comparison("table1").changed { records in
      for row in records.variants.indices { records.variants[row].trials = [ReportTrial(seed: 1, record: nil)] }
    }
    try withFolder("page-nothing") { folder in
      let out = folder.appendingPathComponent("out")
      #expect {
        try NotebookReport.tables(of: [report], title: "t", command: "aanet run made").write(to: out)
      } throws: {
        "\($0)" == "no run of made/up is finished yet: run aanet run made"
      }
      #expect(!FileManager.default.fileExists(atPath: out.path))
    }
  }

  /// Names of variants from outside cannot leave their cells.
  @Test func hostileNames() throws {
    let report = try Fabricated.comparison("table1").changed {
      $0.variants[0].name = "<script>alert(1)</script>|\n\\input{x}"
    }
    try withFolder("page-hostile") { folder in
      let out = folder.appendingPathComponent("out")
      try NotebookReport.tables(of: [report], title: "<b>\n", command: "c").write(to: out)
      expectSelfContained(try String(contentsOf: out.appendingPathComponent("index.html"), encoding: .utf8))
      let markdown = try String(contentsOf: out.appendingPathComponent("tables.md"), encoding: .utf8)
      #expect(!markdown.contains("<script>"))
      #expect(!(try String(contentsOf: out.appendingPathComponent("tables.tex"), encoding: .utf8)).contains("\\input{"))
    }
  }

  @Test func realAndDrawnDataAreToldApart() throws {
    let real = try Fabricated.comparison("table2").changed { ($0.isSynthetic, $0.datasets) = (false, ["market1501"]) }
    try withFolder("page-both") { folder in
      let out = folder.appendingPathComponent("out")
      try NotebookReport.tables(of: [try Fabricated.comparison("table1"), real], title: "t", command: "c")
        .write(to: out)
      let markdown = try String(contentsOf: out.appendingPathComponent("tables.md"), encoding: .utf8)
      #expect(markdown.contains("Figures measured on made-up come from a synthetic twin"))
      #expect(markdown.contains("Measured on photographs: market1501."))
    }
  }
}
