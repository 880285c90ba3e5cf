/// Who started this process together with others that are to work on one thing: `mpirun`, or `srun` with a PMI.
package struct Launcher: Equatable, Sendable {
  /// How many processes it says that it started.
  package let processes: Int
  /// The environment's variable that says so.
  package let variable: String

  /// nil where nobody did, or where there is one process alone.
  package init?(_ environment: [String: String]) {
    // Slurm sets its variables in every script, and a PMI only for what `srun` starts.
    let isStep = environment["PMI_RANK"] != nil || environment["PMIX_RANK"] != nil
    let variables =
      ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"] + (isStep ? ["SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"] : [])
    let found = variables.lazy.compactMap { name in environment[name].flatMap { Int($0) }.map { (name, $0) } }.first
    guard let (name, count) = found, count > 1 else { return nil }
    (variable, processes) = (name, count)
  }
}

/// How a process that works with others on one thing reaches them.
package protocol RankLink: AnyObject, Sendable {
  /// Its number among them, from 0.
  var rank: Int { get }
  /// How many there are.
  var count: Int { get }
  /// How many of them are on this machine.
  var countHere: Int { get }
  /// Another way to the same processes, which one thread may use while another uses this one. Waiting on it leaves the
  /// processor to threads that compute. nil where there is none.
  var aside: (any RankLink)? { get }
  /// Sends bytes to one of them while it receives others from it. Both say how many; either may be none.
  func exchange(_ sent: UnsafeRawBufferPointer, for received: UnsafeMutableRawBufferPointer, with peer: Int)
  /// Leaves, together with all others.
  func finish()
  /// Ends all of them at once.
  func abort(code: Int32) -> Never
}
