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
          + "from 1. \(list(strays)). Count them from 1, or describe the names yourself in \(DatasetLayout.fileName): "
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
        + "Remove what does not belong there, or correct the dataset's layout in \(DatasetLayout.fileName)")
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
