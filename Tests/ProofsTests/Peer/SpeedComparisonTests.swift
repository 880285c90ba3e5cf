import Experiments
import Foundation
import Models
import Proofs
import Support
import TestSupport
import Testing

/// Both sides in turn, with programs that only say that they have measured.
@Suite struct SpeedComparisonTests {
  private static let settings = Settings(
    dataset: "quickstart", backbone: ResNetConfiguration(block: .basic, blocks: [1, 1, 1, 1], width: 8),
    input: .init(height: 96, width: 32))

  private static var parameters: Int {
    AANetConfiguration(backbone: settings.backbone, labels: TrainingBench.labels(identities: 10)).parameterCount
  }

  private static func work(_ pass: TrainingBench.Pass) -> ComparedWork {
    ComparedWork("small", pass, settings: settings, identities: 10, batch: 4, options: ["--model", "small"])
  }

  /// An engine that is twice as fast in every call as in the one before, and takes note of its arguments.
  private static func engine(_ folder: TemporaryFolder, parameters: Int = parameters) throws -> URL {
    let program = try folder.write(
      """
      #!/bin/sh
      echo "$@" >> '\(folder.url.path)/calls'
      speed=$((1 << $(wc -l < '\(folder.url.path)/calls')))
      echo "{\\"images_per_s\\": $speed, \\"peak_rss_gib\\": 1, \\"parameters\\": \(parameters), \\"threads\\": 3}"

      """, to: "engine")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
    return program
  }

  private static func comparison(
    _ python: FakePython, engine: URL, passes: [TrainingBench.Pass] = [.train], modes: [PeerMode] = PeerMode.allCases,
    rounds: Int = 1
  ) throws -> SpeedComparison {
    SpeedComparison(
      of: passes.map(work), modes: modes, python: try PeerPython(at: python.program.path, watch: {}), engine: engine,
      threads: 3, rounds: rounds, repeats: 7)
  }

  @Test func ratiosAreOfOneRoundAndFiguresTheirMedians() throws {
    let (python, folder) = (try FakePython(parameters: Self.parameters), try TemporaryFolder())
    var comparison = try Self.comparison(python, engine: try Self.engine(folder), modes: [.fp32], rounds: 3)
    #expect(comparison.rows.isEmpty && !comparison.isComplete)
    var seen: [(Int, Int)] = []
    try comparison.run(watch: {}) { seen.append(($0.done, $0.total)) }
    #expect(comparison.isComplete && seen.first ?? (9, 9) == (0, 6) && seen.last ?? (9, 9) == (6, 6))
    let row = try #require(comparison.rows.first)
    #expect(comparison.rows.count == 1)
    #expect(row.model == "small" && row.pass == "train" && row.batch == 4 && row.size == "96x32")
    #expect(row.peer.setting == "fp32" && row.peer.rounds == [2, 2, 2] && row.peer.imagesPerSecond == 2)
    #expect(row.engine.setting == "fp32" && row.engine.rounds == [2, 4, 8] && row.engine.imagesPerSecond == 4)
    #expect(row.ratios == [1, 2, 4] && row.ratio == 2 && row.memoryRatio == 0.5)
  }

  @Test func everySecondRoundGoesTheOtherWay() throws {
    let python = try FakePython(parameters: Self.parameters)
    var comparison = try Self.comparison(
      python, engine: try Self.engine(try TemporaryFolder()), passes: [.train, .infer], rounds: 2)
    try comparison.run(watch: {}, report: { _ in })
    let order = try python.notes("works").map { text in
      let work = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      return "\(work["pass"] ?? "") \(work["mode"] ?? "")"
    }
    let round = [
      "train fp32", "train channels_last", "train bf16", "infer fp32", "infer channels_last", "infer bf16",
    ]
    #expect(order == round + round.reversed())
    #expect(comparison.rows.map { "\($0.pass) \($0.peer.setting)" } == round)
  }

  @Test func bothSidesAreToldTheSameWork() throws {
    let (python, folder) = (try FakePython(parameters: Self.parameters), try TemporaryFolder())
    var comparison = try Self.comparison(python, engine: try Self.engine(folder), modes: [.channelsLast])
    try comparison.run(watch: {}, report: { _ in })
    let calls = try String(contentsOf: folder.url.appendingPathComponent("calls"), encoding: .utf8)
    #expect(calls == "bench train --model small --precision fp32 --threads 3 --repeats 7 --format json\n")
    let text = try #require(python.notes("works").first)
    let work = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(work["block"] as? String == "basic" && work["blocks"] as? [Int] == [1, 1, 1, 1])
    #expect(work["mode"] as? String == "channels_last" && work["pass"] as? String == "train")
    for (key, number) in [
      ("width", 8), ("last_stride", 1), ("head", 256), ("parts", 6), ("identities", 10), ("height", 96),
      ("breadth", 32), ("batch", 4), ("threads", 3), ("repeats", 7),
    ] {
      #expect(work[key] as? Int == number, "\(key)")
    }
    let attributes = try #require(work["attributes"] as? [[Any]])
    #expect(attributes.count == 12 && attributes[5] as NSArray == ["upper_color", 9, "top"] as NSArray)
    #expect((work["attended"] as? [String])?.contains("upper_color") == true)
  }

