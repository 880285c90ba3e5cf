import Configuration
import Support
import Testing
import YAML

/// Settings that follow from their list of keys.
@Suite struct ConfigurableTests {
  enum Colour: String, CaseIterable { case red, green }

  struct Inner: Configurable {
    var share = 0.5
    static let keys: [Key<Inner>] = [Key("share", \.share, .number(in: 0...1), "A share.")]
  }

  struct Outer: Configurable {
    var name = ""
    var count = 3
    var colour = Colour.red
    var list: [Int] = [1, 2]
    var inner = Inner()
    var optional: Inner?
    var young = false

    static let keys: [Key<Outer>] = [
      Key("name", \.name, .text(maximum: 5), "A name.", isRequired: true),
      Key("count", \.count, .int(in: 1...9), "A count."), Key("colour", \.colour, .word, "A colour."),
      Key("list", \.list, .list(of: .int(in: 0...9), count: 0...3), "A list."),
      Key("inner", \.inner, .group, "A group."),
      Key(
        "optional", \.optional, .optional(.group, or: "none", expected: "none or { share: 0.5 }"), "A group or none."),
      Key("young", \.young, .flag, "Younger than some records.", isYounger: true),
    ]
  }

  private func outer(_ text: String) throws -> Outer { try Outer(Setting(try YAML.parse(text, name: "f"))) }

  private func complaint(_ text: String) -> String? {
    do {
      _ = try outer(text)
      return nil
    } catch { return "\(error)" }
  }

  @Test func whatIsNotWrittenHasItsDefault() throws {
    #expect(try outer("name: a") == Outer(name: "a"))
    let all = Outer(
      name: "b", count: 9, colour: .green, list: [], inner: Inner(share: 1), optional: Inner(share: 0), young: true)
    let text = "{name: b, count: 9, colour: green, list: [], inner: {share: 1}, optional: {share: 0}, young: true}"
    #expect(try outer(text) == all)
    #expect(try outer(YAML.text(of: all.yaml)) == all)
  }

  @Test func keysAreWrittenInTheirOrder() {
    #expect(
      YAML.inline(Outer(name: "a").yaml)
        == "{ name: a, count: 3, colour: red, list: [1, 2], inner: { share: 0.5 }, optional: none }")
    #expect(YAML.inline(Outer(name: "a", young: true).yaml).hasSuffix("young: true }"))
  }

  @Test func everyFaultHasItsPlace() {
    for (text, expected) in [
      ("count: 3", "f:1:1: name: is missing and has no default"),
      ("{name: a, cuont: 3}", "f:1:11: cuont: unknown key; did you mean 'count'?"),
      ("{name: a, count: 10}", "f:1:18: count: 10 is out of range; from 1 to 9"),
      ("{name: a, colour: gren}", "f:1:19: colour: 'gren' is not known here; did you mean 'green'?"),
      ("{name: a, list: [1, 10]}", "f:1:21: list[1]: 10 is out of range; from 0 to 9"),
      ("{name: a, list: 1}", "f:1:17: list: expected a list, found the number 1"),
      ("{name: a, inner: {share: 2}}", "f:1:26: inner.share: 2 is out of range; from 0 to 1"),
      ("{name: a, optional: 3}", "f:1:21: optional: expected none or { share: 0.5 }, found the number 3"),
      ("{name: abcdef}", "f:1:8: name: a text of 6 characters; at most 5 are allowed"),
    ] {
      #expect(complaint(text)?.hasPrefix(expected) == true, "\(complaint(text) ?? "accepted")")
    }
  }

  @Test func aMappingIsLaidOverWhatIsThere() throws {
    var outer = Outer(name: "a", count: 7, inner: Inner(share: 0.25))
    try outer.read(Setting(try YAML.parse("{name: b, inner: {}}", name: "f")))
    #expect(outer == Outer(name: "b", count: 7, inner: Inner(share: 0.25)))
  }

  @Test func keysDescribeThemselves() {
    let keys = Outer.keys.map(\.description)
    #expect(keys.map(\.name) == ["name", "count", "colour", "list", "inner", "optional", "young"])
    #expect(
      keys.map(\.words) == [
        "text", "whole number, 1 to 9", "red, green", "list of 0 to 3: whole number, 0 to 9", "settings",
        "none, or settings", "true or false",
      ])
    #expect(keys[0].initial == nil && keys[1].initial == .int(3) && keys[6].initial == .bool(false))
    #expect(keys[4].within?.map(\.name) == ["share"] && keys[5].within?.map(\.name) == ["share"])
  }
}
