import Cluster
import Foundation
import TestSupport
import Testing

/// The script of an array, run by bash with other programs in the place of Slurm's.
@Suite struct BatchScriptTests {
  /// What came of a task, with `srun` and `scontrol` as a test says.
  private struct Outcome {
    var status: Int32
    var output: String
    /// What the trained program was given.
    var words: [String]
    var ending: String?
    /// What `scontrol` was asked.
    var asked: String
  }

  /// - Parameters:
  ///   - srun: what the step does once it has kept its words.
  ///   - scontrol: what is printed of the job.
  private func run(
    _ tasks: [[String]], task: Int = 0, srun: String = "exit 0", state: String = "JobState=RUNNING PreemptTime=None",
    restarts: Int? = nil
  ) throws -> Outcome {
    let folder = try TemporaryFolder()
    let place = folder.url
    func tool(_ name: String, _ text: String) throws {
      try folder.write("#!/bin/bash\n\(text)\n", to: "bin/\(name)")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: place.appendingPathComponent("bin/\(name)").path)
    }
    // Everything up to the program is srun's.
    try tool("srun", "for word; do printf '%s\\0' \"$word\"; done > \(place.path)/words\n\(srun)")
    try tool(
      "scontrol",
      """
      echo "$*" >> \(place.path)/asked
      case $1 in --oneliner) echo " JobId=7 \(state) x=y" ;; esac
      """)
    // The script sleeps until Slurm ends it.
    try tool("sleep", "exit 0")
    let text = BatchScript.array(
      tasks, program: URL(fileURLWithPath: "/p q/aanet"), words: ["--threads", "2"],
      endings: place.appendingPathComponent("end-"), request: ClusterRequest())
    let script = try folder.write(text, to: "script.sh")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = [script.path]
    var environment = [
      "PATH": "\(place.path)/bin:/usr/bin:/bin", "SLURM_ARRAY_TASK_ID": "\(task)", "SLURM_ARRAY_JOB_ID": "70",
      "SLURM_JOB_ID": "77",
    ]
    if let restarts { environment["SLURM_RESTART_COUNT"] = "\(restarts)" }
    process.environment = environment
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.runHearingSignals()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    func read(_ name: String) -> String? {
      try? String(contentsOf: place.appendingPathComponent(name), encoding: .utf8)
    }
    let words = (read("words") ?? "").split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
      .dropLast()
    return Outcome(
      status: process.terminationStatus, output: String(decoding: said, as: UTF8.self), words: Array(words),
      ending: read("end-\(task)"), asked: read("asked") ?? "")
  }

  /// Names come from files and people, and whatever they hold is one word of the program's.
  @Test func everyWordArrivesAsItIs() throws {
    let hostile = [
      "$(touch /tmp/aanet-pwned)", "`id`", "a'b\"c", "x; exit 9", "*", "two\nlines", "-rf", "ü 漢", "\\", "!!", "a\tb",
      "%",
      "esac", ") ;;", "",
    ]
    let outcome = try run([["first"], hostile], task: 1)
    #expect(outcome.status == 0, "\(outcome.output)")
    #expect(
      outcome.words == [
        "--ntasks=1", "--cpus-per-task=4", "--kill-on-bad-exit=1", "--mpi=none", "/p q/aanet", "run", "--threads", "2",
      ] + hostile)
    #expect(!FileManager.default.fileExists(atPath: "/tmp/aanet-pwned"))
  }

  @Test func whatIsDoneIsDone() throws {
    let outcome = try run([["x"]])
    #expect(outcome.status == 0 && outcome.ending == nil && outcome.asked.isEmpty, "\(outcome.output)")
  }

  /// It fails with the program's code, says so where `aanet runs` looks, and is not tried again.
  @Test(arguments: [2, 3, 139]) func whatFailsStaysFailed(code: Int) throws {
    let outcome = try run([["x"]], srun: "exit \(code)")
    #expect(outcome.status == Int32(code) && outcome.ending == "\(code)\n")
    #expect(!outcome.asked.contains("requeue"), "\(outcome.asked)")
  }

  /// Slurm warns the script, the script tells the step, and the task is put back under its own name.
  @Test func aTurnThatIsOverIsFollowedByAnother() throws {
    let step = "trap 'exit 130' USR1; kill -USR1 $PPID; for i in {1..500}; do /bin/sleep 0.02; done; exit 9"
    let outcome = try run([["x"]], srun: step, restarts: 3)
    #expect(outcome.asked.contains("requeue 70_0\n"), "\(outcome)")
    #expect(outcome.status == 130 && outcome.ending == nil && outcome.output.contains("it goes on in turn 5"))
  }

  @Test func whatGetsNowhereEnds() throws {
    let step = "trap 'exit 130' USR1; kill -USR1 $PPID; for i in {1..500}; do /bin/sleep 0.02; done; exit 9"
    let outcome = try run([["x"]], srun: step, restarts: 200)
    #expect(!outcome.asked.contains("requeue") && outcome.status == 130 && outcome.ending == "130\n", "\(outcome)")
  }

  /// Also where somebody cancels it while it saves at the end of its turn.
  @Test func whatIsCancelledAtTheEndOfATurnStaysCancelled() throws {
    let step = "trap 'exit 130' USR1; kill -USR1 $PPID; for i in {1..500}; do /bin/sleep 0.02; done; exit 9"
    let outcome = try run([["x"]], srun: step, state: "JobState=COMPLETING PreemptTime=None")
    #expect(!outcome.asked.contains("requeue") && outcome.status == 130 && outcome.ending == nil, "\(outcome)")
  }

  @Test func aPreemptedTaskIsPutBack() throws {
    let outcome = try run(
      [["x"]], srun: "exit 130", state: "JobState=RUNNING Reason=None PreemptTime=2026-11-27T10:02:39")
    #expect(outcome.asked.contains("requeue 70_0\n") && outcome.status == 130, "\(outcome)")
  }

  /// `scancel` reaches the step, which saves; the job is no longer running then.
  @Test func aCancelledTaskStaysCancelled() throws {
    let outcome = try run(
      [["x"]], srun: "kill -TERM $PPID; exit 130", state: "JobState=COMPLETING PreemptTime=None")
    #expect(!outcome.asked.contains("requeue") && outcome.status == 130 && outcome.ending == nil, "\(outcome)")
  }

  @Test func aTaskThatThereIsNotIsAnError() throws {
    let outcome = try run([["x"]], task: 4)
    #expect(outcome.status == 2 && outcome.output.contains("there is no task 4") && outcome.words.isEmpty)
  }
}
