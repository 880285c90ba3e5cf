import Foundation
import Support
import TestSupport

/// A real Slurm of two nodes of four processors on this machine, started in half a second, as root, without systemd,
/// cgroups or a database. It ends with the test process.
final class SmallCluster: @unchecked Sendable {
  /// What is missing on this machine; nil where nothing is.
  static let missing: String? = {
    let absent = ["munged", "slurmctld", "slurmd", "sbatch", "scontrol"].filter { find($0) == nil }
    if !absent.isEmpty {
      return "\(absent.joined(separator: ", ")) are not installed (slurmctld slurmd slurm-client munge)"
    }
    return geteuid() == 0 ? nil : "only root can start nodes"
  }()

  /// Tasks of an array, few, so that sweeps are cut.
  static let largestArray = 4

  private static func find(_ name: String) -> String? {
    ["/usr/bin", "/usr/sbin", "/bin", "/sbin"].map { "\($0)/\(name)" }.first(
      where: FileManager.default.isExecutableFile)
  }

  private static let started = Result { try SmallCluster() }

  /// The one of this process.
  static var shared: SmallCluster { get throws { try started.get() } }

  /// Its own, with a short name: the names of the sockets in it have a limit of some hundred letters.
  private let folder: URL

  /// What a command needs to find it.
  var environment: [String: String] { ["SLURM_CONF": folder.appendingPathComponent("slurm.conf").path] }

  private init() throws {
    var name = Array("/tmp/aanet-slurm-XXXXXX".utf8CString)
    guard mkdtemp(&name) != nil else {
      throw PlainError("there is no room in /tmp: \(String(cString: strerror(errno)))")
    }
    let place = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    folder = URL(fileURLWithPath: place, isDirectory: true)
    let ports = try Self.freePorts(3)
    try Data((0..<1024).map { _ in UInt8.random(in: 0...255) }).write(to: folder.appendingPathComponent("munge.key"))
    chmod("\(place)/munge.key", 0o400)
    chmod(place, 0o755)
    try Data(
      """
      ClusterName=aanet
      SlurmctldHost=localhost
      SlurmUser=root
      SlurmdUser=root
      AuthType=auth/munge
      AuthInfo=socket=\(place)/munge.socket
      SlurmctldPort=\(ports[0])
      StateSaveLocation=\(place)/state
      SlurmctldPidFile=\(place)/slurmctld.pid
      SlurmctldLogFile=\(place)/slurmctld.log
      SlurmdPidFile=\(place)/slurmd-%n.pid
      SlurmdLogFile=\(place)/slurmd-%n.log
      SlurmdSpoolDir=\(place)/spool-%n
      ProctrackType=proctrack/linuxproc
      TaskPlugin=task/none
      JobAcctGatherType=jobacct_gather/none
      AccountingStorageType=accounting_storage/none
      SelectType=select/cons_tres
      SelectTypeParameters=CR_CPU
      SlurmdParameters=config_overrides
      SchedulerType=sched/backfill
      SchedulerParameters=bf_interval=1,sched_interval=1,sched_min_interval=0,batch_sched_delay=0
      PreemptType=preempt/partition_prio
      PreemptMode=REQUEUE
      MpiDefault=none
      ReturnToService=2
      KillWait=10
      MinJobAge=300
      MaxArraySize=\(Self.largestArray)
      NodeName=n[1-2] NodeHostname=localhost NodeAddr=127.0.0.1 Port=[\(ports[1])-\(ports[1] + 1)] CPUs=4 RealMemory=4000
      PartitionName=main Nodes=n[1-2] Default=YES MaxTime=INFINITE PriorityTier=1 GraceTime=30 State=UP
      PartitionName=urgent Nodes=n[1-2] MaxTime=INFINITE PriorityTier=10 State=UP

      """.utf8
    ).write(to: folder.appendingPathComponent("slurm.conf"))
    for name in ["state", "spool-n1", "spool-n2"] { mkdir("\(place)/\(name)", 0o755) }
    mkdir("/run/pmix", 0o755)
    atexit { (try? SmallCluster.started.get())?.stop() }
    do {
      try start(
        "munged", "--force", "--num-threads=2",
        "--key-file=\(place)/munge.key", "--socket=\(place)/munge.socket", "--pid-file=\(place)/munged.pid",
        "--log-file=\(place)/munged.log", "--seed-file=\(place)/munged.seed")
      try start("slurmctld", "-f", "\(place)/slurm.conf")
      for node in ["n1", "n2"] { try start("slurmd", "-N", node, "-f", "\(place)/slurm.conf") }
      guard try wait(until: { try tool("sinfo", "-h", "-p", "main", "-o", "%D %t").output == "2 idle\n" }) else {
        throw PlainError("the nodes do not come up:\n\(logs)")
      }
    } catch {
      stop()
      throw error
    }
  }

