import Configuration
import Foundation
import Notebook
import Testing

/// What an error in a notebook tells its author to write is written, and is right.
struct NotebookAdviceTests {
  private func complaint(_ body: String) -> String? {
    do {
      _ = try Fabricated.notebook(body)
      return nil
    } catch { return "\(error)" }
  }

  /// A body with a fault, the words that say what to do, and bodies in which it is done.
  static let cases: [(fault: String, words: String, remedies: [String])] = [
    (
      "About 50 % of it.", "write {{table3.Lg.mAP}}, or {{typed 50 %}}",
      ["About {{typed 50 %}} of it.", "About {{table3.Lg.mAP}} of it."]
    ),
    ("**8.5**", "or {{typed 8.5}}", ["**{{typed 8.5}}**"]),
    ("# Up by 3.4", "or {{typed 3.4}}", ["# Up by {{typed 3.4}}"]),
    ("- 12,5 points", "or {{typed 12,5}}", ["- {{typed 12,5}} points"]),
    ("[83%](https://a.b)", "or {{typed 83%}}", ["[{{typed 83%}}](https://a.b)"]),
    ("`45.46`", "or {{typed 45.46}}", ["{{typed 45.46}}"]),
    (
      "```table\nof: table3\ncaption: gains 3.43 points\n```", "or {{typed 3.43}}",
      ["```table\nof: table3\ncaption: gains {{typed 3.43}} points\n```"]
    ),
    ("#hash", "write '\\#' for the sign itself", ["\\#hash", "# hash"]),
    ("## x", "a heading of level 2 needs one of level 1 before it", ["# w\n\n## x"]),
    ("a {{b", "write '\\{{' for the signs themselves", ["a \\{{b"]),
    (
      "{{table3}}", "write {{table.row.figure}}, such as {{table3.Lg.mAP}}, {{typed 0.1}} or {{see table3}}",
      ["{{table3.Lg.mAP}}", "{{typed 0.1}}", "{{see table3}}\n\n```table\nof: table3\n```"]
    ),
    (
      "[x](javascript:y)", "https:, http:, mailto: or a file beside the report; {{see NAME}} leads to a cell",
      [
        "[x](https://y)", "[x](http://y)", "[x](mailto:a@b.c)", "[x](y.md)",
        "{{see x}}\n\n```table\nof: table3\nname: x\n```",
      ]
    ),
    ("```table\nof: table3\n", "this fence is not closed by a line '```'", ["```table\nof: table3\n```"]),
    (
      "```table\nof: table3\nname: My table\n```", "lower-case letters, digits and hyphens, a letter first",
      ["```table\nof: table3\nname: my-table-1\n```"]
    ),
    (
      "```table\nof: table3\n```\n\n```table\nof: table3\n```", "give one of them another 'name'",
      ["```table\nof: table3\n```\n\n```table\nof: table3\nname: again\n```"]
    ),
    ("{{tabel3.Lg.mAP}}", "did you mean 'table3'?", ["{{table3.Lg.mAP}}"]),
    ("```chart\nof: table3\nshow: sigmas\n```", "did you mean 'sigma'?", ["```chart\nof: table3\nshow: sigma\n```"]),
    ("```tabel\n```", "did you mean 'table'?", ["```table\nof: table3\n```"]),
  ]

  @Test(arguments: cases)
  func whatIsAdvisedIsRight(_ advice: (fault: String, words: String, remedies: [String])) {
    #expect(complaint(advice.fault)?.contains(advice.words) == true, "\(complaint(advice.fault) ?? "accepted")")
    for remedy in advice.remedies { #expect(complaint(remedy) == nil, "\(remedy): \(complaint(remedy) ?? "")") }
  }

  private func source(title: String, subtitle: String = "x") throws -> NotebookSource {
    try NotebookSource(
      text: "---\ntitle: \(title)\nsubtitle: \(subtitle)\nexperiments: { table3: made/up }\n---\n\n# R\n", name: "made")
  }

  private func complaint(title: String, subtitle: String = "x") -> String? {
    do {
      _ = try source(title: title, subtitle: subtitle)
      return nil
    } catch { return "\(error)" }
  }

  @Test func aTitleMaySayWhatIsNoResult() throws {
    #expect(
      complaint(title: "Ablation at 50 %")
        == "made.md:2:20: '50 %' looks like a result typed by hand: look it up in the text below; a title may say "
        + "{{typed 50 %}} where it is a setting, a section or a version (in quotes where the title starts with it)")
    #expect(try source(title: "Ablation at {{typed 50 %}}").title == "Ablation at 50 %")
    #expect(try source(title: "'{{typed 50 %}}, {{ typed  0.1 }} and more'").title == "50 %, 0.1 and more")
    #expect(try source(title: "A*B_c {{x}}").title == "A*B_c {{x}}")
    #expect(complaint(title: "{{typed 50 %}} of 45.46".debugDescription)?.contains("'45.46' looks like") == true)
    #expect(complaint(title: "x", subtitle: "50 %")?.contains("a title may say {{typed 50 %}}") == true)
    #expect(try source(title: "x", subtitle: "Version {{typed 1.2}}").subtitle == "Version 1.2")
  }

  /// The settings' lines, with a mark or an encoding of an editor's.
  @Test func filesAsEditorsSaveThem() throws {
    try withFolder("notebook-mark") { folder in
      let file = folder.appendingPathComponent("made.md")
      let text = "---\ntitle: A\nexperiments: { table3: made/up }\n---\n\n# R\n"
      try Data("\u{FEFF}\(text)".utf8).write(to: file)
      #expect(try NotebookSource(contentsOf: file).title == "A")
      #expect(try NotebookSource(text: "\u{FEFF}\(text)", name: "made").title == "A")
      try #require(text.data(using: .utf16)).write(to: file)
      #expect { try NotebookSource(contentsOf: file) } throws: {
        "\($0)" == "reports/made.md:1:1: the text is UTF-16; save the file as UTF-8"
      }
      try Data(text.replacing("title: A", with: "title:\u{A0}A").utf8).write(to: file)
      #expect { try NotebookSource(contentsOf: file) } throws: {
        "\($0)".hasPrefix("reports/made.md:2:7: a no-break space (U+00A0) is a letter to YAML;")
      }
      try Data(text.dropFirst(4).utf8).write(to: file)
      #expect { try NotebookSource(contentsOf: file) } throws: {
        "\($0)".contains("a notebook starts with its settings between two lines '---'")
      }
    }
  }
}
