import Configuration
import Foundation
import Testing
import YAML

@Suite struct YAMLEmitTests {
  static let texts = [
    "", " ", "a", "Lg+Lp", "Lg+Lp+La uncertainty", "yes", "No", "on", "n", "true", "null", "~", "1", "1e3", "-5",
    "0x10",
    ".5", "1_000", "12:30", ".inf", "nan", "a: b", "a #b", "#", "- a", "-", "---", "...", "? a", ": ", "a:", "[a]",
    "{a}", "a,b",
    "&a", "*a", "!a", "|", ">", "%", "@", "`rm -rf`", "$(reboot)", "'", "\"", "\\", "\\n", "it's \"quoted\"", "a\nb",
    "a\n", "\n", "a\r\nb",
    "\t", "a\tb", " a", "a ", "é", "日本語", "🙂", "👨‍👩‍👧", "\u{0}", "\u{1}", "\u{7F}", "\u{85}", "\u{A0}", "\u{2028}",
    "\u{2029}",
    "\u{FEFF}", "\u{FFFE}", "\u{10FFFF}", "\u{E000}", "e\u{301}", "<<", "=", String(repeating: "long ", count: 300),
    String(repeating: "x", count: 1500),
    "../base/quickstart.yaml", "/abs/path", "a=b", "2024-01-01",
  ]

  @Test(arguments: texts) func textsReadBackAsThemselves(_ text: String) throws {
    var value = YAMLValue.mapping([
      ("in", .sequence([.string(text), .mapping([("x", .string(text))])])), ("at", .mapping([("k", .string(text))])),
    ])
    if !text.isEmpty { value[key: text] = .mapping([("y", .string(text)), (text, .sequence([.int(1)]))]) }
    let written = YAML.text(of: value)
    let read = try YAML.parse(written, name: "a.yaml")
    #expect(text.isEmpty || read[key: text]?[key: "y"]?.scalar?.text == text, "\(written)")
    #expect(read[key: "in"]?.items?.first?.scalar?.text == text)
    #expect(read[key: "at"]?[key: "k"]?.scalar?.text == text)
    let inline = try YAML.parse(YAML.inline(value), name: "a.yaml")
    #expect(inline.withoutLocations == read.withoutLocations)
    #expect(inline[key: "at"]?[key: "k"].map { Setting($0).isNull } == false)
  }

  @Test func whatLooksLikeANumberIsQuoted() {
    for text in ["yes", "1e3", "", "null", "true", "0x10", "12:30", ".inf", "~", "off"] {
      #expect(YAML.inline(.string(text)) == "\"\(text)\"")
    }
    #expect(YAML.inline(.string("synthetic-duke")) == "synthetic-duke")
  }

  @Test func numbersReadBackExactly() throws {
    for number in [
      0.1, 5e-4, 1e-300, 1.0, 1e15, 1e300, -0.3, 1.0 / 3, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
    ] {
      #expect(try Setting(try YAML.parse(YAML.inline(.double(number)), name: "a")).double() == number)
    }
    #expect(YAML.inline(.double(1)) == "1")
    #expect(YAML.inline(.double(0.0005)) == "0.0005")
  }

  @Test func layout() {
    let value = YAMLValue.mapping([
      ("a", .int(1)), ("b", .mapping([("c", .sequence([.int(1), .int(2)])), ("d", .mapping([]))])),
      ("e", .sequence([.mapping([("f", .bool(true)), ("g", .string("x y"))])])),
    ])
    #expect(YAML.text(of: value) == "a: 1\nb:\n  c: [1, 2]\n  d: {}\ne: [{ f: true, g: x y }]\n")
    #expect(YAML.text(of: .mapping([])) == "{}\n")
    #expect(YAML.text(of: .sequence([])) == "[]\n")
  }
}

@Suite struct YAMLNothingTests {
  /// A value that is nothing in one of its spellings is nothing when it is read back, and a text that looks so a text.
  @Test(arguments: ["", "~", "null", "Null", "NULL", "nUll", "'Null'", "'~'", "''", "\"null\""])
  func nothingReadsBackAsNothing(text: String) throws {
    let value = try YAML.parse("a: \(text)", name: "a.yaml")
    let again = try YAML.parse(YAML.text(of: value), name: "again.yaml")
    let (first, second) = (Setting(try #require(value[key: "a"])), Setting(try #require(again[key: "a"])))
    #expect(first.isNull == second.isNull && (first.isNull || first.value.scalar?.text == second.value.scalar?.text))
    #expect(first.isNull == !(text.contains("'") || text.contains("\"") || text == "nUll"))
  }
}

@Suite struct YAMLJSONTests {
  @Test func plainScalarsKeepTheirType() throws {
    let value = try YAML.parse("{a: 1, b: '1', c: 5e-4, d: true, e: none, f: [~, x], g: {}}", name: "a.yaml")
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(
      String(decoding: try encoder.encode(value), as: UTF8.self)
        == #"{"a":1,"b":"1","c":0.0005,"d":true,"e":"none","f":[null,"x"],"g":{}}"#)
  }
}
