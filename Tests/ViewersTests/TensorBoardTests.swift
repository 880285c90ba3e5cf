import Foundation
import Runs
import Support
import TestSupport
import Testing
import Viewers

/// Event files, written as runs go on. `Tests/Viewers/check_viewers.py` reads them with TensorBoard itself.
@Suite struct TensorBoardTests {
  private let made: FabricatedRuns
  private var log: TensorBoardLog { TensorBoardLog(made.folder.url.appendingPathComponent("board")) }

  init() throws { made = try FabricatedRuns() }

  private func export(_ run: RunIdentity) throws -> ExportOutcome {
    try log.write(try #require(try ExportedRun(run, in: made.store)))
  }

  private func picture(_ width: Int) -> [UInt8] {
    PlainPNG(width: width, height: 2, numbers: Array(repeating: 7, count: width * 2), kind: .grey).bytes
  }

  /// The one file of a run.
  private func file(_ outcome: ExportOutcome) throws -> URL {
    let names = try FileManager.default.contentsOfDirectory(atPath: outcome.folder)
    #expect(names == ["events.out.tfevents.1795376700.aanet"])
    return URL(fileURLWithPath: outcome.folder).appendingPathComponent(try #require(names.first))
  }

  @Test func aFileGrowsAtItsEndAlone() throws {
    let run = try made.train(made.name("Lg+Lp"), epochs: 1)
    let first = try export(run)
    #expect(first.numbers == 12 && first.files == 1)
    let file = try file(first)
    var before = try Data(contentsOf: file)
    for epochs in 2...4 {
      try made.train(run, epochs: epochs)
      let outcome = try export(run)
      #expect(outcome.numbers == 12 && outcome.files == 0)
      let after = try Data(contentsOf: file)
      #expect(after.count > before.count && after.prefix(before.count) == before)
      before = after
      #expect(try export(run).numbers == 0)
      #expect(try Data(contentsOf: file) == before)
    }
    try made.finish(run)
    #expect(try export(run).numbers == 6 + 6 + 3 + 50)
    #expect(try Data(contentsOf: file).prefix(before.count) == before)
  }

  @Test func runsInBF16TellTheirMagnitudesByParameter() throws {
    let run = try made.train(made.name("Lg"), epochs: 2, isInBF16: true)
    let series = RunSeries(of: try #require(try made.store.record(for: run))).series
    let found = Dictionary(uniqueKeysWithValues: series.map { ($0.name, $0.points.map(\.value)) })
    for (name, value) in [
      ("weight_least", 0.0009765625), ("weight_most", 0.75), ("gradient_most", 12.5), ("steps_below_place", 0.0625),
    ] { #expect(found["magnitudes/backbone.conv1.weight/\(name)"] == [value, value], "\(name)") }
    #expect(found.keys.count { $0.hasPrefix("magnitudes/") } == 10)
    #expect(try export(run).numbers == 2 * (12 + 10))
  }

  @Test func picturesAreWrittenAnewWhereTheyAreOthers() throws {
    let run = try made.finish(made.name("Lg"))
    _ = try export(run)
    let folder = made.store.folder(for: run).appendingPathComponent(RunFigures.folderName)
    func draw(_ picture: [UInt8], as name: String = "maps.png") throws {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(picture).write(to: folder.appendingPathComponent("maps.png"))
      try RunFigures(
        run: "x", dataset: "made", isDrawn: true,
        figures: [
          .init(
            name: "maps", file: name, preview: "", paper: "", caption: "", alternative: "", width: 1, height: 1,
            rows: [])
        ], leftOut: [:]
      ).write(to: folder)
    }
    try draw(picture(3))
    #expect(try export(run).files == 1)
    #expect(try export(run).files == 0)
    try draw(picture(4))
    #expect(try export(run).files == 1)
    // What is no picture, or lies elsewhere, is left out.
    try draw([1, 2, 3])
    #expect(try export(run).files == 0)
    try draw(picture(5), as: "../plan.yaml")
    #expect(try export(run).files == 0)
  }

  /// Whatever byte a killed export stopped at, the next one makes the file what it would have been.
  @Test func aTornFileIsMadeWhole() throws {
    let run = try made.train(made.name("Lg"), epochs: 1)
    let file = try file(try export(run))
    let begun = try Data(contentsOf: file)
    try made.train(run, epochs: 2)
    _ = try export(run)
    let whole = try Data(contentsOf: file)
    for length in stride(from: 0, through: whole.count, by: 7) {
      try whole.prefix(length).write(to: file)
      let outcome = try export(run)
      #expect(try Data(contentsOf: file).count == whole.count, "\(length)")
      if length >= begun.count { #expect(outcome.files == 0) }
    }
    // Blocks that were never written.
    try (whole + Data(count: 4096)).write(to: file)
    #expect(try export(run).numbers == 0)
    #expect(try Data(contentsOf: file) == whole)
  }

  @Test func aDamagedFileIsNamed() throws {
    let run = try made.train(made.name("Lg"))
    let file = try file(try export(run))
    var bytes = try Data(contentsOf: file)
    bytes[20] ^= 1
    try bytes.write(to: file)
    let error = #expect(throws: FileError.self) { try export(run) }
    #expect(error?.reason == "is damaged at byte 0; remove it, and the export writes it anew")
    try FileManager.default.removeItem(at: file)
    #expect(try export(run).numbers == 24)
  }

  @Test func twoExportsDoNotMix() throws {
    let run = try made.train(made.name("Lg"))
    let folder = URL(fileURLWithPath: try export(run).folder)
    guard case .taken(let lock) = try RunLock.take(folder) else { throw FabricatedRuns.Held() }
    let error = #expect(throws: FileError.self) { try export(run) }
    #expect(error?.reason.contains("another export is writing there") == true)
    lock.release()
    #expect(try export(run).numbers == 0)
  }

  /// The check value of CRC-32C in every catalogue, and RFC 3720, B.4: 32 zeros.
  @Test func recordsAreFramedAsTensorFlowDoes() throws {
    #expect(TFRecord.checksum(Array("123456789".utf8)[...]) == 0xE306_9283)
    #expect(TFRecord.checksum([UInt8](repeating: 0, count: 32)[...]) == 0x8A91_36AA)
    let bytes = Array("some bytes".utf8)
    let file = TFRecord.framed(bytes) + TFRecord.framed([])
    #expect(file.prefix(8).elementsEqual([10, 0, 0, 0, 0, 0, 0, 0]) && file.count == 42)
    let (records, end) = try TFRecord.read(file)
    #expect(records.map(Array.init) == [bytes, []] && end == file.count)
    for place in 0..<26 {
      var damaged = file
      damaged[place] ^= 0x80
      #expect(throws: TFRecord.Damage.self) { try TFRecord.read(damaged) }
    }
  }

  /// Folders that grew with their runs are kept, for TensorBoard and MLflow themselves to read.
  @Test func foldersThatGrewAreKept() throws {
    guard let kept = ProcessInfo.processInfo.environment["AANET_KEEP"], !kept.isEmpty else { return }
    let place = URL(fileURLWithPath: kept).appendingPathComponent("viewers-grown")
    func export(_ run: RunIdentity) throws {
      let exported = try #require(try ExportedRun(run, in: made.store))
      var store = try MLflowStore(place.appendingPathComponent("mlflow"))
      _ = try store.write(exported, from: made.store)
      _ = try TensorBoardLog(place.appendingPathComponent("tensorboard")).write(exported)
    }
    for (run, isInBF16) in [(made.name("Lg"), false), (made.name("Lg+Lp 'x' 漢字", 3), true)] {
      for epochs in 1...3 {
        try made.train(run, epochs: epochs, isInBF16: isInBF16)
        try export(run)
      }
    }
    try made.finish(made.name("Lg"))
    for run in made.store.identities() + made.store.identities() { try export(run) }
  }
}
