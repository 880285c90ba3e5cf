import Foundation

/// An image file of a split and what its name says: who is on it and which camera saw them. Or a box of somebody's frame,
/// which is cut out before it is resized, as if it had been saved as an image of its own.
package struct LabelledImage: Hashable, Sendable {
  package let file: URL
  /// The file's name, the order of the benchmarks.
  package let name: String
  /// The person, from 1; 0 is a distractor (nobody of the dataset), −1 is junk (a detection that never counts).
  package let identity: Int
  /// The camera, from 1.
  package let camera: Int
  /// The part of the file's image that is meant; nil where it is all of it.
  package let box: FrameBox?

  package init(file: URL, name: String, identity: Int, camera: Int, box: FrameBox? = nil) {
    self.file = file
    self.name = name
    self.identity = identity
    self.camera = camera
    self.box = box
  }
}

/// What identities and cameras are called in a dataset, and the numbers that stand for them.
///
/// Where every name is a decimal number above 0, that is its number, and `7` and `0007` are the same. Otherwise the
/// names, ordered byte by byte, are numbered from 1: the same names always get the same numbers.
package struct IdentityNames: Hashable, Encodable, Sendable {
  /// The names in order, number 1 first; nil where names are numbers.
  package let texts: [String]?
  private let numbers: [String: Int]

  /// Names that are numbers, as the known benchmarks have them.
  package static let numbers = IdentityNames([])

  package init(_ names: some Sequence<String>) {
    let names = Set(names)
    let areNumbers = names.allSatisfy { Self.number($0) != nil }
    self.init(ordered: areNumbers ? nil : names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
  }

  private init(ordered: [String]?) {
    texts = ordered
    numbers = Dictionary(uniqueKeysWithValues: zip(ordered ?? [], 1...))
  }

  /// The number of a name; nil where it has none.
  package func number(of name: String) -> Int? { texts == nil ? Self.number(name) : numbers[name] }

  /// The name of a number: at least four digits where names are numbers.
  package func name(of number: Int) -> String {
    if let texts, texts.indices.contains(number - 1) { return texts[number - 1] }
    let digits = String(number)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// These names and behind them, in order, those that are not among them; as they are where names are numbers.
  func adding(_ names: some Sequence<String>) -> IdentityNames {
    guard let texts else { return self }
    let others = Set(names).subtracting(texts).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return others.isEmpty ? self : IdentityNames(ordered: texts + others)
  }

  /// Writes the names in order, or null where they are numbers.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(texts)
  }

  private static func number(_ name: String) -> Int? {
    guard (1...9).contains(name.utf8.count), name.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let number = Int(name),
      number > 0
    else { return nil }
    return number
  }
}
