import Datasets
import Foundation
import Support
import TestSupport
import Testing

/// When a file is read again, and when what is known of it is believed.
@Suite struct DatasetContentsTests {
  @Test func filesThatWereLeftAloneAreNotReadAgain() throws {
    let set = try SmallSet()
    let first = try set.contents()
    #expect(first.read && first.contents.isNews)
    let second = try set.contents(known: first.contents.ledger)
    #expect(!second.read && !second.contents.isNews)
    #expect(second.contents.fingerprint == first.contents.fingerprint)
    #expect(try set.open().fingerprint == first.contents.fingerprint)
  }

  /// Other bytes of the same number under the same name, the time of writing set back.
  @Test func otherBytesAreSeenWhateverTheirTimeOfWriting() throws {
    let set = try SmallSet()
    let file = set.place(SmallSet.names[2])
    let time = Date(timeIntervalSince1970: 1_600_000_000)
    try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: file.path)
    let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
    let before = try set.contents().contents
    try set.write(picture: 9, to: SmallSet.names[2])
    try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: file.path)
    let changed = try FileManager.default.attributesOfItem(atPath: file.path)
    #expect(changed[.size] as? Int == attributes[.size] as? Int && changed[.modificationDate] as? Date == time)
    let after = try set.contents(known: before.ledger)
    #expect(after.read && after.contents.isNews && after.contents.fingerprint != before.fingerprint)
  }

  @Test func anotherFileInItsPlaceIsSeen() throws {
    let set = try SmallSet()
    let before = try set.contents().contents
    let (one, two) = (set.place(SmallSet.names[0]), set.place(SmallSet.names[1]))
    let aside = set.place("aside")
    for (from, to) in [(one, aside), (two, one), (aside, two)] { try FileManager.default.moveItem(at: from, to: to) }
    let after = try set.contents(known: before.ledger)
    #expect(after.read && after.contents.fingerprint != before.fingerprint)
    // The same bytes under the same name once more are the same set, whatever the file.
    try set.write(picture: 0, to: SmallSet.names[0])
    try set.write(picture: 1, to: SmallSet.names[1])
    #expect(try set.contents(known: after.contents.ledger).contents.fingerprint == before.fingerprint)
  }

  @Test func whatWasWrittenAMomentAgoIsNotRemembered() throws {
    let set = try SmallSet()
    let first = try set.contents(later: 0).contents
    #expect(try set.contents(known: first.ledger, later: 0).read)
    #expect(try set.contents(known: first.ledger).read)
  }

  @Test func aTimeOfWritingInTheFutureIsNotRemembered() throws {
    let set = try SmallSet()
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: 3600)], ofItemAtPath: set.place(SmallSet.names[3]).path)
    let first = try set.contents().contents
    #expect(try set.contents(known: first.ledger).read)
  }

  @Test func damagedAndUnreadableFilesAreReadEachTime() throws {
    let set = try SmallSet()
    let whole = try SmallSet.picture(2)
    for bytes in [Array(whole.dropLast(4)), Array("no image".utf8)] {
      try set.folder.write(bytes, to: SmallSet.names[2])
      let first = try set.contents().contents
      #expect(first.fingerprint != nil)
      #expect(try set.contents(known: first.ledger).read)
    }
    try FileManager.default.removeItem(at: set.place(SmallSet.names[2]))
    // Found when the folder was listed, and gone since.
    try set.write(picture: 2, to: SmallSet.names[2])
    let dataset = try set.open()
    try FileManager.default.removeItem(at: set.place(SmallSet.names[2]))
    let gone = DatasetContents(of: dataset, threads: 1)
    #expect(gone.fingerprint == nil)
    let error = #expect(throws: PlainError.self) { try gone.requireFingerprint(of: dataset) }
    #expect(error?.description.contains("1 file that cannot be read: '\(set.place(SmallSet.names[2]).path)'") == true)
  }

  @Test func damageIsCountedAndNamed() throws {
    let set = try SmallSet()
    let sound = try set.open()
    try set.contents().contents.requireWholeImages(of: sound)
    #expect(try set.contents().contents.damage(of: sound) == nil)
    let one = "'query/0003_c1s1_000001_00.jpg'"
    try set.folder.write(Array(SmallSet.picture(2).dropLast(4)), to: SmallSet.names[2])
    #expect(
      try set.contents().contents.damage(of: sound) == "1 file that ends early or is damaged within: \(one)")
    for (number, name) in SmallSet.names.enumerated() {
      try set.folder.write(Array(SmallSet.picture(UInt8(number)).dropLast(4)), to: name)
    }
    let error = #expect(throws: PlainError.self) { try set.contents().contents.requireWholeImages(of: sound) }
    let text = try #require(error?.description)
    #expect(text.contains("has 4 files that end early or are damaged within: 'bounding_box_train/0001"))
    #expect(text.contains("\(one), and 1 more. ") && text.contains("--accept-damaged"))
    try set.contents().contents.requireReadableImages(of: sound)
    try set.folder.write("no image", to: SmallSet.names[0])
    let refused = #expect(throws: PlainError.self) {
      try set.contents().contents.requireReadableImages(of: sound)
    }
    #expect(
      refused?.description.contains(
        "has 1 file that cannot be read as JPEG images: '\(set.place(SmallSet.names[0]).path)") == true)
  }

  @Test func earlierFingerprintsAreToldApart() throws {
    #expect(DatasetContents.coversBytes(try #require(try SmallSet().open().fingerprint)))
    #expect(!DatasetContents.coversBytes("10b2b73a87782b6d"))
  }
}
