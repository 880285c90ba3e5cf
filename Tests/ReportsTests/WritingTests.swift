import Foundation
import Reports
import Testing

/// The report on disk.
struct WritingTests {
  @Test func everyFileIsThere() throws {
    try withFolder("written") { folder in
      let out = folder.appendingPathComponent("ablation")
      let files = try Fabricated.report().write(to: out)
      #expect(files.first?.lastPathComponent == "index.html")
      #expect(files.count == 16)
      for file in files { #expect(try Data(contentsOf: file).count > 200, "\(file.lastPathComponent)") }
      print(try Fabricated.report().terminalTable())
    }
  }

  @Test func aGapIsMarked() throws {
    try withFolder("gap") { folder in
      let report = try Fabricated.report(hasGap: true)
      try report.write(to: folder.appendingPathComponent("ablation"))
      #expect(report.terminalTable().contains("2 of 3"))
    }
  }
}
