import Datasets
import Support
import TestSupport
import Testing

@Suite struct BoxFileTests {
  private let frames = ["000017.jpg", "cam1_0005.jpeg", "street.jpg"]

  private func read(_ text: String, leastScore: Double = -.infinity) throws -> BoxFile {
    try BoxFile(Array(text.utf8), frames: frames, leastScore: leastScore)
  }

  private func message(_ text: String) throws -> String {
    try #require(#expect(throws: PlainError.self) { try read(text) }).description
  }

  private func annotations(_ boxes: String, more: String = "") -> String {
    "{\"annotations\": [\(boxes)], \"images\": [{\"id\": 7, \"file_name\": \"any/where/street.jpg\"}, "
      + "{\"id\": 8, \"file_name\": \"gone.jpg\"}]\(more)}"
  }

  @Test func annotationsNameFramesByIdWhereverTheirListStands() throws {
    let file = try read(
      annotations(
        #"{"image_id": 7, "bbox": [1, 2.5, 30, 40], "id": 1}, {"image_id": 8, "bbox": [0, 0, 1, 1]}, {"image_id": 7, "bbox": [-3, 0, 9, 9.5], "score": 0.25, "iscrowd": 0}"#
      ))
    #expect(file.boxes.map(\.frame) == [2, 2] && file.boxes.map(\.score) == [nil, 0.25])
    #expect(file.boxes.map(\.box.numbers) == [[1, 2.5, 30, 40], [-3, 0, 9, 9.5]])
    #expect(file.leftOut.strangers == 1 && file.leftOut.words == "1 box of frames that are not there left out")
  }

  @Test func resultsNameFramesByNameStemOrNumber() throws {
    let names = ["17", "\"000017.jpg\"", "\"street\"", "\"/data/cam1_0005.jpeg\"", "\"nobody.jpg\""]
    let file = try read(
      "[" + names.map { "{\"image_id\": \($0), \"bbox\": [0, 0, 5, 5], \"score\": 0.9}" }.joined(separator: ",") + "]")
    #expect(file.boxes.map(\.frame) == [0, 0, 2, 1] && file.firstStrangers == ["nobody.jpg"])
  }

