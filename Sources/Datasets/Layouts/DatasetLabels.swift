import Foundation
import Support
import Tensors

/// Who and which camera each image of a dataset shows, told by the names of all three lists.
struct DatasetLabels {
  /// The labelled images of each split, in the order of their names.
  let images: [DatasetLayout.Split: [LabelledImage]]
  let identityNames: IdentityNames

  /// Reads the names.
  ///
  /// - Throws: ``PlainError`` where names do not follow the layout: how many, and the first of them.
  init(_ folders: [DatasetLayout.Split: SplitFolder], layout: DatasetLayout) throws(PlainError) {
    // In a fixed order, so that the same mistakes always give the same message.
    let folders = DatasetLayout.Split.allCases.compactMap { split in folders[split].map { (split, $0) } }
    switch layout {
    case .benchmark(let benchmark):
      var images: [DatasetLayout.Split: [LabelledImage]] = [:]
      for (split, folder) in folders {
        let labels = folder.names.map { benchmark.labels(ofFileNamed: $0) }
        try Self.requireAll(labels, in: folder, layout)
        images[split] = zip(folder.names, labels).compactMap { name, label in
          label.map { folder.image(name, identity: $0.identity, camera: $0.camera) }
        }
      }
      self.images = images
      identityNames = .numbers
    case .own(let own):
      var texts: [DatasetLayout.Split: [(identity: String, camera: String)]] = [:]
      for (split, folder) in folders {
        let labels = folder.names.map(own.labels)
        try Self.requireAll(labels, in: folder, layout)
        texts[split] = labels.compactMap { $0 }
      }
      let people = IdentityNames(texts.values.joined().map(\.identity).filter { own.distractorOrJunk($0) == nil })
      let cameras = IdentityNames(texts.values.joined().map(\.camera))
      var images: [DatasetLayout.Split: [LabelledImage]] = [:]
      for (split, folder) in folders {
        images[split] = zip(folder.names, texts[split] ?? []).map { name, label in
          folder.image(
            name, identity: own.distractorOrJunk(label.identity) ?? people.number(of: label.identity) ?? 0,
            camera: cameras.number(of: label.camera) ?? 0)
        }
      }
      self.images = images
      identityNames = people
    }
  }

  private static func requireAll<Label>(
    _ labels: [Label?], in folder: SplitFolder, _ layout: DatasetLayout
  ) throws(PlainError) {
    let strays = zip(folder.names, labels).filter { $0.1 == nil }.map(\.0)
    guard !strays.isEmpty else { return }
    let place = "\(folder.folder.path.quoted): \(strays.count) of \(folder.names.count) image names"
    if case .benchmark(let benchmark) = layout, strays.allSatisfy(benchmark.hasCameraZero) {
      throw PlainError(
        "\(place) \(strays.count == 1 ? "shows" : "show") camera 0: the layout '\(benchmark.rawValue)' counts cameras "
          + "from 1. \(list(strays)). Count them from 1, or describe the names yourself in \(DatasetRegistry.fileName): "
          + "\(benchmark.asOwnLayout) and attribute_scheme: \(benchmark.rawValue)")
    }
    if case .own(let own) = layout, strays.allSatisfy({ own.pattern.match($0) != nil }) {
      throw PlainError(
        "\(place) \(strays.count == 1 ? "matches" : "match") \(layout.expectedNames), but with nothing in the group "
          + "'identity' or 'camera'. \(list(strays)). Each must match at least a letter, as \\d+ does and \\d* does not"
      )
    }
    throw PlainError(
      "\(place) \(strays.count == 1 ? "does" : "do") not follow \(layout.expectedNames). \(list(strays)). "
        + "Remove what does not belong there, or correct the dataset's layout in \(DatasetRegistry.fileName)")
  }

  /// `They are 'a.jpg', 'b.jpg' and 3 more`.
  private static func list(_ names: [String]) -> String {
    let more = names.count > 5 ? " and \(names.count - 5) more" : ""
    return (names.count == 1 ? "It is " : "They are ") + names.prefix(5).map(\.quoted).joined(separator: ", ") + more
  }
}

extension SplitFolder {
  fileprivate func image(_ name: String, identity: Int, camera: Int) -> LabelledImage {
    LabelledImage(
      file: folder.appendingPathComponent(name, isDirectory: false), name: name, identity: identity, camera: camera)
  }
}

extension OwnLayout {
  /// What a name says of identity and camera; nil where it does not match or one of the two is empty.
  fileprivate func labels(_ name: String) -> (identity: String, camera: String)? {
    guard let found = pattern.match(name), let identity = found["identity"], let camera = found["camera"],
      !identity.isEmpty, !camera.isEmpty
    else { return nil }
    return (identity, camera)
  }
}

/// An image file of a split and what its name says: who is on it and which camera saw them.
package struct LabelledImage: Hashable, Sendable {
  package let file: URL
  /// The file's name, the order of the benchmarks.
  package let name: String
  /// The person, from 1; 0 is a distractor (nobody of the dataset), −1 is junk (a detection that never counts).
  package let identity: Int
  /// The camera, from 1.
  package let camera: Int

  package init(file: URL, name: String, identity: Int, camera: Int) {
    self.file = file
    self.name = name
    self.identity = identity
    self.camera = camera
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
    return AttributeTable.identityText(number)
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
