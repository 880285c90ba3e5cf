import Documents
import Evidence
import Foundation
import Notebook
import Support
import Testing

/// The page of a comparison, its names of every kind and its size.
@Suite struct ComparePageTests {
  private static let hostile = "<img src=x onerror=alert(1)>'; system(\"id\") `id` @x\n\"&"

  @Test func hostileNamesAreJustNames() throws {
    try withFolder("compare-hostile") { folder in
      let runs = FabricatedRuns(folder)
      for seed in 1...2 {
        try runs.add(.init(variant: Self.hostile, seed: seed, hits: ["<b>\"'&.jpg": true]))
        try runs.add(
          .init(
            variant: "Lg", seed: seed, plan: "backbone: { weights: \"</td><script>\" }\n", hits: ["<b>\"'&.jpg": false])
        )
      }
      let comparison = try runs.compare("up/Lg", "made/up/\(Self.hostile)")
      let out = folder.appendingPathComponent("page")
      let files = try comparison.notebook().write(to: out).files
      #expect(files.first?.lastPathComponent == "index.html")
      let page = try String(contentsOf: out.appendingPathComponent("index.html"), encoding: .utf8)
      expectSelfContained(page)
      #expect(!page.contains("<img src=x") && page.contains("&lt;img src=x onerror=alert(1)&gt;"))
      #expect(page.contains("&lt;/td&gt;&lt;script&gt;"))
      for file in files where file.pathExtension == "svg" { try expectWellFormed(file) }
      #expect(comparison.terminal(width: 100).split(separator: "\n").allSatisfy { !$0.contains("\u{1b}") })
      // A second time takes the first one's place; a stranger's folder is left alone.
      try comparison.notebook().write(to: out)
      try Data("mine".utf8).write(to: out.appendingPathComponent("notes.txt"))
      #expect(throws: PlainError.self) { try comparison.notebook().write(to: out) }
      #expect(FileManager.default.fileExists(atPath: out.appendingPathComponent("notes.txt").path))
    }
  }

  @Test func foldersAreNamedByWhatIsCompared() {
    #expect(RunComparison.folderName(for: ["table3/Lg", "table3/Lg+Lp"]) == "table3-Lg_vs_table3-Lg+Lp")
    let odd = RunComparison.folderName(for: ["../../etc", Self.hostile])
    #expect(!odd.contains("/") && !odd.hasPrefix(".") && !odd.contains("<"))
    #expect(RunComparison.folderName(for: ["a b"]) != RunComparison.folderName(for: ["a?b"]))
    #expect(RunComparison.folderName(for: (0..<100).map { "variant-\($0)" }).count < 100)
  }

  @Test func aHundredRunsStayReadable() throws {
    try withFolder("compare-hundred") { folder in
      let runs = FabricatedRuns(folder)
      let queries = 40
      for number in 0..<100 {
        let hits = Dictionary(uniqueKeysWithValues: (0..<queries).map { ("q\($0).jpg", $0 < number % queries) })
        try runs.add(
          .init(
            variant: "width \(number % 20), rate \(number / 20)",
            plan: "backbone: { width: \(number % 20) }\ntrain: { rate: { new: 0.\(1 + number / 20) } }\n",
            mAP: 0.2 + 0.005 * Double(number), hits: hits, epochs: 4))
      }
      let comparison = try runs.compare("made/up", sorting: "mAP")
      #expect(comparison.groups.count == 100)
      // Settings: a row a value, no more than a dozen of them, instead of a hundred columns.
      let settings = try #require(comparison.settingsTable())
      #expect(settings.columns.count == 4)
      let widths = settings.words.prefix { $0[0].isEmpty || $0[0] == "backbone.width" }
      #expect(widths.count == 12 && widths.last?[1] == "… 9 more values" && widths.last?[3] == "45")
      #expect(settings.words.map { Int($0[3]) ?? 0 }.reduce(0, +) == 200)
      // Curves: the first group and the extremes.
      let drawn = comparison.drawnGroups
      #expect(drawn.count == RunComparison.mostCurves && drawn.contains(0))
      #expect(Set(comparison.ranked(by: .mAP).prefix(4)).isSubset(of: drawn))
      #expect(Set(comparison.ranked(by: .mAP).filter { $0 != 0 }.suffix(3)).isSubset(of: drawn))
      #expect(comparison.curveSelection?.contains("100 rows") == true)
      let curves = Dictionary(grouping: comparison.summary().curves, by: \.reading)
      #expect(!curves.isEmpty && curves.values.allSatisfy { $0.count <= RunComparison.mostCurves })
      // Work grows with the number of runs, not with its square: each is compared with one other.
      #expect(comparison.contrasts.count == 99 && comparison.deltasTable()?.words.count == 99)
      #expect(comparison.flipsTable().map { $0.sections.count <= 4 && $0.words.count <= 48 } == true)
      #expect(comparison.levelsTable().words.map { $0[2] }.first == "69.50")
      #expect(comparison.summary().deltas.count == 99 * comparison.metrics.count)
      let out = folder.appendingPathComponent("page")
      try comparison.notebook().write(to: out)
      let page = try Data(contentsOf: out.appendingPathComponent("index.html"))
      #expect(page.count < 1_000_000)
      expectSelfContained(String(decoding: page, as: UTF8.self))
    }
  }

  @Test func sameRecordsSameBytes() throws {
    try withFolder("compare-bytes") { folder in
      let runs = FabricatedRuns(folder)
      for variant in ["A", "B", "C"] { try runs.add(.init(variant: variant, hits: ["a": variant == "A", "b": true])) }
      let pages = try ["x", "y"].map { name in
        let out = folder.appendingPathComponent(name)
        try runs.compare("made/up").notebook().write(to: out)
        return try Data(contentsOf: out.appendingPathComponent("index.html"))
      }
      #expect(pages[0] == pages[1])
    }
  }

  @Test func longNamesKeepBothEndsInTheKey() {
    let shortened = ("1 start" + String(repeating: "x", count: 100) + "end").fittingKey
    #expect(shortened.count == 44 && shortened.hasPrefix("1 start") && shortened.hasSuffix("end"))
    #expect("2 Lg+Lp".fittingKey == "2 Lg+Lp")
  }
}
