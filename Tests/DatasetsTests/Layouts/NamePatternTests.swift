import Datasets
import Foundation
import TestSupport
import Testing

@Suite struct NamePatternTests {
  private func groups(_ pattern: String, _ name: String) throws -> [String: String]? {
    try NamePattern(pattern).match(name)
  }

  @Test func namedGroupsAreFound() throws {
    let market = #"(?<identity>-?\d+)_c(?<camera>\d+)s\d+_.*\.jpg"#
    #expect(try groups(market, "0002_c1s1_000451_03.jpg") == ["identity": "0002", "camera": "1"])
    #expect(try groups(market, "-1_c12s1_x.jpg") == ["identity": "-1", "camera": "12"])
    #expect(try groups(market, "0002_c1s1_000451_03.png") == nil)
    #expect(try groups(market, "x0002_c1s1_000451_03.jpg") == nil)
    #expect(try groups(market, "") == nil)
    #expect(try groups("(?P<a>x)", "x") == ["a": "x"])
    #expect(try groups("^(?<a>x)$", "x") == ["a": "x"])
    #expect(try NamePattern("(?<b>x)(?<a>y)").groups == ["b", "a"])
  }

  /// Swift's own engine is the oracle, on patterns that cannot keep it busy.
  @Test(arguments: [
    "(?<a>.*)(?<b>.*)", "(?<a>.*?)(?<b>.*)", "(?<a>a|ab)(?<b>c|bcd)(?<c>d*)", "(?<a>a+?)(?<b>a*)",
    "(?<a>[^_]+)_(?<b>.+)",
    "(?<a>(?:ab)*)(?<b>a?)", "(?<a>[a-c]{2})(?<b>[a-c]{1,})", "(?<a>a{0,2}?)(?<b>.*)", "(?<a>x)|(?<b>.*)",
    "(?:(?<a>a)|b)*",
    #"(?<a>\w+)(?<b>\d)"#, #"(?<a>\.|\[|[\]\-.])(?<b>.*)"#, #"(?<a>[\]a]+)(?<b>[^\]]*)"#, "(?<a>)(?<b>.*)", "|(?<a>a)",
    "(?<a>a||b)b",
    "(?<a>(?:a|b|)*)b?(?<b>.*)", "(?<a>[-a]+)(?<b>[b-]*)",
  ])
  func matchesAreThoseOfOtherEngines(pattern: String) throws {
    let ours = try NamePattern(pattern)
    let theirs = try Regex(pattern)
    let names = [
      "", "a", "b", "x", "aa", "ab", "abc", "abcd", "aab", "a_b", "a__b", "_", "aaa", "abab", "ababa", "a1", "ab12",
      ".a",
      "[x", "]a", "-", "-b", "cab", "bbb", "é", "a\nb",
    ]
    for name in names {
      let found = try theirs.dotMatchesNewlines().wholeMatch(in: name)
      let expected = found.map { match in
        Dictionary(
          uniqueKeysWithValues: match.output.compactMap { part in
            part.name.flatMap { name in part.substring.map { (name, String($0)) } }
          })
      }
      #expect(ours.match(name) == expected, "\(pattern) on \(name.debugDescription)")
    }
  }

  @Test func everyCharacterOfANameIsTakenAsItIs() throws {
    let name = "it's \"me\" <b>\u{202e}é`$(touch gone)`\n.jpg"
    #expect(try groups(#"(?<a>.+)\.jpg"#, name)?["a"] == String(name.dropLast(4)))
    #expect(try groups("é(?<a>.)", "é\u{1f600}") == ["a": "\u{1f600}"])
    #expect(try groups(".*", String(repeating: "a", count: 1024)) == [:])
    #expect(try groups(".*", String(repeating: "a", count: 1025)) == nil)
  }

  /// Each would keep an engine that goes back without memory busy for years.
  @Test(arguments: [
    "(a+)+b", "(a|a)*b", "(.*)*(.*)*x", "(a*)*b", "((a?){30}){8}b", "(?<a>(?:.*?,)*?)b", ".*.*.*.*.*.*.*.*z",
  ])
  func noPatternTakesForever(pattern: String) throws {
    #expect(try groups(pattern, String(repeating: "a", count: 255)) == nil)
  }

  /// What a fault says to write, written, is understood and matches.
  @Test(arguments: [
    ("a)", #"write \) for"#, #"a\)"#, "a)"), ("a{", #"write \{ for"#, #"a\{"#, "a{"),
    ("a**", "put the first in ( )", "(a*)*", "aa"),
  ])
  func adviceIsUnderstood(pattern: String, advice: String, followed: String, name: String) throws {
    let fault = try #require(#expect(throws: NamePattern.Fault.self) { try NamePattern(pattern) })
    #expect(fault.reason.contains(advice), "\(fault)")
    #expect(try groups(followed, name) == [:])
  }

  @Test(arguments: [
    ("a)", 2, "closes nothing"), ("(a", 1, "not closed"), ("[a", 1, "not closed"), ("a**", 3, "another repetition"),
    ("*a", 1, "nothing before it"), ("a|+", 3, "nothing before it"), ("(?=a)", 3, "ahead or back"),
    ("(?<1a>x)", 4, "'1'"),
    ("(?<a>x)(?<a>y)", 11, "two groups 'a'"), ("(?<>x)", 4, "'<' and '>'"), (#"a\"#, 2, "ends after"),
    (#"\b"#, 2, #"'\b'"#), (#"(a)\1"#, 5, #"'\1'"#), ("a{", 3, "a number"), ("a{3,2}", 2, "smaller"),
    ("a{999}", 3, "255"),
    ("a{2", 4, "'}'"), ("[z-a]", 2, "no range"), ("a[0-\\d]", 3, "no range"), ("a^b", 2, "at the ends"),
    ("a$b", 2, "at the ends"),
    ("((a{250}){250})", 1, "too large"), (String(repeating: "a", count: 501), 501, "500"),
    (String(repeating: "(", count: 40), 32, "30 groups"),
  ])
  func faultsAreNamedWithTheirPlace(pattern: String, character: Int, reason: String) throws {
    let fault = try #require(#expect(throws: NamePattern.Fault.self) { try NamePattern(pattern) })
    #expect(fault.character == character && fault.reason.contains(reason), "\(pattern): \(fault)")
  }
}
