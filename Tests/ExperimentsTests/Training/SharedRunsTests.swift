import Foundation
import Runs
import TestSupport
import Testing

import Experiments

/// Several processes at one sweep: each run is trained by one of them.
@Suite struct SharedRunsTests {
  private let project: TinyProject
  private var store: RunStore { RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true)) }

  init() throws { project = try TinyProject() }

  private func run(report: (ExperimentRunner.Event) -> Void = { _ in }) throws -> [RunRecord] {
    let plan = try ExperimentLibrary(project: project.url).plan("tiny", overrides: ["train.epochs=1"])
    return try ExperimentRunner(plan, project: project.url, store: store).run(threads: 1, report: report).map(\.record)
  }

  /// Takes a run's lock, as another process does.
  private func lock(_ run: RunIdentity) throws -> RunLock {
    guard case .taken(let lock) = try store.lock(run) else { throw Held() }
    return lock
  }

  private struct Held: Error {}

  /// The run of a variant, before there is any of it.
  private func identity(_ variant: String) throws -> RunIdentity {
    let known = try run().first { $0.identity.variant == variant }
    try FileManager.default.removeItem(at: store.root)
    return try #require(known).identity
  }

  @Test func whatAnotherHasIsLeftToItAndTheRestIsDone() throws {
    let all = try identity("all")
    let lock = try lock(all)
    var told: [String] = []
    do {
      _ = try run {
        if case .occupied(let trial, let holder) = $0 { told.append("\(trial.variant) \(holder?.process ?? 0)") }
      }
      Issue.record("a run that another has is not finished")
    } catch TrainingError.unfinished(let left) {
      #expect(left.finished.map(\.trial.variant) == ["plain"])
      #expect(left.occupied.map(\.run) == [all] && left.occupied[0].holder?.process == getpid())
      #expect(left.description.contains("tiny, all, seed 1: left to process \(getpid())"))
    }
    #expect(told == ["all \(getpid())"])
    #expect(try store.epochs(of: all).isEmpty, "nothing is written into a folder that another has")
    lock.release()
    #expect(try run().count == 2)
  }

  @Test func whatTheOtherLeavesMeanwhileIsTakenUpInTheEnd() throws {
    let all = try identity("all")
    let lock = try lock(all)
    let records = try run { event in
      if case .finished(let trial, _) = event, trial.variant == "plain" { lock.release() }
    }
    #expect(records.map(\.identity.variant) == ["all", "plain"] && records.allSatisfy { $0.seal == .intact })
  }

  /// Two experiments have the same run, and another process finished it under the other one's name after this one looked.
  @Test func whatAnotherFinishesUnderAnotherNameIsFound() throws {
    let all = try #require(try run().first { $0.identity.variant == "all" }).identity
    let aside = project.url.appendingPathComponent("aside", isDirectory: true)
    try FileManager.default.moveItem(at: store.root, to: aside)
    var told: [String] = []
    let records = try run { event in
      switch event {
      case .start:
        let other = store.root.appendingPathComponent("other", isDirectory: true)
        do {
          try FileManager.default.createDirectory(at: store.root, withIntermediateDirectories: true)
          try FileManager.default.moveItem(at: aside.appendingPathComponent("tiny"), to: other)
        } catch { Issue.record(error) }
      case .found(let trial, let record): told.append("found \(trial.variant) of \(record.identity.experiment)")
      case .finished(let trial, _): told.append("trained \(trial.variant)")
      default: break
      }
    }
    #expect(told == ["found all of other", "found plain of other"])
    #expect(records.map(\.identity.hash).contains(all.hash))
    #expect(!FileManager.default.fileExists(atPath: store.folder(for: all).path), "nothing of its own is begun")
  }

  @Test func whatTheOtherFinishesMeanwhileIsFound() throws {
    let all = try identity("all")
    let elsewhere = try TinyProject()
    let plan = try ExperimentLibrary(project: elsewhere.url).plan("tiny", overrides: ["train.epochs=1"])
    let other = RunStore(root: elsewhere.url.appendingPathComponent("runs", isDirectory: true))
    _ = try ExperimentRunner(plan, project: elsewhere.url, store: other).run(variants: ["all"], threads: 1)
    let lock = try lock(all)
    var found: [String] = []
    let records = try run { event in
      if case .found(let trial, _) = event { found.append(trial.variant) }
      guard case .finished(let trial, _) = event, trial.variant == "plain" else { return }
      let (from, to) = (other.folder(for: all), store.folder(for: all))
      do {
        for name in try FileManager.default.contentsOfDirectory(atPath: from.path) {
          try FileManager.default.copyItem(at: from.appendingPathComponent(name), to: to.appendingPathComponent(name))
        }
      } catch { Issue.record(error) }
      lock.release()
    }
    #expect(found == ["all"] && records.count == 2)
  }
}
