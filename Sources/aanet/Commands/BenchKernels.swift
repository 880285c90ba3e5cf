import ArgumentParser
import Tensors

extension BenchCommand {
  /// `aanet bench kernels`: which of OpenBLAS's kernels run.
  struct Kernels: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Name the OpenBLAS kernels that this program runs.",
      discussion: """
        OpenBLAS chooses by the processor's model; where that is younger than OpenBLAS, this program takes the widest \
        kernels that the processor has instructions for. OPENBLAS_CORETYPE goes before both.

        Examples:
          aanet bench kernels
          OPENBLAS_CORETYPE=Haswell aanet bench kernels
        """)

    func run() throws {
      print(MatrixProduct.kernels)
      Console.warnOfNarrowKernels()
    }
  }
}
