import Charts
import Documents
import Evidence
import Foundation
import Runs
import Support
import Testing

/// A notebook on disk: its files, its page, and what is rendered anew.
struct NotebookTests {
  @Test func everyFileIsThere() throws {
    try withFolder("notebook") { folder in
      let out = folder.appendingPathComponent("made")
      let outcome = try Fabricated.notebook(Fabricated.everything).write(to: out)
      let names = Set(outcome.files.map(\.lastPathComponent))
      #expect(outcome.files.first?.lastPathComponent == "index.html")
      #expect(
        names == [
          "index.html", "made.md", "made.tex", "made.ipynb", "table3.csv", "losses.svg", "losses.png", "table1-map.svg",
          "table1-map.png", "table4-attributes.svg", "table4-attributes.png", "table3-run.csv",
        ])
      #expect(Set(try FileManager.default.contentsOfDirectory(atPath: out.path)) == names.union([".cells"]))
      for name in names where name.hasSuffix(".svg") { try expectWellFormed(out.appendingPathComponent(name)) }
      let page = try String(contentsOf: out.appendingPathComponent("index.html"), encoding: .utf8)
      expectWholePage(page)
      #expect(page.contains("<b>Table 3.</b>") && page.contains("<b>Figure 1.</b> Losses of <span"))
      #expect(page.contains("<a href=\"#losses\">Figure 1</a>"))
      #expect(page.contains("<h2 id=\"_first\">First</h2>") && page.contains("<h3 id=\"_second\">"))
      #expect(page.contains("aanet figures"))
      #expect(page.contains("download=\"table3.csv\" href=\"data:text/csv"))
      let csv = try String(contentsOf: out.appendingPathComponent("table3.csv"), encoding: .utf8)
      #expect(csv == (try Fabricated.report().csv))
    }
  }

  @Test func jupyterReadsIt() throws {
    try withFolder("notebook-jupyter") { folder in
      let out = folder.appendingPathComponent("made")
      _ = try Fabricated.notebook(Fabricated.everything).write(to: out)
      let data = try Data(contentsOf: out.appendingPathComponent("made.ipynb"))
      let file = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      #expect(file["nbformat"] as? Int == 4 && file["nbformat_minor"] as? Int == 5)
      let cells = try #require(file["cells"] as? [[String: Any]])
      let identifiers = cells.compactMap { $0["id"] as? String }
      #expect(Set(identifiers).count == cells.count)
      #expect(identifiers.allSatisfy { $0.wholeMatch(of: /[a-zA-Z0-9_-]{1,64}/) != nil })
      let code = cells.filter { $0["cell_type"] as? String == "code" }
      #expect(code.count == 7)
      var pictures = 0
      for cell in code {
        #expect(cell["execution_count"] is NSNull && cell["source"] is String)
        for output in try #require(cell["outputs"] as? [[String: Any]]) {
          #expect(output["output_type"] as? String == "display_data" && output["metadata"] is [String: Any])
          let forms = try #require(output["data"] as? [String: Any])
          #expect(forms["text/plain"] is String)
          // What stands for a picture where it is not seen: in each of its forms, and in a drawing itself.
          for form in forms.keys where form.hasPrefix("image/") {
            let metadata = try #require(output["metadata"] as? [String: [String: String]])
            let alternative = try #require(metadata[form]?["alt"])
            #expect(alternative.count > 20 && (forms["text/plain"] as? String)?.hasSuffix(alternative) == true)
            pictures += 1
          }
          if let drawing = forms["image/svg+xml"] as? String { #expect(!drawing.contains("<title>Gnuplot</title>")) }
        }
      }
      #expect(pictures == 6, "three charts, as SVG and PNG")
      #expect(cells.allSatisfy { $0["metadata"] is [String: Any] })
    }
  }

  @Test func onlyWhatChangedIsRenderedAnew() throws {
    try withFolder("notebook-again") { folder in
      let out = folder.appendingPathComponent("made")
      func render(_ body: String = Fabricated.everything, program: String = "1", level: Double? = nil) throws
        -> [String]
      {
        let report = try Fabricated.notebook(body, program: program) { records in
          guard let level else { return }
          records.variants[0].trials[0].record = Fabricated.record("Lg", seed: 1, tasks: ["global"], mAP: level)
        }
        return try report.write(to: out).cells.filter(\.rendered).map(\.name)
      }
      let all = ["table3", "losses", "table1-map", "table4-attributes", "table3-maps", "table3-run", "table1-findings"]
      #expect(try render() == all)
      let page = try Data(contentsOf: out.appendingPathComponent("index.html"))
      #expect(try render() == [])
      #expect(try Data(contentsOf: out.appendingPathComponent("index.html")) == page)
      // A record of one table, a cell's own text, the program.
      #expect(try render(level: 0.5) == ["table3", "losses", "table3-maps", "table3-run"])
      #expect(try render() == ["table3", "losses", "table3-maps", "table3-run"])
      #expect(try render(Fabricated.everything.replacing("show: map\n", with: "show: map # same\n")) == ["table1-map"])
      #expect(try render(program: "2") == all)
      // What is kept but cannot be read is rendered anew.
      let cells = try FileManager.default.contentsOfDirectory(atPath: out.appendingPathComponent(".cells").path)
      for name in cells where name != "files.json" {
        try Data("{".utf8).write(to: out.appendingPathComponent(".cells/\(name)"))
      }
      #expect(try render(program: "2") == all)
    }
  }

  @Test func otherFilesAreLeftAlone() throws {
    try withFolder("notebook-others") { folder in
      let out = folder.appendingPathComponent("made")
      _ = try Fabricated.notebook("# One\n").write(to: out)
      try Data("mine".utf8).write(to: out.appendingPathComponent("thesis.png"))
      #expect { try Fabricated.notebook("# One\n").write(to: out) } throws: { "\($0)".contains("thesis.png") }
      #expect(FileManager.default.fileExists(atPath: out.appendingPathComponent("thesis.png").path))
    }
  }

  @Test func picturesOfARunAreEmbedded() throws {
    try withFolder("notebook-figure") { folder in
      let jpeg = Data([0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3])
      let run = folder.appendingPathComponent("run")
      let figures = run.appendingPathComponent("figures")
      try FileManager.default.createDirectory(at: figures, withIntermediateDirectories: true)
      _ = try jpeg.write(to: figures.appendingPathComponent("maps.jpg"))
      func entry(_ name: String, _ preview: String) -> RunFigures.Figure {
        RunFigures.Figure(
          name: name, file: "\(name).png", preview: preview, paper: "Figure 6", caption: "Maps <b>",
          alternative: "seen",
          width: 1, height: 1, rows: [])
      }
      try RunFigures(
        run: "r", dataset: "d", isDrawn: true, figures: [entry("maps", "maps.jpg"), entry("far", "../../secret.jpg")],
        leftOut: ["parts": "the part task is off"]
      ).write(to: figures)
      func render(_ show: String) throws -> String {
        let report = try Fabricated.notebook("```figure\nof: table3\nrow: Lg\nshow: \(show)\n```") { records in
          let record = Fabricated.record("Lg", seed: 1, tasks: ["global"], mAP: 0.4)
          records.variants[0].trials[0].record = RunRecord(
            identity: record.identity, folder: run, epochs: record.epochs, metrics: record.metrics, provenance: nil)
        }
        let out = folder.appendingPathComponent("out-\(show)")
        _ = try report.write(to: out)
        return try String(contentsOf: out.appendingPathComponent("index.html"), encoding: .utf8)
      }
      let page = try render("maps")
      #expect(page.contains("data:image/jpeg;base64,\(jpeg.base64EncodedString())"))
      #expect(page.contains("Maps &lt;b&gt; (After Figure 6"))
      #expect(try render("parts").contains("No picture “parts”: the part task is off."))
      #expect(try render("far").contains("cannot be read"))
      #expect { try render("mapz") } throws: {
        "\($0)".contains("made.md:8:7") && "\($0)".contains("did you mean 'maps'?")
      }
    }
  }

  @Test func hostileNames() throws {
    let name = "<script>alert(1)</script>|\n\"]}`'"
    let report = try Fabricated.notebook(Fabricated.everything) { $0.variants[1].name = name }
    try withFolder("notebook-hostile") { folder in
      let out = folder.appendingPathComponent("out")
      _ = try report.write(to: out)
      let page = try String(contentsOf: out.appendingPathComponent("index.html"), encoding: .utf8)
      expectWholePage(page)
      #expect(!page.contains("alert(1)</script>"))
      let markdown = try String(contentsOf: out.appendingPathComponent("made.md"), encoding: .utf8)
      #expect(!markdown.contains("<script>"))
      _ = try JSONSerialization.jsonObject(with: Data(contentsOf: out.appendingPathComponent("made.ipynb")))
    }
  }
}

