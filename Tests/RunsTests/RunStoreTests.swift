import Foundation
import Runs
import Support
import TestSupport
import Testing

@Suite struct RunStoreTests {
  let temporary: TemporaryFolder
  let store: RunStore
  let run = RunIdentity(
    experiment: "quickstart/table3", variant: "Lg+Lp+La uncertainty", seed: 2, hash: "0123456789ab")

  init() throws {
    temporary = try TemporaryFolder()
    store = RunStore(root: temporary.url)
  }

  private let folder = "quickstart/table3/Lg+Lp+La_uncertainty/seed-2-0123456789ab"

  private func epoch(_ number: Int, loss: Double = 0.1) -> EpochRecord {
    EpochRecord(
      epoch: number, steps: 3, images: 96, loss: loss, losses: ["global": loss], weights: ["global": 1],
      sigma: number % 2 == 0 ? ["global": 0.5] : nil, rates: ["new": 0.1], seconds: 1.5, secondsWaiting: 0.25)
  }

  private let metrics = RunMetrics(
    retrieval: RetrievalScores(
      mAP: 0.5, mAPTrapezoid: 0.49, rank1: 0.75, rank5: 0.8, rank10: 0.9, rank20: 1, queries: 12, queriesWithoutMatch: 1
    ), descriptorLength: 256, parameters: 1000, secondsTraining: 10, secondsEvaluating: 1, imagesPerSecond: 300,
    peakMemoryGiB: 0.5)

  private let provenance = Provenance(
    commit: "abc", hasLocalChanges: true, compiler: "Swift", blas: "OpenBLAS", blasKernels: "Haswell", threads: 2,
    cpu: "a \"cpu\"", dataset: "ff00", started: "2026-01-01T00:00:00Z")

  private func write(_ text: String, _ file: RunStore.File) throws {
    try store.write(Data(text.utf8), as: file, of: run)
  }

  private func text(_ file: RunStore.File) throws -> String {
    try String(contentsOf: store.url(file, of: run), encoding: .utf8)
  }

  private func complaint(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch { return "\(error)".replacing(temporary.url.path, with: "ROOT") }
  }

  @Test func rerankedScoresAndAttributesMayBeThere() throws {
    var more = metrics
    more.reranked = metrics.retrieval
    more.reranked?.mAP = 0.625
    let figures = ["gender": 0.5, "upper_color": 0.25]
    more.attributes = AttributeScores(
      accuracy: figures, mean: 0.375, majority: figures, ceiling: figures, balanced: figures)
    try store.writeMetrics(more, of: run)
    #expect(try store.metrics(of: run) == more)
    #expect(try text(.metrics).contains("\"mAP\" : 0.625"))
    // A record from before there were any, word for word what was written then.
    try store.writeMetrics(metrics, of: run)
    let old = try text(.metrics)
    #expect(!old.contains("reranked") && !old.contains("attributes"))
    #expect(try store.metrics(of: run) == metrics)
  }

