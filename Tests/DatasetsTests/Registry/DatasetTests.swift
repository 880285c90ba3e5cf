import Datasets
import Foundation
import Support
import Tensors
import TestSupport
import Testing

@Suite struct DatasetTests {
  static let names = [
    "bounding_box_train/0007_c1s1_000001_00.jpg", "bounding_box_train/0002_c2s1_000001_00.jpg",
    "bounding_box_train/0007_c3s1_000001_00.jpg", "query/0003_c1s1_000001_00.jpg",
    "bounding_box_test/0003_c2s1_000001_00.jpg", "bounding_box_test/-1_c2s1_000001_00.jpg",
    "bounding_box_test/0000_c2s1_000001_00.jpg",
  ]

  /// A set whose images are never opened.
  func smallSet() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for name in Self.names { try folder.write("not looked at", to: "data/small/\(name)") }
    return folder
  }

  func entry(attributes: String? = nil, synthetic: Bool = false, root: String = "data/small") -> DatasetEntry {
    DatasetEntry(
      name: "small", root: root, layout: .market1501, attributes: attributes, isSynthetic: synthetic)
  }

  func open(_ folder: TemporaryFolder, _ entry: DatasetEntry, environment: [String: String] = [:]) throws -> Dataset {
    try Dataset.open(
      named: "small", registry: DatasetRegistry([entry]),
      places: DatasetPlaces(project: folder.url, environment: environment))
  }

  func message(_ folder: TemporaryFolder, _ entry: DatasetEntry) throws -> String {
    try #require(#expect(throws: PlainError.self) { try open(folder, entry) }).description
  }

  @Test func listsAreSortedAndLabelled() throws {
    let folder = try smallSet()
    let set = try open(folder, entry())
    #expect(
      set.train.map(\.name) == ["0002_c2s1_000001_00.jpg", "0007_c1s1_000001_00.jpg", "0007_c3s1_000001_00.jpg"])
    #expect(set.trainIdentities == [2, 7])
    #expect(set.trainClasses == [0, 1, 1])
    #expect(set.query.map(\.identity) == [3])
    #expect(set.gallery.map(\.identity) == [-1, 0, 3])
    #expect(set.gallery.map(\.camera) == [2, 2, 2])
    #expect(set.attributesFile == nil)
    #expect(set.remarks.isEmpty)
    #expect(FileManager.default.fileExists(atPath: set.query[0].file.path))
  }

  @Test func strangersInTheTrainingFolderAreLeftOut() throws {
    let folder = try smallSet()
    try folder.write("", to: "data/small/bounding_box_train/-1_c2s1_000001_00.jpg")
    try folder.write("", to: "data/small/bounding_box_train/0000_c2s1_000001_00.jpg")
    let set = try open(folder, entry())
    #expect(set.train.count == 3)
    #expect(set.remarks == ["bounding_box_train: 2 images of distractors or junk left out"])
  }

  @Test func otherFilesArePassedOverAndCounted() throws {
    let folder = try smallSet()
    for name in ["Thumbs.db", ".hidden.jpg", "notes.txt", "0001_c1s1_000001_00.png"] {
      try folder.write("", to: "data/small/query/\(name)")
    }
    let set = try open(folder, entry())
    #expect(set.query.count == 1)
    #expect(set.remarks == ["query: 4 other files passed over"])
    #expect(set.fingerprint == (try open(smallSet(), entry()).fingerprint))
  }

  @Test func namesThatSayNothingAreErrors() throws {
    for name in ["me.jpg", "it's \"me\"\n`touch gone`$(touch gone).jpg", "0001_c2_f0046182.jpg"] {
      let folder = try smallSet()
      try folder.write("", to: "data/small/query/\(name)")
      let text = try message(folder, entry())
      #expect(text.contains(name.quoted))
      #expect(text.contains("0002_c1s1_000451_03.jpg"))
      #expect(!text.contains("\n"))
      #expect(text.contains("query"))
    }
  }

  @Test func missingAndEmptyFoldersAreErrors() throws {
    let empty = try TemporaryFolder()
    #expect(try message(empty, entry(synthetic: true)).contains("aanet data make small"))
    let real = try message(empty, entry())
    #expect(real.contains("data/small") && real.contains("bounding_box_train") && real.contains("AANET_DATA"))
    let origin = DatasetOrigin(homepage: "https://there", licence: "research", standing: "withdrawn\nin 2019")
    let page = try message(
      empty, DatasetEntry(name: "small", root: "gone", layout: .market1501, attributes: "a.mat", origin: origin))
    for part in [
      "published at: https://there", "licence: research", "withdrawn\\u{a}in 2019", "'a.mat'", "data verify",
    ] {
      #expect(page.contains(part), "\(part)")
    }
    for split in DatasetLayout.Split.allCases {
      let folder = try smallSet()
      let place = folder.url.appendingPathComponent("data/small/\(split.folder)")
      try FileManager.default.removeItem(at: place)
      #expect(try message(folder, entry()).contains("the folder '\(split.folder)' with the \(split.rawValue) images"))
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      #expect(try message(folder, entry()).contains("no JPEG images of the \(split.rawValue) split"))
      try folder.write("", to: "data/small/\(split.folder)/Thumbs.db")
      #expect(try message(folder, entry()).contains("it holds 1 other files"))
    }
    let file = try TemporaryFolder()
    try file.write("", to: "data/small")
    #expect(try message(file, entry()).contains("is not a folder"))
    let strangers = try smallSet()
    let train = strangers.url.appendingPathComponent("data/small/bounding_box_train")
    try FileManager.default.removeItem(at: train)
    try strangers.write("", to: "data/small/bounding_box_train/0000_c1s1_000001_00.jpg")
    #expect(try message(strangers, entry()).contains("shows no identity above 0"))
  }

  @Test func aFolderUnderAnImagesNameIsAnError() throws {
    let folder = try smallSet()
    let place = folder.url.appendingPathComponent("data/small/query/0001_c1s1_000001_00.jpg")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    #expect(try message(folder, entry()).contains("0001_c1s1_000001_00.jpg"))
  }

  @Test func aNameThatIsNoTextIsAnError() throws {
    let folder = try smallSet()
    let path = folder.url.appendingPathComponent("data/small/query").path
    let bytes = Array(path.utf8) + [UInt8(ascii: "/"), 0xff, 0xfe] + Array(".jpg".utf8) + [0]
    let descriptor = bytes.map(CChar.init(bitPattern:)).withUnsafeBufferPointer { name -> Int32 in
      guard let start = name.baseAddress else { return -1 }
      return Foundation.open(start, O_CREAT | O_WRONLY, 0o600)
    }
    #expect(descriptor >= 0)
    close(descriptor)
    #expect(throws: PlainError.self) { try open(folder, entry()) }
  }

  @Test func attributesAreFoundOrAskedFor() throws {
    let folder = try smallSet()
    let none = try open(folder, entry())
    #expect(
      try #require(#expect(throws: PlainError.self) { try none.requireAttributesFile() }).description
        .contains("datasets.yaml"))
    let absent = try open(folder, entry(attributes: "some.mat"))
    #expect(absent.attributesFile == nil)
    let text = try #require(#expect(throws: PlainError.self) { try absent.requireAttributesFile() }).description
    #expect(text.contains("some.mat' is missing"))
    let file = try folder.write("attributes", to: "data/small/some.mat")
    let present = try open(folder, entry(attributes: "some.mat"))
    #expect(try present.requireAttributesFile().path == file.path)
    #expect(present.fingerprint != absent.fingerprint)
    try FileManager.default.removeItem(at: file)
    try FileManager.default.createDirectory(at: file, withIntermediateDirectories: true)
    #expect(try message(folder, entry(attributes: "some.mat")).contains("is not a regular file"))
  }

  @Test func fingerprintsTellStatesApart() throws {
    let folder = try smallSet()
    func fingerprint() throws -> String? { try open(folder, entry(attributes: "a.mat")).fingerprint }
    var seen = [try fingerprint()]
    #expect(seen[0]?.count == 32)
    #expect(try fingerprint() == seen[0])
    // Other bytes, and no more of them.
    try folder.write("not looked in", to: "data/small/query/0003_c1s1_000001_00.jpg")
    seen.append(try fingerprint())
    try folder.write("longer", to: "data/small/query/0003_c1s1_000001_00.jpg")
    seen.append(try fingerprint())
    try folder.write("longer", to: "data/small/query/0004_c1s1_000001_00.jpg")
    seen.append(try fingerprint())
    let query = folder.url.appendingPathComponent("data/small/query")
    try FileManager.default.moveItem(
      at: query.appendingPathComponent("0004_c1s1_000001_00.jpg"),
      to: query.appendingPathComponent("0005_c1s1_000001_00.jpg"))
    seen.append(try fingerprint())
    try folder.write("one", to: "data/small/a.mat")
    seen.append(try fingerprint())
    try folder.write("two", to: "data/small/a.mat")
    seen.append(try fingerprint())
    #expect(Set(seen).count == seen.count)
  }
}
