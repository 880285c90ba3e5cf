import Support

/// What each task of a sweep asks Slurm for.
package struct ClusterRequest: Sendable {
  /// Processes that train a run together.
  package var ranks = 1
  /// Processors of each.
  package var cpus = 4
  /// nil for the partition's own.
  package var time: TimeLimit?
  /// How many tasks may run at the same time; nil for as many as Slurm has room for.
  package var atMost: Int?
  package var partition: String?
  package var account: String?
  /// Other words for `sbatch`, as they were given.
  package var others: [String] = []
  /// How `srun` and several ranks find each other: `pmix` with Open MPI, `pmi2` with MPICH.
  package var mpi = "pmix"

  package init() {}

  /// Options of `sbatch` that a sweep sets itself, or that would break it, and why they cannot be given.
  private static let taken: [String: String] = [
    "array": "the runs are its tasks", "job-name": "tasks are found again by it", "dependency": "stages wait by it",
    "output": "each task has a log of its own", "error": "each task has one log", "open-mode": "logs go on",
    "requeue": "tasks are requeued as they need", "no-requeue": "a run that is saved goes on in a new turn",
    "signal": "by it a run is saved before the time limit", "parsable": "it is set", "wrap": "there is a script",
    "test-only": "say --dry-run", "wait": "submit returns at once", "ntasks": "say --ranks",
    "cpus-per-task": "say --cpus", "time": "say --time", "partition": "say --partition", "account": "say --account",
    "chdir": "tasks work in the project's folder", "help": "read it with sbatch --help",
  ]
  private static let short: [Character: String] = [
    "a": "array", "J": "job-name", "d": "dependency", "o": "output", "e": "error", "n": "ntasks",
    "c": "cpus-per-task", "t": "time", "p": "partition", "A": "account", "D": "chdir", "h": "help", "W": "wait",
  ]

  /// What is wrong with the words that are passed on; nil where nothing is.
  package var fault: String? {
    for word in others {
      guard word.hasPrefix("-"), word != "-", word != "--", !word.unicodeScalars.contains("\0") else {
        return "--sbatch takes one option with its value, as in --sbatch=--mem=8G, not \(word.quoted)"
      }
      let name =
        word.hasPrefix("--")
        ? String(word.dropFirst(2).prefix { $0 != "=" }) : word.dropFirst().first.flatMap { Self.short[$0] } ?? ""
      // Slurm takes the beginning of an option's name for the option.
      let meant = Self.taken.keys.sorted().first { $0 == name || (name.count >= 3 && $0.hasPrefix(name)) }
      if let meant, let reason = Self.taken[meant] { return "--sbatch cannot give --\(meant): \(reason)" }
    }
    return nil
  }
}
