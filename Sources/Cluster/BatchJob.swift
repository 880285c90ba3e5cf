import Foundation
import Support

/// One call of `sbatch`: what the job is called, what it asks for and what it waits for.
///
/// All options are words of the command line. In the script they would be read by rules of their own.
package struct BatchJob: Sendable {
  package enum Kind: Sendable {
    /// So many tasks, each of which trains a run.
    case array(Int)
    /// One process that looks at records: it judges or reports.
    case look
  }

  package let kind: Kind
  package let name: String
  package let script: URL
  /// Where its log goes, by Slurm's pattern.
  package let log: String
  /// Where it works.
  package let folder: URL
  package let request: ClusterRequest

  package init(_ kind: Kind, name: String, script: URL, log: String, folder: URL, request: ClusterRequest) {
    (self.kind, self.name, self.script, self.log, self.folder, self.request) = (
      kind, name, script, log, folder, request
    )
  }

  /// Minutes that a look at records may take.
  private static let minutesOfALook = 60

  /// The words of `sbatch`.
  ///
  /// - Parameter jobs: the numbers of the jobs that must have ended before, however they ended.
  package func words(after jobs: [String]) -> [String] {
    var words = ["sbatch", "--parsable", "--job-name=\(name)", "--chdir=\(folder.path)"]
    words += ["--output=\(log)", "--open-mode=append"]
    if !jobs.isEmpty { words.append("--dependency=afterany:\(jobs.joined(separator: ":"))") }
    if let partition = request.partition { words.append("--partition=\(partition)") }
    if let account = request.account { words.append("--account=\(account)") }
    switch kind {
    case .array(let count):
      words.append("--array=0-\(count - 1)\(request.atMost.map { "%\($0)" } ?? "")")
      words += ["--ntasks=\(request.ranks)", "--cpus-per-task=\(request.cpus)"]
      if request.ranks == 1 { words.append("--nodes=1") }
      if let time = request.time { words.append("--time=\(time.minutes)") }
      // Told to the script alone, which passes it on: processes that are told by Slurm itself could not be requeued.
      words += ["--signal=B:USR1@\(request.time?.warning ?? TimeLimit.longestWarning)", "--requeue"]
    case .look:
      words += ["--ntasks=1", "--cpus-per-task=1", "--time=\(Self.minutesOfALook)"]
    }
    return words + request.others + [script.path]
  }

  /// Why Slurm could not write a log under a path, and what to do; nil where it can.
  package static func fault(ofLogsUnder path: String) -> String? {
    let known: [Unicode.Scalar: String] = ["%": "a percent sign", "\\": "a backslash"]
    for scalar in path.unicodeScalars {
      let name = known[scalar] ?? (scalar.properties.generalCategory == .control ? "a control character" : nil)
      guard let name else { continue }
      return
        "\(path.quoted) has \(name) in it, which means something else in Slurm's names of logs; move or rename the folder, "
        + "or keep the runs elsewhere with --runs"
    }
    return nil
  }
}
