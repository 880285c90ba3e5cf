import ArgumentParser
import Layers
import Tensors

extension BenchCommand {
  /// `aanet bench kernels`: which of OpenBLAS's kernels run.
  struct Kernels: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Name the OpenBLAS kernels that this program runs.",
      discussion: """
        OpenBLAS chooses by the processor's model; where that is younger than OpenBLAS, this program takes the widest \
        kernels that the processor has instructions for. OPENBLAS_CORETYPE goes before both. What computes bfloat16 \
        (--precision bf16) is the program's own: avx512_bf16 where the processor has those instructions, else portable.

        Examples:
          aanet bench kernels
          aanet bench kernels --bf16
          OPENBLAS_CORETYPE=Haswell aanet bench kernels
        """)

    @Flag(help: "Name what computes bfloat16 instead.") var bf16 = false

    func run() throws {
      guard !bf16 else { return print(RoundedForm.suiting.rawValue) }
      print(MatrixProduct.kernels)
      Console.warnOfNarrowKernels()
    }
  }
}
