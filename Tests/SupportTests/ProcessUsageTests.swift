import Support
import Testing

/// What this process holds of the machine.
struct ProcessUsageTests {
  /// The tests beside it take memory, too, so that bounds hold from below alone.
  @Test func thePeakIsWhatWasEverResident() throws {
    let size = 256 << 20
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 4096)
    memory.initializeMemory(as: UInt8.self, repeating: 1, count: size)
    #expect(ProcessUsage.peakMemoryGiB > 0.25)
    #expect(try #require(ProcessUsage.now).memoryGiB > 0.25)
    memory.deallocate()
    #expect(ProcessUsage.peakMemoryGiB > 0.25, "what is given back was there all the same")
  }
}
