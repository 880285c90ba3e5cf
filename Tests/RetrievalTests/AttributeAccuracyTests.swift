import Retrieval
import Support
import Testing

@Suite struct AttributeAccuracyTests {
  let colour = AttributeAccuracy.Question(name: "colour", classes: 4, unlabelledColour: 3)
  let gender = AttributeAccuracy.Question(name: "gender", classes: 2)

  @Test func countsByHand() throws {
    // Ten images: five of class 0 (four right), two of class 1 (one right), none of class 2, three without a colour.
    let actual = [0, 0, 0, 0, 0, 1, 1, 3, 3, 3]
    let predicted = [0, 0, 0, 0, 1, 1, 0, 3, 0, 1]
    let result = try AttributeAccuracy([colour], predicted: [predicted], actual: [actual])
    let figures = result.attributes[0]
    #expect(figures.images == 10)
    #expect(abs(figures.accuracy - 0.5) < 1e-12, "saying 'other' is wrong too")
    #expect(abs(figures.majority - 0.5) < 1e-12)
    #expect(abs(figures.ceiling - 0.7) < 1e-12)
    #expect(abs(figures.balanced - (0.8 + 0.5) / 2) < 1e-12, "the class without images is left out")
    #expect(result.byName(\.ceiling) == ["colour": figures.ceiling])
  }

  @Test func unlabelledImagesDoNotCount() throws {
    let result = try AttributeAccuracy(
      [gender, colour], predicted: [[0, 1, 1, 0], [0, 0, 0, 0]], actual: [[0, 1, 0, -1], [-1, -1, -1, 2]])
    #expect(result.attributes.map(\.images) == [3, 1])
    #expect(abs(result.attributes[0].accuracy - 2.0 / 3) < 1e-12)
    #expect(abs(result.attributes[0].majority - 2.0 / 3) < 1e-12)
    #expect(result.attributes[0].ceiling == 1)
    #expect(abs(result.attributes[0].balanced - 0.75) < 1e-12)
    #expect(result.attributes[1].accuracy == 0 && result.attributes[1].balanced == 0)
    #expect(abs(result.mean - 1.0 / 3) < 1e-12)
  }

  @Test func attributesThatNoImageShowsAreLeftOut() throws {
    let result = try AttributeAccuracy([gender, colour], predicted: [[0], [0]], actual: [[-1], [0]])
    #expect(result.attributes.map(\.name) == ["colour"] && result.mean == 1)
    let dark = try AttributeAccuracy([colour], predicted: [[0, 1]], actual: [[3, 3]])
    #expect(dark.attributes[0].ceiling == 0 && dark.attributes[0].majority == 0 && dark.attributes[0].balanced == 0)
  }

  @Test func constantPredictionsScoreTheMajority() throws {
    let actual = [0, 1, 1, 2, 1, 3, 0]
    let result = try AttributeAccuracy(
      [colour], predicted: [[Int](repeating: 1, count: 7)], actual: [actual]
    ).attributes[0]
    #expect(result.accuracy == result.majority)
    #expect(abs(result.balanced - 1.0 / 3) < 1e-12)
  }

  @Test func badInputIsAnError() {
    for (predicted, actual) in [
      ([[0, 1]], [[0]]), ([[2]], [[0]]), ([[-1]], [[0]]), ([[0]], [[2]]), ([[0]], [[-2]]), ([[0]], [[-1]]), ([], [[0]]),
      ([[0]], []), ([[]], [[]]),
    ] as [([[Int]], [[Int]])] {
      #expect(throws: PlainError.self, "\(predicted) \(actual)") {
        try AttributeAccuracy([gender], predicted: predicted, actual: actual)
      }
    }
  }
}
