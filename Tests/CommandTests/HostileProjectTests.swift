import Experiments
import Foundation
import Runs
import TestSupport
import Testing
import Twins

/// A project whose every name wants to be a command, a tag, a path or a formula: what comes out of it is looked at file
/// by file, and nothing outside of its output folders may have come to be.
@Suite struct HostileProjectTests {
  /// Rows of the experiment. Each would make `mark`, leave its folder, or end what it stands in, were it not text.
  private static let names = [
    "`touch mark`", "$(touch mark)", "'; touch mark; '", "'\u{301}`touch mark`", "\"\u{301} onload=alert(1) \"",
    "\" . system(\"touch mark\") . \"", "../../../mark", "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "\\write18{touch mark}\\input{/etc/passwd}", "=cmd|'/C touch mark'!A0", "@SUM(1+1)", "|touch mark", "a\\",
    "--flag", "[x](javascript:alert(1))", "{{table3.Lg.mAP}}", "%n%s",
  ]
  private static let text =
    "<script>alert(1)</script> `touch mark` $(touch mark) '\u{301}`touch mark` \\write18{touch mark}"

  /// What only machines see: control characters and escapes of terminals, which names in YAML may not hold.
  private static let escapes = "\u{1B}]0;owned\u{7}\u{1B}[2J\u{9B}31m\u{202E}"

  /// The project, in a folder of its own within another, so that what leaves it is seen.
  private func project() throws -> (outside: TemporaryFolder, project: URL) {
    let outside = try TemporaryFolder()
    func quoted(_ text: String) -> String {
      // Scalar by scalar: a quote with a mark on it is a quote to YAML.
      "\"" + text.unicodeScalars.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined() + "\""
    }
    let variants = Self.names.map { "  \(quoted($0)): { tasks: [global], loss: { weights: { global: 1 } } }" }
    try outside.write(
      "title: \(quoted(Self.text))\ndataset: synthetic-duke\ntable: table3\nseeds: [1]\nvariants:\n"
        + variants.joined(separator: "\n") + "\n", to: "project/experiments/made.yaml")
    try outside.write(
      "title: \(quoted(Self.text))\nkind: ablation\nexperiment: made\ntable: table3\nintroduction: [\(quoted("<b> `touch mark`"))]\n",
      to: "project/reports/ablation.yaml")
    try outside.write(
      """
      ---
      title: \(quoted(Self.text))
      subtitle: \(quoted(Self.text))
      experiments: { table3: made }
      ---
      # <img src=x onerror=alert(1)> `touch mark`

      <script>alert(1)</script> $(touch mark) {{table3."../../../mark".mAP}} \\write18{touch mark}

      ```table
      of: table3
      caption: \(quoted(Self.text))
      ```
      ```chart
      of: table3
      show: map
      name: levels
      ```
      ```figure
      of: table3
      row: '../../../mark'
      show: maps
      ```
      ```run
      of: table3
      row: '`touch mark`'
      ```

      """, to: "project/reports/all.md")
    let package = ReportCommandTests.package
    for file in ["reports/published.yaml", "datasets.yaml"] {
      try outside.write(Array(Data(contentsOf: package.appendingPathComponent(file))), to: "project/\(file)")
    }
    let project = outside.url.appendingPathComponent("project", isDirectory: true)
    try record(in: project)
    return (outside, project)
  }

  /// Finishes every run; the record, too, says what it likes.
  private func record(in project: URL) throws {
    let store = RunStore(root: project.appendingPathComponent("runs"))
    let words = Self.text + Self.escapes
    for trial in try ExperimentLibrary(project: project).plan("made").trials() {
      let run = trial.identity(hash: "0123456789ab")
      try store.writePlan(trial.resolvedYAML(), of: run)
      try store.writeProvenance(
        Provenance(
          commit: words, hasLocalChanges: false, compiler: words, blas: words, blasKernels: words, threads: 1,
          cpu: words, dataset: words, started: words), of: run)
      try store.append(
        EpochRecord(
          epoch: 1, steps: 1, images: 1, loss: 1, losses: ["global": 1, words: 2], weights: [words: 1], sigma: nil,
          rates: [words: 1], seconds: 1, secondsWaiting: 0), of: run)
      try store.writeRanks([QueryRanking(query: words, matchRanks: [1, 5], averagePrecision: 0.7)], of: run)
      try store.writeMetrics(
        RunMetrics(
          retrieval: RetrievalScores(
            mAP: 0.7, mAPTrapezoid: 0.7, rank1: 1, rank5: 1, rank10: 1, rank20: 1, queries: 1, queriesWithoutMatch: 0),
          descriptorLength: 1, parameters: 1, secondsTraining: 1, secondsEvaluating: 1, imagesPerSecond: 1,
          peakMemoryGiB: 1), of: run)
      let folder = store.folder(for: run).appendingPathComponent(RunFigures.folderName, isDirectory: true)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let figure = RunFigures.Figure(
        name: "maps", file: "../../../../../../secret.png", preview: "../../../../../../secret.jpg", paper: words,
        caption: words, alternative: words, width: 1, height: 1, rows: [])
      try RunFigures(run: words, dataset: words, isDrawn: true, figures: [figure], leftOut: [words: words])
        .write(to: folder)
    }
  }

