import Cluster
import Foundation
import Runs
import TestSupport
import Testing

/// How runs become arrays, what waits for what, and how tasks are found again.
@Suite struct SweepJobsTests {
  private func task(_ seed: Int, stage: Int = 0) -> SweepJobs.Task {
    let run = RunIdentity(experiment: "e", variant: "v", seed: seed, hash: "0123456789ab")
    return SweepJobs.Task(.init(run: run, settings: "s\(seed)"), words: ["e", "seeds=[\(seed)]"], stage: stage)
  }

  private func jobs(
    _ arrays: [[SweepJobs.Task]], atMost: Int? = nil, after predecessors: [SweepJobs.Predecessor] = []
  ) -> SweepJobs {
    let sweep = SubmittedSweep(
      name: "e-1", in: URL(fileURLWithPath: "/p/runs/.submitted"),
      content: .init(when: "now", command: "aanet submit e", arrays: arrays.map { $0.map(\.task) }))
    var request = ClusterRequest()
    request.atMost = atMost
    return SweepJobs(
      arrays, of: sweep, program: URL(fileURLWithPath: "/p/aanet"), words: [], in: URL(fileURLWithPath: "/p"),
      request: request, after: predecessors)
  }

  @Test func arraysAreCutWhereSlurmTakesNoMore() {
    let tasks = (0..<5).map { task($0) } + [task(5, stage: 1)]
    let arrays = SweepJobs.arrays(of: tasks, largest: 2)
    #expect(arrays.map { $0.map(\.task.run.seed) } == [[0, 1], [2, 3], [4], [5]])
    #expect(SweepJobs.arrays(of: tasks, largest: 1001).map(\.count) == [5, 1])
    #expect(SweepJobs.arrays(of: [], largest: 1001).isEmpty)
  }

  /// Arrays of one stage run side by side, unless a bound on tasks would be broken so; the next stage waits for all.
  @Test func stagesWait() {
    let arrays = SweepJobs.arrays(of: (0..<3).map { task($0) } + [task(3, stage: 1)], largest: 2)
    #expect(jobs(arrays).jobs.map(\.waits) == [[], [], [.place(0), .place(1)]])
    #expect(jobs(arrays, atMost: 2).jobs.map(\.waits) == [[], [.place(0)], [.place(0), .place(1)]])
  }

  /// What was queued before and comes before is waited for, too.
  @Test func whatWasQueuedBeforeIsWaitedFor() {
    var made = jobs([[task(0)], [task(1, stage: 1)]], after: [.init(job: "12_3", stage: 0)])
    #expect(made.jobs.map(\.waits) == [[], [.place(0), .number("12_3")]])
    made.append("report", words: ["/p/aanet", "report", "e"])
    #expect(made.jobs.last?.waits == [.place(0), .place(1), .number("12_3")])
  }

  /// In a dry run nothing has a number yet, and no job waits for itself.
  @Test func aDryRunSaysEverything() {
    var made = jobs([[task(1)], [task(2, stage: 1)]])
    made.append("report", words: ["/p/aanet", "report", "it's"])
    let lines = made.text.split(separator: "\n").filter { $0.hasPrefix("sbatch ") }
    #expect(lines.count == 3 && !lines[0].contains("--dependency"))
    #expect(lines[1].contains("--dependency=afterany:NUMBER-OF-e-1-0 "))
    #expect(lines[2].contains("--dependency=afterany:NUMBER-OF-e-1-0:NUMBER-OF-e-1-1 "))
    for script in made.jobs.map(\.script) { #expect(made.text.contains(script)) }
    #expect(made.text.contains("exec /p/aanet report 'it'\\''s'"))
  }

  @Test func theQueueIsRead() {
    let sweep = SubmittedSweep(
      name: "e-1", in: URL(fileURLWithPath: "/"), content: .init(when: "", command: "", arrays: [[task(1).task], []]))
    let queue = JobQueue("e-1-0|0|PD|17\ne-1-0|3|R|17\nother|0|R|9\ne-1-1|N/A|R|5\nnonsense\n|||\n")
    #expect(queue.entry(of: sweep, array: 0, task: 0)?.job == "17_0")
    #expect(queue.entry(of: sweep, array: 0, task: 0)?.isWaiting == true)
    #expect(queue.entry(of: sweep, array: 0, task: 3)?.isWaiting == false)
    #expect(queue.entry(of: sweep, array: 0, task: 1) == nil && queue.entry(of: sweep, array: 1, task: 0) == nil)
    #expect(JobQueue.words(for: [sweep]).last == "--name=e-1-0,e-1-1")
  }

  @Test(arguments: [
    ("MaxArraySize            = 1001\n", 1001), ("A = 1\nMaxArraySize = 20\n", 20), ("MaxArraySize = 4000001", 5000),
    ("", 1001), ("MaxArraySize = many", 1001), ("MaxArraySize = 0", 1),
  ])
  func theLargestArray(configuration: String, size: Int) {
    #expect(ClusterTool.largestArray(by: configuration) == size)
  }

  /// Whoever sits in an allocation, or was started by a launcher, submits what they would submit anywhere.
  @Test func whatIsInherited() {
    let environment = [
      "SLURM_CONF": "/etc/slurm.conf", "SLURM_CPUS_PER_TASK": "3", "SLURM_JOB_ID": "7", "PMIX_RANK": "0",
      "PMI_SIZE": "4",
      "OMPI_COMM_WORLD_SIZE": "4", "OMPI_MCA_btl": "self", "SBATCH_ACCOUNT": "vision", "AANET_DATA": "/d",
      "PATH": "/bin",
    ]
    #expect(
      Set(ClusterTool.plain(environment).keys) == [
        "SLURM_CONF", "OMPI_MCA_btl", "SBATCH_ACCOUNT", "AANET_DATA", "PATH",
      ])
  }

