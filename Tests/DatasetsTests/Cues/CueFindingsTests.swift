import Datasets
import Foundation
import Models
import Support
import TestSupport
import Testing

@Suite struct CueFindingsTests {
  func findings(_ set: CuedSet, _ cue: Cue) throws -> [DatasetFinding] {
    CueContents(of: try set.cues([cue]), threads: 2).findings
  }

  func problems(_ set: CuedSet, _ cue: Cue) throws -> String {
    try findings(set, cue).filter(\.isProblem).map(\.text).joined(separator: "\n")
  }

  func remarks(_ set: CuedSet, _ cue: Cue) throws -> String {
    try findings(set, cue).filter { !$0.isProblem }.map(\.text).joined(separator: "\n")
  }

  @Test func aSoundSetHasNoProblem() throws {
    let set = try CuedSet()
    #expect(try problems(set, .keypoints).isEmpty && remarks(set, .keypoints).isEmpty)
    #expect(try problems(set, .parsing).isEmpty)
    #expect(try remarks(set, .parsing).contains("shares of the labels: background"))
    try CueContents(of: try set.cues(), threads: 1).requireSound()
  }

  @Test func sizesThatAreStatedMustBeTheFiles() throws {
    let set = try CuedSet()
    let numbers = CuedSet.joints(seed: 0).map { "\($0)" }.joined(separator: ",")
    func write(_ size: String) throws {
      try set.folder.write(
        "{\"images\": [{\"id\": 1, \"file_name\": \"\(CuedSet.names[2])\"\(size)}], "
          + "\"annotations\": [{\"image_id\": 1, \"keypoints\": [\(numbers)]}]}", to: "keypoints.json")
    }
    try write(", \"width\": 128, \"height\": 256")
    let text = try problems(set, .keypoints)
    #expect(text.contains("'keypoints.json' states another size for 1 image"))
    #expect(text.contains("'query/0003_c1s1_000001_00.jpg' is 64 x 128, not 128 x 256"))
    #expect(throws: PlainError.self) { try CueContents(of: try set.cues(), threads: 1).requireSound() }
    try write(", \"width\": 1e300")
    #expect(try problems(set, .keypoints).contains("not 1e+300 x 128"))
    try write(", \"width\": 64, \"height\": 128")
    #expect(try problems(set, .keypoints).isEmpty)
    try write("")
    #expect(try problems(set, .keypoints).isEmpty)
  }