  @Test func theEngineComputesInThePrecisionThatItStandsBeside() throws {
    let (python, folder) = (try FakePython(parameters: Self.parameters), try TemporaryFolder())
    var comparison = try Self.comparison(python, engine: try Self.engine(folder))
    try comparison.run(watch: {}, report: { _ in })
    #expect(comparison.rows.map(\.engine.setting) == ["fp32", "fp32", "bf16"])
    // fp32 is measured once for the two that it stands beside.
    #expect(comparison.rows.map(\.engine.rounds) == [[2], [2], [4]])
    let calls = try String(contentsOf: folder.url.appendingPathComponent("calls"), encoding: .utf8)
    #expect(calls.split(separator: "\n").map { $0.contains("--precision bf16") } == [false, true], "\(calls)")
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"), "python3 is not installed"))
  func thePeerProgramIsPython() throws {
    let (python, folder) = (try FakePython(parameters: Self.parameters), try TemporaryFolder())
    var comparison = try Self.comparison(python, engine: try Self.engine(folder), modes: [.fp32])
    try comparison.run(watch: {}, report: { _ in })
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = [
      "-c", "import ast, sys; ast.parse(open(sys.argv[1]).read()); sys.exit(0)",
      python.folder.url.appendingPathComponent("program.py").path,
    ]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(python.notes("program.py").contains("class AANet(nn.Module):"))
  }

  @Test func whatFailsIsNamedAndWhatWasMeasuredStays() throws {
    let failing =
      "case \"$2\" in *'\"mode\":\"bf16\"'*) echo 'Traceback:' >&2; echo 'RuntimeError: no bf16 here' >&2; exit 1;; esac"
    let python = try FakePython(parameters: Self.parameters, first: failing)
    var comparison = try Self.comparison(python, engine: try Self.engine(try TemporaryFolder()))
    let error = #expect(throws: PlainError.self) { try comparison.run(watch: {}, report: { _ in }) }
    #expect(error?.description == "PyTorch bf16, small train: it failed: RuntimeError: no bf16 here")
    #expect(comparison.rows.map(\.peer.setting) == ["fp32", "channels_last"] && !comparison.isComplete)

    let killed = try FakePython(parameters: Self.parameters, first: "[ \"$1\" = -c ] || kill -9 $$")
    var second = try Self.comparison(killed, engine: try Self.engine(try TemporaryFolder()))
    let death = #expect(throws: PlainError.self) { try second.run(watch: {}, report: { _ in }) }
    #expect(death?.description.contains("signal 9; was there memory enough?") == true)
  }

  @Test func twoNetworksAreNotCompared() throws {
    let python = try FakePython(parameters: Self.parameters + 1)
    var comparison = try Self.comparison(python, engine: try Self.engine(try TemporaryFolder()))
    let error = #expect(throws: PlainError.self) { try comparison.run(watch: {}, report: { _ in }) }
    #expect(error?.description.contains("two networks cannot be compared") == true)
    #expect(comparison.rows.isEmpty)
  }

  @Test func whoeverAsksToStopWaitsForNoMeasurement() throws {
    let python = try FakePython(
      parameters: Self.parameters,
      first: "case \"$2\" in *'\"mode\":\"bf16\"'*) echo > \"$notes/bf16\"; exec sleep 600;; esac")
    var comparison = try Self.comparison(python, engine: try Self.engine(try TemporaryFolder()))
    #expect(throws: CancellationError.self) {
      try comparison.run(watch: { if python.hasNoted("bf16") { throw CancellationError() } }, report: { _ in })
    }
    #expect(comparison.rows.map(\.peer.setting) == ["fp32", "channels_last"])
  }

  @Test func onlySpeedsAreReadAsSpeeds() throws {
    let right = try MeasuredSpeed(
      printed: "{\"images_per_s\": 1.5, \"peak_rss_gib\": 0.5, \"parameters\": 7, \"torch\": \"2\"}\n")
    #expect(right.imagesPerSecond == 1.5 && right.peakMemoryGiB == 0.5 && right.parameters == 7)
    for wrong in [
      "", "{}", "fast", "{\"images_per_s\": 0, \"peak_rss_gib\": 1, \"parameters\": 7}",
      "{\"images_per_s\": -1, \"peak_rss_gib\": 1, \"parameters\": 7}",
      "{\"images_per_s\": 1, \"peak_rss_gib\": -1, \"parameters\": 7}",
      "{\"images_per_s\": 1, \"peak_rss_gib\": 1}", "{\"images_per_s\": NaN, \"peak_rss_gib\": 1, \"parameters\": 7}",
      "{\"images_per_s\": 1e999, \"peak_rss_gib\": 1, \"parameters\": 7}",
    ] {
      #expect(throws: PlainError.self, "\(wrong)") { try MeasuredSpeed(printed: wrong) }
    }
  }

  @Test func timeLeftIsThatOfTheRoundBefore() {
    var pace = MeasuringPace<String>()
    #expect(pace.seconds(of: [("a", 1)], spent: 0) == nil)
    pace.note("a", work: 2, seconds: 10)
    // By its arithmetic b takes half as long.
    #expect(pace.seconds(of: [("a", 2), ("b", 1)], spent: 4) == 11.0)
    pace.note("b", work: 1, seconds: 20)
    #expect(pace.seconds(of: [("a", 2), ("b", 1), ("c", 3)], spent: 11) == 50.0)
    #expect(pace.seconds(of: [], spent: 0) == 0.0)
  }
}
