import Datasets
import Foundation
import Support
import TestSupport
import Testing
import Twins

private let files = FileManager.default

@Suite struct CueFileTests {
  /// What `keypoints.json` says, read as any COCO tool would.
  private struct Keypoints: Decodable {
    struct Picture: Decodable {
      var id: Int
      var fileName: String
      var width: Int
      var height: Int
    }
    struct Person: Decodable {
      var imageId: Int
      var keypoints: [Double]
      var bbox: [Int]
      var area: Int
      var numKeypoints: Int

      func place(_ joint: Int) -> SIMD2<Double> { SIMD2(keypoints[joint * 3], keypoints[joint * 3 + 1]) }
      func flag(_ joint: Int) -> Double { keypoints[joint * 3 + 2] }
    }
    var images: [Picture]
    var annotations: [Person]

    init(_ root: URL) throws {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      self = try decoder.decode(Keypoints.self, from: Data(contentsOf: root.appendingPathComponent("keypoints.json")))
    }
  }

  private func labels(_ root: URL, _ image: String) throws -> LabelImage {
    try LabelImage(
      png: Array(Data(contentsOf: root.appendingPathComponent("parsing/\(image.dropLast(4)).png"))))
  }

  /// Another set of people and cameras, large enough for all that happens.
  private let scale = TwinScale(
    name: "cues", trainIdentities: 8, testIdentities: 8, trainPassages: 20, trainImages: 60, queries: 16,
    galleryImages: 40, distractorIdentities: 0, distractorImages: 20, junkImages: 16)

  @discardableResult
  private func make(
    _ root: URL, seed: UInt64 = 1, noise: CueNoise = CueNoise(), isForced: Bool = false,
    progress: (Int, Int) throws -> Void = { _, _ in }
  ) throws -> TwinSummary {
    try SyntheticTwin.make(
      kind: .market, scale: scale, seed: seed, noise: noise, at: root, isForced: isForced, progress: progress)
  }

  private func contents(_ root: URL) throws -> [String: Data] {
    var found: [String: Data] = [:]
    for path in try files.subpathsOfDirectory(atPath: root.path) {
      let url = root.appendingPathComponent(path)
      if try url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == false {
        found[path] = try Data(contentsOf: url)
      }
    }
    return found
  }

  private func isCue(_ path: String) -> Bool { path.hasPrefix("parsing/") || path == "keypoints.json" }

  private func entry(_ root: URL) -> DatasetEntry {
    DatasetEntry(
      name: "twin", root: root.path, layout: .market1501, attributes: "market_attribute.mat",
      cues: CueSettings(
        keypoints: .init(.one("keypoints.json")), parsing: .init(folder: "parsing", scheme: .lip)))
  }

