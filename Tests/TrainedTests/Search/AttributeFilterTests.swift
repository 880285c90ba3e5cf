import Datasets
import Support
import TestSupport
import Testing
import Trained

/// What `--where` means.
@Suite struct AttributeFilterTests {
  private let scheme = AttributeScheme.dukeMTMC

  private func filter(_ texts: String...) throws -> AttributeFilter { try AttributeFilter(texts, scheme: scheme) }

  /// Classes of Duke's ten attributes, all 0 but for some.
  private func classes(_ changes: [String: Int?]) -> [Int?] {
    scheme.attributes.map { changes[$0.name] ?? 0 }
  }

  @Test("all attributes must hold; of several values of one, any")
  func conditions() throws {
    let both = try filter("gender=female, backpack=yes")
    #expect(both.matches(classes(["gender": 1, "backpack": 1])))
    #expect(!both.matches(classes(["gender": 1])) && !both.matches(classes(["backpack": 1])))
    let either = try filter("upper_color=red", "upper_color=purple,upper_color=red")
    #expect(either.conditions == [.init(attribute: 3, classes: [2, 3])])
    #expect(either.matches(classes(["upper_color": 2])) && either.matches(classes(["upper_color": 3])))
    #expect(!either.matches(classes(["upper_color": 1])))
    #expect(either.words(scheme) == ["upper_color=red or purple"])
    #expect(try filter().isEmpty && filter().matches([]))
  }

  @Test("what nobody labelled never matches, whatever is wanted of it")
  func unlabelled() throws {
    for value in scheme.attributes[2].classes {
      #expect(try !filter("upper_length=\(value)").matches(classes(["upper_length": nil])))
      #expect(try !filter("upper_length=\(value)").matches([]))
    }
    let any = try filter(scheme.attributes[3].classes.map { "upper_color=\($0)" }.joined(separator: ","))
    #expect(any.matches(classes([:])) && !any.matches(classes(["upper_color": nil])))
  }

  @Test("attributes taken as independent: the product of the wanted values' probabilities")
  func probability() throws {
    var probabilities = scheme.attributes.map {
      [Double](repeating: 1 / Double($0.classes.count), count: $0.classes.count)
    }
    probabilities[0] = [0.25, 0.75]
    probabilities[3] = [0, 0, 0.5, 0.25, 0.25, 0, 0, 0, 0]
    #expect(try filter("gender=female,upper_color=red,upper_color=gray").probability(probabilities) == 0.75 * 0.75)
    #expect(try filter().probability(probabilities) == 1)
  }

  @Test("wrong words are named, with the nearest")
  func errors() {
    for (text, words) in [
      ("gendr=male", ["'gendr'", "did you mean 'gender'?"]),
      ("gender=mael", ["gender has no value 'mael'", "did you mean 'male'?"]),
      ("gender", ["'gender' is no condition", "attribute=value"]), ("", ["'' is no condition"]),
      ("gender=", ["is no condition"]), ("=male", ["is no condition"]), ("gender=male,", ["'' is no condition"]),
      ("gender=male=female", ["no value 'male=female'"]),
      ("upper_color=turquoise\n", ["turquoise\\u{a}", "known: black"]),
      ("<script>'\u{202e}=x", ["there is no attribute", "\\u{202e}"]),
    ] {
      do {
        _ = try filter(text)
        Issue.record("\(text.debugDescription) was taken")
      } catch {
        for word in words { #expect("\(error)".contains(word), "\(error)") }
        #expect(!"\(error)".contains("\n"))
      }
    }
  }

  @Test("like an image: its own values, nothing for what it has none of")
  func like() throws {
    let image = classes(["gender": 1, "hat": nil])
    let filter = try AttributeFilter(like: ["gender,hat", "boots"], classes: image, scheme: scheme)
    #expect(filter.words(scheme) == ["gender=female", "boots=no"])
    #expect(try AttributeFilter(like: ["gender"], classes: [], scheme: scheme).isEmpty)
    #expect(throws: PlainError.self) { try AttributeFilter(like: ["boot"], classes: image, scheme: scheme) }
    let both = try filter.and(self.filter("boots=yes,shoes=dark"))
    #expect(both.words(scheme) == ["gender=female", "boots=no or yes", "shoes=dark"])
  }
}