/// Whether a page is balanced, holds our two scripts and the manifest, and fetches nothing.
func expectWholePage(_ page: String, sourceLocation: Testing.SourceLocation = #_sourceLocation) {
  #expect(page.matches(of: /<script/).count == 3, sourceLocation: sourceLocation)
  for script in [Page.script, PageManifest.script] {
    #expect(page.components(separatedBy: "<script>\(script)</script>").count == 2, sourceLocation: sourceLocation)
  }
  let manifest = #/<script type="application\/json" id="manifest">[^<]*<\/script>/#
  #expect(page.matches(of: manifest).count == 1, sourceLocation: sourceLocation)
  let shown = page.replacing(#/<script>(?s:.*?)<\/script>/#, with: "").replacing(manifest, with: "")
  var open: [Substring] = []
  for tag in shown.matches(of: #/<(/?)([!a-zA-Z][a-zA-Z0-9]*)([^>]*)>/#) {
    let (name, attributes) = (tag.output.2, tag.output.3)
    if tag.output.1 == "/" {
      #expect(open.popLast() == name, "closing \(name)", sourceLocation: sourceLocation)
    } else if !["meta", "img", "source", "link", "!doctype"].contains(name) {
      open.append(name)
    }
    #expect(!attributes.contains(#/\son\w+\s*=/#), "\(attributes)", sourceLocation: sourceLocation)
    for source in attributes.matches(of: #/src="([^"]*)"/#) {
      #expect(source.output.1.hasPrefix("data:image/"), sourceLocation: sourceLocation)
    }
  }
  #expect(open.isEmpty, "left open: \(open)", sourceLocation: sourceLocation)
  let names = shown.matches(of: #/ id="([^"]*)"/#).map(\.output.1)
  #expect(Set(names).count == names.count, "names used twice", sourceLocation: sourceLocation)
  for link in shown.matches(of: #/href="#([^"]*)"/#) {
    #expect(names.contains(link.output.1), "\(link.output.1) leads nowhere", sourceLocation: sourceLocation)
  }
}