  @Test func everyImageIsListedAndHasLabels() throws {
    let root = try TemporaryFolder().url.appendingPathComponent("twin")
    let summary = try make(root)
    let keypoints = try Keypoints(root)
    let names = try contents(root).keys.filter { $0.hasSuffix(".jpg") }
    #expect(Set(keypoints.images.map(\.fileName)) == Set(names) && names.count == summary.images)
    #expect(keypoints.images.map(\.id) == Array(1...summary.images))
    #expect(keypoints.images.allSatisfy { $0.width == 64 && $0.height == 128 })
    let people = Dictionary(uniqueKeysWithValues: keypoints.annotations.map { ($0.imageId, $0) })
    var (empty, hidden, covered, seen, onPerson) = (0, 0, 0, 0, 0)
    for image in keypoints.images {
      let labels = try labels(root, image.fileName)
      #expect(labels.width == 64 && labels.height == 128 && labels.classes.allSatisfy { $0 < 20 })
      let person = labels.classes.indices.filter { labels.classes[$0] != 0 }
      guard let found = people[image.id] else {
        empty += 1
        #expect(person.isEmpty && image.fileName.contains("/0000_"))
        continue
      }
      #expect(found.keypoints.count == 51 && found.numKeypoints == 17 && found.area == person.count)
      if let first = person.first, let last = person.last {
        let columns = person.map { $0 % 64 }
        let (left, right) = (columns.min() ?? 0, columns.max() ?? 0)
        #expect(found.bbox == [left, first / 64, right - left + 1, last / 64 - first / 64 + 1])
      }
      for joint in 0..<17 {
        let (x, y) = (Int(found.place(joint).x.rounded()), Int(found.place(joint).y.rounded()))
        let isInside = (0..<64).contains(x) && (0..<128).contains(y)
        #expect(found.flag(joint) == 2 || found.flag(joint) == 1)
        if abs(found.place(joint).x - 31.5) > 32 || abs(found.place(joint).y - 63.5) > 64 {
          #expect(found.flag(joint) == 1, "a joint outside the image is not seen")
        }
        guard isInside, joint > 4 else { continue }
        let isLabelled = labels.classes[y * 64 + x] != 0
        if found.flag(joint) == 1 {
          hidden += 1
          covered += isLabelled ? 0 : 1
        } else {
          seen += 1
          onPerson += isLabelled ? 1 : 0
        }
      }
    }
    #expect(empty > 4, "crops that show nobody have no annotation")
    #expect(hidden > 20 && Double(covered) > 0.9 * Double(hidden), "\(covered) of \(hidden)")
    #expect(Double(onPerson) > 0.9 * Double(seen), "\(onPerson) of \(seen); bags cover the rest")
  }

  @Test func theDatasetReadsThemAndIsTheSameWithoutThem() throws {
    let root = try TemporaryFolder().url.appendingPathComponent("twin")
    try make(root)
    let dataset = try Dataset(entry(root), root: root)
    let cues = try DatasetCues(of: dataset, [.keypoints, .parsing])
    var people = 0
    for image in dataset.train + dataset.query + dataset.gallery {
      if try cues.pose(of: image) != nil { people += 1 }
      #expect(try cues.labels(of: image, extent: FileExtent(width: 64, height: 128))?.classes.count == 64 * 128)
    }
    #expect(try people == Keypoints(root).annotations.count)
    let before = DatasetContents(of: dataset).fingerprint
    try files.removeItem(at: root.appendingPathComponent("keypoints.json"))
    try files.removeItem(at: root.appendingPathComponent("parsing"))
    #expect(try DatasetContents(of: Dataset(entry(root), root: root)).fingerprint == before && before != nil)
  }

  /// What a program of before the cues left.
  private func makeOld(_ root: URL) throws {
    try make(root)
    for name in ["keypoints.json", "parsing"] { try files.removeItem(at: root.appendingPathComponent(name)) }
    try rewrite(root) { $0["cues"] = nil }
  }

  private func rewrite(_ root: URL, _ change: (inout [String: Any]) -> Void) throws {
    let url = root.appendingPathComponent("twin.json")
    var manifest = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
    change(&manifest)
    try JSONSerialization.data(withJSONObject: manifest).write(to: url)
  }

