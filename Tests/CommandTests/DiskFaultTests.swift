import Experiments
import Foundation
import Proofs
import Runs
import TestSupport
import Testing

/// Disks that are full, small or read-only, and clocks that jump: a clear error, nothing half-written, and the same
/// command goes on afterwards.
@Suite struct DiskFaultTests {
  private let project: TinyProject
  private let elsewhere: TemporaryFolder

  init() throws {
    project = try TinyProject()
    elsewhere = try TemporaryFolder()
  }

  private func run(
    _ more: String..., runs: URL, environment: [String: String] = [:], by script: String? = nil
  ) throws -> BuiltCommand.Outcome {
    try BuiltCommand.run(
      ["run", "tiny", "--variant", "all", "--threads", "1", "--runs", runs.path] + more, in: project.url,
      environment: environment, by: script)
  }

  /// A failure with exit code 2 that names a file of the run and holds all of `words`, with nothing left half-written.
  private func expectRefused(_ outcome: BuiltCommand.Outcome, runs: URL, saying words: String..., line: Int = #line) {
    #expect(outcome.status == 2, "line \(line): \(outcome.status) \(outcome.complaints)")
    for word in words + [runs.path] {
      #expect(outcome.complaints.contains(word), "line \(line): \(outcome.complaints)")
    }
    let left = FileManager.default.subpaths(atPath: runs.path)?.filter { $0.hasSuffix(".tmp") }
    #expect(left?.isEmpty ?? true, "line \(line): \(left ?? [])")
  }

