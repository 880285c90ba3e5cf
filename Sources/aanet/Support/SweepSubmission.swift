import Cluster
import Experiments
import Foundation
import Machine
import Runs
import Support

/// Gives missing runs to Slurm: leaves out what is queued or at work, freezes files, writes scripts, calls `sbatch`.
struct SweepSubmission {
  /// The job that comes when all tasks have ended.
  struct Follower {
    let name: String
    /// Its words behind `aanet`, by the files that are frozen and the sweep's name.
    let words: (FrozenFiles, String) -> [String]
  }

  let project: ProjectOptions
  let cluster: ClusterOptions
  /// As it was asked for.
  let experiment: String
  let overrides: [String]
  /// The command, as it can be given again.
  let command: String
  /// The words that all tasks have behind `aanet run`, by the files that are frozen.
  let words: (FrozenFiles) -> [String]
  /// A sweep whose tasks have ended, whatever the queue says.
  let ended: String?
  let isDryRun: Bool

  /// What came of it.
  struct Outcome: Encodable {
    struct Job: Encodable {
      let number: String
      let name: String
      /// Runs that it trains.
      let tasks: Int
    }
    let folder: String?
    let jobs: [Job]
    let finished: Int
    /// Runs that were queued before.
    let queued: Int
    /// Runs that a process is at work on.
    let running: Int
    let experiment: String
  }

  private var store: RunStore { project.store }
  private var room: URL { SubmittedSweep.room(of: store) }

  func submit(_ missing: [MissingRun], finished: Int, follower: Follower?) throws -> Outcome {
    // Two at the same time would queue the same runs.
    let lock = try isDryRun ? nil : takeLock()
    defer { lock?.release() }
    let (left, queued) = try unqueued(missing)
    let idle = left.filter { store.holding(of: $0.identity).isHeld == false }
    func outcome(_ folder: URL?, _ jobs: [Outcome.Job]) -> Outcome {
      Outcome(
        folder: folder?.path, jobs: jobs, finished: finished, queued: missing.count - left.count,
        running: left.count - idle.count, experiment: experiment)
    }
    guard !idle.isEmpty else { return outcome(nil, []) }

    let tasks = idle.map { SweepJobs.Task(Self.task(of: $0), words: words(of: $0), stage: $0.stage) }
    let arrays = SweepJobs.arrays(of: tasks, largest: try largestArray())
    let when = Moment.now.text
    let sweep = SubmittedSweep(
      name: SubmittedSweep.newName(of: experiment, when: when), in: room,
      content: .init(when: when, command: command, arrays: arrays.map { $0.map(\.task) }))
    let frozen = FrozenFiles(in: sweep.folder)
    try requireBridge()
    var jobs = SweepJobs(
      arrays, of: sweep, program: frozen.program, words: words(frozen),
      in: project.folder, request: cluster.request, after: queued)
    if let follower {
      jobs.append(follower.name, words: [frozen.program.path] + follower.words(frozen, sweep.name))
    }
    if isDryRun {
      print(jobs.text)
      return outcome(nil, [])
    }
    ChosenKernels.forget()
    do {
      try freeze(into: frozen)
      try jobs.writeScripts()
      try sweep.write()
    } catch {
      try? FileManager.default.removeItem(at: sweep.folder)
      throw error
    }
    return outcome(sweep.folder, try submit(jobs, of: sweep))
  }

  private func takeLock() throws -> RunLock {
    switch try RunLock.take(room) {
    case .taken(let lock): return lock
    case .held(let holder):
      throw PlainError(
        "\(holder.map(\.description) ?? "another process") is submitting runs of this folder; give the command again "
          + "when it is done")
    }
  }

  // MARK: What is left to submit

  /// The runs that are in no queue, and the jobs of those that are.
  private func unqueued(_ missing: [MissingRun]) throws -> (left: [MissingRun], queued: [SweepJobs.Predecessor]) {
    let tasks = missing.map(Self.task)
    let (hashes, settings) = (Set(tasks.map(\.run.hash)), Set(tasks.map(\.settings)))
    let sweeps = try SubmittedSweep.all(of: store).filter { sweep in
      sweep.name != ended
        && sweep.content.arrays.joined().contains { hashes.contains($0.run.hash) || settings.contains($0.settings) }
    }
    let queue: JobQueue
    do { queue = try JobQueue.now(of: sweeps) } catch {
      throw PlainError(
        "\(error); some of these runs were submitted before, and whether they are still queued cannot be told: nothing is "
          + "submitted. Give the command again when squeue answers; where nothing of them is queued any more, remove "
          + sweeps.map(\.folder.path).joined(separator: ", "))
    }
    var jobs: [String: String] = [:]
    for sweep in sweeps {
      for (number, array) in sweep.content.arrays.enumerated() {
        for (place, task) in array.enumerated() {
          guard let entry = queue.entry(of: sweep, array: number, task: place) else { continue }
          jobs[task.settings] = entry.job
          jobs[task.run.hash] = entry.job
        }
      }
    }
    var left: [MissingRun] = []
    var queued: [SweepJobs.Predecessor] = []
    for (run, task) in zip(missing, tasks) {
      if let job = jobs[task.settings] ?? jobs[task.run.hash] {
        queued.append(.init(job: job, stage: run.stage))
      } else {
        left.append(run)
      }
    }
    return (left, queued)
  }

