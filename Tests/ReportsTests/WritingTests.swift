import Documents
import Foundation
import Support
import Testing

/// The report on disk.
struct WritingTests {
  @Test func everyFileIsThereAndThePageIsWhole() throws {
    try withFolder("written") { folder in
      let out = folder.appendingPathComponent("ablation")
      let files = try Fabricated.report().write(to: out)
      #expect(files.first?.lastPathComponent == "index.html")
      let names = ["map", "rank1", "gain-map", "gain-rank1", "losses", "sigma"]
      let expected =
        [
          "index.html", "table3.md", "table3.csv", "table3.tex", "table3.ipynb", "table3-gains.csv", "runs.csv",
          "provenance.csv",
        ] + names.flatMap { ["\($0).svg", "\($0).png"] }
      #expect(Set(files.map(\.lastPathComponent)) == Set(expected))
      #expect(Set(try FileManager.default.contentsOfDirectory(atPath: out.path)) == Set(expected + [".cells"]))
      for file in files where file.pathExtension == "svg" { try expectWellFormed(file) }
      for file in files where file.pathExtension == "png" {
        let bytes = [UInt8](try Data(contentsOf: file))
        #expect(bytes.count > 5000 && bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]), "\(file.lastPathComponent)")
      }
      let page = try String(contentsOf: out.appendingPathComponent("index.html"), encoding: .utf8)
      expectSelfContained(page)
      for alternative in page.matches(of: #/<img alt="([^"]*)"/#) { #expect(alternative.output.1.count > 20) }
      #expect(page.matches(of: #/<img /#).count == 6)
    }
  }

  @Test func snapshots() throws {
    try withFolder("snapshots") { folder in
      for (name, hasGap) in [("whole", false), ("gap", true)] {
        let out = folder.appendingPathComponent(name)
        let report = try Fabricated.report(hasGap: hasGap)
        try report.write(to: out)
        for kind in ["md", "csv", "tex"] {
          let text = try String(contentsOf: out.appendingPathComponent("table3.\(kind)"), encoding: .utf8)
          try expectSnapshot(text, "\(name).\(kind)")
        }
        try expectSnapshot(report.terminalTable(width: 100) + "\n", "\(name).txt")
      }
    }
  }

  @Test func sameRecordsSameBytes() throws {
    try withFolder("same") { folder in
      let report = try Fabricated.report(hasGap: true)
      let first = try report.write(to: folder.appendingPathComponent("a"))
      let second = try report.write(to: folder.appendingPathComponent("b"))
      for (one, other) in zip(first, second) {
        #expect(try Data(contentsOf: one) == Data(contentsOf: other), "\(one.lastPathComponent)")
      }
    }
  }

  @Test func aSecondReportTakesTheFirstOnesPlace() throws {
    try withFolder("again") { folder in
      let out = folder.appendingPathComponent("out")
      try Fabricated.report().write(to: out)
      // Without learned weights there is no chart of σ.
      try Fabricated.report().changed { $0.variants.removeLast(2) }.write(to: out)
      let names = try FileManager.default.contentsOfDirectory(atPath: out.path)
      #expect(!names.contains("sigma.svg"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out"])
    }
  }

  /// A page of before these were notebooks has no list of its files.
  @Test func aPageOfBeforeIsReplaced() throws {
    try withFolder("before") { folder in
      for name in ["index.html", "table3.csv", "tables.md", "gain-map.svg"] {
        try Data("old".utf8).write(to: folder.appendingPathComponent(name))
      }
      try Fabricated.report().write(to: folder)
      #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("tables.md").path))
    }
  }

  @Test func someoneElsesFolderIsLeftAlone() throws {
    try withFolder("else") { folder in
      let file = folder.appendingPathComponent("thesis.tex")
      try Data("mine".utf8).write(to: file)
      let error = #expect(throws: PlainError.self) { try Fabricated.report().write(to: folder) }
      #expect(error?.description.contains("thesis.tex") == true)
      #expect(throws: PlainError.self) { try Fabricated.report().write(to: file) }
      #expect(try String(contentsOf: file, encoding: .utf8) == "mine")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["thesis.tex"])
    }
  }
}
