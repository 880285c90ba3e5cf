import Foundation
import Runs
import Tensors
import TestSupport
import Testing

import Experiments

/// Runs that go on with other kernels, another compiler or another processor than they were begun with.
@Suite struct ProvenanceChainTests {
  private static func origin(_ change: (inout Provenance) -> Void = { _ in }) -> Provenance {
    var origin = Provenance(
      commit: "a", hasLocalChanges: false, compiler: "Swift 6.3", blas: "OpenBLAS", blasKernels: "Haswell", threads: 2,
      cpu: "made up", dataset: "d", started: "2026-01-01T00:00:00Z")
    change(&origin)
    return origin
  }

  @Test func theSamePlaceIsNotRecordedAgain() {
    let begun = ProvenanceChain(of: nil, goingOnAt: Self.origin())
    #expect(begun.changed == Self.origin() && begun.remark == nil)
    for same in [Self.origin(), Self.origin { $0.started = "later" }, Self.origin { $0.threads = 1 }] {
      let journey = ProvenanceChain(of: Self.origin(), goingOnAt: same)
      #expect(journey.changed == nil && journey.remark == nil)
    }
  }

  @Test func anotherPlaceIsRecordedAndWhatMayChangeBitsIsSaid() throws {
    let commit = ProvenanceChain(of: Self.origin(), goingOnAt: Self.origin { $0.commit = "b" })
    #expect(commit.changed?.stations.map(\.commit) == ["a", "b"] && commit.remark == nil)
    let changes: [(String, (inout Provenance) -> Void)] = [
      ("OpenBLAS's kernels ('Haswell', now 'Zen')", { $0.blasKernels = "Zen" }),
      ("OpenBLAS ('OpenBLAS', now 'newer')", { $0.blas = "newer" }),
      ("the compiler ('Swift 6.3', now 'none')", { $0.compiler = "none" }),
      ("the processor ('made up', now 'it\\u{a}')", { $0.cpu = "it\n" }),
    ]
    for (words, change) in changes {
      let elsewhere = Self.origin(change)
      let journey = ProvenanceChain(of: Self.origin(), goingOnAt: elsewhere)
      #expect(journey.remark?.contains("other \(words).") == true)
      let back = ProvenanceChain(of: journey.changed, goingOnAt: Self.origin())
      #expect(back.remark != nil && back.changed?.stations == [Self.origin(), elsewhere, Self.origin()])
      let still = ProvenanceChain(of: journey.changed, goingOnAt: elsewhere)
      #expect(still.changed == nil && still.remark == nil)
    }
  }

  private func run(
    _ project: TinyProject, stoppingAtStep last: Int? = nil, remarks: (String) -> Void = { _ in }
  ) throws -> RunRecord? {
    let runner = try ExperimentRunner(
      ExperimentLibrary(project: project.url).plan("tiny"), project: project.url, store: Self.store(project))
    var steps = 0
    do {
      return try runner.run(
        variants: ["plain"], threads: 1,
        isInterrupted: {
          steps += 1
          return steps == last
        }
      ) { event in
        if case .remark(let text) = event { remarks(text) }
      }.first?.record
    } catch TrainingError.interrupted {
      return nil
    }
  }

  private static func store(_ project: TinyProject) -> RunStore {
    RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true))
  }

  /// A kernel set that OpenBLAS has and that does not run here, whatever the processor.
  private static let otherKernels = MatrixProduct.kernels == "Zen" ? "Haswell" : "Zen"

  /// A run that was stopped where the kernels were others.
  private func begunElsewhere() throws -> (TinyProject, RunIdentity) {
    let project = try TinyProject()
    #expect(try run(project, stoppingAtStep: 8) == nil)
    let store = Self.store(project)
    let stopped = try #require(store.survey().records.first)
    var origin = try #require(stopped.provenance)
    #expect(origin.resumed == nil)
    origin.blasKernels = Self.otherKernels
    try store.writeProvenance(origin, of: stopped.identity)
    return (project, stopped.identity)
  }

  @Test func aRunThatGoesOnWithOtherKernelsSaysSoAndKeepsBoth() throws {
    let (project, _) = try begunElsewhere()
    var said: [String] = []
    let record = try #require(try run(project) { said.append($0) })
    #expect(
      said.count { $0.hasPrefix("tiny, plain, seed 1 goes on elsewhere") && $0.contains("'\(Self.otherKernels)'") } == 1
    )
    let stations = try #require(record.provenance?.stations)
    #expect(stations.map(\.blasKernels) == [Self.otherKernels, MatrixProduct.kernels])
    #expect(record.seal == .intact)
  }

  @Test func aRunWithoutStepsBehindItIsBegunWhereItIs() throws {
    let (project, identity) = try begunElsewhere()
    let store = Self.store(project)
    for file in [RunStore.File.checkpoint, .previousCheckpoint] {
      try? FileManager.default.removeItem(at: store.url(file, of: identity))
    }
    let record = try #require(try run(project))
    #expect(record.provenance?.blasKernels == MatrixProduct.kernels && record.provenance?.resumed == nil)
  }
}
