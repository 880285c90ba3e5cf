import Foundation
import Machine
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

  @Test func whatSomebodyNamesIsRunAndNarrownessSaid() throws {
    let outcome = try BuiltCommand.run(["bench", "kernels"], environment: ["OPENBLAS_CORETYPE": "Prescott"])
    #expect(outcome.status == 0 && outcome.output == "Prescott\n")
    let better = KernelChoice.better(than: "Prescott", processorHas: InstructionSets.processorHas)
    #expect(outcome.complaints.contains("OPENBLAS_CORETYPE=Prescott") == (better != nil))
  }
}