  @Test func namesMeanNothingToAShell() {
    for experiment in ["quickstart/table3", "a b/$(id)%;'\n", "ü/漢字", "/", ""] {
      let name = SubmittedSweep.newName(of: experiment, when: "2026-11-27T10:02:46Z")
      #expect(name.wholeMatch(of: /[A-Za-z0-9]*-20261127T100246-[0-9a-f]{6}/) != nil, "\(name)")
    }
  }

  @Test func aSweepIsFoundAgain() throws {
    let folder = try TemporaryFolder()
    let store = RunStore(root: folder.url)
    let room = SubmittedSweep.room(of: store)
    #expect(try SubmittedSweep.all(of: store).isEmpty)
    let sweep = SubmittedSweep(
      name: "e-1", in: room, content: .init(when: "w", command: "c", arrays: [[task(1).task, task(2).task]]))
    try sweep.write()
    try folder.write("", to: ".submitted/half-frozen/0.sh")
    let found = try SubmittedSweep.all(of: store)
    #expect(found.map(\.name) == ["e-1"] && found[0].content.arrays[0].map(\.run.seed) == [1, 2])
    // How a task ended.
    #expect(found[0].failure(ofArray: 0, task: 1) == nil)
    try folder.write("3\n", to: ".submitted/e-1/endings/0-1")
    #expect(found[0].failure(ofArray: 0, task: 1) == 3)
    // A run that was gone on with since has not failed.
    let heartbeat = try folder.write("", to: "heartbeat.json")
    for (age, code) in [(-60.0, 3), (60, nil)] {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: age)], ofItemAtPath: heartbeat.path)
      #expect(found[0].failure(ofArray: 0, task: 1, unlessYounger: heartbeat) == code)
    }
    // No run is taken for one of the store's.
    #expect(store.identities().isEmpty)
    try folder.write("{", to: ".submitted/e-1/sweep.json")
    #expect(throws: (any Error).self) { try SubmittedSweep.all(of: store) }
  }

  /// A copy is whoever's who makes it, and may be read and started, whatever the original's owner and mode are.
  @Test func copiesAreOnesOwn() throws {
    let folder = try TemporaryFolder()
    let original = try folder.write("a: 1", to: "experiments/a.yaml")
    chmod(original.path, 0o400)
    // A colleague's, where the tests may give it away.
    chown(original.path, 65534, 65534)
    let frozen = FrozenFiles(in: folder.url.appendingPathComponent("frozen"))
    try frozen.copyDefinitions(["experiments/a.yaml", "none.yaml"], of: folder.url)
    try frozen.copyProgram(bridge: folder.url.appendingPathComponent("no bridge"))
    for (file, mode) in [
      (frozen.definitions.appendingPathComponent("experiments/a.yaml"), 0o644), (frozen.program, 0o755),
    ] {
      let facts = try FileManager.default.attributesOfItem(atPath: file.path)
      #expect((facts[.posixPermissions] as? NSNumber)?.intValue == mode)
      #expect((facts[.ownerAccountID] as? NSNumber)?.uint32Value == geteuid())
    }
    #expect(!FileManager.default.fileExists(atPath: frozen.definitions.appendingPathComponent("none.yaml").path))
  }

  /// Built for several levels of processors, a program is a family, whichever of it runs.
  @Test(arguments: ["aanet", "aanet-v4"]) func aProgramOfSeveralLevelsIsCopiedWhole(running: String) throws {
    let folder = try TemporaryFolder()
    for name in ["aanet", "aanet-v4", "aanet-v4.new", "aanetPackageTests", "other"] {
      try folder.write(name, to: "bin/\(name)")
    }
    let bridge = try folder.write("bridge", to: "elsewhere/mpi.so")
    let frozen = FrozenFiles(in: folder.url.appendingPathComponent("frozen"))
    try frozen.copyProgram(folder.url.appendingPathComponent("bin/\(running)"), bridge: bridge)
    let copies = try FileManager.default.contentsOfDirectory(atPath: frozen.program.deletingLastPathComponent().path)
    #expect(copies.sorted() == ["aanet", "aanet-v4", "libaanet_mpi.so"])
    #expect(try String(contentsOf: frozen.program, encoding: .utf8) == "aanet")
  }
}
