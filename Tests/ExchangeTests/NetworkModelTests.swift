import Exchange
import Support
import Testing

/// What a file of ONNX can hold.
@Suite struct NetworkModelTests {
  @Test func weightsBeyondTwoGibibytesAreRefusedWithWhatToDo() throws {
    try NetworkModel.check(bytesOfWeights: 240_000_000)
    try NetworkModel.check(bytesOfWeights: 2_000_000_000)
    for bytes in [1 << 31, 3 << 30] {
      let error = #expect(throws: PlainError.self) { try NetworkModel.check(bytesOfWeights: bytes) }
      #expect(
        error?.description.contains("at most 2 GiB") == true && error?.description.contains("--to FOLDER/") == true)
    }
  }
}