  static func task(of run: MissingRun) -> SubmittedSweep.Task {
    let words = [run.trial.experiment, run.trial.variant, "\(run.trial.seed)", run.trial.resolvedYAML()]
    return .init(run: run.identity, settings: String(SHA256.hexadecimal(words.joined(separator: "\0").utf8).prefix(16)))
  }

  /// The words of `aanet run` that name one run.
  private func words(of run: MissingRun) -> [String] {
    let overrides = run.takesOverrides ? overrides : []
    return ShellCommand(
      arguments: [run.experiment] + overrides + ["seeds=[\(run.trial.seed)]"],
      options: ShellCommand.option("--variant", run.trial.variant)
    ).words
  }

  private func largestArray() throws -> Int {
    if isDryRun, !ClusterTool.isHere("scontrol") {
      Console.complain("note: there is no Slurm here; its usual size of an array, \(ClusterTool.usualArray), is taken")
      return ClusterTool.usualArray
    }
    return try ClusterTool.largestArray()
  }

  // MARK: Freezing

  /// The bridge to MPI that the program would open now.
  private var bridge: URL { URL(fileURLWithPath: MPIBridge.path(ProcessInfo.processInfo.environment)) }

  private func requireBridge() throws {
    guard cluster.ranks > 1, !FileManager.default.fileExists(atPath: bridge.path) else { return }
    throw PlainError("--ranks needs the bridge to MPI, and there is no \(bridge.path); build it with: make mpi")
  }

  /// Copies this program and what it reads. The next round of a study is submitted by a copy, and copies copies.
  private func freeze(into frozen: FrozenFiles) throws {
    try frozen.copyProgram(bridge: bridge)
    let reports = ((try? FileManager.default.contentsOfDirectory(atPath: project.reports.path)) ?? []).filter {
      $0.hasSuffix(".yaml") || $0.hasSuffix(".md")
    }
    try frozen.copyDefinitions(
      project.library.names().map { "experiments/\($0).yaml" } + reports.sorted().map { "reports/\($0)" }
        + [project.datasets.lastPathComponent], of: project.definitions)
    try project.project.source.write(to: frozen.definitions)
  }

  // MARK: Submitting

  private func submit(_ jobs: SweepJobs, of sweep: SubmittedSweep) throws -> [Outcome.Job] {
    var numbers: [String] = []
    for job in jobs.jobs {
      let waits = job.waits.map { wait in
        switch wait {
        case .place(let place): numbers[place]
        case .number(let number): number
        }
      }
      do { numbers.append(try ClusterTool.submit(job.job, after: waits)) } catch {
        guard !numbers.isEmpty else {
          // Slurm may have taken it and been too busy to say so.
          _ = try? ClusterTool.run(["scancel", "--name=\(job.job.name)"])
          try? FileManager.default.removeItem(at: sweep.folder)
          throw error
        }
        throw PlainError(
          "\(error); submitted before that: \(numbers.joined(separator: ", ")), which stay. The same command submits what is "
            + "missing then: \(command)")
      }
    }
    return zip(jobs.jobs, numbers).enumerated().map { place, job in
      .init(
        number: job.1, name: job.0.job.name,
        tasks: place < sweep.content.arrays.count ? sweep.content.arrays[place].count : 0)
    }
  }
}

extension RunLock.Holding {
  fileprivate var isHeld: Bool { if case .held = self { true } else { false } }
}

extension SweepSubmission.Outcome {
  /// For a person.
  var text: String {
    let others = [
      (finished, "finished"), (queued, "queued already"), (running, "being made"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    let runs = jobs.reduce(0) { $0 + $1.tasks }
    guard !jobs.isEmpty else { return others.isEmpty ? "" : "of the runs, \(others)" }
    let lines = jobs.map { job in
      "  \(job.number)  \(job.name)\(job.tasks > 0 ? ": \(Wording.count(job.tasks, "run"))" : "")"
    }
    return """
      \(Wording.count(runs, "run")) submitted\(others.isEmpty ? "" : "; \(others)")
      \(lines.joined(separator: "\n"))
      how they stand: \(ShellCommand("aanet", "runs", arguments: [experiment]).text)
      to take them back, saved: scancel \(jobs.map(\.number).joined(separator: " "))
      """
  }
}