  @Test func nothingIsRunAndNothingLeavesTheFolders() throws {
    let (outside, project) = try project()
    let secret: [UInt8] = [0xff, 0xd8, 0xff] + Array("secret".utf8)
    try outside.write(secret, to: "secret.jpg")
    // Links where output goes: what they lead to stays as it is.
    try outside.write("precious", to: "precious/index.html")
    let target = project.appendingPathComponent("reports/_out/ablation", isDirectory: true)
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      at: target.appendingPathComponent("index.html"),
      withDestinationURL: outside.url.appendingPathComponent("precious/index.html"))
    let before = Set(outside.files().filter { !$0.hasPrefix("project/reports/_out/") })

    for arguments in [
      ["list"], ["list", "--format", "json"], ["show", "made"], ["show", "made", "--origins"], ["runs"],
      ["runs", "--format", "json"], ["report", "ablation"], ["report", "ablation", "--format", "json"],
      ["report", "all"],
      ["report", "all", "--format", "json"], ["compare", "made"], ["show", "made", "--variant", Self.escapes],
      ["report", "\(Self.escapes)"], ["weights", "inspect", "\(Self.escapes).pth"],
      ["verify", "reports/_out/ablation/index.html"],
    ] {
      let outcome = try BuiltCommand.run(arguments, in: project)
      #expect(outcome.status >= 0, "\(arguments): \(outcome.complaints)")
      for written in [outcome.output, outcome.complaints] {
        let told = written.unicodeScalars.first { $0.properties.generalCategory == .control && $0 != "\n" }
        #expect(told == nil && !written.unicodeScalars.contains("\u{202E}"), "\(arguments)")
      }
    }

    let after = outside.files()
    #expect(!after.contains { $0.hasSuffix("mark") }, "a command was run")
    let made = after.filter { !before.contains($0) && !$0.hasPrefix("project/reports/_out/") }
    #expect(made.isEmpty, "\(made)")
    let precious = outside.url.appendingPathComponent("precious/index.html")
    #expect(try String(contentsOf: precious, encoding: .utf8) == "precious")

    let written = after.filter { $0.hasPrefix("project/reports/_out/") }
    for name in ["ablation/index.html", "ablation/table3.csv", "all/index.html", "all/all.tex", "all/all.md"] {
      #expect(written.contains("project/reports/_out/\(name)"), "\(name)")
    }
    for path in written { try look(at: outside.url.appendingPathComponent(path)) }
  }

  /// No file holds what was no text to it.
  private func look(at file: URL) throws {
    guard file.pathExtension != "png" else { return }
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(!text.contains("secret"), "\(file.path)")
    switch file.pathExtension {
    case "html":
      // What scripts of ours hold is no tag.
      expectTagsOfOurs(text.replacing(#/<script[^>]*>(?s:.*?)<\/script>/#, with: ""), file)
    case "svg": expectTagsOfOurs(text, file)
    case "md":
      // What stands as code is no tag and no link.
      let shown = text.replacing(#/(?m)^(`{3,})[a-z]*\n(?s:.*?)\n\1$/#.matchingSemantics(.unicodeScalar), with: "")
        .replacing(#/(`+)(?!`)(?s:.*?[^`])\1(?!`)/#.matchingSemantics(.unicodeScalar), with: "")
        .replacing("\\]", with: "")
      #expect(!shown.contains("<script") && !shown.contains("](javascript"), "\(file.path)")
    case "tex":
      for line in text.split(separator: "\n") where !line.hasPrefix("%") {
        #expect(!line.contains("\\write18") && !line.contains("\\input"), "\(line)")
      }
    case "csv":
      for field in text.split(whereSeparator: { ",\r\n".contains($0) || $0 == "\r\n" }) {
        let sign = field.first { $0 != "\"" }
        #expect(!(sign.map { "=@+-".contains($0) } ?? false) || Double(field) != nil, "\(field)")
      }
    default: break
    }
  }

  /// No tag is a script or somebody's picture, none has an attribute that runs, none leads to a script.
  private func expectTagsOfOurs(_ text: String, _ file: URL) {
    #expect(!text.contains("<script") && !text.contains("<img src=x"), "\(file.path)")
    for tag in text.matches(of: #/<[a-zA-Z][^>]*>/#.matchingSemantics(.unicodeScalar)) {
      let names = tag.output.replacing(#/"[^"]*"|'[^']*'/#.matchingSemantics(.unicodeScalar), with: "")
      #expect(!names.contains("onload") && !names.contains("onerror"), "\(file.path): \(tag.output)")
      #expect(!tag.output.contains("href=\"javascript"), "\(file.path): \(tag.output)")
    }
  }
}
