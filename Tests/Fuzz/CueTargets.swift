import Datasets
import Foundation
import Models
import Tensors
import TestSupport

/// Files of key points in both forms, and what is made of the people in them.
struct KeypointTarget: FuzzTarget {
  private let names = ImageNames([
    "bounding_box_train/0002_c1s1_000451_03.jpg", "query/0005_c2s1_000001_00.jpg", "a.jpg",
  ])

  func feed(_ bytes: [UInt8]) {
    guard let file = try? KeypointFile(bytes, names: names) else { return }
    let (height, width) = (32, 16)
    for pose in Array(file.poses.values) + file.poses.values.map({ $0.mirrored(width: 64) }) {
      let points = BodyPoints(pose, width: 64, height: 128, threshold: 0.2)
      for part in BodyCrop.Part.allCases {
        let box = BodyBox(BodyCrop(part, neckOverlap: 15, hipsOverlap: 15, height: 8, width: 8), of: points)
          .pixels(height: 128, width: 64)
        precondition(
          !box.rows.isEmpty && !box.columns.isEmpty && box.rows.upperBound <= 128 && box.columns.upperBound <= 64)
      }
      let parts = PartImage.make(
        of: { _ in 1 }, source: ImageSize(height: height, width: width), points: points, height: height, width: width,
        black: [0, 0, 0])
      precondition(parts.allSatisfy { abs($0) <= 1.001 })
    }
  }

  func seeds() throws -> [String: [UInt8]] {
    let joints = (0..<51).map { $0 % 3 == 2 ? "2" : "\(Double($0) * 1.25)" }.joined(separator: ", ")
    return [
      "results.json": Array(
        "[{\"image_id\": \"x/query/0005_c2s1_000001_00.jpg\", \"keypoints\": [\(joints)], \"score\": 2.9e0}]".utf8),
      "annotations.json": Array(
        "{\"images\": [{\"id\": 1, \"file_name\": \"a.jpg\", \"width\": 64, \"height\": 128}], \"annotations\": [{\"image_id\": 1, \"keypoints\": [\(joints)]}], \"categories\": [{\"name\": \"p\\u00e9\"}]}"
          .utf8),
    ]
  }
}

/// Files of boxes in both forms, and the pixels that they cover.
struct BoxTarget: FuzzTarget {
  func feed(_ bytes: [UInt8]) {
    guard let file = try? BoxFile(bytes, frames: ["000017.jpg", "street.jpg", "a.jpg"], leastScore: 0.2) else { return }
    for entry in file.boxes {
      precondition((0..<3).contains(entry.frame) && !entry.box.words.isEmpty)
      guard let pixels = entry.box.pixels(of: FileExtent(width: 64, height: 128)) else { continue }
      precondition(!pixels.rows.isEmpty && pixels.rows.lowerBound >= 0 && pixels.rows.upperBound <= 128)
      precondition(!pixels.columns.isEmpty && pixels.columns.lowerBound >= 0 && pixels.columns.upperBound <= 64)
    }
  }

  func seeds() throws -> [String: [UInt8]] {
    [
      "results.json": Array(
        "[{\"image_id\": 17, \"bbox\": [1, 2.5, 30, 4e1], \"score\": 0.9, \"category_id\": 1}]".utf8),
      "annotations.json": Array(
        "{\"images\": [{\"id\": 1, \"file_name\": \"a.jpg\"}], \"annotations\": [{\"image_id\": 1, \"bbox\": [-3, 0, 9, 9.5], \"iscrowd\": 0, \"category_id\": 2}], \"categories\": [{\"id\": 2, \"name\": \"person\"}]}"
          .utf8),
    ]
  }
}

/// Files of labels, and the regions that are counted in them.
struct ParsingTarget: FuzzTarget {
  func feed(_ bytes: [UInt8]) {
    // Larger ones are left to a test of their own: one such input takes as long as thousands of others.
    guard let labels = try? LabelImage(png: bytes, fault: { $0 * $1 > 1 << 16 ? "large" : nil }) else { return }
    precondition(labels.classes.count == labels.width * labels.height)
    for scheme in LabelScheme.allCases where labels.classes.allSatisfy({ $0 < scheme.names.count }) {
      let weights = RegionMaps(labels.mirrored(scheme), scheme: scheme, rows: 6, columns: 4).weights(
        height: 3, width: 2)
      precondition(weights.allSatisfy { $0 >= 0 && $0 <= 1.001 })
    }
  }

  func seeds() throws -> [String: [UInt8]] {
    var seeds: [String: [UInt8]] = [:]
    let numbers = (0..<9 * 14).map { UInt8($0 * $0 / 5 % 16) }
    for (kind, depth) in [(PlainPNG.Kind.grey, 8), (.palette, 8), (.palette, 4)] as [(PlainPNG.Kind, UInt8)] {
      for isInterlaced in [false, true] {
        var png = PlainPNG(width: 9, height: 14, numbers: numbers, kind: kind, depth: depth)
        png.isInterlaced = isInterlaced
        seeds["\(kind)-\(depth)-\(isInterlaced).png"] = png.bytes
      }
    }
    return seeds
  }
}