  @Test func anOldTwinGetsThemAddedAndItsImagesStay() throws {
    let folder = try TemporaryFolder().url
    let (fresh, old) = (folder.appendingPathComponent("fresh"), folder.appendingPathComponent("old"))
    try make(fresh)
    try makeOld(old)
    let image = old.appendingPathComponent(try #require(try Keypoints(fresh).images.first).fileName)
    let stamp = try files.attributesOfItem(atPath: image.path)[.systemFileNumber] as? Int
    let added = try make(old)
    #expect(added.wasPresent && added.hasNewCues)
    #expect(try contents(old) == contents(fresh))
    #expect(try files.attributesOfItem(atPath: image.path)[.systemFileNumber] as? Int == stamp)
    let again = try make(old)
    #expect(again.wasPresent && !again.hasNewCues)
    // A label image is gone: they are drawn anew.
    try files.removeItem(at: old.appendingPathComponent("parsing/query"))
    #expect(try make(old).hasNewCues)
    #expect(try contents(old) == contents(fresh))
    #expect(try files.contentsOfDirectory(atPath: folder.path).sorted() == ["fresh", "old"])
  }

  private struct Stop: Error {}

  @Test func addingThatIsStoppedOrKilledLeavesThingsWhole() throws {
    let folder = try TemporaryFolder().url
    let (fresh, old) = (folder.appendingPathComponent("fresh"), folder.appendingPathComponent("old"))
    try make(fresh)
    try makeOld(old)
    let before = try contents(old)
    #expect(throws: Stop.self) { try make(old) { done, _ in if done > 0 { throw Stop() } } }
    #expect(try contents(old) == before)
    #expect(try files.contentsOfDirectory(atPath: folder.path).sorted() == ["fresh", "old"])
    // Killed while the new ones took the place of the old: the labels are there, the joints are not.
    try files.copyItem(at: fresh.appendingPathComponent("parsing"), to: old.appendingPathComponent("parsing"))
    try rewrite(old) { $0["cues"] = 0 }
    #expect(try make(old).hasNewCues)
    #expect(try contents(old) == contents(fresh))
  }

  @Test func cuesOfSomebodyElseAreNotOverwritten() throws {
    let folder = try TemporaryFolder()
    let root = folder.url.appendingPathComponent("twin")
    try makeOld(root)
    try folder.write("[]", to: "twin/keypoints.json")
    let before = try contents(root)
    #expect(throws: PlainError.self) { try make(root) }
    #expect(try contents(root) == before)
  }

  private func add(_ root: URL, seed: UInt64 = 1) throws -> Bool {
    try SyntheticTwin.addCues(kind: .market, scale: scale, seed: seed, at: root)
  }

  @Test func cuesAreAddedOnlyBesideTheImagesOfTheDrawing() throws {
    let folder = try TemporaryFolder()
    let root = folder.url.appendingPathComponent("twin")
    #expect(try !add(root), "nothing is there")
    try make(root)
    let whole = try contents(root)
    #expect(try !add(root), "it has them")
    try makeOld(root)
    #expect(try !add(root, seed: 2), "other people")
    // The first image of the list is one of the sample.
    let first = try #require(whole.keys.filter { $0.hasPrefix("bounding_box_train/") }.sorted().first)
    let image = root.appendingPathComponent(first)
    for (what, change) in [
      ("another picture", { try Data([1, 2, 3]).write(to: image) }),
      (
        "another name",
        { try files.moveItem(at: image, to: root.appendingPathComponent("query/9999_c1s1_000000_00.jpg")) }
      ),
      ("cues of somebody else", { _ = try folder.write("[]", to: "twin/keypoints.json") }),
    ] as [(String, () throws -> Void)] {
      try change()
      let before = try contents(root)
      #expect(try !add(root), "\(what)")
      #expect(try contents(root) == before, "\(what)")
      try files.removeItem(at: root)
      try makeOld(root)
    }
    #expect(try add(root))
    #expect(try contents(root) == whole)
    #expect(try files.contentsOfDirectory(atPath: folder.url.path) == ["twin"])
  }

  @Test func noiseIsOfTheStrengthAskedForAndLeavesTheImages() throws {
    let folder = try TemporaryFolder().url
    let root = folder.appendingPathComponent("twin")
    try make(root)
    let exact = try contents(root)
    let truth = try Keypoints(root)
    let noisy = try make(root, noise: CueNoise(joints: 3, labels: 0.05))
    #expect(noisy.wasPresent && noisy.hasNewCues && noisy.noise == CueNoise(joints: 3, labels: 0.05))
    let disturbed = try contents(root)
    #expect(
      exact.filter { !isCue($0.key) && $0.key != "twin.json" }
        == disturbed.filter { !isCue($0.key) && $0.key != "twin.json" })
    let found = try Keypoints(root)
    var offsets: [Double] = []
    for (a, b) in zip(truth.annotations, found.annotations) {
      #expect(a.imageId == b.imageId && a.bbox == b.bbox && a.area == b.area)
      for joint in 0..<17 {
        #expect(a.flag(joint) == b.flag(joint))
        offsets += [b.place(joint).x - a.place(joint).x, b.place(joint).y - a.place(joint).y]
      }
    }
    let mean = offsets.reduce(0, +) / Double(offsets.count)
    let deviation = (offsets.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(offsets.count)).squareRoot()
    #expect(offsets.count > 3000 && abs(mean) < 0.2 && abs(deviation - 3) < 0.15, "\(mean), \(deviation)")
    var (wrong, all) = (0, 0)
    for (path, bytes) in exact where path.hasSuffix(".png") {
      let (a, b) = (try LabelImage(png: Array(bytes)), try LabelImage(png: Array(try #require(disturbed[path]))))
      wrong += zip(a.classes, b.classes).count { $0 != $1 }
      all += a.classes.count
      #expect(b.classes.allSatisfy { $0 < 20 })
    }
    #expect(abs(Double(wrong) / Double(all) - 0.05) < 0.002, "\(wrong) of \(all)")
    // The same noise is the same, in a twin made whole too, and exact ones come back.
    #expect(try !make(root, noise: CueNoise(joints: 3, labels: 0.05)).hasNewCues)
    let whole = folder.appendingPathComponent("whole")
    try make(whole, noise: CueNoise(joints: 3, labels: 0.05))
    #expect(try contents(whole).filter { isCue($0.key) } == disturbed.filter { isCue($0.key) })
    try make(root)
    #expect(try contents(root) == exact)
  }

  /// A label that a weak noise spoils, a strong one spoils too, and neither touches the joints.
  @Test func strongerNoiseSpoilsWhatAWeakerOneSpoils() throws {
    let folder = try TemporaryFolder().url
    let roots = [0, 0.05, 0.2].map { ($0, folder.appendingPathComponent("\($0)")) }
    for (share, root) in roots { try make(root, noise: CueNoise(labels: share)) }
    let contents = try roots.map { try self.contents($0.1) }
    #expect(contents[0]["keypoints.json"] == contents[2]["keypoints.json"])
    for path in contents[0].keys.filter({ $0.hasSuffix(".png") }).sorted().prefix(20) {
      let labels = try contents.map { try LabelImage(png: Array(try #require($0[path]))).classes }
      for pixel in labels[0].indices where labels[1][pixel] != labels[0][pixel] {
        #expect(labels[2][pixel] == labels[1][pixel])
      }
    }
  }

  /// The drawings of before there were cues, to the byte.
  @Test(arguments: [
    (SyntheticTwin.Kind.market, "7bfe3b8e51db1c28b8bb13a29a14824ed574aa4926c17a563ed02e6bc6b3ac23"),
    (.duke, "78a34b6335901ccfc47cb01320e206a3f9acc786afef54d31bc481c2efceb5de"),
  ])
  func imagesAreThoseOfBefore(kind: SyntheticTwin.Kind, expected: String) throws {
    let root = try TemporaryFolder().url.appendingPathComponent("twin")
    let isMarket = kind == .market
    let scale = TwinScale(
      name: "fixed", trainIdentities: 6, testIdentities: 6, trainPassages: 15, trainImages: 40, queries: 14,
      galleryImages: 30, distractorIdentities: isMarket ? 0 : 2, distractorImages: 12, junkImages: isMarket ? 8 : 0)
    _ = try SyntheticTwin.make(kind: kind, scale: scale, seed: 5, at: root)
    let images = try contents(root).filter { $0.key.hasSuffix(".jpg") }.sorted { $0.key < $1.key }
    let text = images.map { "\($0.key) \(SHA256.hexadecimal(Array($0.value)))\n" }.joined()
    let digest = SHA256.hexadecimal(Array(text.utf8))
    #expect(images.count > 90 && digest == expected)
  }
}
