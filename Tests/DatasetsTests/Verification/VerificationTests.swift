import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite struct VerificationTests {
  /// A sound set: two identities to learn from, two to be found, a distractor and junk.
  static let sound = [
    "bounding_box_train/0001_c1s1_000001_01.jpg", "bounding_box_train/0001_c2s1_000001_01.jpg",
    "bounding_box_train/0002_c1s1_000001_01.jpg", "bounding_box_train/0002_c3s1_000001_01.jpg",
    "query/0003_c1s1_000001_00.jpg", "query/0004_c2s1_000001_00.jpg",
    "bounding_box_test/0003_c2s1_000001_01.jpg", "bounding_box_test/0004_c1s1_000001_01.jpg",
    "bounding_box_test/0000_c2s1_000001_01.jpg", "bounding_box_test/-1_c2s1_000001_01.jpg",
  ]
  static let counts = DatasetExpectation([
    .train: SplitCounts(images: 4, identities: 2, cameras: 3),
    .query: SplitCounts(images: 2, identities: 2, cameras: 2),
    .gallery: SplitCounts(images: 4, identities: 2, cameras: 2, junk: 1, distractors: 1),
  ])

  /// A picture that no other number has.
  static func picture(_ number: UInt8) throws -> [UInt8] {
    try JPEG.encode(
      Image(width: 16, height: 32, red: 8 * (number % 32), green: 80, blue: 7 * (number / 32)), quality: 90)
  }

  private func make(_ names: [String]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (number, name) in names.enumerated() { try folder.write(Self.picture(UInt8(number)), to: name) }
    return folder
  }

  private func open(
    _ folder: TemporaryFolder, attributes: String? = nil, expecting expectation: DatasetExpectation? = counts
  ) throws -> Dataset {
    try Dataset(
      DatasetEntry(
        name: "small", root: folder.url.path, layout: .market1501, attributes: attributes, expectation: expectation),
      root: folder.url)
  }

  private func verify(_ dataset: Dataset) -> DatasetVerification {
    DatasetVerification(dataset, origin: DatasetOrigin(), threads: 2)
  }

  @Test func aSoundSetHasNoFindings() throws {
    let folder = try make(Self.sound)
    let dataset = try open(folder)
    let result = verify(dataset)
    #expect(result.isSound && result.problems.isEmpty && result.remarks.isEmpty)
    #expect(result.splits.map(\.split) == ["train", "query", "gallery"])
    #expect(result.splits.map(\.found) == result.splits.map(\.expected))
    #expect(result.splits.allSatisfy { $0.sizes.map(\.width) == [16] && $0.sizes.map(\.height) == [32] })
    #expect(result.fingerprint == dataset.fingerprint && result.fingerprint != nil)
    try dataset.requireSoundEvaluation()
  }

  @Test func eachProblemIsFoundAndNamed() throws {
    let cases: [(drop: [String], add: [String], kind: DatasetFinding.Kind, isProblem: Bool, identities: [Int])] = [
      (["bounding_box_test/0003_c2s1_000001_01.jpg"], [], .absentFromGallery, true, [3]),
      ([], ["bounding_box_train/0004_c1s1_000009_01.jpg"], .trainedAndTested, true, [4]),
      ([], ["query/0003_c2s1_000009_00.jpg"], .noSecondCamera, false, [3]),
      (["bounding_box_train/0002_c3s1_000001_01.jpg"], [], .noSecondCamera, false, [2]),
      ([], ["query/0000_c2s1_000009_00.jpg"], .queryOfNobody, false, []),
      (
        ["bounding_box_test/0003_c2s1_000001_01.jpg", "bounding_box_test/0004_c1s1_000001_01.jpg"],
        ["bounding_box_test/0003_c1s1_000001_01.jpg", "bounding_box_test/0004_c2s1_000001_01.jpg"], .nothingToFind,
        true, []
      ),
    ]
    for one in cases {
      let dataset = try open(make(Self.sound.filter { !one.drop.contains($0) } + one.add), expecting: nil)
      let found = dataset.findings()
      let finding = try #require(found.first { $0.kind == one.kind }, "\(one.kind) in \(found)")
      #expect(finding.isProblem == one.isProblem && finding.identities == one.identities, "\(finding)")
      #expect(verify(dataset).isSound == !one.isProblem)
      if one.isProblem {
        let error = try #require(#expect(throws: PlainError.self) { try dataset.requireSoundEvaluation() })
        #expect(error.description.contains(finding.text) && error.description.contains("aanet data verify small"))
        for identity in one.identities { #expect(error.description.contains("000\(identity)")) }
      } else {
        try dataset.requireSoundEvaluation()
      }
    }
  }

  @Test func countsAreComparedOneByOne() throws {
    let dataset = try open(make(Self.sound + ["bounding_box_test/-1_c5s1_000001_01.jpg"]))
    let finding = try #require(dataset.findings().first)
    #expect(finding.kind == .counts && finding.isProblem && dataset.findings().count == 1)
    #expect(
      finding.text == "bounding_box_test: 5 images where 4 are expected, 3 cameras where 2 are expected, "
        + "2 junk where 1 are expected")
    // Duke's distractors are identities without a query.
    let more = try open(make(Self.sound + ["bounding_box_test/0009_c2s1_000001_01.jpg"]))
    #expect(more.findings().first?.text.contains("1 identities_without_query where 0 are expected") == true)
    // What the training folder holds of nobody counts as an image there.
    let strangers = try open(make(Self.sound + ["bounding_box_train/0000_c2s1_000001_01.jpg"]))
    #expect(strangers.counts[.train]?.distractors == 1 && strangers.counts[.train]?.images == 5)
  }

  @Test func damagedFilesAreListed() throws {
    let folder = try make(Self.sound)
    var picture = Image(width: 64, height: 128, red: 0, green: 0, blue: 0)
    for place in picture.pixels.indices { picture.pixels[place] = UInt8(truncatingIfNeeded: place * place / 7) }
    let whole = try JPEG.encode(picture, quality: 80)
    try folder.write(Array("<html>not found</html>".utf8), to: Self.sound[4])
    try folder.write(Array(whole.prefix(whole.count * 2 / 3)), to: Self.sound[0])
    try folder.write([], to: "bounding_box_test/'a`b\n.jpg")
    #expect(throws: PlainError.self) { try open(folder) }
    try FileManager.default.removeItem(at: folder.url.appendingPathComponent("bounding_box_test/'a`b\n.jpg"))
    let result = verify(try open(folder))
    #expect(!result.isSound)
    #expect(result.problems.map(\.kind) == [.damaged, .unreadable])
    #expect(result.problems[0].text.hasPrefix("bounding_box_train: 1 file that ends early or is damaged within"))
    #expect(result.problems[0].files == ["'0001_c1s1_000001_01.jpg'"])
    #expect(result.problems[1].text.contains("query: 1 file that cannot be read: '0003_c1s1_000001_00.jpg'"))
    #expect(result.splits[1].sizes.map(\.images) == [1])
  }

  @Test func attributesAreComparedWithTheImages() throws {
    let folder = try make(Self.sound)
    let scheme = AttributeScheme.market1501
    let labels = scheme.attributes.map { _ in [0] }
    var dark = labels
    dark[scheme.index(of: "upper_color") ?? 0] = []
    try AttributeTable(scheme: scheme, train: [1: labels, 2: dark], test: [4: labels, 77: labels])
      .write(to: folder.url.appendingPathComponent("market_attribute.mat"))
    let result = verify(try open(folder, attributes: "market_attribute.mat"))
    #expect(result.problems.map(\.kind) == [.withoutAttributes] && result.problems[0].identities == [3])
    #expect(result.remarks.map(\.kind) == [.withoutImages] && result.remarks[0].identities == [77])
    #expect(result.labelDefects.map(\.identities) == [[2]])
    #expect(result.labelDefects[0].defect.contains("without upper_color"))
    // A missing file is told, a damaged one is a problem.
    let absent = verify(try open(folder, attributes: "other.mat"))
    #expect(absent.isSound && absent.remarks.map(\.kind) == [.noAttributes])
    try folder.write("no table", to: "other.mat")
    #expect(verify(try open(folder, attributes: "other.mat")).problems.map(\.kind) == [.unreadable])
  }

  @Test func jsonHasAllOfIt() throws {
    let result = verify(try open(make(Self.sound + ["query/0009_c1s1_000001_00.jpg"])))
    let json = try #require(
      try JSONSerialization.jsonObject(with: JSONEncoder().encode(result)) as? [String: Any])
    #expect(json["sound"] as? Bool == false && json["fingerprint"] as? String == result.fingerprint)
    let problems = try #require(json["problems"] as? [[String: Any]])
    #expect(problems.contains { $0["kind"] as? String == "absent_from_gallery" && $0["identities"] as? [Int] == [9] })
    let splits = try #require(json["splits"] as? [[String: Any]])
    let gallery = try #require(splits.last?["found"] as? [String: Int])
    #expect(gallery["junk"] == 1 && gallery["identities_without_query"] == 0)
  }
}