  @Test func everyFileComesBack() throws {
    #expect(try store.record(for: run) == nil)
    #expect(try store.plan(of: run) == nil && store.metrics(of: run) == nil && store.ranks(of: run) == nil)
    try store.writePlan("dataset: é\n", of: run)
    try store.writeProvenance(provenance, of: run)
    try store.append(epoch(1), of: run)
    try store.append(epoch(2), of: run)
    let ranks = [QueryRanking(query: "0001_c1s1_000001_00.jpg", matchRanks: [1, 4], averagePrecision: 0.75)]
    try store.writeRanks(ranks, of: run)
    #expect(!store.isFinished(run))
    #expect(try store.record(for: run)?.status == .unfinished)
    try store.writeMetrics(metrics, of: run)
    #expect(store.isFinished(run))
    #expect(try store.plan(of: run) == "dataset: é\n")
    #expect(try store.ranks(of: run) == ranks)
    let record = try #require(try store.record(for: run))
    #expect(record.status == .finished)
    #expect(record.epochs == [epoch(1), epoch(2)])
    #expect(record.metrics == metrics)
    #expect(record.provenance == provenance)
    #expect(
      temporary.files()
        == ["epochs.jsonl", "metrics.json", "plan.yaml", "provenance.json", "ranks.json"].map { "\(folder)/\($0)" })
  }

  @Test func keysAreInSnakeCase() throws {
    try store.append(epoch(2 - 1), of: run)
    #expect(
      try text(.epochs)
        == #"{"epoch":1,"images":96,"loss":0.1,"losses":{"global":0.1},"rates":{"new":0.1},"seconds":1.5,"#
        + #""seconds_waiting":0.25,"steps":3,"weights":{"global":1}}"# + "\n")
    try store.writeRanks([QueryRanking(query: "q", matchRanks: [1], averagePrecision: 1)], of: run)
    #expect(try text(.ranks) == #"[{"average_precision":1,"match_ranks":[1],"query":"q"}]"# + "\n")
  }

  @Test func aDivergedRunCanBeRecorded() throws {
    try store.append(epoch(1, loss: .nan), of: run)
    try store.append(epoch(2, loss: .infinity), of: run)
    let losses = try store.epochs(of: run).map(\.loss)
    #expect(losses[0].isNaN && losses[1] == .infinity)
  }

  @Test func aTornLineDoesNotCount() throws {
    try store.append(epoch(1), of: run)
    let whole = try text(.epochs)
    for torn in [
      "{", #"{"epoch":2,"ima"#, String(whole.dropLast()).replacing("\"epoch\":1", with: "\"epoch\":2"), "\0\0\0",
      "\0\n",
    ] {
      try write(whole + torn, .epochs)
      #expect(try store.epochs(of: run) == [epoch(1)], "\(torn)")
      try store.append(epoch(2), of: run)
      #expect(try store.epochs(of: run) == [epoch(1), epoch(2)], "\(torn)")
      #expect(try text(.epochs).hasPrefix(whole + "{\"epoch\":2"))
    }
  }

  @Test func epochsAreCutBackToTheCheckpoint() throws {
    for number in 1...5 { try store.append(epoch(number), of: run) }
    try store.keepEpochs(upTo: 9, of: run)
    #expect(try store.epochs(of: run).map(\.epoch) == [1, 2, 3, 4, 5])
    try store.keepEpochs(upTo: 3, of: run)
    #expect(try store.epochs(of: run) == [epoch(1), epoch(2), epoch(3)])
    try store.append(epoch(4), of: run)
    try store.keepEpochs(upTo: 0, of: run)
    #expect(try store.epochs(of: run).isEmpty)
    try store.append(epoch(1), of: run)
    #expect(try store.epochs(of: run) == [epoch(1)])
  }

  @Test func epochsFollowEachOther() throws {
    try store.append(epoch(1), of: run)
    let file = "ROOT/\(folder)/epochs.jsonl"
    #expect(complaint { try store.append(epoch(3), of: run) } == "\(file): epoch 3 cannot follow epoch 1")
    #expect(complaint { try store.append(epoch(1), of: run) } == "\(file): epoch 1 cannot follow epoch 1")
    let line = try text(.epochs)
    try write(line + line, .epochs)
    #expect(
      complaint { _ = try store.epochs(of: run) }
        == "\(file):2: epoch 1 stands in the place of epoch 2; remove the run's folder to train it anew")
    try write("{}\n" + line, .epochs)
    #expect(
      complaint { _ = try store.epochs(of: run) }
        == "\(file):1: epoch is missing; remove the run's folder to train it anew")
  }

  @Test func damagedFilesNameTheFileAndTheKey() throws {
    let file = "ROOT/\(folder)/metrics.json"
    let end = "; remove the file, and aanet run writes it anew"
    try store.writeMetrics(metrics, of: run)
    let whole = try text(.metrics)
    try write(String(whole.prefix(40)), .metrics)
    #expect(complaint { _ = try store.metrics(of: run) } == "\(file): is no JSON\(end)")
    try write(whole.replacing("\"rank1\"", with: "\"rank2\""), .metrics)
    #expect(complaint { _ = try store.metrics(of: run) } == "\(file): retrieval.rank1 is missing\(end)")
    try write(whole.replacing(": 1000", with: ": []"), .metrics)
    #expect(complaint { _ = try store.metrics(of: run) } == "\(file): parameters has the wrong type\(end)")
    try store.write(Data([0xFF]), as: .plan, of: run)
    #expect(complaint { _ = try store.plan(of: run) } == "ROOT/\(folder)/plan.yaml: is not UTF-8; save it as UTF-8")
  }

  @Test func vastAndStrangeFilesAreNotRead() throws {
    try write("", .metrics)
    #expect(truncate(store.url(.metrics, of: run).path, 1 << 40) == 0)
    #expect(
      complaint { _ = try store.metrics(of: run) }
        == "ROOT/\(folder)/metrics.json: has 1099511627776 bytes; at most 16777216 are read")
    try FileManager.default.createDirectory(at: store.url(.plan, of: run), withIntermediateDirectories: true)
    #expect(complaint { _ = try store.plan(of: run) } == "ROOT/\(folder)/plan.yaml: is no regular file")
    #expect(mkfifo(store.url(.epochs, of: run).path, 0o600) == 0)
    #expect(complaint { _ = try store.epochs(of: run) } == "ROOT/\(folder)/epochs.jsonl: is no regular file")
  }

  @Test func allRunsAreFoundInOrder() throws {
    var expected: [RunIdentity] = []
    for experiment in ["alone", "quickstart/table3", "quickstart/table3/deeper"] {
      for variant in ["Lg", "a/b", "x y"] {
        for seed in [1, 2, 10] {
          let run = RunIdentity(experiment: experiment, variant: variant, seed: seed, hash: "00000000000\(seed % 10)")
          try store.append(epoch(1), of: run)
          expected.append(run)
        }
      }
    }
    try FileManager.default.createDirectory(
      at: temporary.url.appendingPathComponent("alone/Lg/seed-x-1"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      at: temporary.url.appendingPathComponent("loop"), withDestinationURL: temporary.url)
    let loops = store.identities().filter { $0.experiment.hasPrefix("loop") }
    #expect(store.identities().filter { !$0.experiment.hasPrefix("loop") } == expected)
    #expect(loops.count < 1000)
    try FileManager.default.removeItem(at: temporary.url.appendingPathComponent("loop"))
    #expect(store.survey().records.map(\.identity) == expected)
    let damaged = expected[4]
    try store.write(Data("{".utf8), as: .metrics, of: damaged)
    let survey = store.survey()
    #expect(survey.records.map(\.identity) == expected.filter { $0 != damaged })
    #expect(survey.damage.count == 1)
  }

  @Test func noNameLeavesTheFolder() throws {
    for name in ["..", ".", "../../x", "/etc", "a\u{0}b", "`id`", "\n"] {
      let run = RunIdentity(experiment: "\(name)/e", variant: name, seed: 0, hash: "0123456789ab")
      try store.writePlan("x", of: run)
      #expect(store.folder(for: run).standardizedFileURL.path.hasPrefix(temporary.url.standardizedFileURL.path + "/"))
      #expect(try store.plan(of: run) == "x")
    }
    #expect(store.identities().count == 7)
  }
}

