import Configuration
import Foundation
import Support
import TestSupport
import Testing
import YAML

/// Files as editors save them: byte order marks, other encodings, and blanks that only look like spaces.
@Suite struct TextFileTests {
  private func complaint(_ bytes: [UInt8]) -> String? {
    do {
      _ = try YAML.parse(bytes: bytes, source: .file("f.yaml"))
      return nil
    } catch { return error.description }
  }

  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  @Test func aByteOrderMarkIsPassedOver() throws {
    for text in ["train: { epochs: 5 }\n", "---\ntrain: { epochs: 5 }\n", "# a\ntrain:\n  epochs: 5\n"] {
      let marked = try YAML.parse(bytes: Self.mark + Array(text.utf8), source: .file("f"))
      #expect(try marked == YAML.parse(text, name: "f"), "places are those without the mark")
      #expect(try UTF8Text.string(of: Self.mark + Array(text.utf8), in: .file("f")) == text)
      #expect(try UTF8Text.string(of: Array(text.utf8), in: .file("f")) == text)
    }
    let folder = try TemporaryFolder()
    let file = try folder.write("\u{FEFF}a: 1\n", to: "f.yaml")
    #expect(try YAML.parse(contentsOf: file)[key: "a"] != nil)
    #expect(complaint(Self.mark) == "f.yaml:1:1: the text is empty; settings are expected")
  }

  @Test(arguments: [
    (String.Encoding.utf16, "UTF-16"), (.utf16LittleEndian, "UTF-16"), (.utf16BigEndian, "UTF-16"),
    (.utf32, "UTF-32"), (.utf32LittleEndian, "UTF-32"), (.utf32BigEndian, "UTF-32"),
  ])
  func anotherEncodingIsNamed(_ encoding: String.Encoding, _ name: String) throws {
    let data = try #require("title: Été\n".data(using: encoding))
    for bytes in [Array(data), Array(try #require("\u{FEFF}title: Été\n".data(using: encoding)))] {
      #expect(complaint(bytes) == "f.yaml:1:1: the text is \(name); save the file as UTF-8")
      #expect(throws: ConfigurationError.self) { try UTF8Text.string(of: bytes, in: .file("f")) }
    }
    // What it advises works.
    #expect(complaint(Array("title: Été\n".utf8)) == nil)
    #expect(
      complaint(Array("title: ".utf8) + [0xC9])
        == "f.yaml:1:8: the text is not UTF-8 from here on; save the file as UTF-8")
  }

  static let blanks: [(text: String, place: String)] = [
    ("train:\n\u{A0}\u{A0}epochs: 3\n", "2:1"), ("train:\n  batch: 8\n\u{A0} epochs: 3\n", "3:1"),
    ("train:\n  batch: 8\n \u{A0}epochs: 3\n", "3:2"), ("train:\n   batch: 8\n  \u{A0}epochs: 3\n", "3:3"),
    ("train:\n  epochs:\u{A0}3\n", "2:10"), ("train:\n  batch: 8\n  epochs:\u{A0}3\n  rate: 1\n", "3:10"),
    ("train:\n  epochs: \u{A0}3\n", "2:11"), ("train:\n  epochs: 3\u{A0}\n", "2:12"), ("epochs:\u{A0}3\n", "1:8"),
    ("a: 'b:\u{A0}c'\ntrain:\n  epochs:\u{A0}3\n  batch: 8\n", "3:10"), ("seeds:\n-\u{A0}1\n- 2\n", "2:2"),
    ("train: { epochs:\u{A0}3 }\n", "1:17"),
  ]

  @Test(arguments: blanks) func aNoBreakSpaceIsNamedWhereItStands(_ text: String, _ place: String) {
    let complaint = complaint(Array(text.utf8))
    #expect(
      complaint
        == "f.yaml:\(place): a no-break space (U+00A0) is a letter to YAML; type a plain space in its place, or put the "
        + "text in quotes", "\(text)")
    #expect(self.complaint(Array(text.replacing("\u{A0}", with: " ").utf8)) == nil, "what it advises works")
  }

  @Test func otherBlanksAreNamedAndTextsMayHoldThem() throws {
    #expect(complaint(Array("a: 1\nb:\u{2003}2\n".utf8))?.hasPrefix("f.yaml:2:3: the blank U+2003 is a letter") == true)
    #expect(
      complaint(Array("a: 1\n\u{FEFF}b: 2\n".utf8))?.hasPrefix(
        "f.yaml:2:1: the invisible character U+FEFF is a letter to YAML; remove it") == true)
    for text in [
      "title: 10\u{A0}000 images", "title: 'Étude\u{A0}: deux'", "title: '\u{A0}a'", "title: \"b:\u{A0}c\"",
      "title: |\n  \u{A0}a:\u{A0}b\n", "# \u{A0}a:\u{A0}b\ntitle: a",
    ] {
      #expect(complaint(Array(text.utf8)) == nil, "\(text)")
    }
  }
}
