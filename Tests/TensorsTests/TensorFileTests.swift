import Foundation
import Support
import Tensors
import TestSupport
import Testing

/// Files that PyTorch itself wrote, against safetensors files of the same tensors.
@Suite struct TensorFileTests {
  static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures", isDirectory: true)

  static func file(_ name: String) -> URL { fixtures.appendingPathComponent(name) }

  private static let zipped = ["plain", "strided", "kinds", "checkpoint", "alone", "python-zip", "deflated"]
  private static let legacy = ["legacy", "strided-legacy", "kinds-legacy", "checkpoint-legacy", "old-python"]

  @Test(arguments: zipped + legacy)
  func everyTensorIsReadBitByBit(name: String) throws {
    let read = try TensorFile(contentsOf: Self.file("\(name).pth"))
    let expected = try SafeTensors(contentsOf: Self.file("\(name).safetensors")).tensors
    #expect(read.form == (Self.zipped.contains(name) ? .torchArchive : .torchLegacy))
    #expect(Set(read.entries.map(\.name)) == Set(expected.keys))
    for (name, tensor) in expected {
      #expect(read.tensor(name) == tensor, "\(name)")
      #expect(read[name]?.shape == tensor.shape && read[name]?.kind == tensor.kind, "\(name)")
    }
    #expect(read.tensor("no such") == nil)
  }

  @Test(arguments: ["kinds", "strided", "plain"])
  func safetensorsAreReadInPartsAsTheyAreInWhole(name: String) throws {
    let read = try TensorFile(contentsOf: Self.file("\(name).safetensors"))
    let whole = try SafeTensors(contentsOf: Self.file("\(name).safetensors"))
    #expect(read.form == .safetensors && read.entries.count == whole.tensors.count)
    for (name, tensor) in whole.tensors { #expect(read.tensor(name) == tensor, "\(name)") }
    #expect(try SafeTensors(data: whole.serialized()) == whole)
  }

  @Test func everyKindBecomesSinglePrecision() throws {
    let file = try TensorFile(contentsOf: Self.file("kinds.pth"))
    let exact = try #require(file.tensor("float32")).floats
    #expect(try #require(file.tensor("float64")).floats == exact)
    #expect(try #require(file.tensor("float16")).floats == exact.map { Float(Float16($0)) })
    for (rounded, value) in zip(try #require(file.tensor("bfloat16")).floats, exact) {
      #expect(abs(rounded - value) <= abs(value) / 256 && rounded.bitPattern & 0xFFFF == 0)
    }
    let whole = exact.map { Int($0 * 50) }
    for name in ["int64", "int32", "int16", "int8"] { #expect(file.tensor(name)?.integers == whole, "\(name)") }
    #expect(file.tensor("uint8")?.integers == whole.map(abs))
    #expect(file.tensor("bool")?.integers == exact.map { $0 > 0 ? 1 : 0 })
    #expect(file.tensor("float16")?.integers == nil && file.tensor("bfloat16")?.integers == nil)
    let edges = try #require(file.tensor("edges")).floats
    #expect(edges[0].sign == .plus && edges[1].sign == .minus && edges[1] == 0 && edges[2] == 65504)
    #expect(edges[3] == Float(5.9604645e-08) && edges[4] == .infinity && edges[5] == -.infinity && edges[6].isNaN)
  }

  @Test(arguments: [
    ("bzip2", "compressed by method 12"), ("big-endian", "not little-endian"), ("torchscript", "TorchScript"),
    ("lost-storage", "'conv1.weight' needs 432 bytes; the file holds 428"), ("no-pickle", "without the one data.pkl"),
    ("module", "'torch.nn.modules.linear.Linear'"), ("protocol-4", "protocol 4"),
    ("complex", "'torch.ComplexFloatStorage'"), ("namespace", "'argparse.Namespace'"), ("no-tensor", "no tensor"),
  ])
  func whatIsNoDictionaryOfTensorsIsRefusedByName(name: String, reason: String) throws {
    let file = Self.file("refused/\(name).pth")
    let error = #expect(throws: PlainError.self) { try TensorFile(contentsOf: file) }
    let text = try #require(error).description
    #expect(text.hasPrefix("\(file.path): ") && text.contains(reason), "\(text)")
  }

  @Test func whatIsNoFileOfTensorsIsRefused() throws {
    let folder = try TemporaryFolder()
    for (bytes, reason) in [
      ([], "empty"), (Array("hello, world".utf8), "neither"), (Array("PK\u{3}\u{4}".utf8), "zip"),
      ([UInt8](repeating: 0x80, count: 100), "neither"),
      (Array("<!DOCTYPE html><html>quota exceeded</html>".utf8), "it is an HTML page; the download brought that"),
      (
        Array("version https://git-lfs.github.com/spec/v1\noid sha256:0".utf8),
        "fetch the file itself with 'git lfs pull'"
      ),
      ([0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0], "it is a gzip archive; unpack it"),
      ([UInt8](repeating: 0, count: 4096), "it is filled with zeros; copy or download it again"),
    ] as [([UInt8], String)] {
      let file = try folder.write(bytes, to: "file")
      let error = #expect(throws: PlainError.self) { try TensorFile(contentsOf: file) }
      #expect(try #require(error).description.contains(reason))
    }
    #expect(throws: PlainError.self) { try TensorFile(contentsOf: folder.url) }
    #expect(throws: PlainError.self) { try TensorFile(contentsOf: URL(fileURLWithPath: "/dev/zero")) }
    let absent = folder.url.appendingPathComponent("absent.pth")
    let error = #expect(throws: PlainError.self) { try TensorFile(contentsOf: absent) }
    #expect(try #require(error).description.contains("No such file"))
  }

  @Test func statisticsPassOverWhatIsNotFinite() throws {
    let file = try TensorFile(contentsOf: Self.file("kinds.pth"))
    let summaries = file.summaries(statistics: true)
    #expect(summaries.map(\.name) == file.entries.map(\.name))
    let edges = try #require(summaries.last?.statistics)
    #expect(edges.notFinite == 3 && edges.minimum == 0 && edges.maximum == 65504)
    #expect(try abs(#require(edges.mean) - 65504.00000005960 / 4) < 1e-9)
    #expect(file.summaries(statistics: false).allSatisfy { $0.statistics == nil })
  }
}
