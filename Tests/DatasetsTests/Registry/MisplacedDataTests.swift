import Configuration
import Datasets
import Foundation
import Support
import Tensors
import TestSupport
import Testing
import YAML

/// What is said of sets that lie elsewhere, count otherwise or hold other files, and that the advice works.
@Suite struct MisplacedDataTests {
  private static let names = [
    "bounding_box_train/0001_c1s1_000001_01.jpg", "bounding_box_train/0002_c2s1_000001_01.jpg",
    "query/0003_c1s1_000001_00.jpg", "bounding_box_test/0003_c2s1_000001_01.jpg",
    "bounding_box_test/-1_c2s1_000001_01.jpg",
  ]

  /// A project with a set of those names in a folder of its own.
  private func project(_ names: [String] = names, in place: String = "data/small") throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let image = try JPEG.encode(Image(width: 16, height: 32, red: 90, green: 80, blue: 70), quality: 80)
    for name in names { try folder.write(image, to: "\(place)/\(name)") }
    return folder
  }

  private static let registry = "small: { root: data/small, layout: market1501 }"

  private func open(_ folder: TemporaryFolder, _ registry: String = registry, data: URL? = nil) throws -> Dataset {
    try Dataset.open(
      named: "small", registry: DatasetRegistry(YAML.parse(registry, name: "datasets.yaml")),
      places: DatasetPlaces(project: folder.url, data: data, environment: [:]))
  }

  private func message(_ folder: TemporaryFolder, data: URL? = nil) throws -> String {
    try #require(#expect(throws: PlainError.self) { try open(folder, data: data) }).description
  }

  @Test(arguments: ["Market-1501-v15.09.15", "an archive/it's a set"])
  func aSetOneFolderDeeperIsFound(below: String) throws {
    let folder = try project(in: "data/small/\(below)")
    let text = try message(folder)
    let place = folder.url.appendingPathComponent("data/small/\(below)").path
    #expect(text.contains("the folder 'bounding_box_train' with the train images is missing; all three lie in "))
    // The advice, as a shell reads it.
    let option = try #require(text.range(of: "name that with --data ")).upperBound
    let rest = String(text[option...])
    let word = try #require(rest.components(separatedBy: ", or as the dataset's root").first)
    #expect(word == place.quotedForShell)
    #expect(try open(folder, data: URL(fileURLWithPath: place)).train.count == 2)
    #expect(try open(folder, "small: { root: \"data/small/\(below)\", layout: market1501 }").train.count == 2)
  }

  @Test func whatTheFolderHoldsIsSaid() throws {
    let folder = try project(["train/0001_c1s1_000001_01.jpg", "gallery/a.jpg", ".hidden/a.jpg"])
    #expect(try message(folder).hasSuffix("; the folders in it are 'gallery', 'train'"))
    let empty = try TemporaryFolder()
    try empty.write("", to: "data/small/notes.txt")
    #expect(try message(empty).hasSuffix("; there is no folder in it"))
  }

  @Test func aSearchBelowEndsInACircle() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "data/small/a/notes.txt")
    let link = folder.url.appendingPathComponent("data/small/a/up").path
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "..")
    #expect(try message(folder).hasSuffix("; the folders in it are 'a'"))
  }

  @Test func camerasThatCountFromZeroAreNamed() throws {
    let names = Self.names.map { $0.replacing("_c1s", with: "_c0s").replacing("_c2s", with: "_c1s") }
    let folder = try project(names)
    let text = try message(folder)
    #expect(text.contains("1 of 2 image names shows camera 0: the layout 'market1501' counts cameras from 1"))
    #expect(text.contains("It is '0001_c0s1_000001_01.jpg'"))
    // The advice, put into the registry.
    let layout = try #require(text.range(of: "datasets.yaml: ")).upperBound
    let parts = text[layout...].components(separatedBy: " and ")
    #expect(parts.count == 2)
    let dataset = try open(folder, "small:\n  root: data/small\n  \(parts[0])\n  \(parts[1])\n  attributes: a.mat\n")
    #expect(dataset.train.map(\.camera) == [1, 2] && dataset.train.map(\.identity) == [1, 2])
    #expect(dataset.query.map(\.camera) == [1] && dataset.gallery.map(\.identity) == [-1, 3])
    // Renamed, they are read as they are.
    #expect(try open(project()).query.map(\.camera) == [1])
    // Another name among them is what is named.
    let other = try project(names + ["bounding_box_train/me.jpg"])
    #expect(try message(other).contains("2 of 3 image names do not follow the layout"))
  }

  @Test func dukesCamerasToo() throws {
    let folder = try project(["bounding_box_train/0001_c0_f0000001.jpg", "query/a.jpg", "bounding_box_test/a.jpg"])
    let registry = "small: { root: data/small, layout: dukemtmc }"
    let error = try #require(#expect(throws: PlainError.self) { try open(folder, registry) })
    #expect(error.description.contains("camera 0: the layout 'dukemtmc' counts cameras from 1"))
    #expect(error.description.contains(#"pattern: '(?<identity>-1|\d+)_c(?<camera>\d+)_.*' }"#))
  }

  @Test func onePersonIsTooFew() throws {
    let folder = try project(Self.names.filter { !$0.contains("0002") })
    let dataset = try open(folder)
    let words = "the training images show 1 identity; at least 2 are needed"
    let finding = try #require(dataset.findings().first { $0.kind == .singleIdentity })
    #expect(finding.isProblem && finding.text.contains(words))
    #expect(dataset.tooFewIdentities?.contains(words) == true)
    #expect(!DatasetVerification(dataset, origin: DatasetOrigin(), threads: 1).isSound)
    #expect(try open(project()).tooFewIdentities == nil)
  }

  @Test(
    arguments: [
      ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "it is a PNG image; convert it to JPEG"),
      (Array("RIFF\u{1}\0\0\0WEBPVP8 ".utf8), "it is a WebP image; convert it to JPEG"),
      (Array("GIF89a".utf8), "it is a GIF image; convert it to JPEG"),
      (Array("BM\u{1}\u{2}\0\0\0\0\0\0".utf8), "it is a BMP image; convert it to JPEG"),
      ([0x49, 0x49, 0x2A, 0x00, 8, 0, 0, 0], "it is a TIFF image; convert it to JPEG"),
      ([0x4D, 0x4D, 0x00, 0x2A, 0, 0, 0, 8], "it is a TIFF image; convert it to JPEG"),
      (Array("\0\0\0\u{18}ftypheic\0\0\0\0".utf8), "it is a HEIC image; convert it to JPEG"),
      (Array("\0\0\0\u{1C}ftypavif\0\0\0\0".utf8), "it is an AVIF image; convert it to JPEG"),
      ([0xFF, 0x0A, 0x00], "it is a JPEG XL image; convert it to JPEG"),
      (Array("\0\0\0\u{C}jP  \r\n".utf8), "it is a JPEG 2000 image; convert it to JPEG"),
      (Array("\u{FEFF}\n <!doctype HTML><html>".utf8), "it is an HTML page; the download brought that in its place"),
      (Array("<?xml version='1.0'?><Error>".utf8), "it is an XML text; the download brought that in its place"),
      (
        Array("version https://git-lfs.github.com/spec/v1\noid sha256:".utf8),
        "fetch the file itself with 'git lfs pull'"
      ),
      ([UInt8](repeating: 0, count: 20_000), "it is filled with zeros; copy or download it again"),
      ([], "it is empty; copy or download it again"),
    ] as [([UInt8], String)])
  func otherFilesUnderAnImagesNameAreNamed(bytes: [UInt8], words: String) throws {
    let folder = try project()
    let path = "data/small/query/0003_c1s1_000001_00.jpg"
    try folder.write(bytes, to: path)
    let dataset = try open(folder)
    let error = try #require(
      #expect(throws: PlainError.self) {
        try DatasetContents(of: dataset, threads: 1).requireReadableImages(of: dataset)
      })
    #expect(error.description.contains("has 1 file that cannot be read as JPEG images: '"))
    let verification = DatasetVerification(dataset, origin: DatasetOrigin(), threads: 1)
    let loader = try BatchLoader(
      images: dataset.query, size: ImageSize(height: 8, width: 8), batches: [[LoadItem(index: 0)]])
    let loading = try #require(#expect(throws: PlainError.self) { try loader.next() })
    for text in [error.description, loading.description, verification.problems.map(\.text).joined()] {
      #expect(text.contains(words), "\(text)")
    }
  }

  @Test func whatKeepsFilesFromBeingReadIsSaid() throws {
    #expect(SystemRefusal.reason(EACCES) == "(Permission denied); make it, and the folders above it, readable for you")
    #expect(!SystemRefusal.reason(EIO).contains("readable"))
    let place = "data/small/query/0004_c1s1_000001_00.jpg"
    for (target, words) in [
      ("0004_c1s1_000001_00.jpg", "cannot be reached (Too many levels of symbolic links)"),
      ("nowhere", "is a link to a file that is not there"), (".", "is a folder under the name of an image"),
      ("/dev/null", "is not a regular file"),
    ] {
      let folder = try project()
      let link = folder.url.appendingPathComponent(place).path
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
      #expect(try message(folder).contains("0004_c1s1_000001_00.jpg': \(words)"))
    }
    let folder = try project()
    let query = folder.url.appendingPathComponent("data/small/query")
    try FileManager.default.removeItem(at: query)
    try folder.write("", to: "data/small/query")
    #expect(try message(folder).contains("data/small/query': is not a folder"))
  }

  /// Nobody but root may read these, so that root sees the set and others are told what to do.
  @Test func whatIsForbiddenIsToBeMadeReadable() throws {
    let folder = try project()
    let image = folder.url.appendingPathComponent("data/small/query/0003_c1s1_000001_00.jpg").path
    let query = folder.url.appendingPathComponent("data/small/query").path
    #expect(chmod(image, 0) == 0)
    let dataset = try open(folder)
    let read = Result { try DatasetContents(of: dataset, threads: 1).requireReadableImages(of: dataset) }
    #expect(chmod(query, 0) == 0)
    let listed = Result { try open(folder).query.count }
    #expect(chmod(query, 0o700) == 0)
    let advice = "(Permission denied); make it, and the folders above it, readable for you"
    if geteuid() == 0 {
      #expect(throws: Never.self) { try read.get() }
      #expect(try listed.get() == 1)
    } else {
      for error in [
        #expect(throws: PlainError.self) { try read.get() }, #expect(throws: PlainError.self) { try listed.get() },
      ] {
        #expect(error?.description.contains(advice) == true)
      }
    }
  }
}
