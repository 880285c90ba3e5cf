import Datasets
import Experiments
import Foundation
import Layers
import Runs
import Support
import Tensors
import TestSupport
import Testing
import Trained

/// People in whole frames, as a trained network sees them.
@Suite struct BoxedFramesTests {
  private static let trained: Result<(TinyProject, RunRecord), any Error> = Result {
    let project = try TinyProject()
    let plan = try ExperimentLibrary(project: project.url).plan("tiny", overrides: ["train.epochs=1"])
    let store = RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true))
    let records = try ExperimentRunner(plan, project: project.url, store: store).run(threads: 1).map(\.record)
    return (project, try #require(records.first { $0.identity.variant == "all" }))
  }

  private func run() throws -> TrainedRun {
    let (project, record) = try Self.trained.get()
    return try TrainedRun(record.folder, in: Project(project.url), threads: 1)
  }

  /// A frame of coloured noise.
  private func frame(width: Int, height: Int) -> Image {
    let levels = TestNumbers.whole(width * height * 3, "frame/\(width)", in: 0...255)
    return Image(width: width, height: height, pixels: levels.map { UInt8($0) })
  }

  private func box(_ x: Double, _ y: Double, _ width: Double, _ height: Double) throws -> FrameBox {
    try FrameBox(x: x, y: y, width: width, height: height)
  }

  /// What the network makes of the pixels of images, by the rules of loading written out.
  private func descriptors(of images: [Image], by run: TrainedRun) -> [Float] {
    var resizer = ImageResizer(to: run.inputSize)
    let (mean, deviation) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    let values = images.flatMap { resizer.resize($0) }.enumerated().map { place, level in
      Float((Double(level) / 255 - mean[place % 3]) / deviation[place % 3])
    }
    let input = run.engine.tensor(values, shape: [images.count, run.inputSize.height, run.inputSize.width, 3])
    let tape = Tape(on: run.engine, mode: .evaluation)
    return Array(run.model(tape.input(input), inputs: [:], on: tape).descriptors)
  }

  @Test func aBoxIsSeenAsTheSameCropOfTheFramesPixels() throws {
    let run = try run()
    let folder = try TemporaryFolder()
    // Far larger than the network's input, so that libjpeg would shrink it if it were let.
    let file = try folder.write(try JPEG.encode(frame(width: 400, height: 300), quality: 90), to: "frame.jpg")
    let decoded = try JPEG.decode([UInt8](Data(contentsOf: file))).image
    let boxes = [
      try box(10.3, 20.6, 250, 199.7), try box(0, 0, 400, 300), try box(-8, 250, 60, 90), try box(7, 9, 3, 5),
    ]
    let crops: [(rows: Range<Int>, columns: Range<Int>)] = [
      (21..<220, 10..<260), (0..<300, 0..<400), (250..<300, 0..<52), (9..<14, 7..<10),
    ]
    var remarks: [String] = []
    let seen = try run.look(
      at: boxes.map { Photograph(file, box: $0) },
      report: { event in if case .remark(let text) = event { remarks.append(text) } })
    #expect(seen.map(\.index) == [0, 1, 2, 3])
    let cut = crops.map { decoded.cut(rows: $0.rows, columns: $0.columns) }
    #expect(seen.flatMap(\.descriptor) == descriptors(of: cut, by: run))
    #expect(
      remarks.count == 1 && remarks[0].contains("[-8, 250, 60, 90] was cut at the edge of the frame of 400 x 300"))
  }

  @Test func aBoxOfAWholeFileIsTheFile() throws {
    let run = try run()
    let folder = try TemporaryFolder()
    // Smaller than twice the network's input, so that libjpeg does not shrink the file.
    let file = try folder.write(try JPEG.encode(frame(width: 50, height: 90), quality: 90), to: "person.jpg")
    let whole = try #require(try run.look(at: [Photograph(file)], withMaps: true).first)
    let boxed = try #require(try run.look(at: [Photograph(file, box: try box(0, 0, 50, 90))], withMaps: true).first)
    #expect(whole.descriptor == boxed.descriptor && whole.attributes == boxed.attributes)
    #expect(whole.maps?.attributes == boxed.maps?.attributes && whole.maps?.attributes.isEmpty == false)
  }

  @Test func boxesOutsideTheFrameArePassedOver() throws {
    let run = try run()
    let folder = try TemporaryFolder()
    let file = try folder.write(try JPEG.encode(frame(width: 50, height: 90), quality: 90), to: "frame.jpg")
    try folder.write("no picture", to: "damaged.jpg")
    var skipped: [String] = []
    let seen = try run.look(
      at: [
        Photograph(file, box: try box(60, 0, 20, 20)), Photograph(file, box: try box(0, 0, 20, 20)),
        Photograph(folder.url.appendingPathComponent("damaged.jpg"), box: try box(0, 0, 20, 20)),
      ],
      report: { event in if case .skipped(_, let error) = event { skipped.append(error.description) } })
    #expect(seen.map(\.index) == [1])
    #expect(skipped.count == 2 && skipped[0].contains("[60, 0, 20, 20] lies outside the frame of 50 x 90 pixels"))
    #expect(skipped[1].contains("damaged.jpg") && skipped[1].contains("not a JPEG image"))
  }
}
