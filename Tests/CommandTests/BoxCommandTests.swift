import Datasets
import Foundation
import TestSupport
import Testing
import Trained

/// `aanet predict` and `aanet query` on people in whole frames.
@Suite struct BoxCommandTests {
  private static let trained: Result<TinyProject, any Error> = Result {
    let project = try TinyProject()
    let outcome = try BuiltCommand.run(["run", "tiny", "train.epochs=1", "--no-report"], in: project.url)
    guard outcome.status == 0 else { return try #require(nil as TinyProject?, "\(outcome.complaints)") }
    // Two frames with two people each, side by side on grey.
    for (number, names) in [
      ["0011_c1s1_000000_01", "0012_c1s1_000000_01"], ["0013_c1s1_000000_01", "0014_c1s1_000000_01"],
    ]
    .enumerated() {
      var frame = Image(width: 100, height: 110, red: 120, green: 120, blue: 120)
      for (place, name) in names.enumerated() {
        let data = try Data(contentsOf: project.url.appendingPathComponent("data/tiny/query/\(name).jpg"))
        frame.paste(try JPEG.decode([UInt8](data)).image, x: 5 + place * 50, y: 7)
      }
      try project.folder.write(try JPEG.encode(frame, quality: 95), to: "frames/00000\(number).jpg")
    }
    try project.folder.write(
      """
      {"images": [{"id": 1, "file_name": "000000.jpg"}, {"id": 2, "file_name": "000001.jpg"}, {"id": 3, "file_name": "x.jpg"}],
       "annotations": [{"image_id": 2, "bbox": [5, 7, 32, 96]}, {"image_id": 1, "bbox": [5, 7, 32, 96], "score": 0.75},
         {"image_id": 1, "bbox": [54.8, 7, 32, 120]}, {"image_id": 3, "bbox": [0, 0, 9, 9]}]}
      """, to: "boxes.json")
    try project.folder.write(
      #"[{"image_id": 0, "bbox": [5, 7, 32, 96], "score": 0.9}, {"image_id": 1, "bbox": [300, 7, 32, 96], "score": 0.2}]"#,
      to: "results.json")
    return project
  }

  private func aanet(_ arguments: String...) throws -> BuiltCommand.Outcome {
    try BuiltCommand.run(arguments, in: try Self.trained.get().url)
  }

  @Test func predictionsNameFrameAndBox() throws {
    let json = try aanet("predict", "all/1", "frames", "--boxes", "boxes.json", "--format", "json", "--maps", "maps")
    #expect(json.status == 0, "\(json.complaints)")
    let all = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]])
    #expect(
      all.map { ($0["image"] as? String)?.suffix(10).description } == ["000000.jpg", "000000.jpg", "000001.jpg"])
    #expect(all.map { $0["box"] as? [Double] } == [[5, 7, 32, 96], [54.8, 7, 32, 120], [5, 7, 32, 96]])
    #expect(all.map { $0["score"] as? Double } == [0.75, nil, nil])
    #expect(json.complaints.contains("1 box of frames that are not there left out"))
    #expect(json.complaints.contains("[54.8, 7, 32, 120] was cut at the edge of the frame of 100 x 110 pixels"))
    #expect(Set(all.compactMap { $0["maps"] as? String }).count == 3)
    let csv = try aanet(
      "predict", "all/1", "frames", "--boxes", "boxes.json", "--format", "csv", "--least-score", "0.8")
    #expect(csv.output.hasPrefix("image,x,y,width,height,score,attribute,value,probability\r\n"))
    #expect(csv.output.contains("000001.jpg,5.0,7.0,32.0,96.0,,gender,") && !csv.output.contains("0.75"))
    let table = try aanet("predict", "all/1", "frames", "--boxes", "boxes.json")
    #expect(table.output.contains("000000.jpg [54.8, 7, 32, 120]"), "\(table.output)")
  }

  @Test func peopleInFramesAreRanked() throws {
    let outcome = try aanet(
      "query", "all/1", "data/tiny/query/0013_c1s1_000000_01.jpg", "--gallery", "frames", "--boxes", "boxes.json",
      "--format", "json", "--out", "panel.png")
    #expect(outcome.status == 0, "\(outcome.complaints)")
    let report = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    let matches = try #require(report["matches"] as? [[String: Any]])
    #expect(matches.count == 3 && matches.first?["name"] as? String == "000001.jpg [5, 7, 32, 96]", "\(matches)")
    #expect(matches.first?["box"] as? [Double] == [5, 7, 32, 96])
    let panel = try Data(contentsOf: try Self.trained.get().url.appendingPathComponent("panel.png"))
    #expect(try PNG.decode(panel).width > 200)
  }

  @Test func aBoxOutsideIsNamedAndTheRestGoesOn() throws {
    let outcome = try aanet("predict", "all/1", "frames", "--boxes", "results.json", "--format", "json")
    #expect(outcome.status == 1 && outcome.complaints.contains("lies outside the frame of 100 x 110 pixels"))
    #expect(outcome.complaints.contains("1 image of 2 could not be read"), "\(outcome.complaints)")
    let sure = try aanet("predict", "all/1", "frames", "--boxes", "results.json", "--least-score", "0.5")
    #expect(sure.status == 0 && sure.complaints.contains("1 of 2 frames without a box"), "\(sure.complaints)")
  }

  @Test func wrongBoxesEndWithTwo() throws {
    let project = try Self.trained.get()
    try project.folder.write(#"[{"image_id": "000000.jpg", "bbox": [0, 0, NaN, 1]}]"#, to: "nan.json")
    try project.folder.write(#"[{"image_id": "../frames/000000.jpg", "bbox": [0, 0, 9, 9]}]"#, to: "dots.json")
    try project.folder.write("[", to: "cut.json")
    let cases: [([String], String)] = [
      (["predict", "all/1", "frames", "--boxes", "nowhere.json"], "the file of boxes cannot be opened"),
      (["predict", "all/1", "frames", "--boxes", "frames"], "not a regular file"),
      (["predict", "all/1", "frames", "--boxes", "nan.json"], "nan.json': line 1, byte "),
      (["predict", "all/1", "frames", "--boxes", "dots.json"], "leads out of its folder"),
      (["predict", "all/1", "frames", "--boxes", "cut.json"], "the file ends too early"),
      (["predict", "all/1", "frames", "--least-score", "0.5"], "--least-score goes with --boxes"),
      (["query", "all/1", "0011_c1s1_000000_01.jpg", "--boxes", "boxes.json"], "name it with --gallery"),
      (["predict", "plain/1", "frames", "--boxes", "boxes.json"], "without the attribute task"),
    ]
    for (arguments, word) in cases {
      let outcome = try BuiltCommand.run(arguments, in: project.url)
      #expect(
        outcome.status == 2 && outcome.output.isEmpty && outcome.complaints.contains(word),
        "\(arguments): \(outcome.complaints)")
    }
  }
}
