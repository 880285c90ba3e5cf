import Datasets
import Foundation

extension TinyProject {
  /// Writes joints and labels of all images, a little different for each person, and names them in the registry.
  package func addCues() throws {
    var people: [String] = []
    for path in folder.files() where path.hasPrefix("data/tiny/") && path.hasSuffix(".jpg") {
      let name = String(path.dropFirst("data/tiny/".count))
      let person = name.utf8.reduce(0) { $0 &* 31 &+ Int($1) } & 0xFF
      people.append(Self.person(named: name, person))
      try folder.write(
        PlainPNG(width: 32, height: 96, numbers: Self.labels(of: person)).bytes,
        to: "data/tiny/parsing/\(name.dropLast("jpg".count))png")
    }
    try folder.write("[\(people.joined(separator: ",\n"))]", to: "data/tiny/keypoints.json")
    try folder.write(
      """
      tiny:
        root: data/tiny
        layout: market1501
        attributes: market_attribute.mat
        cues: { keypoints: { file: keypoints.json }, parsing: { folder: parsing, labels: lip } }
        synthetic: true
      """, to: "datasets.yaml")
  }

  private static func person(named name: String, _ number: Int) -> String {
    let places: [(Int, Int)] = [
      (16, 12), (17, 11), (15, 11), (18, 12), (14, 12), (21, 22), (11, 22), (23, 34), (9, 34), (24, 46), (8, 46),
      (19, 48), (13, 48), (19, 66), (13, 66), (19, 84), (13, 84),
    ]
    let joints = places.enumerated().map { joint, place in
      "\(place.0 + number * joint % 3), \(place.1 + number * joint % 5), 0.9"
    }
    return "{\"image_id\": \"\(name)\", \"keypoints\": [\(joints.joined(separator: ", "))]}"
  }

  /// Hair, face, clothes, arms, trousers and shoes as bands on the background.
  private static func labels(of person: Int) -> [UInt8] {
    let bands: [(end: Int, left: UInt8, right: UInt8)] = [
      (12, 2, 2), (20, 13, 13), (48, 5, 5), (84 - person % 7, 9, 9), (92, 18, 19),
    ]
    return (0..<96).flatMap { row -> [UInt8] in
      let band = bands.first { row < $0.end }
      return (0..<32).map { column in
        guard let band, row > 4, (8..<24).contains(column) else { return 0 }
        if row > 22, row < 46, column < 11 { return 15 }
        if row > 22, row < 46, column > 20 { return 14 }
        return column < 16 ? band.right : band.left
      }
    }
  }
}
