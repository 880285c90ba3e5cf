import Configuration
import Datasets
import Foundation
import Models
import Support
import Tensors

/// A golden case of files of cues, and what a reader must get from them: `NAME.json` holds the files' texts and bytes.
package struct CueCase {
  package let name: String
  private let whole: Setting
  private let tensors: [String: StoredTensor]
  private let files: Composition.Files
  private let grid: (rows: Int, columns: Int)
  private let images: [String]
  private let threshold: Double

  /// Reads a case.
  ///
  /// - Throws: an error with the place of what is missing or not understood.
  init(_ description: Setting, _ tensors: [String: StoredTensor]) throws(ConfigurationError) {
    whole = description
    self.tensors = tensors
    name = try whole.member("name").string()
    let side = 1...4096
    files = Composition.Files(
      height: try whole.member("height").int(in: side), width: try whole.member("width").int(in: side), scheme: nil)
    let cells = try whole.member("grid").items(count: 2...2)
    grid = (try cells[0].int(in: side), try cells[1].int(in: side))
    threshold = try whole.member("threshold").double(in: 0...1)
    var images: [String] = []
    for item in try whole.member("images").items(count: 1...1000) { images.append(try item.string()) }
    self.images = images
  }

  /// Reads the case's files and compares what comes of them.
  ///
  /// - Throws: an error where a file cannot be read, or the case has a tensor that nothing was compared with.
  package func replay() throws -> ParityResult {
    var comparison = CaseComparison(tensors, inputs: [])
    let names = ImageNames(images)
    for (file, text) in try whole.member("files").entries() {
      let form = file.replacing(".json", with: "").replacing("keypoints-", with: "")
      let read = try KeypointFile(Array((text.value.scalar?.text ?? "").utf8), names: names)
      for image in images.indices {
        try compare(read.poses[image], under: "\(form).\(image)", &comparison)
      }
    }
    for (file, text) in try whole.member("png").entries() {
      let word = Setting(.string(file.replacing(".png", with: "")), path: text.path)
      guard let bytes = Data(base64Encoded: text.value.scalar?.text ?? "") else { throw text.mismatch("base64") }
      try compare(try LabelImage(png: [UInt8](bytes)), scheme: try word.choice(), &comparison)
    }
    return ParityResult(name: name, comparisons: try comparison.finish(), groups: [.forward])
  }

  private func compare(_ pose: Pose?, under place: String, _ comparison: inout CaseComparison) throws(PlainError) {
    if let pose {
      try comparison.compare(pose.numbers, shape: [Joint.count, 3], with: "\(place).keypoints", .forward)
      try comparison.compare(
        pose.mirrored(width: files.width).numbers, shape: [Joint.count, 3], with: "\(place).flipped", .forward)
    } else if comparison.has("\(place).keypoints") {
      throw PlainError("nobody was found where the case has '\(place).keypoints'")
    }
    let points = BodyPoints(pose, width: files.width, height: files.height, threshold: threshold)
    try comparison.compare(points.numbers, shape: [points.places.count, 2], with: "\(place).points", .forward)
    try comparison.compare(points.isKnown.map { $0 ? 1 : 0 }, with: "\(place).known", .forward)
  }

  private func compare(
    _ labels: LabelImage, scheme: LabelScheme, _ comparison: inout CaseComparison
  ) throws(PlainError) {
    let place = scheme.rawValue
    let highest = scheme.names.count
    guard labels.classes.allSatisfy({ $0 < highest }) else {
      throw PlainError("'\(place)' has a label that is no class")
    }
    try comparison.compare(labels.classes.map(Int.init), with: "\(place).labels", .forward)
    try comparison.compare(labels.mirrored(scheme).classes.map(Int.init), with: "\(place).flipped", .forward)
    let maps = RegionMaps(labels, scheme: scheme, rows: grid.rows, columns: grid.columns)
    let shape = [ParsedRegion.allCases.count, grid.rows, grid.columns]
    try comparison.compare(maps.shares.map(Float.init), shape: shape, with: "\(place).maps", .forward)
  }
}

extension Pose {
  /// x, y and confidence of each joint.
  fileprivate var numbers: [Float] { places.flatMap { [Float($0.x), Float($0.y), Float($0.confidence)] } }
}

extension BodyPoints {
  /// The shares of width and height of each point.
  fileprivate var numbers: [Float] { places.flatMap { [Float($0.x), Float($0.y)] } }
}
