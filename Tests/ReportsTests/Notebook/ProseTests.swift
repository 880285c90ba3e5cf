import Documents
import Foundation
import Testing

/// A notebook's prose: what is set, what is refused and where.
struct ProseTests {
  private func place(_ body: String) -> String {
    do {
      _ = try Fabricated.notebook(body)
      return "accepted"
    } catch {
      return "\(error)"
    }
  }

  @Test func numbersThatLookLikeResultsAreRefusedWhereTheyStand() {
    #expect(
      place("We reach 45.46 here.").hasPrefix(
        "made.md:5:10: '45.46' looks like a result typed by hand: write {{table3.Lg.mAP}}"))
    #expect(place("One\nline\nand 83 % of it").hasPrefix("made.md:7:5: '83 %'"))
    #expect(place("- item\n- up to *8**3*.5 of it").contains("made.md:6:"))
    #expect(place("## x").hasPrefix("made.md:5:1: a heading of level 2 needs one of level 1"))
    #expect(place("# Up by 3.4").hasPrefix("made.md:5:9: '3.4'"))
    #expect(place("> 12,5 points").hasPrefix("made.md:5:3: '12,5'"))
    #expect(place("[83%](https://a.b)").hasPrefix("made.md:5:2:"))
    #expect(place("`45.46`").hasPrefix("made.md:5:2:"))
    #expect(place("about .83").contains("looks like a result"))
    #expect(place("83 percent").contains("looks like a result"))
    #expect(place("٤٥.٤٦").contains("looks like a result"))
    #expect(place("```table\nof: table3\ncaption: gains 3.43 points\n```").contains("made.md:7:"))
  }

  @Test func titleHoldsNoResultEither() {
    #expect { try Fabricated.notebook("", title: "We reach 45.46") } throws: { "\($0)".hasPrefix("made.md:2:") }
  }

  @Test func settingsYearsAndCountsMayBeTyped() {
    for text in [
      "In 2019, 36,036 images of 1,501 people.", "A rate of {{typed 0.1}} and {{typed 83 %}}.", "`train.rate=0.05`",
      "{{table3.Lg.mAP}} %", "Rank-1", "1. one\n2. two",
    ] { #expect(place(text) == "accepted", "\(text)") }
  }

  @Test func unknownWordsNameTheNearest() {
    #expect(
      place("x {{tabel3.Lg.mAP}}").hasPrefix("made.md:5:3: there is no table 'tabel3' here; did you mean 'table3'?"))
    #expect(place("{{table3.Lgg.mAP}}").contains("table3 has no row 'Lgg'; did you mean 'Lg'?"))
    #expect(place("{{table3.Lg.mAp1}}").contains("did you mean 'mAP'?"))
    #expect(place("{{table3.Lg.mAP.devation}}").contains("did you mean 'deviation'?"))
    #expect(place("{{table3}}").contains("made.md:5:1"))
    #expect(place("{{table3.Lg").contains("is not closed"))
    #expect(place("{{see tabel}}").contains("made.md:5:1: there is no cell 'tabel'"))
    #expect(place("```tabel\n```").hasPrefix("made.md:5:4: 'tabel' is no kind of cell; did you mean 'table'?"))
    #expect(place("```table\nof: tabel3\n```").hasPrefix("made.md:6:5:"))
    #expect(place("```table\nof: table3\npart: gain\n```").contains("did you mean 'gains'?"))
    #expect(place("```chart\nof: table3\nshow: sigmas\n```").contains("made.md:7:7:"))
    #expect(place("```run\nof: table3\nrow: Lq\n```").contains("made.md:7:6:"))
    #expect(place("```run\nof: table3\nrow: Lg\nseed: 9\n```").contains("no seed 9"))
    #expect(place("```table\nof: table3\n").contains("made.md:5:1: this fence is not closed"))
    #expect(place("```table\nof: table3\n```\n```table\nof: table3\n```").contains("made.md:8:4: the cell at line 5"))
  }

  @Test func linksRunNothing() {
    for target in [
      "javascript:alert", "data:text/html,x", "//evil.example", "JavaScript:x", "vbscript:x", "#here",
      "javascript:\u{301}alert", "//\u{301}evil.example",
    ] {
      #expect(place("[x](\(target))").contains("no target for a link"), "\(target)")
    }
    #expect(place("[x](https://a.b) [z](tables.md) [w](mailto:a@b.c)") == "accepted")
  }

  /// Signs that open something and are never closed, long fences, and runs of digits: read once, not once for each sign.
  @Test(
    arguments: [
      "[", "[a](", "`", "``a`", "*a", "**", "_a ", "1", "1 ", "1,", "1.a", "[a]\n(", "{", "\\", "# ", "> ", "- ", "1. ",
      "a\n\n", "```sh\n```\n", "```\n",
    ])
  func longSourcesAreReadToTheirEnd(unit: String) {
    func expectAnswer(_ body: String) {
      let answer = place(body)
      #expect(answer == "accepted" || answer.hasPrefix("made.md:"), "\(answer.prefix(200))")
      #expect(answer.utf8.count < 2000, "an error tells the place, not the source")
    }
    expectAnswer(String(repeating: unit, count: 200_000 / unit.utf8.count))
    var fences = ""
    for width in 1...600 { fences += String(repeating: "`", count: width) + "x" }
    if unit == "`" { expectAnswer(fences) }
  }

  @Test func cellsAreCounted() {
    let cells = (0..<201).map { "```table\nof: table3\nname: a\($0)\n```\n" }.joined()
    #expect(place(cells).contains("made.md:805:1: a notebook has at most 200 cells"))
  }

  @Test func subsetOfMarkdownIsSetAndTheRestIsText() throws {
    let page = try Fabricated.page(
      "A *b* _c_ **d** `e` <script>x</script> snake_case_name 2*3*4 \\*no\\* ![p](q.png)\nnext &amp; line\n\n***")
    #expect(page.contains("A <em>b</em> <em>c</em> <strong>d</strong> <code>e</code> &lt;script&gt;x&lt;/script&gt;"))
    #expect(page.contains("snake_case_name"))
    #expect(page.contains("*no*"))
    #expect(page.contains("next &amp;amp; line"))
    #expect(!page.contains("<script>x"))
  }

  @Test func valuesAreThoseOfTheTables() throws {
    let page = try Fabricated.page(
      "{{table3.Lg.mAP}}, {{table3.Lg.mAP.n}}, {{table3.Lg.mAP.spread}}, {{table3.\"Lg+Lp\".mAP.gain}}, {{table3.Lg.mAP.published}}"
    )
    #expect(page.contains(">41.10</span>, "))
    #expect(page.contains(">3</span>"))
    #expect(page.contains(">41.10 ± 0.95</span>"))
    #expect(page.contains(">+7.93</span>"))
    #expect(
      page.contains("<span class=\"value published\" title=\"Table 3, Lg, mAP, as the paper prints it\">62.92</span>"))
  }

  @Test func unfinishedRunsLeaveMarkedGaps() throws {
    let report = try Fabricated.notebook(
      "{{table3.Lg.mAP}}\n\n```chart\nof: table3\nshow: map\n```\n\n```run\nof: table3\nrow: Lg\n```"
    ) {
      for row in $0.variants.indices {
        for place in $0.variants[row].trials.indices { $0.variants[row].trials[place].record = nil }
      }
    }
    try withFolder("notebook-gaps") { folder in
      let outcome = try report.write(to: folder.appendingPathComponent("out"))
      let page = try String(contentsOf: folder.appendingPathComponent("out/index.html"), encoding: .utf8)
      #expect(page.contains("class=\"value missing\""))
      #expect(outcome.cells.map(\.gaps.count) == [1, 1])
      #expect(outcome.cells[1].gaps[0].contains("aanet run made/up"))
    }
  }
}
