import Foundation
import Charts
import Documents
import Evidence
import Testing

/// Numbers in words and figures, and text that cannot leave its place in any format.
struct TextTests {
  @Test func numbers() {
    #expect(Numerals.number(-0.004) == "0.00")
    #expect(Numerals.number(-0.006) == "−0.01")
    #expect(Numerals.signed(0) == "0.00")
    #expect(Numerals.signed(3.434) == "+3.43")
    #expect(Numerals.signed(-3.436) == "−3.44")
    #expect(Numerals.exact(nil).isEmpty)
    #expect(Numerals.exact(41.1) == "41.1000")
    #expect(Numerals.weight(1) == "1")
    #expect(Numerals.weight(2.345) == "2.35" || Numerals.weight(2.345) == "2.34")
    #expect(Numerals.list(["a"]) == "a")
    #expect(Numerals.list(["a", "b", "c"]) == "a, b and c")
    #expect(Numerals.words(3) == "three")
    #expect(Numerals.words(11) == "11")
  }

  @Test func spreads() throws {
    #expect(Numerals.spread(try #require(Sample([40, 41, 42]))) == "41.00 ± 1.00")
    #expect(Numerals.spread(try #require(Sample([40]))) == "40.00")
  }

  @Test(arguments: [
    ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""), ("two\nlines", "\"two\nlines\""),
    ("\r", "\"\r\""), ("crlf\r\n", "\"crlf\r\n\""), (" edge", "\" edge\""), ("", ""),
  ])
  func csvFields(_ text: String, _ expected: String) { #expect(CSV.field(text) == expected) }

  @Test func csvRows() {
    var table = CSV(heads: ["a", "b"])
    table.append(["1", "x,y"])
    #expect(table.text == "a,b\r\n1,\"x,y\"\r\n")
  }

  @Test func csvBeginsWithAMarkWhereItIsAskedFor() {
    #expect(Array(CSV.file("ä\r\n", hasMark: true).utf8) == [0xEF, 0xBB, 0xBF, 0xC3, 0xA4, 0x0D, 0x0A])
    #expect(CSV.file("ä\r\n", hasMark: false) == "ä\r\n")
  }

  @Test(arguments: [
    ("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"), ("-x", "'-x"),
    ("\t=1", "'\t=1"), ("\r@x", "\"'\r@x\""), ("-1.5", "-1.5"), ("+0.25", "+0.25"), ("−1.5", "−1.5"), ("a=b", "a=b"),
    ("=\u{301}1", "'=\u{301}1"), ("\"\u{301},x", "\"\"\"\u{301},x\""),
  ])
  func csvFieldsAreNoFormulas(_ text: String, _ expected: String) { #expect(CSV.field(text) == expected) }

  /// Marks that Swift sees as one character with the sign before them, and nobody else does.
  static let marks: [Unicode.Scalar] = ["\u{301}", "\u{338}", "\u{FE0F}", "\u{20E3}", "\u{302}"]

  /// Signs that mean something somewhere, each with a mark on it, must be escaped as they are without it.
  @Test(arguments: marks) func marksHideNoSign(_ mark: Unicode.Scalar) {
    func scalars(_ text: String) -> [Unicode.Scalar] { Array(text.unicodeScalars) }
    for sign in "&<>\"'\\{}$#%_^~`[]|*!".unicodeScalars {
      let marked = "a\(sign)\(mark)b"
      #expect(!"<>\"'".unicodeScalars.contains(sign) || !scalars(marked.escapedForHTML).contains(sign), "\(marked)")
      for (escaped, plain) in [
        (marked.escapedForHTML, "\(sign)".escapedForHTML), (marked.escapedForLaTeX, "\(sign)".escapedForLaTeX),
        (marked.escapedForMarkdown, "\(sign)".escapedForMarkdown),
      ] {
        #expect(scalars(escaped) == scalars("a") + scalars(plain) + [mark] + scalars("b"), "\(marked)")
      }
    }
    #expect(scalars("'\(mark)".quotedForGnuplot) == scalars("'’\(mark)'"))
    #expect(scalars("`\(mark)".asMarkdownCode) == scalars("`` `\(mark) ``"))
    #expect(scalars(")\(mark)".escapedForMarkdownTarget) == scalars("%29\(mark)"))
  }

  static let hostile = "<script>alert(1)</script> & \"q\" 'a' `b` {x}_^~%$#\\ | * [l](u)\n!ls\u{202E}\u{0}"

  @Test func html() {
    let text = Self.hostile.escapedForHTML
    for character in "<>\"'\n\u{0}" { #expect(!text.contains(character), "\(character)") }
    #expect("a & b".escapedForHTML == "a &amp; b")
  }

  @Test func markdown() {
    let text = Self.hostile.escapedForMarkdown
    #expect(text.contains("\\`b\\`"))
    #expect(text.contains("\\[l\\](u)"))
    #expect(!text.contains("<script>"))
    #expect(!text.contains("\n"))
    #expect("a|b".escapedForMarkdown == "a\\|b")
    #expect("a`b``c".asMarkdownCode == "``` a`b``c ```")
    #expect("a|b".asMarkdownCode == "`a\\|b`")
  }

  @Test func latex() {
    #expect("50 % & $x_1$ #2 {a}".escapedForLaTeX == "50 \\% \\& \\$x\\_1\\$ \\#2 \\{a\\}")
    #expect("\\input{/etc/passwd}".escapedForLaTeX == "\\textbackslash{}input\\{/etc/passwd\\}")
    #expect("−1 ± 2".escapedForLaTeX == "$-$1 $\\pm$ 2")
    #expect("a^b~c".escapedForLaTeX == "a\\textasciicircum{}b\\textasciitilde{}c")
    #expect("ε ≤ Ω".escapedForLaTeX == "$\\varepsilon$ $\\le$ $\\Omega$")
  }

  /// Plain pdfLaTeX stops at a sign that its typeface lacks: what the project's own files say must do without any.
  @Test func pdfLaTeXHasASignForWhateverTheProjectSays() throws {
    var files = [Fabricated.package.appendingPathComponent("reports/deviations.yaml")]
    let experiments = Fabricated.package.appendingPathComponent("experiments")
    let found = try #require(FileManager.default.enumerator(at: experiments, includingPropertiesForKeys: nil))
    files += found.compactMap { $0 as? URL }.filter { $0.pathExtension == "yaml" }
    #expect(files.count > 10)
    for file in files {
      let strange = try String(contentsOf: file, encoding: .utf8).escapedForLaTeX.unicodeScalars
        .filter { $0.value > 0xff && !"“”".unicodeScalars.contains($0) }
      #expect(strange.isEmpty, "\(file.path): \(strange.map(String.init))")
    }
  }

  @Test func gnuplot() {
    #expect("it's ''''".quotedForGnuplot == "'it’s ’’’’'")
    #expect("a\nb\r`c`\\".quotedForGnuplot == "'a b `c`\\'")
    #expect("🙂".quotedForGnuplot == "'□'")
    #expect(String(repeating: "x", count: 61).quotedForGnuplot == "'\(String(repeating: "x", count: 59))…'")
    #expect("a\u{2028}b\u{0}c".quotedForGnuplot == "'a b c'")
  }
}
