import ArgumentParser
import Cluster
import Support

extension TimeLimit: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }
}

/// What each task of a sweep asks Slurm for.
struct ClusterOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Processes that train each run together, over MPI.", valueName: "n"))
  var ranks = 1
  @Option(help: ArgumentHelp("Processors of each process, and its threads.", valueName: "n"))
  var cpus = 4
  @Option(
    help: ArgumentHelp(
      "How long a turn of a task may take, as in 90m, 8h or 1d12h; by default as long as the partition says. A run that "
        + "takes longer has several turns.", valueName: "time"))
  var time: TimeLimit?
  @Option(help: ArgumentHelp("How many tasks may run at the same time.", valueName: "n"))
  var atMost: Int?
  @Option(help: ArgumentHelp("Slurm's partition.", valueName: "name")) var partition: String?
  @Option(help: ArgumentHelp("Slurm's account.", valueName: "name")) var account: String?
  @Option(
    help: ArgumentHelp(
      "How srun and several ranks find each other: pmix for Open MPI, pmi2 for MPICH.", valueName: "kind"))
  var mpi = "pmix"
  @Option(
    help: ArgumentHelp(
      "One more option for sbatch, as in --sbatch=--mem=8G; may be given several times.", valueName: "option"))
  var sbatch: [String] = []

  func validate() throws {
    guard (1...8).contains(ranks) else { throw ValidationError("--ranks is 1 to 8, and divides train.shards") }
    guard (1...1024).contains(cpus) else { throw ValidationError("--cpus is 1 to 1024") }
    if let atMost, atMost < 1 { throw ValidationError("--at-most is at least 1") }
    for (name, value) in [("--partition", partition), ("--account", account), ("--mpi", mpi)] {
      guard let value else { continue }
      guard !value.isEmpty, value.unicodeScalars.allSatisfy({ $0.isASCII && $0.value > 32 && $0.value != 127 }) else {
        throw ValidationError("\(name) is a name of Slurm's, without blanks: not \(value.quoted)")
      }
    }
    if let fault = request.fault { throw ValidationError(fault) }
  }

  var request: ClusterRequest {
    var request = ClusterRequest()
    (request.ranks, request.cpus, request.time, request.atMost) = (ranks, cpus, time, atMost)
    (request.partition, request.account, request.mpi, request.others) = (partition, account, mpi, sbatch)
    return request
  }

  /// The options as they were given, for a command to be given again.
  var words: [String] {
    (ranks == 1 ? [] : ["--ranks", "\(ranks)"]) + ["--cpus", "\(cpus)"]
      + (time.map { ["--time", "\($0.minutes)m"] } ?? []) + (atMost.map { ["--at-most", "\($0)"] } ?? [])
      + (partition.map { ShellCommand.option("--partition", $0) } ?? [])
      + (account.map { ShellCommand.option("--account", $0) } ?? [])
      + (mpi == "pmix" ? [] : ShellCommand.option("--mpi", mpi)) + sbatch.map { "--sbatch=\($0)" }
  }
}