  /// Ports that nobody listens at; the last two are neighbours.
  private static func freePorts(_ count: Int) throws -> [Int] {
    func isFree(_ port: Int) -> Bool {
      let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(socket) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = in_port_t(port).bigEndian
      return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      } == 0
    }
    for _ in 0..<100 {
      // Below those that the system gives to whoever asks for any.
      let first = Int.random(in: 15_000...31_000)
      let ports = (0..<count).map { first + $0 }
      if ports.allSatisfy(isFree) { return ports }
    }
    throw PlainError("no free ports were found")
  }

  /// Starts a daemon, which leaves its parent behind. It keeps no file of this process open: `Process` takes one that is
  /// for a program that runs on.
  private func start(_ words: String...) throws {
    let script = "for f in /proc/self/fd/*; do f=${f##*/}; [ $f -gt 2 ] && eval \"exec $f>&-\"; done; exec \"$@\""
    let program = Self.find(words[0]) ?? words[0]
    let outcome = try tool(["bash", "-c", script, "bash", program] + words.dropFirst())
    guard outcome.status == 0 else {
      throw PlainError("\(words[0]) does not start: \(outcome.output)\n\(logs)")
    }
  }

  /// What the daemons wrote last.
  var logs: String {
    ["munged", "slurmctld", "slurmd-n1", "slurmd-n2"].map { name in
      let text = (try? String(contentsOf: folder.appendingPathComponent("\(name).log"), encoding: .utf8)) ?? ""
      return "\(name):\n\(text.split(separator: "\n").suffix(20).joined(separator: "\n"))"
    }.joined(separator: "\n")
  }

  private func stop() {
    _ = try? tool("scancel", "-u", "root")
    _ = try? wait(for: 5) { try tool("squeue", "-h").output.isEmpty }
    for name in ["slurmd-n1", "slurmd-n2", "slurmctld", "munged"] {
      let file = folder.appendingPathComponent("\(name).pid")
      guard let text = try? String(contentsOf: file, encoding: .utf8),
        let process = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)), process > 1
      else { continue }
      kill(process, SIGTERM)
      for _ in 0..<500 where kill(process, 0) == 0 { usleep(10_000) }
    }
    try? FileManager.default.removeItem(at: folder)
  }

  // MARK: Asking it

  /// Runs one of Slurm's programs.
  @discardableResult
  func tool(_ words: String...) throws -> (status: Int32, output: String) { try tool(words) }

  private func tool(_ words: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.find(words[0]) ?? words[0])
    process.arguments = Array(words.dropFirst())
    process.environment = ["PATH": "/usr/bin:/usr/sbin:/bin:/sbin"].merging(environment) { $1 }
    let output = folder.appendingPathComponent("said-\(UUID().uuidString)")
    try Data().write(to: output)
    defer { try? FileManager.default.removeItem(at: output) }
    // A file: a daemon would keep a pipe open.
    let handle = try FileHandle(forWritingTo: output)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = handle
    process.standardError = handle
    try process.runHearingSignals()
    process.waitUntilExit()
    return (process.terminationStatus, (try? String(contentsOf: output, encoding: .utf8)) ?? "")
  }

  /// Whether something comes to hold; what does not within seconds ends with false.
  func wait(for seconds: Double = 120, until holds: () throws -> Bool) rethrows -> Bool {
    let start = ContinuousClock.now
    while true {
      if try holds() { return true }
      if start.duration(to: .now) > .seconds(seconds) { return false }
      usleep(50_000)
    }
  }

  /// Slurm's letters for each task and job that it has not done with, by `1234_5`.
  func queue() throws -> [String: String] {
    var states: [String: String] = [:]
    let answer = try tool("squeue", "-h", "-r", "-o", "%i %t")
    guard answer.status == 0 else { throw PlainError("squeue: \(answer.output)\n\(logs)") }
    for line in answer.output.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      if words.count == 2 { states[words[0]] = words[1] }
    }
    return states
  }

  /// A field of `scontrol show job`: `JobState`, `Restarts`.
  func field(_ name: String, of job: String) throws -> String? {
    let words = try tool("scontrol", "-o", "show", "job", job).output.split(separator: " ")
    return words.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
  }

  /// Slurm lets what was put back wait for two minutes; this ends the waiting, once the task is in the queue again. A node
  /// refuses one that was put back within the same second.
  func startAtOnce(_ job: String) throws {
    _ = try wait { try queue()[job] == "PD" }
    // A change that comes while Slurm is still at it may be refused, or forgotten: it is made until it is seen.
    _ = try wait {
      guard try queue()[job] == "PD" else { return true }
      if let start = try field("EligibleTime", of: job).flatMap(Self.time.date), start < Date() + 10 { return true }
      try tool("scontrol", "update", "jobid=\(job)", "StartTime=now+2")
      return false
    }
  }

  /// How Slurm writes a time of day here.
  private static let time: DateFormatter = {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.dateFormat = "yyyy-MM-dd'T'HH:mm:ss"
    return format
  }()

  /// Takes away what a test that failed has left.
  func clear() throws {
    guard try !queue().isEmpty else { return }
    try tool("scancel", "-u", "root")
    guard try drain() else { throw PlainError("jobs do not go away: \(try queue())\n\(logs)") }
  }

  /// Waits until it has nothing to do.
  func drain() throws -> Bool { try wait { try queue().isEmpty } }
}
