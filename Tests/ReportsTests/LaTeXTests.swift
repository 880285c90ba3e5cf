import Documents
import Evidence
import Foundation
import Testing

/// Tables on a page of LaTeX's plain article. That they lie within it is for LaTeX to say: `Tests/Pages/check_latex.sh`,
/// which compiles what these tests leave where AANET_KEEP is set. Here is told what form each takes.
struct LaTeXTests {
  /// A table of `columns` columns of numbers, the first of words, and of `rows` rows.
  private func table(
    _ name: String, columns: Int = 4, rows: Int = 5, number: String = "41.10 ± 0.95", label: String = "Lg + Lp",
    titles: Typeset = "mAP", alignment: Table.Alignment = .trailing
  ) -> Table {
    Table(
      name: name,
      caption: Typeset("A table made up, \(name): 41 % & more of ‘it’, _underlined_ and \"quoted\" – or not."),
      groups: columns > 4 ? [Table.Group("measured on a data set with a long name", origin: .measured)] : [],
      columns: [Table.Column("Row", .leading)]
        + (1..<columns).map { Table.Column(titles, alignment, group: columns > 4 && $0 < 4 ? 0 : nil) },
      sections: [
        Table.Section(
          "A section with a title of its own",
          rows: (0..<rows).map { [Typeset("\(label) \($0)")] + Array(repeating: Typeset(number), count: columns - 1) })
      ], notes: ["A note.", Typeset([.text("To finish: "), .code("aanet run made/up train.epochs=1 'seeds=[1]'")])])
  }

  private static let sentence =
    "The difference is told by the mean over the seeds, and its noise by half of the 95 % interval of Student’s t."

  private func all() -> [Table] {
    let digest = String(repeating: "0123456789abcdef", count: 8)
    var hostile = table("hostile", label: "[2em] \\input{x} $x^2_1$ 100 % #&~{}")
    hostile.notes = [
      Typeset(digest), Typeset([.code("runs/made/up/" + digest + "/" + String(repeating: "-", count: 99))]),
    ]
    return [
      table("small"), table("long", rows: 120), table("wide", columns: 7), table("wider", columns: 14, number: "41.10"),
      table("widest", columns: 40), table("sentences", columns: 4, number: Self.sentence, alignment: .sentences),
      table("long-sentences", columns: 6, rows: 30, number: Self.sentence, alignment: .sentences),
      table("no-numbers", columns: 6, number: Self.sentence), table("digests", number: digest, alignment: .leading),
      table("titles", columns: 6, number: "1", titles: "share of queries that are right at once"), hostile,
      table("one-word", columns: 2, label: String(repeating: "Donaudampfschiff", count: 9)),
    ]
  }

  @Test func eachTakesTheFormThatItNeeds() throws {
    let sources = Dictionary(uniqueKeysWithValues: all().map { ($0.name, $0.latex()) })
    func count(_ name: String, _ text: String) -> Int { (sources[name] ?? "").components(separatedBy: text).count - 1 }
    for name in ["small", "wide", "titles"] {
      #expect(count(name, "\\begin{table}[tp]") == 1 && count(name, "longtable") == 0, "\(name)")
    }
    // What is longer than a page breaks over pages, with its head on each.
    #expect(count("long", "\\begin{longtable}") == 1 && count("long", "mAP & mAP & mAP") == 2)
    #expect(count("long", "landscape") == 0 && count("long", "continued") == 1)
    // Sentences are broken into lines before anything is made smaller or turned.
    #expect(count("sentences", "@{}l>") == 1 && count("sentences", "}p{") == 3 && count("sentences", "landscape") == 0)
    #expect(count("small", "}p{") == 0 && count("small", "\\normalsize") == 1)
    // A page is turned for what cannot be read otherwise, and columns that no page is wide enough for go on in a table
    // of their own, each with the first.
    #expect(count("wider", "landscape") == 0)
    #expect(count("widest", "\\label{tab:widest}") == 1 && count("widest", "\\label{tab:widest-2}") == 1)
    let widest = sources["widest"] ?? ""
    #expect(widest.matches(of: #/Lg \+ Lp 0 /#).count == widest.matches(of: /\\caption/).count)
    #expect(widest.matches(of: /41\.10/).count == 5 * 39)
    for (name, source) in sources {
      #expect(source.matches(of: /\\begin\{/).count == source.matches(of: /\\end\{/).count, "\(name)")
      #expect(source.unicodeScalars.allSatisfy { $0.isASCII || "‘“”".unicodeScalars.contains($0) }, "\(name)")
    }
  }

  @Test func longWordsCanBeBrokenAndShortOnesAreNot() {
    #expect(Typeset("uncharacteristic 0123456789abcdef").latex == "uncharacteristic 0123456789abcdef")
    #expect(
      Typeset([.code("runs/quickstart/table3")]).latex
        == "\\texttt{runs/\\allowbreak{}quicksta\\allowbreak{}rt/\\allowbreak{}table3}")
    #expect(
      Typeset("0123456789abcdef01").latex == "01234567\\allowbreak{}89abcdef\\allowbreak{}01")
  }

  @Test func theyAreLeftForLaTeXToCompile() throws {
    try withFolder("latex") { folder in
      let text = ([Table.packagesForLaTeX] + all().map { $0.latex() }).joined(separator: "\n\n")
      try Data(text.utf8).write(to: folder.appendingPathComponent("forms.tex"))
    }
  }
}
