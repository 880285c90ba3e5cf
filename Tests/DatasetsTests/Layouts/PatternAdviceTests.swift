import Configuration
import Datasets
import Testing
import YAML

/// What an error in a name's pattern, or in the registry, tells a person to write is written, and is right.
@Suite struct PatternAdviceTests {
  /// A pattern with a fault, the words that say what to write, the pattern that does, and a name that it then matches.
  static let patterns: [(fault: String, words: String, remedy: String, name: String)] = [
    ("a)b", "')' closes nothing; write \\) for the character", "a\\)b", "a)b"),
    ("a^b", "stands at the ends only; write \\^ for it", "a\\^b", "a^b"),
    ("a$b", "stands at the ends only; write \\$ for it", "a\\$b", "a$b"),
    ("a+*", "follows another repetition; put the first in ( )", "(a+)*", "aa"),
    ("a{x}", "expected a number; write \\{ for the character '{'", "a\\{x}", "a{x}"),
  ]

  @Test(arguments: patterns)
  func whatAFaultAdvisesIsRight(_ advice: (fault: String, words: String, remedy: String, name: String)) throws {
    #expect { try NamePattern(advice.fault) } throws: { "\($0)".contains(advice.words) }
    #expect(try NamePattern(advice.remedy).match(advice.name) != nil)
  }

  /// An entry of the registry with a fault, the words, and the entry that does.
  static let entries: [(fault: String, words: String, remedy: String)] = [
    (
      "layout: { folders: { train: a, query: b, gallery: c }, pattern: '(?<identity>.)_(?<cam>.)' }",
      "write (?<camera>…) around it",
      "layout: { folders: { train: a, query: b, gallery: c }, pattern: '(?<identity>.)_(?<camera>.)' }"
    ),
    (
      "layout: { folders: { train: a, query: b, gallery: c }, pattern: '(?<identity>.)_(?<camera>.)' }\n  attributes: a.mat",
      "'attribute_scheme' says whose attributes the file lists: market1501, dukemtmc",
      "layout: { folders: { train: a, query: b, gallery: c }, pattern: '(?<identity>.)_(?<camera>.)' }\n  attributes: a.mat\n"
        + "  attribute_scheme: market1501"
    ),
    ("layout: market150", "did you mean 'market1501'?", "layout: market1501"),
    ("layout: market1501\n  scale: fulll", "did you mean 'full'?", "layout: market1501\n  scale: full"),
  ]

  @Test(arguments: entries)
  func whatTheRegistryAdvisesIsRight(_ advice: (fault: String, words: String, remedy: String)) throws {
    func registry(_ text: String) throws -> DatasetRegistry {
      try DatasetRegistry(YAML.parse("d:\n  root: data/d\n  \(text)\n", name: "datasets.yaml"))
    }
    #expect { try registry(advice.fault) } throws: { "\($0)".contains(advice.words) }
    #expect(try registry(advice.remedy).entries["d"] != nil)
  }
}
