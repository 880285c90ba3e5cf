import Experiments
import Foundation
import Proofs
import Runs
import Support
import Tensors
import TestSupport
import Testing

/// Checkpoints that are damaged, missing, old or half-written: what a run goes on from, and what it says.
@Suite struct CheckpointTests {
  /// Runs one variant of the tiny experiment and gives its record.
  @discardableResult
  private func run(
    _ project: TinyProject, checkpoints: CheckpointInterval = .automatic, threads: Int = 1,
    remarks: (String) -> Void = { _ in },
    isInterrupted: () -> Bool = { false }, step: (Int) throws -> Void = { _ in }
  ) throws -> RunRecord {
    let plan = try ExperimentLibrary(project: project.url).plan("tiny")
    let runner = try ExperimentRunner(plan, project: project.url, store: Self.store(project))
    var steps = 0
    var failure: (any Error)?
    let results = try runner.run(
      variants: ["all"], threads: threads, checkpoints: checkpoints, isInterrupted: isInterrupted
    ) { event in
      if case .remark(let text) = event { remarks(text) }
      guard case .training = event else { return }
      steps += 1
      do { try step(steps) } catch { failure = error }
    }
    if let failure { throw failure }
    return try #require(results.first).record
  }

  private static func store(_ project: TinyProject) -> RunStore {
    RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true))
  }

  private func agrees(_ run: RunRecord, _ first: TinyProject, _ second: TinyProject, line: Int = #line) throws {
    let agreement = try RunAgreement(of: run.identity, in: Self.store(first), and: Self.store(second))
    for part in agreement.parts { #expect(part.difference == nil, "line \(line): \(part.name)") }
    #expect(agreement.parts.count == 10 && agreement.parts.allSatisfy { $0.count > 0 })
  }

  /// What the disk holds when the process dies at a step, as another project.
  private func killed(atStep wanted: Int, checkpoints: CheckpointInterval) throws -> TinyProject {
    let project = try TinyProject()
    let after = try TinyProject()
    try run(
      project, checkpoints: checkpoints,
      step: { step in
        guard step == wanted else { return }
        try FileManager.default.copyItem(at: Self.store(project).root, to: Self.store(after).root)
      })
    return after
  }

  @Test(arguments: [
    (1, CheckpointInterval.steps(1)), (5, .steps(2)), (6, .automatic), (14, .steps(4)), (18, .steps(3)),
  ])
  func aKilledRunEndsWithTheSameBits(step: Int, checkpoints: CheckpointInterval) throws {
    let whole = try TinyProject()
    try run(whole)
    let project = try killed(atStep: step, checkpoints: checkpoints)
    var taken = 0
    let record = try run(project, threads: 2, step: { _ in taken += 1 })
    // Six steps an epoch; a step is told of before it is saved.
    let saved =
      switch checkpoints {
      case .steps(let count): (step - 1) / 6 * 6 + (step - 1) % 6 / count * count
      case .automatic: (step - 1) / 6 * 6
      }
    #expect(taken == 18 - saved, "only the steps since the last checkpoint are taken again")
    try agrees(record, whole, project)
  }

  @Test func aRunInterruptedWhileItIsMeasuredIsNotTrainedAgain() throws {
    let whole = try TinyProject()
    try run(whole)
    let project = try TinyProject()
    var taken = 0
    // Asked once after each step, then after each batch of images that is measured.
    var asked = 0
    #expect(throws: TrainingError.self) {
      try run(
        project,
        isInterrupted: {
          asked += 1
          return asked == 19
        }, step: { _ in taken += 1 })
    }
    #expect(taken == 18)
    let record = try run(project, step: { _ in taken += 1 })
    #expect(taken == 18)
    try agrees(record, whole, project)
  }

  private func url(_ file: RunStore.File, _ record: RunRecord) -> URL {
    record.folder.appendingPathComponent(file.rawValue)
  }

  /// A project whose run was stopped in the last epoch, and that run's record.
  private func stopped(_ project: TinyProject) throws -> RunRecord {
    var steps = 0
    #expect(throws: TrainingError.self) {
      try run(
        project,
        isInterrupted: {
          steps += 1
          return steps == 14
        })
    }
    return try #require(Self.store(project).survey().records.first)
  }

  private static let damages: [@Sendable (Data) -> Data] = [
    { $0.prefix(1000) }, { _ in Data() }, { $0.dropLast() }, { Data($0.map { $0 ^ 0xFF }) },
    { data in
      var data = data
      data[data.count / 2] ^= 4
      return data
    },
  ]

  @Test(arguments: damages.indices) func theOneBeforeADamagedCheckpointIsUsed(damage: Int) throws {
    let whole = try TinyProject()
    try run(whole)
    let project = try TinyProject()
    let interrupted = try stopped(project)
    let latest = url(.checkpoint, interrupted)
    try Self.damages[damage](try Data(contentsOf: latest)).write(to: latest)
    var remarks: [String] = []
    var taken = 0
    let record = try run(project, remarks: { remarks.append($0) }, step: { _ in taken += 1 })
    let remark = try #require(remarks.first { $0.contains("cannot be used") })
    #expect(remark.hasPrefix("\(latest.path) cannot be used ("))
    #expect(
      remark.hasSuffix(
        "the run goes on from checkpoint.previous.safetensors, after epoch 2 and 0 steps: no finished epoch is lost"),
      "\(remark)")
    #expect(taken == 6)
    try agrees(record, whole, project)
  }

  /// A damaged checkpoint is no reason to let go of the sound one, even where the process dies again.
  @Test func theSoundOneIsKeptUntilThereAreTwo() throws {
    let project = try TinyProject()
    let record = try stopped(project)
    let sound = try Data(contentsOf: url(.previousCheckpoint, record))
    try Data("nonsense".utf8).write(to: url(.checkpoint, record))
    #expect(throws: TrainingError.self) { try run(project, isInterrupted: { true }) }
    #expect(try Data(contentsOf: url(.previousCheckpoint, record)) == sound)
    #expect(try SafeTensors(checking: url(.checkpoint, record)).tensors.isEmpty == false)
  }

  @Test func whereBothAreDamagedTheRunStartsAnewAloud() throws {
    let whole = try TinyProject()
    try run(whole)
    let project = try TinyProject()
    let interrupted = try stopped(project)
    for file in [RunStore.File.checkpoint, .previousCheckpoint] {
      try Data("nonsense".utf8).write(to: url(file, interrupted))
    }
    var remarks: [String] = []
    var taken = 0
    let record = try run(project, remarks: { remarks.append($0) }, step: { _ in taken += 1 })
    let remark = try #require(remarks.first { $0.contains("cannot be used") })
    #expect(remark.contains("checkpoint.safetensors cannot be used (") && remark.contains(", nor "))
    #expect(remark.hasSuffix("; the run starts anew, 2 finished epochs are trained again"), "\(remark)")
    #expect(taken == 18)
    try agrees(record, whole, project)
  }

  @Test func aLostCheckpointIsSaidAloud() throws {
    let project = try TinyProject()
    let interrupted = try stopped(project)
    try FileManager.default.removeItem(at: url(.checkpoint, interrupted))
    var remarks: [String] = []
    try run(project, remarks: { remarks.append($0) })
    #expect(remarks.contains { $0.contains("checkpoint.safetensors is missing; the run goes on from") }, "\(remarks)")
  }

  /// Run folders of earlier versions hold one checkpoint without a checksum.
  @Test func aCheckpointFromBeforeThereWereChecksumsIsUsed() throws {
    let whole = try TinyProject()
    try run(whole)
    let project = try TinyProject()
    let interrupted = try stopped(project)
    var old = try SafeTensors(contentsOf: url(.checkpoint, interrupted))
    old.metadata = old.metadata.filter { $0.key == "progress" }
    try old.serialized().write(to: url(.checkpoint, interrupted))
    try FileManager.default.removeItem(at: url(.previousCheckpoint, interrupted))
    var taken = 0
    let record = try run(project, remarks: { #expect(!$0.contains("checkpoint")) }, step: { _ in taken += 1 })
    #expect(taken == 4)
    try agrees(record, whole, project)
  }

  /// A sound file that says what cannot be true is not believed.
  @Test(arguments: [
    "{}", #"{"epochs":-1"#,
    #"{"epochs":2,"seconds":0,"steps":7,"sums":{"images":0,"loss":0,"losses":{},"seconds":0,"secondsWaiting":0}}"#,
    #"{"epochs":2,"seconds":0,"steps":2,"sums":{"images":9223372036854775807,"loss":0,"losses":{},"seconds":0,"#
      + #""secondsWaiting":0}}"#,
  ])
  func impossibleProgressIsNotBelieved(text: String) throws {
    let project = try TinyProject()
    let interrupted = try stopped(project)
    var strange = try SafeTensors(contentsOf: url(.checkpoint, interrupted))
    strange.metadata = ["progress": text]
    let bytes = try strange.checkedPieces().flatMap { $0 }
    try Data(bytes).write(to: url(.checkpoint, interrupted))
    var remarks: [String] = []
    try run(project, remarks: { remarks.append($0) })
    #expect(
      remarks.contains {
        $0.contains("it does not say how far") || $0.contains("it says that 2 epochs and") && $0.contains("are done")
      })
  }

  @Test func whatAKilledProcessLeftIsSwept() throws {
    let project = try TinyProject()
    let folder = try stopped(project).folder
    let stale = [".checkpoint.safetensors.\(UUID().uuidString).tmp", ".\(UUID().uuidString).tmp"]
    let others = [".note.tmp", "figures.tmp"]
    for name in stale + others { try Data("half".utf8).write(to: folder.appendingPathComponent(name)) }
    try run(project)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(names.filter { $0.hasSuffix(".tmp") }.sorted() == others.sorted())
  }

  @Test func aFolderRemovedUnderARunStopsItAndStaysAway() throws {
    let project = try TinyProject()
    let root = Self.store(project).root
    let error = #expect(throws: FileError.self) {
      try run(project, step: { step in if step == 8 { try FileManager.default.removeItem(at: root) } })
    }
    let text = try #require(error).description
    #expect(text.contains("its folder is no longer there"), "\(text)")
    #expect(!FileManager.default.fileExists(atPath: root.path), "no part of a run comes back")
    let whole = try TinyProject()
    let record = try run(whole)
    try run(project)
    try agrees(record, whole, project)
  }
}
