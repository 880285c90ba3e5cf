import Machine
import Tensors
import Testing

/// Which of the programs that are built side by side suits a processor.
@Suite struct ProcessorLevelTests {
  private let v3 = ProcessorLevel.v3.bits
  private let v4 = ProcessorLevel.v4.bits

  @Test(.enabled(if: InstructionSets.names.contains("AVX2"), "levels are those of x86-64"))
  func levelsHaveTheInstructionSetsOfTheOnesBefore() {
    #expect(v3.nonzeroBitCount == 13 && v4.nonzeroBitCount == 18 && v3 & ~v4 == 0)
    #expect(ProcessorLevel(builtFor: v3) == .v3 && ProcessorLevel(builtFor: v4) == .v4)
    // One set more is a machine's own, and one fewer too.
    #expect(ProcessorLevel(builtFor: v4 | 1 << 37) == nil && ProcessorLevel(builtFor: v3 & ~1) == nil)
    #expect(ProcessorLevel(builtFor: 0) == nil)
  }

  @Test(.enabled(if: InstructionSets.names.contains("AVX2"), "levels are those of x86-64"))
  func theHighestThatTheProcessorCanRunIsTaken() {
    func better(
      of level: ProcessorLevel = .v3, has: UInt64, wanted: String? = nil, there: Set<String> = ["/p/aanet-v4"]
    ) -> String? {
      ProcessorLevel.better(than: "/p/aanet", of: level, processorHas: has, wanted: wanted) { there.contains($0) }
    }
    #expect(better(has: v4) == "/p/aanet-v4" && better(has: .max) == "/p/aanet-v4")
    #expect(better(has: v3) == nil && better(has: v4 & ~(1 << 31)) == nil)
    #expect(better(has: v4, there: []) == nil, "it is not there")
    #expect(better(of: .v4, has: .max) == nil, "there is none above it")
    #expect(better(has: v4, wanted: "v3") == nil && better(has: v4, wanted: "v4") == "/p/aanet-v4")
    #expect(better(has: v4, wanted: "") == "/p/aanet-v4")
  }

  @Test func otherWordsThanLevelsAreToldOf() {
    for fine in [nil, "", "v3", "v4"] { #expect(ProcessorLevel.complaint(wanted: fine) == nil) }
    #expect(ProcessorLevel.complaint(wanted: "v5") == "AANET_LEVEL is 'v5'; levels are v3 and v4")
  }
}
