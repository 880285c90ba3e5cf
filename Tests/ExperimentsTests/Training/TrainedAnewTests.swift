import Datasets
import Experiments
import Foundation
import Runs
import Support
import TestSupport
import Testing

/// What `aanet run` looks at in a dataset's files before it trains, and what it says of runs that were made before.
@Suite struct TrainedAnewTests {
  private static let query = "data/tiny/query/0011_c1s1_000000_01.jpg"

  private func store(_ project: TinyProject) -> RunStore {
    RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true))
  }

  /// The record of the tiny experiment's plain variant after one epoch, with what was said and how often it was trained.
  @discardableResult
  private func run(
    _ project: TinyProject, _ overrides: [String] = [], acceptsDamage: Bool = false
  ) throws -> (record: RunRecord, remarks: [String], epochs: Int) {
    let plan = try ExperimentLibrary(project: project.url).plan("tiny", overrides: ["train.epochs=1"] + overrides)
    let runner = try ExperimentRunner(plan, project: project.url, store: store(project))
    var remarks: [String] = []
    var epochs = 0
    let records = try runner.run(
      variants: ["plain"], threads: 1, acceptsDamage: acceptsDamage,
      report: { event in
        switch event {
        case .remark(let text): remarks.append(text)
        case .epoch: epochs += 1
        default: break
        }
      })
    return (try #require(records.first).record, remarks, epochs)
  }

  private func bytes(_ path: String, _ project: TinyProject) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: project.url.appendingPathComponent(path)))
  }

  /// Another picture under the same name, of the same size and with the same time of writing.
  @Test func otherBytesAreAnotherRunAndItIsSaidWhy() throws {
    let project = try TinyProject()
    let time = Date(timeIntervalSince1970: 1_600_000_000)
    try FileManager.default.setAttributes(
      [.modificationDate: time], ofItemAtPath: project.url.appendingPathComponent(Self.query).path)
    let first = try run(project)
    #expect(try run(project).epochs == 0)
    let file = project.url.appendingPathComponent(Self.query)
    var changed = try bytes(Self.query, project)
    let other = try JPEG.encode(Image(width: 32, height: 96, red: 200, green: 30, blue: 30), quality: 80)
    let comment = [UInt8](repeating: 32, count: changed.count - other.count - 4)
    let marker: [UInt8] = [0xff, 0xfe, UInt8((comment.count + 2) >> 8), UInt8((comment.count + 2) & 0xff)]
    changed = Array(other[..<2]) + marker + comment + Array(other[2...])
    #expect(try changed.count == bytes(Self.query, project).count)
    try project.folder.write(changed, to: Self.query)
    try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: file.path)
    let second = try run(project)
    #expect(second.record.identity.hash != first.record.identity.hash && second.epochs == 1)
    #expect(first.record.provenance?.dataset != second.record.provenance?.dataset)
    let said = second.remarks.filter { $0.contains("made before on other data") }
    #expect(said.count == 1 && said[0].hasPrefix("1 run of these settings was made before"), "\(second.remarks)")
    #expect(said[0].contains("'tiny' are not what they were, so that it is trained again"))
    // Once it is made nothing more is said.
    let third = try run(project)
    #expect(third.epochs == 0 && third.remarks.allSatisfy { !$0.contains("made before") })
  }

  @Test func aRunOfAnEarlierFingerprintIsTrainedAgainAndItIsSaidWhy() throws {
    let project = try TinyProject()
    let first = try run(project).record
    // What an earlier version left: a shorter fingerprint, and a name that it gave.
    var provenance = try #require(first.provenance)
    provenance.dataset = "10b2b73a87782b6d"
    try store(project).writeProvenance(provenance, of: first.identity)
    let earlier = first.folder.deletingLastPathComponent().appendingPathComponent("seed-1-0123456789ab")
    try FileManager.default.moveItem(at: first.folder, to: earlier)
    let second = try run(project)
    #expect(second.record.identity == first.identity && second.epochs == 1)
    let said = second.remarks.filter { $0.contains("names and sizes of the images") }
    #expect(said.count == 1 && said[0].contains("it is trained again; the earlier results stay"), "\(second.remarks)")
    #expect(FileManager.default.fileExists(atPath: earlier.path))
    // Other settings were never made before.
    #expect(try run(project, ["train.batch=6"]).remarks.allSatisfy { !$0.contains("made before") })
  }

  @Test func aRunOfAnotherEngineIsTrainedAgainAndItIsSaidWhy() throws {
    let project = try TinyProject()
    let first = try run(project).record
    let earlier = first.folder.deletingLastPathComponent().appendingPathComponent("seed-1-0123456789ab")
    try FileManager.default.moveItem(at: first.folder, to: earlier)
    #expect(try run(project).remarks.contains { $0.contains("another version of the engine") })
  }

  @Test func imagesThatAreChangedMeanwhileFinishNoRun() throws {
    let project = try TinyProject()
    let plan = try ExperimentLibrary(project: project.url).plan("tiny", overrides: ["train.epochs=1"])
    let runner = try ExperimentRunner(plan, project: project.url, store: store(project))
    let other = try JPEG.encode(Image(width: 32, height: 96, red: 200, green: 30, blue: 30), quality: 80)
    let error = #expect(throws: PlainError.self) {
      try runner.run(
        variants: ["plain"], threads: 1,
        report: { if case .epoch = $0 { _ = try? project.folder.write(other, to: Self.query) } })
    }
    #expect(error?.description.contains("'tiny' were changed while tiny, plain, seed 1 was trained") == true)
    #expect(store(project).survey().records.allSatisfy { $0.metrics == nil })
    #expect(try run(project).record.metrics != nil)
  }

  @Test func damagedImagesStopBeforeTrainingUnlessTheyAreAccepted() throws {
    let project = try TinyProject()
    let whole = try bytes(Self.query, project)
    // Cut short, its header alone, and damaged in its middle.
    let start = try #require(whole.indices.dropLast().first { whole[$0] == 0xff && whole[$0 + 1] == 0xda })
    var within = whole
    for place in (start + 40)..<(start + 44) { within[place] = 0xff }
    for damaged in [Array(whole.dropLast(200)), Array(whole.dropLast(2)), Array(whole[..<(start + 14)]), within] {
      try project.folder.write(damaged, to: Self.query)
      let error = #expect(throws: PlainError.self) { try run(project) }
      let text = try #require(error).description
      #expect(text.contains("has 1 file that ends early or is damaged within: 'query/0011_c1s1_000000_01.jpg'"))
      #expect(text.contains("--accept-damaged"))
      #expect(store(project).survey().records.isEmpty)
    }
    #expect(!FileManager.default.fileExists(atPath: store(project).root.path), "what is refused leaves nothing behind")
    let accepted = try run(project, acceptsDamage: true)
    #expect(accepted.epochs == 1)
    #expect(accepted.remarks.contains { $0.hasPrefix("tiny: accepted: 1 file that ends early") }, "\(accepted.remarks)")
    // It is finished, whether or not that is said again; and mended images are other images.
    let again = try run(project)
    #expect(again.epochs == 0 && again.record.identity == accepted.record.identity)
    try project.folder.write(whole, to: Self.query)
    #expect(try run(project).record.identity != accepted.record.identity)
  }

  @Test func aQueryInTheGalleryStopsBeforeTraining() throws {
    let project = try TinyProject()
    try project.folder.write(bytes(Self.query, project), to: "data/tiny/bounding_box_test/0011_c6s1_000009_01.jpg")
    let error = #expect(throws: PlainError.self) { try run(project) }
    #expect(error?.description.contains("1 of 4 queries lies in the gallery too, byte for byte") == true)
    #expect(!FileManager.default.fileExists(atPath: store(project).root.path))
  }

  @Test func readingTheImagesCanBeInterrupted() throws {
    let project = try TinyProject()
    // More than are read between one question and the next.
    let image = try bytes(Self.query, project)
    for number in 0..<500 {
      try project.folder.write(image, to: "data/tiny/bounding_box_train/0001_c1s1_\(100_000 + number)_01.jpg")
    }
    let plan = try ExperimentLibrary(project: project.url).plan("tiny")
    let runner = try ExperimentRunner(plan, project: project.url, store: store(project))
    var read: [Int] = []
    #expect(throws: TrainingError.self) {
      try runner.run(threads: 1, isInterrupted: { true }) { event in
        if case .reading("tiny", let done, let total) = event { read += [done, total] }
      }
    }
    #expect(read == [512, 566])
    #expect(!FileManager.default.fileExists(atPath: store(project).root.path))
  }
}
