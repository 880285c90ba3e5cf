import Datasets
import Foundation
import Support

/// What the cues of a twin are called in its folder.
enum CueFiles {
  /// Changes whenever the same seed gives other joints or labels.
  static let version = 1
  static let keypoints = "keypoints.json"
  /// The folder of labels; below it they lie as the images lie in the twin's.
  static let labels = "parsing"
  static let names = [keypoints, labels]
}

/// Writes `keypoints.json` in the form of COCO's annotations, one crop after the other.
struct KeypointWriter {
  private struct Category: Encodable {
    var id = 1
    var name = "person"
    var keypoints = Joint.allCases.map { $0.name.replacing(" ", with: "_") }
  }

  private struct Picture: Encodable {
    var id: Int
    var fileName: String
    var width: Int
    var height: Int
  }

  private struct Annotation: Encodable {
    var id: Int
    var imageId: Int
    var categoryId = 1
    var iscrowd = 0
    var area: Int
    var bbox: [Int]
    var numKeypoints: Int
    var keypoints: [Double]
  }

  private let file: URL
  private let handle: FileHandle
  private let encoder: JSONEncoder
  private var isFirst = true

  /// Starts a file; the images are numbered from 1 in the order of `paths`.
  ///
  /// - Throws: ``PlainError`` where it cannot be written.
  init(at file: URL, paths: [String], width: Int, height: Int) throws(PlainError) {
    self.file = file
    encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      try Data().write(to: file)
      handle = try FileHandle(forWritingTo: file)
    } catch { throw Self.fault(error, file) }
    try write("{\"categories\":[")
    try write(Category())
    try write("],\n\"images\":[\n")
    for (index, path) in paths.enumerated() {
      if index > 0 { try write(",\n") }
      try write(Picture(id: index + 1, fileName: path, width: width, height: height))
    }
    try write("],\n\"annotations\":[\n")
  }

  /// Adds what is known of an image; nothing where it shows nobody.
  mutating func add(_ cues: Cues, image: Int) throws(PlainError) {
    guard !cues.joints.isEmpty else { return }
    if !isFirst { try write(",\n") }
    isFirst = false
    try write(
      Annotation(
        id: image, imageId: image, area: cues.extent.area, bbox: cues.extent.box, numKeypoints: cues.joints.count,
        keypoints: cues.joints.flatMap { [$0.x, $0.y, Double($0.sight.rawValue)] }))
  }

  func finish() throws(PlainError) {
    try write("]}\n")
    do { try handle.close() } catch { throw Self.fault(error, file) }
  }

  private func write(_ value: some Encodable) throws(PlainError) {
    do { try handle.write(contentsOf: encoder.encode(value)) } catch { throw Self.fault(error, file) }
  }

  private func write(_ text: String) throws(PlainError) {
    do { try handle.write(contentsOf: Data(text.utf8)) } catch { throw Self.fault(error, file) }
  }

  private static func fault(_ error: any Error, _ file: URL) -> PlainError {
    PlainError("\(file.path): cannot be written (\(error.localizedDescription))")
  }
}
