import Configuration
import Proofs
import Support
import Testing
import YAML

/// What the table of methods is written in.
struct TemplateTests {
  private static let values = """
    { width: 8, low: 2, parts: 6, off: 0, no: false, none: none, nothing: null, word: each, list: [a, c], numbers: [1, 0.5],
      group: { x: 1 } }
    """

  /// The text filled with the values above; the message where that fails.
  private func filled(_ text: String) throws -> String {
    let values = try YAML.parse(Self.values, name: "case.json")
    do throws(ConfigurationError) {
      let filled = try Template(YAML.parse(text, name: "table.yaml")).filled { name throws(ConfigurationError) in
        guard let value = values[key: name] else { throw ConfigurationError(at: nil, path: name, "is missing") }
        return value
      }
      return YAML.inline(filled)
    } catch {
      return error.description
    }
  }

  @Test(
    "places are filled",
    arguments: [
      ("{ a: $width, b: layer$low, c: plain }", "{ a: 8, b: layer2, c: plain }"),
      ("{ a: [$width, $group, 3] }", "{ a: [8, { x: 1 }, 3] }"),
      ("{ a: \"$low-th\", b: $ }", "{ a: \"2-th\", b: \"$\" }"),
      ("{ a: { when: $width, then: 1, else: 2 }, b: 3 }", "{ a: 1, b: 3 }"),
      ("{ a: { when: $off, then: 1, else: { b: $low } } }", "{ a: { b: 2 } }"),
      ("{ a: { when: $off, then: 1 }, b: { when: $no, then: 1 }, c: { when: $none, then: 1 } }", "{}"),
      ("{ a: { when: $nothing, then: 1 }, b: { when: $list, then: $unknown, else: 1 } }", "unknown: is missing"),
      (
        "{ a: { when: $word, has: each, then: 1, else: 2 }, b: { when: $list, has: b, then: 1, else: 2 } }",
        "{ a: 1, b: 2 }"
      ),
      ("{ a: [{ when: $off, then: 1 }, 2] }", "{ a: [2] }"),
      ("{ each: $list, of: { a: { x: $low }, b: $unknown, c: 1 } }", "{ a: { x: 2 }, c: 1 }"),
      ("{ a: { each: $list, of: $numbers } }", "{ a: { a: 1, c: 0.5 } }"),
    ])
  func fills(text: String, result: String) throws {
    #expect(try filled(text) == result)
  }

  @Test(
    "what does not fit is named where it is written",
    arguments: [
      ("{ a: x$list }", "case.json:1:95: list: expected a single value, found a list of 2 values"),
      ("{ a: { when: $off } }", "table.yaml:1:6: then: is missing"),
      ("{ a: { when: $off, than: 1 } }", "than: unknown key; did you mean 'then'?"),
      ("{ each: $list }", "of: is missing"),
      ("{ each: $width, of: {} }", "width: expected a list, found the number 8"),
      ("{ each: $list, of: { a: 1, b: 2 } }", "list[1]: 'c' is not known here"),
      ("{ each: [a, a], of: { a: 1 } }", "each[1]: 'a' stands here twice"),
      ("{ each: [a], of: $numbers }", "numbers: expected 1 value, found 2"),
    ])
  func faults(text: String, complaint: String) throws {
    let said = try filled(text)
    #expect(said.contains(complaint), "\(said)")
  }

  @Test("the names of all places, those of branches not taken too")
  func names() throws {
    let text = "{ a: $one, b: { when: $two, then: [x$three], else: { each: $four, of: { a: $five } } } }"
    #expect(Template(try YAML.parse(text, name: "table.yaml")).names == ["one", "two", "three", "four", "five"])
  }
}
