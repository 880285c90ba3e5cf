import Configuration
import Foundation
import Support
import Testing
import YAML

/// What a text's parsing says is wrong with it, in full.
func complaint(_ text: String, limits: YAMLLimits = YAMLLimits()) -> String? {
  do {
    _ = try YAML.parse(text, name: "a.yaml", limits: limits)
    return nil
  } catch { return error.description }
}

@Suite struct YAMLParseTests {
  @Test func valuesKeepOrderStyleAndPlace() throws {
    let value = try YAML.parse("b: 1\n'a': [x, \"2\"]\nc:\n  d: |\n    long\n    text\n", name: "a.yaml")
    let entries = try #require(value.entries)
    #expect(entries.map(\.key) == ["b", "a", "c"])
    #expect(entries.map { $0.keyLocation?.line } == [1, 2, 3])
    #expect(value[key: "b"]?.scalar == YAMLScalar("1", isPlain: true))
    let items = try #require(value[key: "a"]?.items)
    #expect(items.map(\.scalar) == [YAMLScalar("x", isPlain: true), YAMLScalar("2", isPlain: false)])
    #expect(items[1].location?.description == "a.yaml:2:10")
    #expect(value[key: "c"]?[key: "d"]?.scalar == YAMLScalar("long\ntext\n", isPlain: false))
  }

  @Test func columnsCountCharactersNotBytes() {
    #expect(
      complaint("é: [ü, &a 1]")
        == "a.yaml:1:8: the anchor '&a' is not read; share settings with extends or variants")
  }

  @Test func whatWouldMultiplyASmallTextIsRefused() {
    #expect(complaint("a: *b") == "a.yaml:1:4: the alias '*b' is not read; write the value out")
    #expect(complaint("*b : 1") == "a.yaml:1:1: the alias '*b' is not read; write the value out")
    #expect(
      complaint("a: !!str 1")
        == "a.yaml:1:4: the tag 'tag:yaml.org,2002:str' is not read; leave it out")
    #expect(
      complaint("a:\n  <<: {b: 1}")
        == "a.yaml:2:3: the merge key '<<' is not read; share settings with extends or variants")
  }

  @Test func keysAreTextsAndStandOnce() {
    #expect(
      complaint("a: 1\nb: 2\na: 3")
        == "a.yaml:3:1: the key 'a' stands here a second time; the first is at line 1")
    #expect(complaint("? [a]\n: 1") == "a.yaml:1:3: a key must be a text, not a mapping or a sequence")
    #expect(complaint("'': 1") == "a.yaml:1:1: a key is empty")
  }

  @Test func brokenTextsNameThePlace() {
    #expect(
      complaint("a: [1, 2") == "a.yaml:2:1: no YAML: while parsing a flow sequence: did not find expected ',' or ']'")
    #expect(complaint("a: 1\n b: 2") == "a.yaml:2:3: no YAML: mapping values are not allowed in this context")
    #expect(complaint("") == "a.yaml:1:1: the text is empty; settings are expected")
    #expect(complaint("# only a comment\n") == "a.yaml:2:1: the text is empty; settings are expected")
    #expect(complaint("a: 1\n---\nb: 2\n") == "a.yaml:2:1: a second document starts here; a file holds one")
    #expect(complaint("a: 1\nb: \u{1}") == "a.yaml:2:4: control characters are not allowed")
    #expect(complaint("a: \0") == "a.yaml:1:4: control characters are not allowed")
  }

  @Test func badUTF8NamesThePlace() {
    for tail: [UInt8] in [
      [0xFF], [0xC3], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xC0, 0x80],
    ] {
      let bytes = Array("a: 1\né: ".utf8) + tail
      #expect(
        throws: ConfigurationError(
          at: SourceLocation(file: "a.yaml", line: 2, column: 4),
          "the text is not UTF-8 from here on; save the file as UTF-8")
      ) { try YAML.parse(bytes: bytes, source: .file("a.yaml")) }
    }
  }

  @Test func otherEncodingsAreRefused() {
    let utf16: [UInt8] = [0xFF, 0xFE] + Array("a: 1".utf8).flatMap { [$0, 0] }
    #expect(throws: ConfigurationError.self) { try YAML.parse(bytes: utf16, source: .file("a.yaml")) }
    #expect((try? YAML.parse("\u{FEFF}a: 1", name: "a.yaml"))?[key: "a"]?.scalar?.text == "1")
  }

  @Test func limitsHoldBeforeMemoryIsTaken() throws {
    let deep = String(repeating: "[", count: 500_000)
    #expect(complaint(deep) == "a.yaml:1:33: mappings and sequences lie more than 32 within each other")
    #expect(complaint(String(repeating: "[", count: 33) + String(repeating: "]", count: 33)) != nil)
    #expect(complaint(String(repeating: "[", count: 32) + String(repeating: "]", count: 32)) == nil)
    let block = (0..<1000).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
    #expect(complaint(block) == "a.yaml:33:33: mappings and sequences lie more than 32 within each other")
    let many = "[" + String(repeating: "1,", count: 300_000) + "]"
    #expect(complaint(many) == "a.yaml:1:100000: more than 50000 values and keys")
    let long = "a: " + String(repeating: "x", count: 70_000)
    #expect(complaint(long) == "a.yaml:1:4: a text of 70000 bytes; at most 65536 are read")
    #expect(complaint(String(repeating: "x", count: 70_000) + ": 1") != nil)
    let large = String(repeating: "#\n", count: 600_000)
    #expect(complaint(large) == "a.yaml:1:1: the text has 1200000 bytes; at most 1048576 are read")
  }

  @Test(arguments: [
    "{", "- ", "? ", "[{", "a: {", "!", "&", "*", "\"", "'", "%", "|\n ", "- - - ", "\t", "{a: [", "?\n", ":\n",
  ])
  func repeatedWithoutEndIsRefused(unit: String) {
    for count in [10, 1000] { _ = complaint(String(repeating: unit, count: count)) }
    // Doubled quotes are a text of 49,999 of them, shorter than the longest that is read.
    #expect((complaint(String(repeating: unit, count: 100_000)) == nil) == (unit == "'"))
  }

  @Test func filesAreReadOnlyWhereTheyAreFiles() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "aanet-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func complaint(_ file: URL) -> String? {
      do {
        _ = try YAML.parse(contentsOf: file, name: "x.yaml")
        return nil
      } catch { return error.description }
    }
    #expect(complaint(folder.appending(path: "none")) == "x.yaml: cannot be read: No such file or directory")
    #expect(complaint(folder) == "x.yaml: is no regular file")
    #expect(complaint(URL(filePath: "/dev/zero")) == "x.yaml: is no regular file")
    let pipe = folder.appending(path: "pipe")
    #expect(mkfifo(pipe.path, 0o600) == 0)
    #expect(complaint(pipe) == "x.yaml: is no regular file")
    let vast = folder.appending(path: "vast")
    #expect(FileManager.default.createFile(atPath: vast.path, contents: nil))
    #expect(truncate(vast.path, 1 << 40) == 0)
    #expect(complaint(vast) == "x.yaml: the text has 1099511627776 bytes; at most 1048576 are read")
    let good = folder.appending(path: "good")
    try Data("a: 1".utf8).write(to: good)
    #expect(complaint(good) == nil)
  }
}
