import Testing
import Trained

/// Which queries are shown.
@Suite struct ExampleChoiceTests {
  @Test("evenly spaced, each once, none outside")
  func evenly() {
    #expect(ExampleChoice.evenly(4, of: 192) == [24, 72, 120, 168])
    #expect(ExampleChoice.evenly(3, of: 3) == [0, 1, 2] && ExampleChoice.evenly(9, of: 2) == [0, 1])
    #expect(ExampleChoice.evenly(4, of: 0).isEmpty && ExampleChoice.evenly(1, of: 5) == [2])
  }

  @Test("the worst first, of equals the first, nobody twice")
  func worst() {
    let numbers = [0.5, 0.1, 0.9, 0.1, 0.3]
    #expect(ExampleChoice.worst(3, of: numbers) == [1, 3, 4])
    #expect(ExampleChoice.worst(2, of: numbers, without: [1, 4]) == [3, 0])
    #expect(ExampleChoice.worst(9, of: [2, 1]) == [1, 0])
  }

  @Test("hard ones: the least, and those at a tenth and a quarter")
  func hard() {
    #expect(ExampleChoice.hard(of: (0..<40).map { Double(40 - $0) }) == [39, 35, 29])
    #expect(ExampleChoice.hard(of: [3, 1]) == [1] && ExampleChoice.hard(of: []).isEmpty)
  }
}
