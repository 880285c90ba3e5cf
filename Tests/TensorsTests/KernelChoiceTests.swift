import Machine
import Tensors
import Testing

/// OpenBLAS takes a processor that it does not know for an old one; the program knows better.
@Suite struct KernelChoiceTests {
  private static let wide: Set<String> = ["AVX512F", "AVX512CD", "AVX512BW", "AVX512DQ", "AVX512VL", "AVX2", "FMA"]

  @Test(
    arguments: [
      ("Prescott", wide.union(["AVX512-BF16"]), "Cooperlake"), ("Prescott", wide, "SkylakeX"),
      ("Haswell", wide, "SkylakeX"), ("Zen", wide.union(["AVX512-BF16"]), "Cooperlake"),
      ("Prescott", wide.subtracting(["AVX512VL"]), "Haswell"), ("Sandybridge", ["AVX2", "FMA"], "Haswell"),
      ("Nehalem", ["AVX2", "FMA"], "Haswell"),
    ] as [(String, Set<String>, String)])
  func aWiderSetIsTaken(_ kernels: String, _ has: Set<String>, _ better: String) {
    #expect(KernelChoice.better(than: kernels, processorHas: has.contains) == better)
  }

  @Test(
    arguments: [
      ("SkylakeX", wide), ("Cooperlake", wide), ("Sapphirerapids", wide), ("Haswell", ["AVX2", "FMA"]),
      ("Zen", ["AVX2", "FMA"]), ("Excavator", ["AVX2", "FMA"]), ("Sandybridge", ["FMA"]), ("Prescott", []),
    ] as [(String, Set<String>)])
  func theWidestIsLeftAlone(_ kernels: String, _ has: Set<String>) {
    #expect(KernelChoice.better(than: kernels, processorHas: has.contains) == nil)
  }

  /// A name that is none would never be found, and no wider set taken.
  @Test(.enabled(if: !InstructionSets.names.isEmpty)) func theNamesAreThoseOfInstructionSets() {
    var asked: Set<String> = []
    for kernels in ["Prescott", "Haswell"] {
      for isThere in [true, false] {
        _ = KernelChoice.better(than: kernels) { name in
          asked.insert(name)
          return isThere
        }
      }
    }
    #expect(asked.count > 5 && asked.isSubset(of: InstructionSets.names), "\(asked)")
  }

  @Test func adviceNamesTheKernelsAndWhatToTake() {
    #expect((KernelChoice.advice == nil) == (KernelChoice.better == nil))
    if let advice = KernelChoice.advice, let better = KernelChoice.better {
      #expect(advice.contains(MatrixProduct.kernels) && advice.contains("OPENBLAS_CORETYPE=\(better) "))
    }
  }
}
