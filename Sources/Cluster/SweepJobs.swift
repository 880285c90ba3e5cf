import Foundation
import Support

/// The jobs of a sweep in the order in which they are submitted: arrays, stage by stage, and what comes behind them.
package struct SweepJobs: Sendable {
  /// What a task of an array is.
  package struct Task: Sendable {
    package let task: SubmittedSweep.Task
    /// The words of `aanet run` that it alone has.
    package let words: [String]
    /// Tasks of one stage wait for all of the stages before.
    package let stage: Int

    package init(_ task: SubmittedSweep.Task, words: [String], stage: Int) {
      (self.task, self.words, self.stage) = (task, words, stage)
    }
  }

  /// A job that was submitted before and is waited for.
  package struct Predecessor: Sendable {
    /// Its number.
    package let job: String
    package let stage: Int

    package init(job: String, stage: Int) { (self.job, self.stage) = (job, stage) }
  }

  package enum Wait: Sendable, Hashable {
    /// A job of this sweep, by its place.
    case place(Int)
    /// Another one, by its number.
    case number(String)
  }

  package struct Job: Sendable {
    package let job: BatchJob
    package let script: String
    package let waits: [Wait]
  }

  package private(set) var jobs: [Job] = []
  /// How many of them, the first ones, are arrays.
  package let arrays: Int
  private let sweep: SubmittedSweep
  private let request: ClusterRequest
  private let folder: URL
  private let predecessors: [Predecessor]

  /// Cuts tasks into arrays: one for each stage, or several where Slurm takes no array of that size.
  package static func arrays(of tasks: [Task], largest: Int) -> [[Task]] {
    Dictionary(grouping: tasks, by: \.stage).sorted { $0.key < $1.key }.flatMap { _, stage in
      stride(from: 0, to: stage.count, by: largest).map { Array(stage[$0..<min($0 + largest, stage.count)]) }
    }
  }

  /// - Parameters:
  ///   - arrays: as ``arrays(of:largest:)`` cuts them; the sweep's content says the same.
  ///   - words: those of `aanet run` that all tasks have.
  ///   - folder: where tasks work.
  ///   - predecessors: tasks of other sweeps that stages wait for.
  package init(
    _ arrays: [[Task]], of sweep: SubmittedSweep, program: URL, words: [String], in folder: URL,
    request: ClusterRequest, after predecessors: [Predecessor]
  ) {
    (self.sweep, self.request, self.folder, self.arrays) = (sweep, request, folder, arrays.count)
    self.predecessors = predecessors
    for (number, tasks) in arrays.enumerated() {
      let stage = tasks.first?.stage ?? 0
      let before = arrays.indices.filter { (arrays[$0].first?.stage ?? 0) < stage }
      var waits = before.map(Wait.place) + predecessors.filter { $0.stage < stage }.map { .number($0.job) }
      // A bound on tasks at the same time is of each array; those of one stage go one after the other to keep it.
      if request.atMost != nil, number > 0, arrays[number - 1].first?.stage == stage {
        waits.append(.place(number - 1))
      }
      let job = BatchJob(
        .array(tasks.count), name: sweep.jobName(ofArray: number), script: sweep.script("\(number)"),
        log: sweep.log(ofArray: number, task: "%a"), folder: folder, request: request)
      let script = BatchScript.array(
        tasks.map(\.words), program: program, words: words, endings: sweep.endings(ofArray: number), request: request)
      jobs.append(Job(job: job, script: script, waits: waits))
    }
  }

  /// Adds a job that looks at the records when all arrays, and what was queued before them, have ended.
  package mutating func append(_ name: String, words: [String]) {
    let job = BatchJob(
      .look, name: "\(sweep.name)-\(name)", script: sweep.script(name), log: sweep.log(name), folder: folder,
      request: request)
    let waits = (0..<arrays).map(Wait.place) + predecessors.map { .number($0.job) }
    jobs.append(Job(job: job, script: BatchScript.look(words), waits: waits))
  }

  /// Every call of `sbatch` and every script, as they would be.
  package var text: String {
    jobs.map { job in
      let numbers = job.waits.map { wait in
        switch wait {
        case .place(let place): "NUMBER-OF-\(jobs[place].job.name)"
        case .number(let number): number
        }
      }
      let line = job.job.words(after: numbers).map(\.quotedForShell).joined(separator: " ")
      return "\(line)\n\n\(job.job.script.path):\n\n\(job.script)"
    }.joined(separator: "\n")
  }

  /// Writes the scripts, and the folders that logs and endings go to.
  package func writeScripts() throws(FileError) {
    for name in ["logs", "endings"] { try AtomicFile.makeFolder(sweep.folder.appendingPathComponent(name)) }
    for job in jobs { try AtomicFile.write(Data(job.script.utf8), to: job.job.script) }
  }
}
