import Datasets
import Foundation
import Support
import TestSupport
import Testing
import Twins

private let files = FileManager.default

/// A twin small enough to be made in a moment.
private func tiny(_ kind: SyntheticTwin.Kind) -> TwinScale {
  let isMarket = kind == .market
  return TwinScale(
    name: "tiny", trainIdentities: 4, testIdentities: 4, trainPassages: 10, trainImages: 20, queries: 9,
    galleryImages: 16, distractorIdentities: isMarket ? 0 : 2, distractorImages: 5, junkImages: isMarket ? 4 : 0)
}

/// Every file under a folder with its bytes.
private func contents(of folder: URL) throws -> [String: Data] {
  var found: [String: Data] = [:]
  for path in try files.subpathsOfDirectory(atPath: folder.path) {
    let url = folder.appendingPathComponent(path)
    var isFolder: ObjCBool = false
    if files.fileExists(atPath: url.path, isDirectory: &isFolder), !isFolder.boolValue {
      found[path] = try Data(contentsOf: url)
    }
  }
  return found
}

private struct Stop: Error {}

@Suite struct SyntheticTwinTests {
  @Test(arguments: SyntheticTwin.Kind.allCases)
  func sameSeedSameBytesOnAnyNumberOfThreads(kind: SyntheticTwin.Kind) throws {
    let folder = try TemporaryFolder().url
    let (one, two) = (folder.appendingPathComponent("one"), folder.appendingPathComponent("two"))
    let other = folder.appendingPathComponent("other")
    _ = try SyntheticTwin.make(kind: kind, scale: tiny(kind), seed: 3, at: one, threads: 1)
    _ = try SyntheticTwin.make(kind: kind, scale: tiny(kind), seed: 3, at: two, threads: 2)
    _ = try SyntheticTwin.make(kind: kind, scale: tiny(kind), seed: 4, at: other)
    let first = try contents(of: one)
    #expect(try first == contents(of: two))
    let images = first.filter { $0.key.hasSuffix(".jpg") }
    #expect(try Set(images.values).isDisjoint(with: contents(of: other).values))
    #expect(Set(images.values).count == images.count, "no two images are alike")
  }

  @Test(arguments: SyntheticTwin.Kind.allCases)
  func layoutNamesAndCountsAreTheBenchmarks(kind: SyntheticTwin.Kind) throws {
    let root = try TemporaryFolder().url.appendingPathComponent(kind.dataset)
    let scale = tiny(kind)
    let summary = try SyntheticTwin.make(kind: kind, scale: scale, seed: 1, at: root)
    #expect(
      try files.contentsOfDirectory(atPath: root.path).sorted()
        == [
          "bounding_box_test", "bounding_box_train", "keypoints.json", kind.scheme.fileName, "parsing", "query",
          "twin.json",
        ].sorted())
    let market = /(-1|[0-9]{4})_c[1-6]s[1-6]_[0-9]{6}_[0-9]{2}\.jpg/
    let duke = /[0-9]{4}_c[1-8]_f[0-9]{7}\.jpg/
    for split in summary.splits {
      let names = try files.contentsOfDirectory(atPath: root.appendingPathComponent(split.folder).path)
      #expect(names.count == split.images)
      for name in names {
        #expect(kind == .market ? name.wholeMatch(of: market) != nil : name.wholeMatch(of: duke) != nil, "\(name)")
        let bytes = try Array(Data(contentsOf: root.appendingPathComponent(split.folder).appendingPathComponent(name)))
        let size = try JPEG.size(of: bytes)
        #expect(size.width == 64 && size.height == 128)
      }
    }
    #expect(summary.splits.map(\.images) == [20, kind == .market ? 25 : 21, 9])
    #expect(summary.images == scale.images)

