import Experiments
import Foundation
import Runs
import Support
import TestSupport
import Testing

/// `keep: scores`: what is dropped of runs once they are scored, and how it comes back.
@Suite struct KeptFilesTests {
  private static let variants = """

      both: { combine: [plain, deep] }
      deep: { tasks: [global], loss: { weights: { global: 1 } }, backbone: { blocks: [2, 1, 1, 1] } }
    """

  private func project() throws -> TinyProject {
    let project = try TinyProject()
    try project.folder.write(
      "keep: scores\n" + TinyProject.experiment + Self.variants + "\n", to: "experiments/tiny.yaml")
    return project
  }

  private func store(_ project: TinyProject) -> RunStore {
    RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true))
  }

  private func run(
    _ project: TinyProject, _ variants: [String], _ overrides: [String] = [], remarks: (String) -> Void = { _ in }
  ) throws -> [RunRecord] {
    let plan = try ExperimentLibrary(project: project.url).plan("tiny", overrides: ["train.epochs=2"] + overrides)
    return try ExperimentRunner(plan, project: project.url, store: store(project))
      .run(variants: variants, threads: 1, report: { if case .remark(let text) = $0 { remarks(text) } }).map(\.record)
  }

  @Test func descriptorsAreDroppedAndTheSealKnowsIt() throws {
    let project = try project()
    let store = store(project)
    let run = try #require(try run(project, ["plain"]).first).identity
    #expect(!store.has(.descriptors, of: run) && !store.has(.previousCheckpoint, of: run))
    #expect(store.has(.checkpoint, of: run) && store.has(.ranks, of: run))
    #expect(store.sealStatus(of: run, .everything) == .intact)
    #expect(RunStore.dropped(.descriptors, in: store.folder(for: run)) == "keep: scores of tiny")
    // A file that is missing for another reason is missing.
    try FileManager.default.removeItem(at: store.url(.ranks, of: run))
    #expect(store.sealStatus(of: run).changes == [SealChange(file: "ranks.json", kind: .missing)])
  }

  @Test func theyComeBackWithTheSameBits() throws {
    let project = try project()
    let store = store(project)
    let whole = try #require(try run(project, ["plain"], ["keep=all"]).first).identity
    let bytes = try Data(contentsOf: store.url(.descriptors, of: whole))
    // No part of the name, and it holds for what is there.
    #expect(try run(project, ["plain"]).map(\.identity) == [whole])
    #expect(!store.has(.descriptors, of: whole))
    var remarks: [String] = []
    _ = try run(project, ["plain"], ["keep=all"]) { remarks.append($0) }
    #expect(try Data(contentsOf: store.url(.descriptors, of: whole)) == bytes)
    #expect(remarks.contains { $0.contains("were dropped and are made anew") }, "\(remarks)")
    #expect(store.sealStatus(of: whole, .everything) == .intact)
    #expect(RunStore.dropped(.descriptors, in: store.folder(for: whole)) == nil)
  }

  @Test func rowsOfSeveralRunsFindWhatTheyNeed() throws {
    let project = try project()
    let store = store(project)
    let before = try run(project, ["plain", "deep"]).map(\.identity)
    let row = try run(project, ["both"])
    #expect(row.map(\.identity).prefix(2).elementsEqual(before))
    for record in row {
      #expect(!store.has(.descriptors, of: record.identity) && store.sealStatus(of: record.identity) == .intact)
    }
    // The row itself comes back, too, its runs' with it.
    _ = try run(project, ["both"], ["keep=all"])
    for record in row {
      #expect(store.has(.descriptors, of: record.identity))
      #expect(store.sealStatus(of: record.identity, .everything) == .intact)
    }
  }

  @Test func itIsNoSettingOfARun() throws {
    let project = try project()
    let store = store(project)
    let run = try #require(try run(project, ["plain"]).first).identity
    #expect(try store.plan(of: run)?.contains("keep") == false)
    let error = #expect(throws: (any Error).self) {
      try ExperimentLibrary(project: project.url).plan("tiny", overrides: ["keep=score"])
    }
    #expect("\(try #require(error))".contains("did you mean 'scores'?"))
  }
}
