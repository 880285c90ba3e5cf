import Experiments
import Foundation
import Machine
import Runs
import Support

/// The other processes of an `aanet run` that trains several runs at the same time.
///
/// Each reads from this process until it ends: when this one goes, however that comes, they save their runs and go, too.
final class RunCompany {
  private let atOnce: RunsAtOnce
  private let threads: Int
  /// The words behind `aanet` that start one of them on so many threads.
  private let words: (_ threads: Int) -> [String]
  private var others: [(process: Process, line: Pipe)] = []

  init(_ atOnce: RunsAtOnce, threads: Int, words: @escaping (_ threads: Int) -> [String]) {
    self.atOnce = atOnce
    self.threads = threads
    self.words = words
  }

  /// As the runner asks it.
  var company: Company {
    Company(
      size: { self.atOnce.count(of: $0, threads: self.threads) }, start: start,
      includes: { holder in self.others.contains { $0.process.processIdentifier == holder?.process } })
  }

  private func start(_ count: Int, threads: Int) throws {
    // The program as it stands on the disk; where it was replaced meanwhile, another may not be mixed in.
    guard let program = RunningProgram.pathWhereItStands else {
      throw PlainError(
        "\(RunningProgram.file.path) is not there any more, so that no other run can be started; give --at-once 1")
    }
    for _ in 0..<count {
      let (process, line) = (Process(), Pipe())
      process.executableURL = URL(fileURLWithPath: program)
      process.arguments = words(threads)
      process.standardInput = line
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      others.append((process, line))
    }
  }

  /// Ends them, saved, and waits for it.
  func dismiss() {
    for (_, line) in others { try? line.fileHandleForWriting.close() }
    for (process, _) in others { process.waitUntilExit() }
    others = []
  }
}
