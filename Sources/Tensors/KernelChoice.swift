import Foundation
import Kernels
import Machine

/// Which of OpenBLAS's kernel sets suits a processor.
///
/// OpenBLAS tells processors by their model. One that is younger than OpenBLAS it may take for the oldest that it knows,
/// whatever instructions it has: Debian 12's version 0.3.21 runs its `Prescott` kernels, of 2004, on an Intel of 2023, and
/// trains at a third of the speed.
package enum KernelChoice {
  /// The variable by which OpenBLAS is told, when it is loaded, which kernels to run.
  package static let variable = "OPENBLAS_CORETYPE"

  /// Kernel sets by the width of their vectors, the widest first, and the instruction sets that they need.
  private static let levels: [(kernels: Set<String>, needs: [String])] = [
    (wide, ["AVX512F", "AVX512CD", "AVX512BW", "AVX512DQ", "AVX512VL"]),
    (narrow, ["AVX2", "FMA"]),
  ]

  /// The kernel sets that work on 512 bits at once.
  static let wide: Set<String> = ["SkylakeX", "Cooperlake", "Sapphirerapids"]

  /// The kernel sets that work on 256 bits at once.
  static let narrow: Set<String> = ["Haswell", "Zen", "Excavator"]

  /// The kernel set to take instead of `kernels`, where a processor could run one of wider vectors; nil where it could
  /// not.
  ///
  /// - Parameter has: whether the processor has an instruction set, by its name in ``InstructionSets``.
  package static func better(than kernels: String, processorHas has: (String) -> Bool) -> String? {
    for level in levels {
      if level.kernels.contains(kernels) { return nil }
      guard level.needs.allSatisfy(has) else { continue }
      if level.kernels != wide { return "Haswell" }
      return has("AVX512-BF16") ? "Cooperlake" : "SkylakeX"
    }
    return nil
  }

  /// The kernel set to take instead of the one that runs; nil where there is no wider one for this processor.
  package static var better: String? { better(than: MatrixProduct.kernels, processorHas: InstructionSets.processorHas) }

  /// Starts the program anew with the wider kernels that this processor could run, or as the one beside it that is compiled
  /// for more of the processor's instructions. Nothing happens where there are none, or where somebody said which ones to
  /// take. OpenBLAS reads its variable once, before any code of the program runs, so that there is no other way.
  package static func restartWithBetter() {
    let kernels = getenv(variable) == nil ? better : nil
    if let kernels { setenv(variable, kernels, 1) }
    if let program = betterProgram { execv(program, CommandLine.unsafeArgv) }
    guard kernels != nil else { return }
    // By its own path: by the link's, the process would be called `exe` in every list of processes.
    if let program = RunningProgram.pathWhereItStands { execv(program, CommandLine.unsafeArgv) }
    execv(RunningProgram.link, CommandLine.unsafeArgv)
    unsetenv(variable)  // It could not be started: it goes on as it is, slower and as right.
  }

  /// The path of the program beside this one that suits the processor better; nil where there is none.
  private static var betterProgram: String? {
    guard let level = EngineInstructions.level else { return nil }
    return ProcessorLevel.better(
      than: RunningProgram.file.path, of: level, processorHas: InstructionSets.ofThisProcessor,
      wanted: ProcessInfo.processInfo.environment[ProcessorLevel.variable]
    ) { access($0, X_OK) == 0 }
  }

  /// What to do about kernels that are narrower than the processor's vectors; nil where they are not.
  package static var advice: String? {
    guard let better else { return nil }
    let forced = ProcessInfo.processInfo.environment[variable]
    if forced == better { return "this OpenBLAS has no kernels for the vectors of this processor" }
    let cause = forced.map { ", because \(variable)=\($0)" } ?? ""
    return "OpenBLAS runs its \(MatrixProduct.kernels) kernels\(cause), narrower than this processor; "
      + "`\(variable)=\(better) aanet …` may be several times as fast"
  }
}

/// What the engine's machine code is made of.
package enum EngineInstructions {
  /// The instruction sets, as bits, that this room was compiled for, and with it every other one that holds loops.
  ///
  /// It runs on any processor: it returns a constant, and no type of the engine is touched. It is never inlined: in
  /// another room the same words would tell of that room.
  @inline(never)
  package static var builtFor: UInt64 { kernels_built_for() }

  /// The level of x86-64 that is; nil where the program is compiled for the machine that it was built on.
  package static var level: ProcessorLevel? { ProcessorLevel(builtFor: builtFor) }
}
