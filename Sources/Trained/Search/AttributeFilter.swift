import Datasets
import Support

/// What somebody wants to be true of an image's attributes: `gender=male,backpack=yes`.
///
/// Of several values of one attribute any will do; of several attributes all must hold. An attribute without a value
/// (one that the annotators left out) never holds.
package struct AttributeFilter: Equatable, Sendable {
  /// One attribute and the values that will do.
  package struct Condition: Equatable, Sendable {
    /// The attribute's place in the scheme.
    package let attribute: Int
    /// The classes that will do, at least one.
    package var classes: [Int]

    /// Names an attribute and its wanted classes.
    package init(attribute: Int, classes: [Int]) {
      self.attribute = attribute
      self.classes = classes
    }
  }

  /// The conditions, each of another attribute, in the order in which they were named.
  package private(set) var conditions: [Condition] = []

  /// Wants nothing.
  package init() {}

  /// Reads conditions.
  ///
  /// - Parameter texts: each `attribute=value`, several divided by commas.
  /// - Throws: ``PlainError`` with the nearest word where an attribute or a value is none of the scheme's.
  package init(_ texts: [String], scheme: AttributeScheme) throws(PlainError) {
    for term in texts.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
      let parts = term.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(Self.trimmed)
      guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
        throw PlainError(
          "\(Wording.quoted(String(term))) is no condition; write attribute=value, as in gender=male,backpack=yes")
      }
      let place = try Self.place(of: parts[0], in: scheme)
      let definition = scheme.attributes[place]
      guard let value = definition.classes.firstIndex(of: parts[1]) else {
        throw PlainError(
          Wording.unknown(
            "\(definition.name) has no value \(Wording.quoted(parts[1]))", parts[1], among: definition.classes))
      }
      add(Condition(attribute: place, classes: [value]))
    }
  }

  /// Wants some attributes to have the values that an image has.
  ///
  /// - Parameters:
  ///   - texts: attributes' names, several divided by commas.
  ///   - classes: the image's class of each attribute of the scheme; empty where nothing is known of it.
  /// - Throws: ``PlainError`` with the nearest word where an attribute is none of the scheme's.
  package init(like texts: [String], classes: [Int?], scheme: AttributeScheme) throws(PlainError) {
    for name in texts.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }).map(Self.trimmed) {
      let place = try Self.place(of: name, in: scheme)
      if classes.indices.contains(place), let value = classes[place] {
        add(Condition(attribute: place, classes: [value]))
      }
    }
  }

  /// Both filters' conditions.
  package func and(_ other: AttributeFilter) -> AttributeFilter {
    var both = self
    for condition in other.conditions { both.add(condition) }
    return both
  }

  /// Whether nothing is wanted.
  package var isEmpty: Bool { conditions.isEmpty }

  /// Whether an image's classes are what is wanted; an attribute without a value (nil, or an empty list for an image that
  /// nobody labelled) never is.
  package func matches(_ classes: [Int?]) -> Bool {
    conditions.allSatisfy { condition in
      guard classes.indices.contains(condition.attribute), let value = classes[condition.attribute] else {
        return false
      }
      return condition.classes.contains(value)
    }
  }

  /// How likely an image is what is wanted, attributes taken as independent: the product over the conditions of the
  /// summed probabilities of their classes.
  package func probability(_ probabilities: [[Double]]) -> Double {
    conditions.reduce(1) { product, condition in
      product * condition.classes.reduce(0) { $0 + probabilities[condition.attribute][$1] }
    }
  }

  /// The conditions as they are written: `gender=male`; `upper_color=red or blue` where several will do.
  package func words(_ scheme: AttributeScheme) -> [String] {
    conditions.map { condition in
      let attribute = scheme.attributes[condition.attribute]
      return "\(attribute.name)=" + condition.classes.map { attribute.classes[$0] }.joined(separator: " or ")
    }
  }

  private mutating func add(_ condition: Condition) {
    if let known = conditions.firstIndex(where: { $0.attribute == condition.attribute }) {
      conditions[known].classes += condition.classes.filter { !conditions[known].classes.contains($0) }
    } else {
      conditions.append(condition)
    }
  }

  private static func place(of name: String, in scheme: AttributeScheme) throws(PlainError) -> Int {
    guard let place = scheme.index(of: name) else {
      throw PlainError(
        Wording.unknown(
          "there is no attribute \(Wording.quoted(name))", name, among: scheme.attributes.map(\.name)))
    }
    return place
  }

  private static func trimmed(_ text: Substring) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