    // The real data's own loader.
    let entry = DatasetEntry(
      name: kind.dataset, root: root.path, layout: kind == .market ? .market1501 : .dukemtmc,
      attributes: kind.scheme.fileName, isSynthetic: true)
    let dataset = try Dataset(entry, root: root)
    #expect(dataset.train.count == 20 && dataset.query.count == 9 && dataset.gallery.count == summary.splits[1].images)
    let train = Set(dataset.train.map(\.identity))
    let tested = Set(dataset.query.map(\.identity))
    #expect(train.count == 4 && tested.count == 4 && train.isDisjoint(with: tested))
    for query in dataset.query {
      #expect(dataset.gallery.contains { $0.identity == query.identity && $0.camera != query.camera })
    }
    #expect(Set(dataset.query.map { [$0.identity, $0.camera] }).count == 9, "one query per identity and camera")
    let strays = dataset.gallery.filter { !tested.contains($0.identity) }
    switch kind {
    case .market:
      #expect(strays.filter { $0.identity == 0 }.count == 5 && strays.filter { $0.identity == -1 }.count == 4)
    case .duke: #expect(strays.count == 5 && Set(strays.map(\.identity)).count == 2)
    }

    let table = try AttributeTable(contentsOf: root.appendingPathComponent(kind.scheme.fileName), scheme: kind.scheme)
    #expect(table.identities(in: .train) == train.sorted())
    #expect(table.identities(in: .test) == Set(dataset.gallery.map(\.identity).filter { $0 > 0 }).sorted())
  }

  @Test func equalTwinIsLeftAloneAndAnotherReplaced() throws {
    let root = try TemporaryFolder().url.appendingPathComponent("twin")
    let made = try SyntheticTwin.make(kind: .market, scale: tiny(.market), seed: 1, at: root)
    #expect(!made.wasPresent)
    let mark = root.appendingPathComponent("query/mark")
    try Data().write(to: mark)
    func again(seed: UInt64 = 1, isForced: Bool = false) throws -> TwinSummary {
      try SyntheticTwin.make(kind: .market, scale: tiny(.market), seed: seed, at: root, isForced: isForced)
    }
    let kept = try again()
    #expect(kept.wasPresent && kept.splits == made.splits)
    #expect(files.fileExists(atPath: mark.path))
    #expect(try !again(isForced: true).wasPresent)
    #expect(!files.fileExists(atPath: mark.path))
    #expect(try again(seed: 2).seed == 2)
    // One image is gone: it is made anew.
    let query = root.appendingPathComponent("query")
    let name = try #require(try files.contentsOfDirectory(atPath: query.path).first)
    try files.removeItem(at: query.appendingPathComponent(name))
    #expect(try !again(seed: 2).wasPresent)
    #expect(files.fileExists(atPath: query.appendingPathComponent(name).path))
    #expect(try files.contentsOfDirectory(atPath: root.deletingLastPathComponent().path) == ["twin"])
  }

  @Test func whatIsNoTwinIsNeverTouched() throws {
    let folder = try TemporaryFolder()
    let photo = try folder.write("mine", to: "mine/photo.jpg")
    let broken = try folder.write("{", to: "broken/twin.json")
    for root in [photo, broken].map({ $0.deletingLastPathComponent() }) {
      for isForced in [false, true] {
        #expect(throws: PlainError.self) {
          try SyntheticTwin.make(kind: .duke, scale: tiny(.duke), seed: 1, at: root, isForced: isForced)
        }
      }
    }
    #expect(try contents(of: folder.url).count == 2)
  }

  @Test func stoppedOrFailedMakingLeavesThingsAsTheyWere() throws {
    let folder = try TemporaryFolder()
    let root = folder.url.appendingPathComponent("twin")
    func make(seed: UInt64, stops: Bool) throws {
      _ = try SyntheticTwin.make(kind: .duke, scale: tiny(.duke), seed: seed, at: root, threads: 1) { done, total in
        #expect(done <= total)
        if stops && done > 0 { throw Stop() }
      }
    }
    #expect(throws: Stop.self) { try make(seed: 1, stops: true) }
    #expect(try files.contentsOfDirectory(atPath: folder.url.path).isEmpty)
    try make(seed: 1, stops: false)
    let before = try contents(of: root)
    #expect(throws: Stop.self) { try make(seed: 2, stops: true) }
    #expect(try contents(of: root) == before)
    #expect(try files.contentsOfDirectory(atPath: folder.url.path) == ["twin"])

    let blocker = try folder.write("a file", to: "blocker")
    #expect(throws: PlainError.self) {
      try SyntheticTwin.make(
        kind: .duke, scale: tiny(.duke), seed: 1, at: blocker.appendingPathComponent("twin"))
    }
    #expect(try files.contentsOfDirectory(atPath: folder.url.path).sorted() == ["blocker", "twin"])
  }

  @Test func impossibleScalesAreRefused() throws {
    let folder = try TemporaryFolder().url
    let changes: [(inout TwinScale) -> Void] = [
      { $0.trainIdentities = 0 }, { $0.testIdentities = 2000 }, { $0.queries = 7 }, { $0.trainPassages = 25 },
      { $0.galleryImages = 3 }, { $0.trainImages = -1 }, { $0.distractorIdentities = 3 },
    ]
    for (index, change) in changes.enumerated() {
      var scale = tiny(.market)
      change(&scale)
      #expect(throws: PlainError.self, "change \(index)") {
        try SyntheticTwin.make(kind: .market, scale: scale, seed: 1, at: folder.appendingPathComponent("twin"))
      }
    }
    #expect(try files.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test(arguments: SyntheticTwin.Kind.allCases)
  func smallScaleIsThatOfTheIssue(kind: SyntheticTwin.Kind) {
    let scale = TwinScale.small(kind)
    #expect(scale.trainIdentities == 64 && scale.testIdentities == 64 && scale.images == 2000)
  }

  @Test(arguments: SyntheticTwin.Kind.allCases)
  func fullScaleHasTheCountsOfTheBenchmark(kind: SyntheticTwin.Kind) throws {
    let project = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardized
    let registry = try DatasetRegistry(project: project)
    let real = try registry.entry(named: kind == .market ? "market1501" : "dukemtmc-reid").expectation
    let twin = try registry.entry(named: "\(kind.dataset)-full")
    #expect(real != nil && twin.expectation == real && twin.twin == kind && twin.scale == "full")
    let scale = TwinScale.full(kind)
    let planned = try SyntheticTwin.planned(kind: kind, scale: scale, seed: 1)
    let counts = Dictionary(uniqueKeysWithValues: planned.splits.map { ($0.folder, $0) })
    for (split, expected) in real?.splits ?? [:] {
      let found = try #require(counts[split.folder])
      #expect(found.images == expected.images && found.identities == expected.identities, "\(found)")
      #expect(found.cameras == expected.cameras)
    }
    #expect(planned.images == (kind == .market ? 36_036 : 36_411))
    let gallery = try #require(real?.splits[.gallery])
    #expect(scale.junkImages == gallery.junk && scale.distractorIdentities == gallery.withoutQuery)
    if kind == .market { #expect(scale.distractorImages == gallery.distractors) }
  }

  @Test func contactSheetShowsTheImages() throws {
    let root = try TemporaryFolder().url.appendingPathComponent("twin")
    _ = try SyntheticTwin.make(kind: .market, scale: tiny(.market), seed: 1, at: root)
    let sheet = try ContactSheet.make(ContactSheet.items(in: root), rows: 5, columns: 4)
    #expect(sheet.width == 46 + 4 * 132 && sheet.height == 5 * 270 + 4)
    let dark = stride(from: 0, to: sheet.pixels.count, by: 3).filter { sheet.pixels[$0] < 200 }.count
    #expect(dark > sheet.width * sheet.height / 3)
    // Opened as a dataset it looks the same.
    let entry = DatasetEntry(name: "twin", root: root.path, layout: .market1501, attributes: nil)
    #expect(try ContactSheet.make(ContactSheet.items(of: Dataset(entry, root: root)), rows: 5, columns: 4) == sheet)
    #expect(throws: PlainError.self) { try ContactSheet.items(in: root.appendingPathComponent("none")) }
  }
}