  @Test func placesOfAnotherResolutionAreAProblem() throws {
    let set = try CuedSet()
    let joints = CuedSet.joints(seed: 0)
    try set.writeKeypoints(
      CuedSet.names.map { CuedSet.person(named: $0, joints: joints.enumerated().map { $0 % 3 == 2 ? $1 : 4 * $1 }) })
    let text = try problems(set, .keypoints)
    #expect(text.contains("joints lie farther outside their image than half its size, as places in images of another"))
    #expect(
      text.contains("the nose of 'bounding_box_train/0001_c1s1_000001_01.jpg' at (128, 80) of 64 x 128"))
  }

  @Test func aFewPlacesOutsideAreARemark() throws {
    let set = try CuedSet()
    var joints = CuedSet.joints(seed: 0)
    joints[3 * 9] = 400
    joints[3 * 10] = -0.75
    try set.writeKeypoints(
      CuedSet.names.map { CuedSet.person(named: $0, joints: $0 == CuedSet.names[0] ? joints : nil) })
    #expect(try problems(set, .keypoints).isEmpty)
    let text = try remarks(set, .keypoints)
    #expect(text.contains("2 of 68 joints lie outside their image and are used as they are: the left wrist of"))
    #expect(text.contains("at (400, 58) of 64 x 128, the right wrist of"))
  }

  @Test func peopleJointsAndNamesAreCounted() throws {
    var set = try CuedSet()
    var joints = CuedSet.joints(seed: 0)
    for joint in [Joint.nose, .leftHip, .rightKnee] { joints[3 * joint.rawValue + 2] = 0.1 }
    try set.writeKeypoints([
      CuedSet.person(named: CuedSet.names[0], joints: joints), CuedSet.person(named: CuedSet.names[2]),
      CuedSet.person(named: CuedSet.names[2]), CuedSet.person(named: "b.jpg"), CuedSet.person(named: "c.jpg"),
    ])
    #expect(try problems(set, .keypoints).isEmpty)
    let text = try remarks(set, .keypoints)
    #expect(text.contains("'keypoints.json' has 2 names that are no image of the dataset: 'b.jpg', 'c.jpg'"))
    #expect(text.contains("several people in 1 image, of whom the surest is taken: 2 in 'query/0003"))
    #expect(text.contains("bounding_box_train: the key points name nobody in 1 image: 'bounding_box_train/0002"))
    #expect(text.contains("bounding_box_test: the key points name nobody in 1 image"))
    #expect(!text.contains("query: the key points name nobody"))
    #expect(text.contains("3 joints of people were not found: nose 1, left hip 1, right knee 1"))
    #expect(text.contains("21 points are filled in: neck 2, head 2, right shoulder 2"))
    set.settings.keypoints?.missing = .error
    #expect(try problems(set, .keypoints).contains("the key points name nobody in 1 image"))
  }

  @Test func labelsThatCannotBeUsedAreNamedEach() throws {
    var set = try CuedSet()
    try set.folder.write(
      PlainPNG(width: 64, height: 128, numbers: [UInt8](repeating: 0, count: 8192), kind: .colour).bytes,
      to: CuedSet.labelName(of: CuedSet.names[0]))
    try FileManager.default.removeItem(
      at: set.folder.url.appendingPathComponent(CuedSet.labelName(of: CuedSet.names[1])))
    try set.write(labels: [UInt8](repeating: 0, count: 8192), of: CuedSet.names[2])
    let text = try problems(set, .parsing)
    #expect(text.contains("parsing/bounding_box_train: labels of 2 images cannot be used"))
    #expect(text.contains("it is a picture in colours"))
    #expect(text.contains("0002_c2s1_000001_01.png': is missing"))
    #expect(try remarks(set, .parsing).contains("parsing/query: 1 image whose labels show no foreground"))
    set.settings.parsing?.missing = .standIn
    #expect(try problems(set, .parsing).contains("labels of 1 image cannot be used"))
    #expect(try remarks(set, .parsing).contains("1 image without labels, which count as all foreground"))
  }

  @Test func verificationTellsOfBothCues() throws {
    var set = try CuedSet()
    try set.folder.write("[1]", to: "keypoints.json")
    func verified() throws -> DatasetVerification {
      DatasetVerification(try set.open(), origin: DatasetOrigin(), threads: 1)
    }
    #expect(try verified().problems.map(\.kind).contains(.keypointsUnreadable))
    #expect(try verified().remarks.map(\.kind).contains(.labelShares))
    #expect(try verified().labels?.isNews == false || verified().labels != nil)
    set.settings.keypoints = .init(.one("gone.json"))
    #expect(try verified().problems.map(\.kind).contains(.cuesAbsent))
    // A twin of before there were cues is as sound as it was.
    set.isSynthetic = true
    #expect(try !verified().problems.map(\.kind).contains(.cuesAbsent))
    #expect(
      try verified().remarks.first { $0.kind == .cuesAbsent }?.text.hasSuffix(
        "gone.json': the file of key points is not there; `aanet data make small` adds it") == true)
  }

  // MARK: Digests

  func digests(_ set: CuedSet) throws -> [String] {
    let contents = CueContents(of: try set.cues(), threads: 2)
    return [try contents.digest(of: .keypoints), try contents.digest(of: .parsing)]
  }

  @Test func eachCueHasADigestOfWhatDecidesIt() throws {
    var set = try CuedSet()
    let first = try digests(set)
    #expect(Set(first).count == 2 && first.allSatisfy { $0.count == 32 })
    #expect(try digests(set) == first)
    #expect(try CueContents(of: set.cues([.parsing]), threads: 1).digest(of: .parsing) == first[1])
    #expect(throws: PlainError.self) { try CueContents(of: set.cues([.parsing]), threads: 1).digest(of: .keypoints) }

    func changed(_ change: (inout CuedSet) throws -> Void) throws -> [Bool] {
      var other = try CuedSet()
      #expect(try digests(other) == first)
      try change(&other)
      return zip(try digests(other), first).map { $0 != $1 }
    }
    #expect(try changed { $0.settings.keypoints?.threshold = 0.25 } == [true, false])
    #expect(try changed { $0.settings.keypoints?.missing = .error } == [true, false])
    #expect(
      try changed {
        $0.settings.parsing?.scheme = .atr; try $0.relabel(below: 18)
      } == [false, true])
    #expect(try changed { $0.settings.parsing?.missing = .standIn } == [false, true])
    #expect(try changed { try $0.writeKeypoints([CuedSet.person(named: CuedSet.names[0])]) } == [true, false])
    #expect(try changed { try $0.write(labels: CuedSet.labels(seed: 9), of: CuedSet.names[3]) } == [false, true])
    #expect(
      try changed {
        $0.settings.parsing?.missing = .standIn
        let file = $0.folder.url.appendingPathComponent(CuedSet.labelName(of: CuedSet.names[3]))
        try FileManager.default.removeItem(at: file)
      } == [false, true])
    // Where files lie is of no concern.
    #expect(
      try changed {
        let place = $0.folder.url
        try FileManager.default.moveItem(
          at: place.appendingPathComponent("parsing"), to: place.appendingPathComponent("labels"))
        $0.settings.parsing?.folder = "labels"
      } == [false, false])
    set.settings = CueSettings()
    #expect(throws: PlainError.self) { try digests(set) }
  }

  // MARK: What is known of files

  func contents(_ set: CuedSet, known: FileLedger, _ cues: Set<Cue> = [.parsing]) throws -> (
    contents: CueContents, read: Bool
  ) {
    var read = false
    let contents = CueContents(
      of: try set.cues(cues), known: known, threads: 2, clock: { FileStamp.now + 10_000_000_000 }
    ) { _, _ in read = true }
    return (contents, read)
  }

  @Test func labelsThatWereLeftAloneAreNotReadAgain() throws {
    var set = try CuedSet()
    let first = try contents(set, known: FileLedger())
    #expect(first.read && first.contents.isNews)
    let second = try contents(set, known: first.contents.ledger)
    #expect(!second.read && !second.contents.isNews)
    #expect(try second.contents.digest(of: .parsing) == first.contents.digest(of: .parsing))
    // Other labels, and labels that another image is compared with, are read anew.
    try set.write(labels: CuedSet.labels(seed: 8), of: CuedSet.names[0])
    let third = try contents(set, known: first.contents.ledger)
    #expect(third.read && third.contents.isNews)
    #expect(try third.contents.digest(of: .parsing) != first.contents.digest(of: .parsing))
    let picture = Pictures.slope(width: 32, height: 128, seed: 1)
    try set.folder.write(try JPEG.encode(picture, quality: 95), to: CuedSet.names[0])
    let fourth = try contents(set, known: third.contents.ledger)
    #expect(fourth.read)
    #expect(throws: PlainError.self) { try fourth.contents.requireSound() }
    #expect(try contents(set, known: fourth.contents.ledger).read, "what is not sound is not remembered")
    // Of another scheme nothing is known.
    set = try CuedSet()
    let lip = try contents(set, known: FileLedger()).contents.ledger
    set.settings.parsing?.scheme = .atr
    #expect(try contents(set, known: lip).read)
  }

  @Test func keyPointsAloneLeaveALedgerAsItIs() throws {
    let set = try CuedSet()
    let ledger = try contents(set, known: FileLedger()).contents.ledger
    let keypoints = try contents(set, known: ledger, [.keypoints]).contents
    #expect(!keypoints.isNews && keypoints.ledger.bytes == ledger.bytes)
  }
}

extension CuedSet {
  func relabel(below classes: Int) throws {
    for (number, name) in Self.names.enumerated() {
      try write(labels: Self.labels(seed: number, classes: classes), of: name)
    }
  }
}