  @Test func crowdsOtherCategoriesAndLowScoresAreLeftOut() throws {
    let boxes = [
      #"{"image_id": 7, "bbox": [0, 0, 5, 5], "category_id": 1, "score": 0.9}"#,
      #"{"image_id": 7, "bbox": [0, 0, 5, 5], "category_id": 3}"#,
      #"{"image_id": 7, "bbox": [0, 0, 5, 5], "category_id": 1, "iscrowd": 1}"#,
      #"{"image_id": 7, "bbox": [0, 0, 5, 5], "category_id": 1, "score": 0.1}"#,
    ].joined(separator: ",")
    let categories = #", "categories": [{"id": 3, "name": "car"}, {"id": 1, "name": "Person"}]"#
    let file = try read(annotations(boxes, more: categories), leastScore: 0.5)
    #expect(file.boxes.count == 1)
    #expect(
      file.leftOut.words
        == "1 box of other categories than a person, 1 box around crowds, 1 box of lower scores left out")
    // Where no category is a person, each is taken for one.
    #expect(try read(annotations(boxes, more: #", "categories": [{"id": 3, "name": "car"}]"#)).boxes.count == 3)
  }

  @Test(arguments: [
    (#"[{"image_id": "street.jpg", "bbox": [0, 0, NaN, 5]}]"#, "a number is not finite, in box 1 (image 'street.jpg')"),
    (#"[{"image_id": "street.jpg", "bbox": [1e308, 0, 5, 5]}]"#, "which is no place of a frame in pixels"),
    (#"[{"image_id": "street.jpg", "bbox": [0, 0, 1e308, 1e308]}]"#, "which is no place of a frame in pixels"),
    (#"[{"image_id": "street.jpg", "bbox": [0, 0, 1e309, 5]}]"#, "a number is not finite"),
    (#"[{"image_id": "street.jpg", "bbox": [0, 0, -4, 5]}]"#, "its width is -4, not above 0"),
    (#"[{"image_id": "street.jpg", "bbox": [0, 0, 4, 0]}]"#, "its height is 0, not above 0"),
    (#"[{"image_id": "street.jpg", "bbox": [0, 0, 4]}]"#, "its 'bbox' is 3 numbers, not 4"),
    (#"[{"image_id": "street.jpg", "bbox": null}]"#, "line 1, byte "),
    (#"[{"bbox": [0, 0, 4, 4]}]"#, "it has no 'image_id'"),
    (#"[{"image_id": "../../street.jpg", "bbox": [0, 0, 4, 4]}]"#, "leads out of its folder; name the file alone"),
    (#"{"images": [{"id": 1, "file_name": "a\\..\\street.jpg"}], "annotations": []}"#, "leads out of its folder"),
    (
      #"{"images": [{"id": 1, "file_name": "street.jpg"}], "annotations": [{"image_id": 2, "bbox": [0, 0, 4, 4]}]}"#,
      "no entry of 'images' has that id"
    ),
    (#"{"images": []}"#, "neither of COCO's two forms of boxes"), ("7", "neither of COCO's two forms of boxes"),
    ("[]", "has no box of a person in one of the 3 frames, such as '000017.jpg'"),
    (#"[{"image_id": "x.jpg", "bbox": [0, 0, 4, 4]}]"#, "but 1 box of others, such as 'x.jpg'"),
    ("[", "the file ends too early"), (String(repeating: "[", count: 100_000), "was expected"),
  ])
  func whatIsNoBoxIsNamedWithItsPlace(text: String, words: String) throws {
    let found = try message(text)
    #expect(found.contains(words), "\(found)")
  }

  @Test func edgesAreTheNearestOnesBetweenPixelsAndStopAtTheFrame() throws {
    let frame = FileExtent(width: 40, height: 30)
    func pixels(_ x: Double, _ y: Double, _ width: Double, _ height: Double) throws -> String {
      let found = try FrameBox(x: x, y: y, width: width, height: height).pixels(of: frame)
      return found.map { "\($0.rows) \($0.columns)\($0.isCut ? " cut" : "")" } ?? "none"
    }
    #expect(try pixels(0, 0, 40, 30) == "0..<30 0..<40")
    #expect(try pixels(3.4, 2.6, 10, 5) == "3..<8 3..<13")
    #expect(try pixels(-3, -2, 10, 5) == "0..<3 0..<7 cut")
    #expect(try pixels(35, 25, 10, 10) == "25..<30 35..<40 cut")
    #expect(try pixels(5.2, 5.2, 0.1, 0.1) == "5..<6 5..<6")
    #expect(try pixels(40, 0, 5, 5) == "none")
    #expect(try pixels(-9, 0, 9, 5) == "none")
    #expect(try pixels(1e5, 1e5, 8e5, 8e5) == "none")
  }

  @Test func damagedFilesAreErrorsOrBoxes() throws {
    let sound = annotations(
      #"{"image_id": 7, "bbox": [1, 2.5, 30, 40], "score": 0.5, "category_id": 1}"#,
      more: #", "categories": [{"id": 1, "name": "person"}]"#)
    for bytes in Mutations(
      of: Array(sound.utf8), words: ["-", "1e9", "[", "\"", "..", "null"], count: 600, name: "boxes")
    {
      guard let file = try? BoxFile(bytes, frames: frames) else { continue }
      for entry in file.boxes {
        #expect(frames.indices.contains(entry.frame))
        guard let pixels = entry.box.pixels(of: FileExtent(width: 64, height: 48)) else { continue }
        #expect(!pixels.rows.isEmpty && pixels.rows.upperBound <= 48 && pixels.rows.lowerBound >= 0)
        #expect(!pixels.columns.isEmpty && pixels.columns.upperBound <= 64 && pixels.columns.lowerBound >= 0)
      }
    }
  }
}
