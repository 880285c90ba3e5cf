import Datasets
import Foundation
import Support
import Testing

/// Attribute files of scipy and Octave, whose fields have each numeric class in turn (Fixtures/attributes/make_fixtures.py).
@Suite struct NumericClassTests {
  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/attributes", isDirectory: true)

  private func file(_ name: String) -> URL { Self.fixtures.appendingPathComponent("\(name).mat") }

  @Test(arguments: ["scipy", "scipy-plain", "octave-v6", "octave-v7"])
  func everyNumericClassIsRead(name: String) throws {
    let scheme = AttributeScheme.market1501
    func labels(_ identities: [Int]) -> [Int: AttributeTable.Labels] {
      Dictionary(
        uniqueKeysWithValues: identities.map { identity in
          (
            identity,
            scheme.attributes.map { attribute in
              attribute.name == "hat" ? [0] : [identity % (attribute.otherClass ?? attribute.classes.count)]
            }
          )
        })
    }
    let expected = try AttributeTable(scheme: scheme, train: labels([1, 2, 3]), test: labels([11, 12]))
    #expect(try AttributeTable(contentsOf: file(name), scheme: scheme) == expected)
  }

  @Test func listsAndPredictionsOfPlainIntegersAreRead() throws {
    #expect(try IdentityList.read(file("identities")) == [-1, 0, 1, 1501])
    let predictions = try AttributePredictions(contentsOf: file("predictions"), scheme: .market1501)
    #expect(predictions.classes.map { $0[0] + 1 } == [1, 2, 4, 1, 2, 1, 2, 1, 2, 1, 8, 9])
  }

  @Test(arguments: [
    (
      "fraction",
      "train.age: 0002 has the value 2.5, which has no meaning; expected is 1 to 4, or 0 where nothing is known"
    ),
    ("nan", "train.age: 0002 has the value nan, which has no meaning"),
    ("infinite", "train.age: 0002 has the value inf, which has no meaning"),
    ("int64-negative", "train.age: 0002 has the value -1, which has no meaning"),
    ("int64-beyond", "train.age: value 2 has more than the 53 bits"),
    ("uint64-beyond", "train.age: value 2 has more than the 53 bits"),
    ("logical-false", "train.hat: logical values are 0 and 1; expected are 1 for no and 2 for yes: store 1 + hat"),
    ("logical-colour", "train.upred: logical values are 0 and 1"),
    ("complex", "holds what attribute files do not: sparse or complex numbers"),
    ("sparse", "holds what attribute files do not: sparse or complex numbers"),
    ("text", "train.age is text; expected is an array of real numbers"),
    ("index-of-numbers", "image_index is an array of numbers; expected is a cell array of texts"),
    ("index-of-letters", "image_index is text; expected is a cell array of texts"),
    ("octave-text", "is a file in a format of Octave's own; save it with MATLAB's or Octave's save -v7"),
    ("octave-binary", "is a file in a format of Octave's own; save it with"),
  ])
  func whatHasNoMeaningIsRefusedByName(name: String, words: String) throws {
    let file = file("refused/\(name)")
    let error = #expect(throws: PlainError.self) { try AttributeTable(contentsOf: file, scheme: .market1501) }
    let text = try #require(error).description
    #expect(text.contains("\(name).mat") && text.contains(words), "\(text)")
  }
}
