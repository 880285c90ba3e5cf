import Configuration
import Support
import Testing
import YAML

private enum Binning: String, CaseIterable { case kmeans, uniform }

@Suite struct SettingTests {
  private func setting(_ text: String) throws -> KnownKeys {
    try Setting(try YAML.parse(text, name: "a.yaml")).keys("x")
  }

  private func complaint<Value>(_ text: String, _ read: (Setting) throws -> Value) throws -> String? {
    let x = try setting("\n  x: \(text)").required("x")
    do {
      _ = try read(x)
      return nil
    } catch let error as ConfigurationError { return error.description }
  }

  @Test func wholeNumbers() throws {
    for (text, value) in [("5", 5), ("-3", -3), ("+7", 7), ("007", 7)] {
      #expect(try setting("x: \(text)").required("x").int() == value)
    }
    #expect(try complaint("0") { try $0.int(in: 1...9) } == "a.yaml:2:6: x: 0 is out of range; from 1 to 9")
    #expect(try complaint("0") { try $0.int(in: 1 ... .max) } == "a.yaml:2:6: x: 0 is out of range; at least 1")
    #expect(try complaint("six") { try $0.int() } == "a.yaml:2:6: x: expected a whole number, found the text 'six'")
    #expect(try complaint("'6'") { try $0.int() } == "a.yaml:2:6: x: expected a whole number, found the text '6'")
    #expect(try complaint("1.5") { try $0.int() } == "a.yaml:2:6: x: expected a whole number, found the number 1.5")
    #expect(
      try complaint("") { try $0.int() }
        == "a.yaml:2:5: x: expected a whole number, found nothing")
    #expect(try complaint("[1]") { try $0.int() } == "a.yaml:2:6: x: expected a whole number, found a list of 1 value")
    for text in ["99999999999999999999", "0x10", "1_000", "1e3", "true", "{}"] {
      #expect(try complaint(text) { try $0.int() } != nil, "\(text)")
    }
  }

  @Test func numbers() throws {
    for (text, value) in [("5e-4", 5e-4), ("0.1", 0.1), (".5", 0.5), ("1.", 1), ("-2", -2), ("1E+3", 1000)] {
      #expect(try setting("x: \(text)").required("x").double() == value)
    }
    for text in ["nan", "inf", "-inf", ".inf", ".nan", "0x1p3", "1e999", "1e", "e1", "'1'", "1,5", ".", "+", "١"] {
      #expect(try complaint(text) { try $0.double() } != nil, "\(text)")
    }
    #expect(try complaint("2") { try $0.double(in: 0...1) } == "a.yaml:2:6: x: 2 is out of range; from 0 to 1")
  }

  @Test func truthsTextsAndWords() throws {
    #expect(try setting("x: true").required("x").bool())
    #expect(try complaint("yes") { try $0.bool() } == "a.yaml:2:6: x: expected true or false, found the text 'yes'")
    #expect(try complaint("'true'") { try $0.bool() } != nil)
    #expect(try setting("x: 5").required("x").string() == "5")
    #expect(try complaint("~") { try $0.string() } == "a.yaml:2:6: x: expected a text, found nothing")
    #expect(try complaint("''") { try $0.string() } == "a.yaml:2:6: x: expected a text, found an empty one")
    #expect(try setting("x: uniform").required("x").choice(of: Binning.self) == .uniform)
    #expect(
      try complaint("kmaens") { try $0.choice(of: Binning.self) }
        == "a.yaml:2:6: x: 'kmaens' is not known here; did you mean 'kmeans'? Known: kmeans, uniform")
    #expect(
      try complaint("otsu") { try $0.choice(of: Binning.self) }
        == "a.yaml:2:6: x: 'otsu' is not known here; known: kmeans, uniform")
  }

  @Test func listsAndMappings() throws {
    #expect(try setting("x: [4, 5]").required("x").items().map { try $0.int() } == [4, 5])
    #expect(
      try complaint("[1, a]") { try $0.items().map { try $0.int() } }
        == "a.yaml:2:10: x[1]: expected a whole number, found the text 'a'")
    #expect(try complaint("[1]") { try $0.items(count: 2...2) } == "a.yaml:2:6: x: expected 2 values, found 1")
    #expect(
      try complaint("[]") { try $0.items(count: 1 ... .max) } == "a.yaml:2:6: x: expected at least 1 value, found 0")
    #expect(
      try complaint("{b: 1, a: 2}") { try $0.keys("a", "be") }
        == "a.yaml:2:7: x.b: unknown key; did you mean 'be'? Known: a, be")
    #expect(
      try complaint("3") { try $0.keys("a") } == "a.yaml:2:6: x: expected a mapping (key: value), found the number 3")
    #expect(try complaint("{}") { try $0.keys("a").required("a") } == "a.yaml:2:6: x.a: is missing and has no default")
    #expect(try setting("x: {b: 1, a: 2}").required("x").entries().map(\.key) == ["b", "a"])
  }

  @Test func unknownKeysNameTheNearest() throws {
    let text = "tasks:\n  part: { parts: 6, binnning: kmeans }\n"
    let part = try Setting(try YAML.parse(text, name: "t.yaml")).keys("tasks").required("tasks").keys("part")
      .required("part")
    #expect(
      throws: ConfigurationError(
        at: SourceLocation(file: "t.yaml", line: 2, column: 21), path: "tasks.part.binnning",
        "unknown key; did you mean 'binning'? Known: parts, binning, reduction")
    ) { try part.keys("parts", "binning", "reduction") }
  }
}

