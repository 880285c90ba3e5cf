import Tensors
import Testing

/// OpenBLAS takes a processor that it does not know for an old one; the program knows better.
@Suite struct KernelChoiceTests {
  private static let wide: Set<String> = ["avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl", "avx2", "fma"]

  @Test(
    arguments: [
      ("Prescott", wide.union(["avx512bf16"]), "Cooperlake"), ("Prescott", wide, "SkylakeX"),
      ("Haswell", wide, "SkylakeX"), ("Zen", wide.union(["avx512bf16"]), "Cooperlake"),
      ("Prescott", wide.subtracting(["avx512vl"]), "Haswell"), ("Sandybridge", ["avx2", "fma"], "Haswell"),
      ("Nehalem", ["avx2", "fma"], "Haswell"),
    ] as [(String, Set<String>, String)])
  func aWiderSetIsTaken(_ kernels: String, _ has: Set<String>, _ better: String) {
    #expect(KernelChoice.better(than: kernels, processorHas: has.contains) == better)
  }

  @Test(
    arguments: [
      ("SkylakeX", wide), ("Cooperlake", wide), ("Sapphirerapids", wide), ("Haswell", ["avx2", "fma"]),
      ("Zen", ["avx2", "fma"]), ("Excavator", ["avx2", "fma"]), ("Sandybridge", ["fma"]), ("Prescott", []),
    ] as [(String, Set<String>)])
  func theWidestIsLeftAlone(_ kernels: String, _ has: Set<String>) {
    #expect(KernelChoice.better(than: kernels, processorHas: has.contains) == nil)
  }

  @Test func adviceNamesTheKernelsAndWhatToTake() {
    #expect((KernelChoice.advice == nil) == (KernelChoice.better == nil))
    if let advice = KernelChoice.advice, let better = KernelChoice.better {
      #expect(advice.contains(MatrixProduct.kernels) && advice.contains("OPENBLAS_CORETYPE=\(better) "))
    }
  }
}
