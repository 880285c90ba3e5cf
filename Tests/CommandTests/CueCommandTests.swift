import Foundation
import TestSupport
import Testing

/// What the commands on data do with joints and labels.
@Suite struct CueCommandTests {
  private func verified(_ project: TinyProject) throws -> (
    status: Int32, found: [String: [[String: Any]]], text: String
  ) {
    let json = try BuiltCommand.run(["data", "verify", "tiny", "--format", "json"], in: project.url)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    var found: [String: [[String: Any]]] = [:]
    for key in ["problems", "remarks"] { found[key] = object[key] as? [[String: Any]] }
    return (json.status, found, json.output)
  }

  private func kinds(_ findings: [[String: Any]]?) -> Set<String> {
    Set((findings ?? []).compactMap { $0["kind"] as? String })
  }

  @Test func verifyTellsOfCuesWithFileImageAndNumber() throws {
    let project = try TinyProject()
    try project.addCues()
    let sound = try verified(project)
    #expect(sound.status == 0, "\(sound.text)")
    #expect(kinds(sound.found["remarks"]).contains("label_shares"))

    let name = "bounding_box_train/0001_c1s1_000000_01"
    try project.folder.write(
      PlainPNG(width: 32, height: 96, numbers: [UInt8](repeating: 99, count: 32 * 96)).bytes,
      to: "data/tiny/parsing/\(name).png")
    let file = project.url.appendingPathComponent("data/tiny/keypoints.json")
    let joints = try String(contentsOf: file, encoding: .utf8)
    try project.folder.write(joints.replacing("0.9", with: "1.2"), to: "data/tiny/keypoints.json")
    let spoilt = try verified(project)
    #expect(spoilt.status == 1)
    #expect(kinds(spoilt.found["problems"]) == ["keypoints_unreadable", "labels_unusable"])
    let texts = (spoilt.found["problems"] ?? []).compactMap { $0["text"] as? String }.joined()
    #expect(texts.contains("keypoints.json': line 1, byte 2: person 1 (image '"))
    #expect(texts.contains("\(name).png': its label 99 in row 0, column 0 is no class of 'lip'"))
    let table = try BuiltCommand.run(["data", "verify", "tiny"], in: project.url)
    #expect(table.output.contains("problem: parsing/bounding_box_train: labels of 1 image cannot be used"))
  }

  @Test func aTwinOfBeforeThereWereCuesIsAsSoundAsItWas() throws {
    let project = try TinyProject()
    try project.addCues()
    for name in ["keypoints.json", "parsing"] {
      try FileManager.default.removeItem(at: project.url.appendingPathComponent("data/tiny/\(name)"))
    }
    let old = try verified(project)
    #expect(old.status == 0, "\(old.text)")
    let absent = (old.found["remarks"] ?? []).filter { $0["kind"] as? String == "cues_absent" }
    #expect(absent.count == 2)
    #expect(absent.allSatisfy { ($0["text"] as? String)?.contains("`aanet data make tiny` adds it") == true })
    // Nor does any other command need them that reads none.
    for words in [
      ["data", "show", "tiny"], ["show", "tiny"], ["run", "tiny", "--variant", "plain", "train.epochs=1"],
    ] {
      let done = try BuiltCommand.run(words, in: project.url)
      #expect(done.status == 0, "\(words): \(done.complaints)")
    }
    let sheet = try BuiltCommand.run(["data", "show", "tiny", "--cues"], in: project.url)
    #expect(sheet.status != 0 && sheet.complaints.contains("`aanet data make tiny` adds it"), "\(sheet.complaints)")
  }

  @Test func aContactSheetShowsCues() throws {
    let project = try TinyProject()
    try project.addCues()
    let place = project.url.appendingPathComponent("reports/_out/data/tiny-cues.png")
    let shown = try BuiltCommand.run(
      ["data", "show", "tiny", "--cues", "--rows", "3", "--columns", "4"], in: project.url)
    #expect(shown.status == 0 && shown.output.contains("tiny-cues.png: "), "\(shown.complaints)")
    let both = try Data(contentsOf: place)
    #expect(both.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    // One of the two alone is another picture.
    try FileManager.default.removeItem(at: project.url.appendingPathComponent("data/tiny/parsing"))
    let one = try BuiltCommand.run(
      ["data", "show", "tiny", "--cues", "--rows", "3", "--columns", "4"], in: project.url)
    #expect(
      one.status == 0 && one.complaints.contains("parsing': the folder of labels is not there"), "\(one.complaints)")
    #expect(try Data(contentsOf: place) != both)
  }

  @Test func mistakesAreErrorsThatHelp() throws {
    let project = try TinyProject()
    func complaint(_ words: String...) throws -> String {
      let shown = try BuiltCommand.run(["data", "show"] + words, in: project.url)
      #expect(shown.status != 0)
      return shown.complaints
    }
    #expect(
      try complaint("tiny", "--cues").contains("the dataset 'tiny' names no cues: say under 'cues:' in datasets.yaml"))
    #expect(
      try complaint("data/tiny", "--cues").contains("is no dataset of datasets.yaml, which is where cues are named"))
    #expect(try complaint("tiny", "--cues", "--out", "a.jpg").contains("the sheet is a PNG file; end its name in .png"))
    #expect(try complaint("tiny", "--out", "a.png").contains("the sheet is a JPEG file; end its name in .jpg"))
  }
}
