import Foundation
import Runs

/// Other processes that train runs of the same call at the same time.
///
/// A small network gains little from a second thread: two runs at the same time, with a thread each, end sooner than one
/// after the other with two. Runs are shared out by their locks, as between any processes; these ones are also waited for.
package struct Company {
  /// What a call has to train.
  package struct Workload: Sendable, Hashable {
    /// Runs that train.
    package let runs: Int
    /// Multiplications of all that they do.
    package let multiplications: Double
    /// Multiplications of a forward pass over the largest batch, by images of the test.
    package let step: Double

    package init(runs: Int, multiplications: Double, step: Double) {
      self.runs = runs
      self.multiplications = multiplications
      self.step = step
    }
  }

  /// How many runs are trained at the same time, this process's own included. Asked once, before the first step.
  package let size: (Workload) -> Int
  /// Starts so many other processes with so many threads each.
  package let start: (_ others: Int, _ threads: Int) throws -> Void
  /// Whether a run's holder is one of them.
  package let includes: (RunHolder?) -> Bool

  package init(
    size: @escaping (Workload) -> Int, start: @escaping (_ others: Int, _ threads: Int) throws -> Void,
    includes: @escaping (RunHolder?) -> Bool
  ) {
    self.size = size
    self.start = start
    self.includes = includes
  }

  /// No other process.
  package static var none: Company { Company(size: { _ in 1 }, start: { _, _ in }, includes: { _ in false }) }

  /// Of a process that was started as one of a company, where whoever holds a run is waited for.
  package static var joined: Company { Company(size: { _ in 1 }, start: { _, _ in }, includes: { _ in true }) }
}

extension Company {
  /// How many processes, this one included, train those runs, and the threads of each.
  func shares(of pending: [ExperimentRunner.Run], threads: Int) -> (processes: Int, threads: Int) {
    let processes = max(1, min(size(Workload(pending)), pending.count))
    return (processes, max(1, threads / processes))
  }
}

extension Company.Workload {
  /// Multiplications of a step's forward pass that one thread can be kept busy with.
  ///
  /// On two cores with AVX-512 the quickstart's rows, of 2 to 8 · 10⁹, trained 1.2 to 1.45 times as many images by two
  /// runs of one thread as by one of two.
  private static let perThread = 1e10

  /// Fewer multiplications than this, about a minute's, do not repay reading the images once more in each process.
  private static let fewest = 5e12

  /// How many processes should share the runs and the threads out.
  package func processes(threads: Int) -> Int {
    guard multiplications >= Self.fewest else { return 1 }
    let threadsOfEach = max(1, Int((step / Self.perThread).rounded(.up)))
    return max(1, min(threads / threadsOfEach, runs))
  }

  /// - Parameter runs: what is to be trained or combined.
  init(_ runs: [ExperimentRunner.Run]) {
    let training = runs.filter(\.parts.isEmpty)
    self.init(
      runs: training.count, multiplications: training.reduce(0) { $0 + $1.work.cost },
      step: training.map { run in
        run.work.multiplications * Double(run.trial.settings.train.plan.map(\.batch).max() ?? 1)
      }.max() ?? 0)
  }
}

extension ExperimentRunner {
  /// How a run that another process holds is looked at.
  enum Turn {
    /// For the first time: who has it is told.
    case first
    /// Once more, because one of the ``Company`` is still at work.
    case again
    /// For the last time.
    case last
  }

  /// How long it takes until held runs are looked at again, in tenths of a second.
  private static let tenths = 10

  /// Waits a little for the company's runs.
  ///
  /// - Throws: ``TrainingError/interrupted``.
  func pause(_ isInterrupted: () -> Bool) throws {
    for _ in 0..<Self.tenths {
      if isInterrupted() { throw TrainingError.interrupted }
      usleep(100_000)
    }
  }
}
