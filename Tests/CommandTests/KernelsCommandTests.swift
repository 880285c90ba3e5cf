import Foundation
import Machine
import Runs
import Tensors
import TestSupport
import Testing

/// `aanet bench kernels`: the program runs the widest kernels that the processor can, unless somebody names others.
@Suite struct KernelsCommandTests {
  @Test func leftAloneItTakesTheWidest() throws {
    let outcome = try BuiltCommand.run(["bench", "kernels"], by: "exec env -u OPENBLAS_CORETYPE \"$@\"")
    let kernels = outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(outcome.status == 0 && !kernels.isEmpty, "\(outcome.complaints)")
    #expect(KernelChoice.better(than: kernels, processorHas: InstructionSets.processorHas) == nil, "\(kernels)")
  }

  @Test func whatComputesBFloat16IsNamed() throws {
    let outcome = try BuiltCommand.run(["bench", "kernels", "--bf16"])
    let hasPairs = ["AVX512F", "AVX512BW", "AVX512VL", "AVX512-BF16"].allSatisfy(InstructionSets.processorHas)
    #expect(outcome.status == 0 && outcome.output == (hasPairs ? "avx512_bf16\n" : "portable\n"))
  }

  /// Whoever looks for it finds it under its name, also after it started itself anew with other kernels.
  @Test func theProcessKeepsItsName() throws {
    let project = try TinyProject()
    let worker = try StartedCommand(
      ["run", "tiny", "train.epochs=10000", "--variant", "plain"], in: project.url,
      by: "exec env -u OPENBLAS_CORETYPE \"$@\"")
    let store = RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true))
    let isTraining = worker.wait { store.identities().contains { !((try? store.epochs(of: $0)) ?? []).isEmpty } }
    #expect(isTraining, "\(worker.complaintsSoFar)")
    #expect(try String(contentsOfFile: "/proc/\(worker.number)/comm", encoding: .utf8) == "aanet\n")
    worker.send(SIGTERM)
    #expect(worker.end() == 130)
  }

  @Test func whatSomebodyNamesIsRunAndNarrownessSaid() throws {
    let outcome = try BuiltCommand.run(["bench", "kernels"], environment: ["OPENBLAS_CORETYPE": "Prescott"])
    #expect(outcome.status == 0 && outcome.output == "Prescott\n")
    let better = KernelChoice.better(than: "Prescott", processorHas: InstructionSets.processorHas)
    #expect(outcome.complaints.contains("OPENBLAS_CORETYPE=Prescott") == (better != nil))
  }
}