  /// The run goes on and ends with the bits of one that met no fault.
  private func expectGoesOn(runs: URL, line: Int = #line) throws {
    let outcome = try run(runs: runs)
    #expect(outcome.status == 0, "line \(line): \(outcome.complaints)")
    let undisturbed = elsewhere.url.appendingPathComponent("undisturbed", isDirectory: true)
    #expect(try run(runs: undisturbed).status == 0)
    let store = RunStore(root: undisturbed)
    let identity = try #require(store.identities().first)
    let agreement = try RunAgreement(of: identity, in: store, and: RunStore(root: runs))
    for part in agreement.parts { #expect(part.difference == nil, "line \(line): \(part.name)") }
  }

  /// A small disk, or a word that this machine does not let one be mounted.
  private func smallDisk(kibibytes: Int) throws -> SmallDisk? {
    let disk = try SmallDisk(kibibytes: kibibytes)
    if disk == nil {
      print("no disk can be mounted here: full and read-only disks are tried by limits and modes alone")
    }
    return disk
  }

  /// One checkpoint fits on the disk, the second one does not.
  @Test func aFullDiskStopsTheRunAndRoomLetsItGoOn() throws {
    guard let disk = try smallDisk(kibibytes: 3000) else { return }
    let runs = disk.url.appendingPathComponent("runs", isDirectory: true)
    let outcome = try run(runs: runs)
    expectRefused(
      outcome, runs: runs, saying: "checkpoint.safetensors: cannot be written: No space left on device",
      "free some space on that disk and give the command again")
    let record = try #require(RunStore(root: runs).survey().records.first)
    #expect(record.metrics == nil && !record.epochs.isEmpty)
    #expect(disk.resize(kibibytes: 64_000))
    try expectGoesOn(runs: runs)
  }

  /// The same without the right to mount: files may not grow beyond a limit.
  @Test func aFileThatMayNotGrowIsAnErrorAndNoDeath() throws {
    let runs = elsewhere.url.appendingPathComponent("runs", isDirectory: true)
    let outcome = try run(runs: runs, by: "ulimit -f 512; exec \"$@\"")
    expectRefused(
      outcome, runs: runs, saying: "checkpoint.safetensors: cannot be written: File too large", "ulimit -f")
    try expectGoesOn(runs: runs)
  }

  @Test func aReadOnlyDiskIsNamed() throws {
    guard let disk = try smallDisk(kibibytes: 64_000) else { return }
    let runs = disk.url.appendingPathComponent("runs", isDirectory: true)
    #expect(disk.set(readOnly: true))
    expectRefused(
      try run(runs: runs), runs: runs, saying: "the folder cannot be made: Read-only file system",
      "mount it for writing, or take a folder on another one")
    #expect(disk.set(readOnly: false))
    // A run that was stopped half-way and is to go on there.
    expectRefused(
      try run(runs: runs, by: "ulimit -f 512; exec \"$@\""), runs: runs, saying: "File too large")
    #expect(disk.set(readOnly: true))
    expectRefused(try run(runs: runs), runs: runs, saying: "cannot be written: Read-only file system")
    #expect(disk.set(readOnly: false))
    try expectGoesOn(runs: runs)
  }

  /// Modes bind everybody but root; a file in a folder's place binds root too.
  @Test func aPlaceThatCannotBeWrittenToIsNamed() throws {
    let runs = try elsewhere.write("no folder", to: "taken")
    expectRefused(
      try run(runs: runs), runs: runs, saying: "the folder cannot be made: ",
      "a file stands where a folder is needed; move it out of the way")
    try FileManager.default.removeItem(at: runs)
    if geteuid() != 0 {
      try FileManager.default.createDirectory(at: runs, withIntermediateDirectories: true)
      #expect(chmod(runs.path, 0o500) == 0)
      expectRefused(try run(runs: runs), runs: runs, saying: "Permission denied; make its folder writable")
      #expect(chmod(runs.path, 0o700) == 0)
    }
    try expectGoesOn(runs: runs)
  }

  /// Where nobody can read what the program says, it still does its work; a result that nobody can read is an error.
  @Test func aFullDiskUnderTheLogStopsNothing() throws {
    let runs = elsewhere.url.appendingPathComponent("runs", isDirectory: true)
    #expect(try run(runs: runs, by: "exec \"$@\" 2>/dev/full").status == 0)
    #expect(try #require(RunStore(root: runs).survey().records.first).metrics != nil)
    let unread = try run("--format", "json", runs: runs, by: "exec \"$@\" >/dev/full")
    #expect(unread.status == 2 && unread.complaints.contains("standard output: No space left on device"))
  }

  /// Every reading of the clock on the wall is an hour, a day or a year from the one before.
  @Test func aClockThatJumpsChangesNoDuration() throws {
    let source = try elsewhere.write(
      """
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <sys/time.h>
      #include <time.h>

      static long jump(void) {
        static const long jumps[] = {3600, -3600, 86400, -86400, 31536000, -31536000};
        static int next;
        return jumps[__atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) % 6u];
      }

      int clock_gettime(clockid_t clock, struct timespec *now) {
        int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
        int result = real(clock, now);
        if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) now->tv_sec += jump();
        return result;
      }

      int gettimeofday(struct timeval *restrict now, void *restrict zone) {
        int (*real)(struct timeval *, void *) = dlsym(RTLD_NEXT, "gettimeofday");
        int result = real(now, zone);
        now->tv_sec += jump();
        return result;
      }
      """, to: "clock.c")
    let library = elsewhere.url.appendingPathComponent("clock.so")
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments = ["gcc", "-shared", "-fPIC", "-o", library.path, source.path, "-ldl"]
    try compiler.run()
    compiler.waitUntilExit()
    #expect(compiler.terminationStatus == 0)
    let environment = ["LD_PRELOAD": library.path]
    let runs = elsewhere.url.appendingPathComponent("runs", isDirectory: true)
    let outcome = try run("--checkpoint-every", "1", runs: runs, environment: environment)
    #expect(outcome.status == 0, "\(outcome.complaints)")
    let record = try #require(RunStore(root: runs).survey().records.first)
    let metrics = try #require(record.metrics)
    let started = try #require(record.provenance).started
    let stamp = try #require(ISO8601DateFormatter().date(from: started))
    #expect(abs(stamp.timeIntervalSinceNow) > 1800, "the clock on the wall did jump")
    // No bound on speed: an hour is what one jump would add.
    for seconds in record.epochs.flatMap({ [$0.seconds, $0.secondsWaiting] })
      + [metrics.secondsTraining, metrics.secondsEvaluating]
    { #expect((0..<1800).contains(seconds), "\(seconds) s") }
    try expectGoesOn(runs: runs)
  }
}
