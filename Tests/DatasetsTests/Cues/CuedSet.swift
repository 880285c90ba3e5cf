import Datasets
import Foundation
import Models
import Tensors
import TestSupport

/// A dataset of four pictures of 64 × 128 with joints and labels, to change files of.
struct CuedSet {
  let folder: TemporaryFolder
  var settings = CueSettings(
    keypoints: .init(.one("keypoints.json")), parsing: .init(folder: "parsing", scheme: .lip))
  var isSynthetic = false

  static let names = SmallSet.names
  static let (width, height) = (64, 128)

  init() throws {
    folder = try TemporaryFolder()
    for (number, name) in Self.names.enumerated() {
      let picture = Pictures.slope(width: Self.width, height: Self.height, seed: number + 1)
      try folder.write(try JPEG.encode(picture, quality: 95), to: name)
      try write(labels: Self.labels(seed: number), of: name)
    }
    try writeKeypoints(Self.names.indices.map { Self.person(named: Self.names[$0], seed: $0) })
  }

  /// Somebody in the middle, moved a little by the seed.
  static func joints(seed: Int) -> [Double] {
    let places: [(x: Double, y: Double)] = [
      (32, 20), (34, 18), (30, 18), (36, 19), (28, 19), (42, 32), (22, 32), (46, 46), (18, 46), (47, 58), (17, 58),
      (38, 62), (26, 62), (38, 88), (26, 88), (38, 112), (26, 112),
    ]
    var numbers: [Double] = []
    for (joint, place) in places.enumerated() {
      numbers.append(place.x + Double(seed * joint % 5) * 0.75)
      numbers.append(place.y - Double(seed * joint % 3) * 1.25)
      numbers.append(0.9)
    }
    return numbers
  }

  /// A person of the results form.
  static func person(named name: String, seed: Int = 0, joints: [Double]? = nil) -> String {
    "{\"image_id\": \"\(name)\", \"keypoints\": [\((joints ?? Self.joints(seed: seed)).map { "\($0)" }.joined(separator: ", "))]}"
  }

  func writeKeypoints(_ people: [String]) throws {
    try folder.write("[" + people.joined(separator: ", ") + "]", to: "keypoints.json")
  }

  /// A figure of bands of random classes on the background.
  static func labels(seed: Int, classes: Int = 20) -> [UInt8] {
    var stream = RandomStream(seed: UInt64(seed), name: "labels")
    let bands = (0..<16).map { _ in UInt8(stream.int(below: classes)) }
    var labels: [UInt8] = []
    for row in 0..<height {
      for column in 0..<width {
        let band = row / 16 + (column > 30 ? 8 : 0)
        labels.append(abs(column - 30) < 10 + row % 7 ? bands[band % 16] : 0)
      }
    }
    return labels
  }

  static func labelName(of name: String) -> String { "parsing/" + name.replacing(".jpg", with: ".png") }

  func write(labels: [UInt8], of name: String) throws {
    try folder.write(
      PlainPNG(width: Self.width, height: Self.height, numbers: labels).bytes, to: Self.labelName(of: name))
  }

  func open() throws -> Dataset {
    try Dataset(
      DatasetEntry(
        name: "small", root: folder.url.path, layout: .market1501, attributes: nil, cues: settings,
        isSynthetic: isSynthetic), root: folder.url)
  }

  func cues(_ cues: Set<Cue> = Set(Cue.allCases)) throws -> DatasetCues { try DatasetCues(of: try open(), cues) }

  /// All images, in the order of ``names``.
  static func images(of dataset: Dataset) -> [LabelledImage] { dataset.train + dataset.query + dataset.gallery }
}
