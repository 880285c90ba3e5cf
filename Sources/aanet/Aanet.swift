import ArgumentParser
import Foundation

/// The command line: `aanet <command>`.
///
/// Exit codes: 0 done, 1 a check did not pass, 2 the input or the usage is wrong (the message says what, where and
/// what to do), 3 some runs could not be finished, and each is named (another process is at work on it, or it failed),
/// 130 interrupted.
@main
struct Aanet: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "aanet",
    abstract: "A paper you can run: AANet (Tay, Roy, Yap, CVPR 2019) from YAML to tables, on a CPU.",
    subcommands: [
      RunCommand.self, List.self, Show.self, RunsCommand.self, ReportCommand.self, CompareCommand.self,
      FiguresCommand.self, QueryCommand.self, PredictCommand.self, ScoreCommand.self, ClaimsCommand.self,
      VerifyCommand.self, VerifyResumeCommand.self,
      DataCommand.self, BenchCommand.self, ParityCommand.self, WeightsCommand.self,
    ]
  )

  static func main() {
    // A file that grows beyond what `ulimit -f` allows is an error like a full disk, not a death.
    signal(SIGXFSZ, SIG_IGN)
    do {
      var command = try parseAsRoot()
      try command.run()
      // What was printed may still be on its way.
      guard fflush(nil) == 0 else {
        let reason = String(cString: strerror(errno))
        Console.complain("error: standard output: \(reason)")
        _exit(2)
      }
    } catch let code as ExitCode {
      exit(withError: code)
    } catch  where exitCode(for: error).isSuccess {
      exit(withError: error)  // --help and --version
    } catch  where exitCode(for: error) == .validationFailure {
      Console.complain(fullMessage(for: error))
      exit(withError: ExitCode(2))
    } catch {
      Console.complain("error: \(error)")
      exit(withError: ExitCode(2))
    }
  }
}
