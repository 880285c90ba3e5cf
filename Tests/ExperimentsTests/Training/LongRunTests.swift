import Experiments
import Foundation
import Runs
import Support
import TestSupport
import Testing

/// Hundreds of steps, in a process of their own: files that are open stay as many, memory as much.
@Suite struct LongRunTests {
  @Test func filesAndMemoryStayAsTheyAre() async {
    await #expect(processExitsWith: .success) {
      let project = try TinyProject()
      let plan = try ExperimentLibrary(project: project.url).plan(
        "tiny", overrides: ["train.epochs=50", "train.batch=8"])
      let store = RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true))
      var usage: [ProcessUsage] = []
      let runner = try ExperimentRunner(plan, project: project.url, store: store)
      let watch: (ExperimentRunner.Event) -> Void = { event in
        if case .epoch = event, let now = ProcessUsage.now { usage.append(now) }
      }
      _ = try runner.run(variants: ["plain"], threads: 2, report: watch)
      // The first epochs fill caches and pools.
      let steady = usage.dropFirst(10)
      let files = Set(steady.map(\.openFiles))
      let memory = steady.map { $0.memoryGiB * 1024 }
      let growth = (memory.max() ?? .infinity) - (memory.first ?? 0)
      guard usage.count == 50, files.count == 1, growth < 8 else {
        fatalError("open files \(files), memory grew by \(growth) MiB over \(6 * steady.count) steps")
      }
    }
  }
}
