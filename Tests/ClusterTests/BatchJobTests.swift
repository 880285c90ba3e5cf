import Cluster
import Foundation
import Testing

/// What `sbatch` is told.
@Suite struct BatchJobTests {
  private func words(_ request: ClusterRequest, _ kind: BatchJob.Kind = .array(12), after jobs: [String] = [])
    -> [String]
  {
    BatchJob(
      kind, name: "table3-1-0", script: URL(fileURLWithPath: "/p/runs/.submitted/s/0.sh"), log: "/p/logs/0-%a.log",
      folder: URL(fileURLWithPath: "/p"), request: request
    ).words(after: jobs)
  }

  @Test func anArrayOfRunsOfOneProcess() {
    var request = ClusterRequest()
    (request.cpus, request.time, request.atMost) = (16, TimeLimit("8h"), 8)
    #expect(
      words(request) == [
        "sbatch", "--parsable", "--job-name=table3-1-0", "--chdir=/p", "--output=/p/logs/0-%a.log",
        "--open-mode=append",
        "--array=0-11%8", "--ntasks=1", "--cpus-per-task=16", "--nodes=1", "--time=480", "--signal=B:USR1@120",
        "--requeue",
        "/p/runs/.submitted/s/0.sh",
      ])
  }

  @Test func whatIsAskedForBeside() {
    var request = ClusterRequest()
    (request.ranks, request.partition, request.account, request.others) = (4, "short", "vision", ["--mem=8G", "-N2"])
    let words = words(request, after: ["12", "34_5"])
    for word in [
      "--ntasks=4", "--dependency=afterany:12:34_5", "--partition=short", "--account=vision", "--array=0-11",
      "--signal=B:USR1@120",
    ] {
      #expect(words.contains(word), "\(word)")
    }
    #expect(words.suffix(3).dropLast() == ["--mem=8G", "-N2"])
    #expect(!words.contains { $0.hasPrefix("--nodes") || $0.hasPrefix("--time") })
  }

  @Test func aLookAtRecordsIsOneProcess() {
    var request = ClusterRequest()
    (request.ranks, request.cpus, request.time) = (4, 16, TimeLimit("8h"))
    let words = words(request, .look)
    #expect(words.contains("--ntasks=1") && words.contains("--cpus-per-task=1") && words.contains("--time=60"))
    #expect(!words.contains { $0.hasPrefix("--array") || $0.hasPrefix("--signal") || $0 == "--requeue" })
  }

  @Test(arguments: [
    ("8h", 480), ("90m", 90), ("1d12h", 2160), ("1d2h3m", 1563), ("1m", 1), ("366d", 527040),
  ])
  func aTime(text: String, minutes: Int) { #expect(TimeLimit(text)?.minutes == minutes) }

  @Test(arguments: ["", "8", "h", "0m", "-1h", "8 h", "1h1d", "367d", "999999999h", "8h\n", "8:00:00", "९h"])
  func noTime(text: String) { #expect(TimeLimit(text) == nil, "\(text)") }

  /// Early enough to save, and not so early that a short turn is nothing but its warning.
  @Test(arguments: [("1m", 30), ("4m", 60), ("8m", 120), ("2d", 120)])
  func theWarning(text: String, seconds: Int) { #expect(TimeLimit(text)?.warning == seconds) }

  @Test(arguments: [
    "--array=1-2", "--arr=1", "--job-name=x", "-J", "-dafterany:3", "--output=x", "-n4", "--ntasks=2", "--signal=INT@9",
    "--no-requeue", "mem=8G", "-", "--", "--wrap=id", "--time=3", "-t3", "--chdir=/", "rm -rf /", "",
  ])
  func whatIsNotPassedOn(word: String) {
    var request = ClusterRequest()
    request.others = [word]
    #expect(request.fault != nil, "\(word)")
  }

  @Test(arguments: [
    "--mem=8G", "-N2", "--constraint=avx512", "-C", "--ntasks-per-node=2", "--time-min=10", "--qos=low",
  ])
  func whatIsPassedOn(word: String) {
    var request = ClusterRequest()
    request.others = [word]
    #expect(request.fault == nil, "\(word)")
  }

  /// Slurm's names of logs have patterns, and a letter of a path would be one.
  @Test func pathsThatSlurmReadsOtherwise() {
    for path in ["/a/100%/runs", "/a\\b", "/a\nb"] {
      #expect(BatchJob.fault(ofLogsUnder: path)?.contains("--runs") == true, "\(path)")
    }
    for path in ["/home/ann o'neil/runs", "/a/$(id)/runs", "/ä/runs"] {
      #expect(BatchJob.fault(ofLogsUnder: path) == nil)
    }
  }
}
