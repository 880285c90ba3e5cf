import Datasets
import Foundation
import Tensors

/// A project folder with a dataset of a few drawn rectangles and an experiment that trains in a second, for tests of
/// everything from YAML to report.
package struct TinyProject: Sendable {
  /// The folder that holds it.
  package let folder: TemporaryFolder

  /// Its place.
  package var url: URL { folder.url }

  /// The experiment's YAML. `tiny` is the dataset, eight identities with six training images each.
  package static let experiment = """
    title: A tiny experiment
    dataset: tiny
    backbone: { block: basic, blocks: [1, 1, 1, 1], width: 16 }
    input: { size: [96, 32] }
    head: { width: 16 }
    train: { epochs: 3, batch: 8, rate: { new: 0.05, step: { at: [2] } } }
    evaluate: { batch: 16 }
    seeds: [1]
    variants:
      all: { loss: { weights: uncertainty } }
      plain: { tasks: [global], loss: { weights: { global: 1 } } }
    """

  /// Makes the folder.
  ///
  /// - Throws: what writing the files throws.
  package init() throws {
    folder = try TemporaryFolder()
    try folder.write(
      """
      tiny:
        root: data/tiny
        layout: market1501
        attributes: market_attribute.mat
        synthetic: true
      """, to: "datasets.yaml")
    try folder.write(Self.experiment, to: "experiments/tiny.yaml")
    try Self.writeImages(to: folder)
    let scheme = AttributeScheme.market1501
    func labels(_ identity: Int) -> AttributeTable.Labels {
      scheme.attributes.map { [identity % $0.classes.count].filter { $0 < 2 } }
    }
    let train = Dictionary(uniqueKeysWithValues: (1...8).map { ($0, labels($0)) })
    let test = Dictionary(uniqueKeysWithValues: (11...14).map { ($0, labels($0)) })
    try AttributeTable(scheme: scheme, train: train, test: test)
      .write(to: url.appendingPathComponent("data/tiny/market_attribute.mat"))
  }

  private static func writeImages(to folder: TemporaryFolder) throws {
    for identity in 1...8 {
      for shot in 0..<6 { try write(identity, camera: shot % 3 + 1, shot, "bounding_box_train", to: folder) }
    }
    for identity in 11...14 {
      try write(identity, camera: 1, 0, "query", to: folder)
      for shot in 1..<4 { try write(identity, camera: shot, shot, "bounding_box_test", to: folder) }
    }
    try write(0, camera: 2, 0, "bounding_box_test", to: folder)
    try write(-1, camera: 3, 0, "bounding_box_test", to: folder)
  }

  private static func write(
    _ identity: Int, camera: Int, _ shot: Int, _ split: String, to folder: TemporaryFolder
  ) throws {
    var stream = RandomStream(seed: UInt64(shot), name: "tiny/\(identity)")
    let colour = RandomStream.colour(of: identity)
    var image = Image(width: 32, height: 96, red: 90, green: 90, blue: 90)
    let left = 6 + stream.int(below: 6)
    for y in 8..<88 {
      for x in left..<left + 14 {
        for channel in 0..<3 {
          let shade = y < 48 ? colour[channel] : 255 - colour[channel]
          image.pixels[(y * 32 + x) * 3 + channel] = UInt8(clamping: shade + stream.int(below: 30) - 15)
        }
      }
    }
    let number = identity < 0 ? "-1" : String(format: "%04d", identity)
    let name = "\(number)_c\(camera)s1_\(String(format: "%06d", shot))_01.jpg"
    try folder.write(try JPEG.encode(image, quality: 90), to: "data/tiny/\(split)/\(name)")
  }
}

extension RandomStream {
  fileprivate static func colour(of identity: Int) -> [Int] {
    var stream = RandomStream(seed: 7, name: "colour/\(identity)")
    return (0..<3).map { _ in stream.int(below: 256) }
  }
}
