import Machine
import Tensors
import Testing

/// Whether a program may run on a processor, from what it was built for and what the processor has.
@Suite struct InstructionSetsTests {
  /// Some bits of the list in Kernels.
  private static let (sse3, avx2, fma, avx512f, avx512bf16): (UInt64, UInt64, UInt64, UInt64, UInt64) =
    (1 << 0, 1 << 17, 1 << 18, 1 << 26, 1 << 37)

  @Test func whatHasEverythingRuns() {
    #expect(InstructionSets.complaint(builtFor: 0, has: 0) == nil)
    #expect(InstructionSets.complaint(builtFor: Self.avx2 | Self.fma, has: Self.avx2 | Self.fma) == nil)
    #expect(InstructionSets.complaint(builtFor: Self.avx2, has: .max) == nil)
  }

  @Test func whatLacksSomethingNamesIt() {
    let wide = Self.sse3 | Self.avx2 | Self.fma | Self.avx512f | Self.avx512bf16
    #expect(
      InstructionSets.complaint(builtFor: wide, has: Self.sse3 | Self.avx2 | Self.fma)
        == "this program was built for another processor: this one lacks AVX512F, AVX512-BF16; build it anew on this "
        + "machine, in the project's folder: swift package clean && make build")
    #expect(InstructionSets.complaint(builtFor: wide, has: 0)?.contains("lacks SSE3, AVX2, FMA, AVX512F, ") == true)
    #expect(InstructionSets.complaint(builtFor: 1 << 63, has: 0)?.contains("lacks instruction set 63;") == true)
  }

  /// These tests run, so that what they were built for is there; a processor that has AVX2 has what came before it.
  @Test func thisMachineAgreesWithItself() {
    let has = InstructionSets.ofThisProcessor
    #expect(InstructionSets.complaint(builtFor: EngineInstructions.builtFor, has: has) == nil)
    #expect(has & Self.avx2 == 0 || has & Self.sse3 != 0)
    #expect(has & Self.avx512bf16 == 0 || has & Self.avx512f != 0)
  }
}
