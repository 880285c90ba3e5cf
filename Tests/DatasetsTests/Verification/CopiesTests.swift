import Datasets
import Foundation
import Support
import TestSupport
import Testing

/// Files with the same bytes, within a list and across.
@Suite struct CopiesTests {
  private static let (trained, asked, found) = (SmallSet.names[0], SmallSet.names[2], SmallSet.names[3])

  /// The small set with pictures that lie in it twice: each a file and the one that it repeats.
  private func findings(_ copies: [(name: String, of: String)]) throws -> (Dataset, DatasetContents, [DatasetFinding]) {
    let set = try SmallSet()
    for (name, of) in copies { try set.folder.write([UInt8](Data(contentsOf: set.place(of))), to: name) }
    let dataset = try set.open()
    let contents = DatasetContents(of: dataset, threads: 2)
    let kinds: [DatasetFinding.Kind] = [.queryInGallery, .queryInGalleryAsAnother, .trainedImageTested, .copies]
    return (dataset, contents, dataset.findings(contents: contents).filter { kinds.contains($0.kind) })
  }

  @Test func aSetWithoutCopiesHasNoFindings() throws { #expect(try findings([]).2.isEmpty) }

  @Test func eachKindOfCopyIsNamedWithWhatItDoes() throws {
    let cases: [(name: String, of: String, kind: DatasetFinding.Kind, isProblem: Bool, words: [String])] = [
      (
        "bounding_box_test/0003_c5s1_000001_00.jpg", Self.asked, .queryInGallery, true,
        ["1 of 1 queries lies in the gallery too", "under another camera", "come out too high"]
      ),
      (
        "bounding_box_test/0007_c5s1_000001_00.jpg", Self.asked, .queryInGalleryAsAnother, true,
        ["as somebody else", "come out too low"]
      ),
      (
        "bounding_box_test/0000_c5s1_000001_00.jpg", Self.asked, .queryInGalleryAsAnother, true, ["as somebody else"]
      ),
      (
        "bounding_box_test/0003_c1s1_000009_00.jpg", Self.asked, .copies, false,
        ["under their own camera, where they are not counted"]
      ),
      (
        "bounding_box_test/0009_c1s1_000001_00.jpg", Self.trained, .trainedImageTested, true,
        ["1 training image is tested on", "come out too high"]
      ),
      ("query/0003_c2s1_000001_00.jpg", Self.trained, .trainedImageTested, true, ["'\(Self.trained)' is 'query/"]),
      (
        "bounding_box_train/0001_c3s1_000001_01.jpg", Self.trained, .copies, false,
        ["bounding_box_train: 1 file repeats another one byte for byte, and the picture is trained on each time"]
      ),
      ("bounding_box_train/0008_c3s1_000001_01.jpg", Self.trained, .copies, false, ["as somebody else"]),
      ("query/0003_c1s1_000009_00.jpg", Self.asked, .copies, false, ["asked for each time"]),
      ("bounding_box_test/0003_c3s1_000001_01.jpg", Self.found, .copies, false, ["found each time"]),
    ]
    for one in cases {
      let (dataset, contents, found) = try findings([(one.name, one.of)])
      #expect(found.count == 1, "\(one.name): \(found)")
      let finding = try #require(found.first)
      #expect(finding.kind == one.kind && finding.isProblem == one.isProblem && finding.files?.count == 1)
      for word in one.words + [String(one.name.split(separator: "/").last ?? "")] {
        #expect(finding.text.contains(word), "\(finding.text)")
      }
      let verified = DatasetVerification(dataset, origin: DatasetOrigin(), threads: 2)
      #expect(verified.problems.contains(finding) == one.isProblem)
      #expect(verified.remarks.contains(finding) != one.isProblem)
      guard one.isProblem else {
        try dataset.requireSoundEvaluation(contents: contents)
        continue
      }
      let error = #expect(throws: PlainError.self) { try dataset.requireSoundEvaluation(contents: contents) }
      #expect(error?.description.contains(finding.text) == true)
    }
  }

  @Test func junkIsNotCounted() throws {
    #expect(try findings([("bounding_box_test/-1_c5s1_000001_00.jpg", Self.asked)]).2.isEmpty)
    #expect(try findings([("bounding_box_test/-1_c5s1_000001_00.jpg", Self.trained)]).2.isEmpty)
  }

  @Test func filesThatAreNoImagesAreNoCopies() throws {
    let set = try SmallSet()
    for name in SmallSet.names { try set.folder.write("<html>not found</html>", to: name) }
    let result = DatasetVerification(try set.open(), origin: DatasetOrigin(), threads: 1)
    #expect(result.problems.map(\.kind) == [.unreadable, .unreadable, .unreadable])
  }

  @Test func manyCopiesAreCountedAndTheFirstShown() throws {
    let copies = (1...7).map { (name: "bounding_box_test/0003_c3s1_00000\($0)_02.jpg", of: Self.found) }
    let finding = try #require(try findings(copies).2.first)
    #expect(finding.text.hasPrefix("bounding_box_test: 7 files repeat another one") && finding.files?.count == 7)
    #expect(finding.text.hasSuffix("and 2 more"))
  }
}
