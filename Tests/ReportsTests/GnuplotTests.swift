import Charts
import Documents
import Evidence
import Foundation
import Support
import Testing

/// gnuplot as a process: what happens when it is missing, dies, or is given names that try to be commands.
struct GnuplotTests {
  static func script(_ commands: String...) -> GnuplotScript {
    var script = GnuplotScript()
    for command in commands { script.command(command) }
    return script
  }

  @Test func missing() throws {
    try withFolder("missing") { folder in
      let error = #expect(throws: PlainError.self) {
        try Gnuplot.run(GnuplotScript(), in: folder, program: "gnuplot-that-is-not-there")
      }
      #expect(error?.description.contains("apt-get install gnuplot-nox") == true)
    }
  }

  /// `true` ends without reading: what is written then meets a closed pipe, and that must not end this process.
  @Test func endsEarly() throws {
    try withFolder("early") { folder in
      var script = GnuplotScript()
      for index in 0..<200 { script.data("d\(index)", Array(repeating: [1, 2, 3], count: 500), columns: 3) }
      for program in ["true", "false"] {
        #expect(throws: PlainError.self, "\(program)") { try Gnuplot.run(script, in: folder, program: program) }
      }
    }
  }

  @Test func saysWhatGnuplotSays() throws {
    try withFolder("says") { folder in
      let error = #expect(throws: PlainError.self) {
        try Gnuplot.run(Self.script("plot nonsense("), in: folder)
      }
      #expect(error?.description.contains("line") == true, "\(error?.description ?? "")")
    }
  }

  @Test func dataArriveAndGapsStayGaps() throws {
    try withFolder("data") { folder in
      var script = GnuplotScript()
      script.data("d", [[1, 2.5], [2, .nan], [3, -1e-7]], columns: 2)
      script.command("set datafile missing 'nan'")
      script.command("set print 'seen.txt'")
      script.command("print |$d|, $d[1], $d[2]")
      try Gnuplot.run(script, in: folder)
      let seen = try String(contentsOf: folder.appendingPathComponent("seen.txt"), encoding: .utf8)
      #expect(seen.hasPrefix("3 "))
      #expect(seen.contains("2.5"))
      #expect(seen.contains("nan"))
    }
  }

  /// Names that would run something, were they anything but text to gnuplot; `MARK` stands for a file to be made.
  static let hostile = [
    "`touch MARK`", "\"`touch MARK`\"", "'; system('touch MARK'); '", "''; system(\"touch MARK\") #",
    "$(touch MARK)", "x\n!touch MARK\n", "x\r\nsystem 'touch MARK'\r\n", "x\u{2028}!touch MARK", "|touch MARK",
    "@danger", "' . system('touch MARK') . '", "\\", "a\\\n!touch MARK", "%s%n%d %%", "{/=80 big}_^{x}@{y}&{z}~{a}{b}",
    "</text><script>alert(1)</script>", "&lt;&amp;&#0;", String(repeating: "long ", count: 2000), "", " ",
    "é漢字🙂\u{202E}",
    // A quote with an accent, a variation selector or a key cap on it is a quote to gnuplot and its shell.
    "'\u{301}`touch MARK`", "'\u{FE0F} `touch MARK` #", "'\u{20E3}; system(\"touch MARK\") #",
  ]

  @Test func aQuotedTextRunsNothing() throws {
    try withFolder("quoted") { folder in
      for text in Self.hostile.map({ $0.replacing("MARK", with: "mark") }) {
        // What it is a title of may fail; what it says must not be done.
        _ = try? Gnuplot.run(Self.script("set title \(text.quotedForGnuplot) noenhanced"), in: folder)
        let made = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(made.isEmpty, "\(text)")
      }
    }
  }

  @Test func namesAreOnlyText() throws {
    try withFolder("names") { folder in
      // Within the sixty characters that a chart shows; gnuplot works in a folder below this one.
      let mark = "../mark"
      var basis = try Fabricated.report().basis
      let names = Self.hostile.map { $0.replacing("MARK", with: mark) }
      let row = Fabricated.levels[0]
      basis.records.variants = names.map { name in
        ReportVariant(
          name: name,
          trials: row.indices.map { place in
            ReportTrial(
              seed: place,
              record: Fabricated.record(
                name, seed: place, tasks: ["global"], mAP: row[place], epochs: 2, learned: true))
          })
      }
      basis.records.datasets = [names[2]]
      basis.definition.title = names[1]
      basis.records.command = names[4]
      let report = try Report.made(of: basis)
      let out = folder.appendingPathComponent("out")
      let files = try report.write(to: out)
      let escaped = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(escaped == ["out"], "\(escaped)")
      for file in files where file.pathExtension == "svg" { try expectWellFormed(file) }
      let page = try String(contentsOf: out.appendingPathComponent("index.html"), encoding: .utf8)
      expectSelfContained(page)
      _ = report.terminalTable(width: 80)
    }
  }
}
