import ArgumentParser
import Foundation
import Machine
import Tensors

/// The command line: `aanet <command>`.
@main
struct Aanet: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "aanet",
    abstract: "A paper you can run: AANet (Tay, Roy, Yap, CVPR 2019) from YAML to tables, on a CPU.",
    discussion: """
      Exit codes:
        0    done
        1    a check did not pass
        2    the input or the usage is wrong, or the processor is not one that
             the program was built for; the message says what to do
        3    some runs could not be finished; each is named, and why
        130  asked to stop: what was done is saved, and the command that goes
             on is printed. Ctrl-C and SIGTERM ask, and SIGHUP (a lost
             terminal; not under nohup) and SIGUSR1 (a batch system's warning);
             a second Ctrl-C or SIGTERM ends it at once: 128 + its number
        141  nobody reads the output any more (aanet runs | head)
      """,
    subcommands: [
      RunCommand.self, SubmitCommand.self, List.self, Show.self, WatchCommand.self, RunsCommand.self,
      ReportCommand.self,
      CompareCommand.self,
      FiguresCommand.self, QueryCommand.self, PredictCommand.self, ExploreCommand.self, ScoreCommand.self,
      ClaimsCommand.self,
      VerifyCommand.self, VerifyResumeCommand.self,
      DataCommand.self, BenchCommand.self, ParityCommand.self, WeightsCommand.self, ExportCommand.self,
    ]
  )

  static func main() {
    // Before anything that is compiled for the machine that the program was built on.
    if let complaint = InstructionSets.complaint(
      builtFor: EngineInstructions.builtFor, has: InstructionSets.ofThisProcessor)
      ?? ProcessorLevel.complaint(wanted: ProcessInfo.processInfo.environment[ProcessorLevel.variable])
    {
      Console.complain("error: \(complaint)")
      _exit(2)
    }
    ChosenKernels.remember()
    KernelChoice.restartWithBetter()
    // A file that grows beyond what `ulimit -f` allows is an error like a full disk, not a death.
    signal(SIGXFSZ, SIG_IGN)
    Interruption.outliveReaders()
    do {
      var command = try parseAsRoot()
      try command.run()
      // What was printed may still be on its way.
      guard fflush(nil) == 0 else {
        let fault = errno
        // Whoever read it has what they wanted, and a shell knows this code.
        guard fault != EPIPE else { _exit(128 + SIGPIPE) }
        Console.complain("error: standard output: \(String(cString: strerror(fault)))")
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