@Suite struct AtomicFileTests {
  @Test func writesWholeOrNotAtAll() throws {
    let temporary = try TemporaryFolder()
    let file = temporary.url.appendingPathComponent("new/folder/a.txt")
    try AtomicFile.write(Data("one".utf8), to: file)
    try AtomicFile.write(Data(), to: file)
    #expect(try Data(contentsOf: file).isEmpty)
    let large = Data(repeating: 7, count: 3_000_000)
    try AtomicFile.write(large, to: file)
    #expect(try Data(contentsOf: file) == large)
    #expect(temporary.files() == ["new/folder/a.txt"])
  }

  @Test func filesThatCanBeMadeAgainAreWrittenWhereTheyDiffer() throws {
    let temporary = try TemporaryFolder()
    let file = temporary.url.appendingPathComponent("new/folder/a.txt")
    #expect(try AtomicFile.renew(file, with: Data("one".utf8)))
    #expect(try !AtomicFile.renew(file, with: Data("one".utf8)))
    // Longer, shorter, and what a loss of power may leave: as long, and empty of content.
    for there in [Data("one, two".utf8), Data("on".utf8), Data(count: 3), Data()] {
      try there.write(to: file)
      #expect(try AtomicFile.renew(file, with: Data("one".utf8)))
      #expect(try Data(contentsOf: file) == Data("one".utf8))
    }
    #expect(temporary.files() == ["new/folder/a.txt"])
    let folder = file.deletingLastPathComponent()
    #expect(throws: FileError(folder, "cannot be written: Is a directory")) {
      try AtomicFile.renew(folder, with: Data("x".utf8))
    }
    #expect(temporary.files() == ["new/folder/a.txt"])
  }

  @Test func failuresNameTheFileAndLeaveNothing() throws {
    let temporary = try TemporaryFolder()
    let folder = temporary.url.appendingPathComponent("taken")
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent("inside"), withIntermediateDirectories: true)
    #expect(throws: FileError(folder, "cannot be written: Is a directory")) {
      try AtomicFile.write(Data("x".utf8), to: folder)
    }
    let file = temporary.url.appendingPathComponent("file")
    try AtomicFile.write(Data("x".utf8), to: file)
    #expect(throws: FileError.self) { try AtomicFile.write(Data("y".utf8), to: file.appendingPathComponent("b")) }
    #expect(temporary.files() == ["file"])
    #expect(try Data(contentsOf: file) == Data("x".utf8))
  }
}
