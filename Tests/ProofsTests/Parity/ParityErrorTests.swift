import Foundation
import Models
import Proofs
import Tensors
import TestSupport
import Testing

/// Damaged and lying golden cases: a message each, never a crash.
struct ParityErrorTests {
  @Test(
    "a missing tensor is named",
    arguments: [
      "input", "ids", "attribute.hair", "before.backbone.conv1.weight", "before.log_variance", "train.X",
      "train.descriptor", "train.aam", "train.part_rows", "train.loss.attribute", "train.total_loss", "grad.X",
      "grad.log_variance", "after3.attribute_bn.running_mean", "losses3", "eval.descriptor", "eval.attribute.bag",
    ])
  func missing(name: String) throws {
    let complaint = try #require(
      ParityFiles.complaint(about: try ParityFiles.altered(ParityFiles.ours[0]) { $0[name] = nil }))
    // Without a parameter the model no longer fits its numbers, which is found first.
    let count = "the tensors before.* have"
    #expect(complaint.contains("'\(name)'") || (name.hasPrefix("before.") && complaint.contains(count)), "\(complaint)")
  }

  @Test("a description that is missing or no JSON is named")
  func description() throws {
    for rewrite in [{ @Sendable (_: String) -> String? in nil }, { _ in "{" }, { _ in "[]" }, { _ in "" }] {
      let complaint = try #require(
        ParityFiles.complaint(about: try ParityFiles.altered(ParityFiles.ours[2], description: rewrite)))
      #expect(complaint.contains("case.json: cannot be read as the description of a golden case"), "\(complaint)")
    }
  }

  /// A word of the description, what stands there instead, and what is said of it.
  struct Lie: CustomTestStringConvertible, Sendable {
    let from, to, complaint: String
    var testDescription: String { "\(from) → \(to)" }

    init(_ from: String, _ to: String, _ complaint: String) {
      self.from = from
      self.to = to
      self.complaint = complaint
    }
  }

  @Test(arguments: [
    Lie(
      #""block": "basic""#, #""block": "wide""#, "backbone.block: 'wide' is not known here; known: basic, bottleneck"),
    Lie(
      #""kind": "sgd""#, #""kind": "adam""#,
      "optimizer.kind: expected sgd, which alone is replayed, found the text 'adam'"),
    Lie(
      #""weights": "uncertainty""#, #""weights": "guess""#, "weights: expected a list, found the text 'guess'"),
    Lie(#""weights": "uncertainty""#, #""weights": [1, 1]"#, "weights: expected 4 values, found 2"),
    Lie(#""width": 4"#, #""width": 8"#, "the description is of a model of"),
    Lie(#""width": 4"#, #""width": 1152921504606846976"#, "backbone.width: 1152921504606846976 is out of range"),
    Lie(#""width": 4"#, #""width": -4"#, "backbone.width: -4 is out of range; from 1 to 1024"),
    Lie(#""width": 4"#, #""width": 2"#, "has the shape"),
    Lie(#""width": 4"#, #""breadth": 4"#, "width: is missing and has no default"),
    Lie(#""ids": 4"#, #""ids": 9000000"#, "the description is of a model of"),
    Lie(
      #""ids": 4"#, #""ids": 2"#,
      "the tensor 'before.global_head.classifier.weight' has the shape [4, 16]; the model needs [2, 16]"),
    Lie(#""V": 16"#, #""V": 8192"#, "the description is of a model of"),
    Lie(#""parts": 3"#, #""parts": 5"#, "5 parts do not fit on a feature map of 4 rows"),
    Lie(#""parts": 3"#, #""parts": 4"#, "the description is of a model of"),
    Lie(#""last_stride": 1"#, #""last_stride": 2"#, "3 parts do not fit on a feature map of 2 rows"),
    Lie(#""global","#, #""globe","#, "tasks[0]: 'globe' is not known here; did you mean 'global'?"),
    Lie(#""global","#, #""global", "global","#, "tasks[1]: 'global' stands here twice"),
    Lie(#""hair""#, #""sleeve""#, "the tensor 'before.attribute_classifiers.sleeve.weight' is missing"),
    Lie(#""hair""#, #""gender""#, "the attribute 'gender' is named twice"),
    Lie(#""top""#, #""shoulder""#, "attributes[1][2]: 'shoulder' is not known here"),
    Lie(#""gender","#, #""handbag","#, "the case has no attribute 'gender'"),
  ])
  func lies(_ lie: Lie) throws {
    let file = try ParityFiles.altered(
      ParityFiles.ours[0],
      description: { text in
        guard let range = text.range(of: lie.from) else {
          Issue.record("the description has no \(lie.from)")
          return text
        }
        return text.replacingCharacters(in: range, with: lie.to)
      })
    let complaint = try #require(ParityFiles.complaint(about: file))
    #expect(complaint.contains(lie.complaint), "\(complaint)")
  }

  @Test("labels beyond their classes, of the wrong count or no whole numbers are named")
  func labels() throws {
    func alter(_ tensor: StoredTensor) throws -> String? {
      ParityFiles.complaint(about: try ParityFiles.altered(ParityFiles.ours[0]) { $0["attribute.hair"] = tensor })
    }
    let expected = "the tensor 'attribute.hair' is no list of 4 labels in -1 ..< 2"
    #expect(try alter(StoredTensor([0, 1, 2, 0], shape: [4]))?.contains(expected) == true)
    #expect(try alter(StoredTensor([0, 1, -2, 0], shape: [4]))?.contains(expected) == true)
    #expect(try alter(StoredTensor([0, 1, 0], shape: [3]))?.contains(expected) == true)
    #expect(try alter(StoredTensor([0, 1, 0, 1] as [Float], shape: [4]))?.contains(expected) == true)
    #expect(try alter(StoredTensor([0, 1, 0, 1], shape: [2, 2]))?.contains("has 2 dimensions, not 1") == true)
  }

  @Test("an input that is no batch of images is named")
  func input() throws {
    func alter(_ shape: [Int]) throws -> String {
      let tensor = StoredTensor([Float](repeating: 0, count: shape.reduce(1, *)), shape: shape)
      return try #require(
        ParityFiles.complaint(about: try ParityFiles.altered(ParityFiles.ours[0]) { $0["input"] = tensor }))
    }
    #expect(try alter([4, 1, 64, 64]).contains("the input [4, 1, 64, 64] is no batch of 2 to 256 RGB images"))
    #expect(try alter([1, 3, 64, 64]).contains("the input [1, 3, 64, 64] is no batch of 2 to 256 RGB images"))
    #expect(try alter([4, 3, 64]).contains("the tensor 'input' has 3 dimensions, not 4"))
    #expect(try alter([4, 3, 0, 64]).contains("an input of 0×64 leaves no feature map"))
    #expect(try alter([3, 3, 64, 64]).contains("the tensor 'ids' is no list of 3 labels"))
  }

  @Test("losses before each step must be three")
  func fewLosses() throws {
    let file = try ParityFiles.altered(ParityFiles.ours[2]) {
      $0["losses3"] = StoredTensor([0.5] as [Float], shape: [1])
    }
    #expect(ParityFiles.complaint(about: file)?.contains("the tensor 'losses3' has no number 1") == true)
  }

  @Test("a file that is missing or cut is named")
  func damagedFile() throws {
    #expect(
      ParityFiles.complaint(about: URL(fileURLWithPath: "/nowhere/case.safetensors"))?.contains(
        "/nowhere/case.safetensors") == true)
    let folder = try TemporaryFolder()
    let bytes = Array(try Data(contentsOf: ParityFiles.fixture(ParityFiles.ours[2])))
    for length in [0, 7, 100, bytes.count - 1] {
      let file = try folder.write(Array(bytes.prefix(length)), to: "cut.safetensors")
      #expect(ParityFiles.complaint(about: file)?.contains("cut.safetensors: ") == true)
    }
  }
}