@Suite struct WordingTests {
  @Test func distances() {
    #expect(Wording.editDistance("", "") == 0)
    #expect(Wording.editDistance("", "abc") == 3)
    #expect(Wording.editDistance("kitten", "sitting") == 3)
    #expect(Wording.editDistance("abcd", "acbd") == 1)
    #expect(Wording.editDistance("ca", "abc") == 3)  // optimal string alignment; full Damerau would say 2
  }

  @Test func nearestOnlyWhereNear() {
    #expect(Wording.nearest(to: "epohcs", in: ["batch", "epochs"]) == "epochs")
    #expect(Wording.nearest(to: "EPOCHS", in: ["batch", "epochs"]) == "epochs")
    #expect(Wording.nearest(to: "zzz", in: ["batch", "epochs"]) == nil)
    #expect(Wording.nearest(to: "a", in: ["b"]) == nil)
    #expect(Wording.nearest(to: String(repeating: "a", count: 100_000), in: ["epochs"]) == nil)
  }

  @Test func messagesStayOnOneLine() {
    #expect(Wording.printable("a\nb\u{1B}[31m\u{202E}") == "a\\u{a}b\\u{1b}[31m\\u{202e}")
    #expect(Wording.quoted(String(repeating: "x", count: 99)).count == 63)
  }

  /// Every text of up to five of these signs, against the rule as a regular expression.
  @Test func whatANumberIs() {
    let signs = ["", "0", "7", "+", "-", ".", "e", "E", "x", " ", "\u{301}", "\u{661}"]
    var texts: Set<String> = [""]
    for _ in 0..<5 {
      texts = Set(texts.flatMap { text in signs.map { text + $0 } }).filter { $0.unicodeScalars.count < 6 }
    }
    let rule = /[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?/
    let sample = texts.sorted().enumerated().filter { $0.offset % 7 == 0 }.map(\.element)
    #expect(sample.count > 10_000)
    #expect(sample.filter { Setting.isNumber($0) != ($0.wholeMatch(of: rule) != nil) } == [])
    for text in ["1e5", ".5", "5.", "-1.5E-3", "+0"] { #expect(Setting.isNumber(text), "\(text)") }
  }

  @Test func overridesAreNamed() {
    let error = ConfigurationError(at: SourceLocation(override: "train.epochs=x"), path: "train.epochs", "no")
    #expect(error.description == "command line, override `train.epochs=x`: train.epochs: no")
  }
}
