import Layers
import Models
import Support
import Tensors
import TestSupport
import Testing

/// What a configuration means and what it refuses.
struct AANetConfigurationTests {
  /// All four tasks on a ResNet-18.
  private static let full = AANetConfiguration(
    backbone: .init(block: .basic, blocks: [2, 2, 2, 2]), tasks: .init(attention: .init(attributes: ["hair"])),
    labels: .init(
      identities: 751,
      attributes: [
        .init(name: "gender", classes: 2, region: .global), .init(name: "hair", classes: 2, region: .top),
      ]))

  @Test("a sound configuration passes")
  func sound() throws {
    try Self.full.validate(height: 384, width: 128)
    #expect(Self.full.tasks.enabled == [.global, .part, .attribute, .attention])
    #expect(Self.full.descriptorLength == 3072)
  }

  /// A change to the full configuration, an input, and what is said of them.
  struct Mistake: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let size: (Int, Int)
    let change: @Sendable (inout AANetConfiguration) -> Void

    init(
      _ complaint: String, size: (Int, Int) = (384, 128),
      _ change: @escaping @Sendable (inout AANetConfiguration) -> Void
    ) {
      testDescription = complaint
      self.size = size
      self.change = change
    }
  }

  @Test(arguments: [
    Mistake("backbone.blocks: expected 4 values, found 3") { $0.backbone.blocks = [2, 2, 2] },
    Mistake("backbone.blocks[2]: 0 is out of range; from 1 to 200") { $0.backbone.blocks = [2, 2, 0, 2] },
    Mistake("backbone.blocks[3]: 9223372036854775807 is out of range; from 1 to 200") {
      $0.backbone.blocks = [2, 2, 2, .max]
    },
    Mistake("backbone.width: 0 is out of range; from 1 to 1024") { $0.backbone.width = 0 },
    Mistake("backbone.width: 1152921504606846976 is out of range; from 1 to 1024") { $0.backbone.width = 1 << 60 },
    Mistake("backbone.last_stride: 3 is out of range; from 1 to 2") { $0.backbone.lastStride = 3 },
    Mistake("a classifier tells 2 to 10000000 identities apart, not 1") { $0.labels.identities = 1 },
    Mistake("head.width: 0 is out of range; from 1 to 8192") { $0.head.width = 0 },
    Mistake("every task is off; turn one on of \(Wording.list(TaskName.allCases.map(\.rawValue)))") {
      $0.tasks = .init(only: [])
    },
    Mistake("an input of 0×128 leaves no feature map", size: (0, 128)) { _ in },
    Mistake("an input of 384×-4 leaves no feature map", size: (384, -4)) { _ in },
    Mistake(
      "6 parts do not fit on a feature map of 4 rows (input height 64, backbone.last_stride 1: one row for 16 pixels); "
        + "take an input height of at least 81, or at most 4 parts", size: (64, 32)
    ) { _ in },
    Mistake("tasks.part.parts: 0 is out of range; from 1 to 64") { $0.tasks.part?.parts = 0 },
    Mistake(
      "25 parts do not fit on a feature map of 24 rows (input height 384, backbone.last_stride 1: one row for 16 pixels); "
        + "take an input height of at least 385, or at most 24 parts"
    ) { $0.tasks.part?.parts = 25 },
    Mistake(
      "the attribute task cuts the map into top, middle and bottom, and there is a feature map of 2 rows (input height "
        + "32, backbone.last_stride 1: one row for 16 pixels); take an input height of at least 33", size: (32, 32)
    ) { $0.tasks.part = nil },
    Mistake("the attribute task has no attribute to learn: the training set has none") { $0.labels.attributes = [] },
    Mistake("the attribute 'hair' has 1 classes") { $0.labels.attributes[1].classes = 1 },
    Mistake("the attribute 'hair' has 9000000 classes") { $0.labels.attributes[1].classes = 9_000_000 },
    Mistake("the attribute 'gender' is named twice") { $0.labels.attributes[1].name = "gender" },
    Mistake(
      "the attention task needs the attribute task, whose maps it is made of; add attribute to tasks"
    ) { $0.tasks.attribute = nil },
    Mistake("tasks.attention.attributes: expected 1 to 100 values, found 0") { $0.tasks.attention?.attributes = [] },
    Mistake("the attention task names no attribute; name some of gender, hair") {
      $0.tasks.attention?.attributes = nil
    },
    Mistake("the training set has no attribute 'hat'; known: gender, hair") {
      $0.tasks.attention?.attributes?.append("hat")
    },
    Mistake("the attention task is on and has no weight; add attention: 1, or take uncertainty") {
      $0.loss.weights = .fixed([.global: 1, .part: 1, .attribute: 1])
    },
    Mistake("the part task is off and has a weight; leave the weight out, or add the task to tasks") {
      $0.tasks.part = nil
      $0.loss.weights = .fixed([.global: 1, .part: 1, .attribute: 1, .attention: 1])
    },
  ])
  func mistakes(_ mistake: Mistake) {
    var configuration = Self.full
    mistake.change(&configuration)
    #expect(throws: PlainError(mistake.testDescription)) {
      try configuration.validate(height: mistake.size.0, width: mistake.size.1)
    }
  }

  @Test("feature maps of the sizes in use")
  func featureMaps() {
    let one = ResNetConfiguration(block: .bottleneck, blocks: [3, 4, 6, 3])
    let two = ResNetConfiguration(block: .bottleneck, blocks: [3, 4, 6, 3], lastStride: 2)
    #expect([384, 128, 64, 75, 41, 1].map(one.extent(of:)) == [24, 8, 4, 5, 3, 1])
    #expect([384, 128, 64, 75, 41, 1].map(two.extent(of:)) == [12, 4, 2, 3, 2, 1])
    #expect(one.channels == 2048)
    #expect(ResNetConfiguration(block: .basic, blocks: [2, 2, 2, 2], width: 32).channels == 256)
  }

  @Test("the count of parameters is the store's, known without one")
  func parameterCount() throws {
    let engine = Engine(threads: 1)
    let labels = TrainingLabels(
      identities: 7,
      attributes: [.init(name: "a", classes: 3, region: .top), .init(name: "b", classes: 9, region: .global)])
    try withEvery("block", in: ResNetConfiguration.Block.allCases) { block in
      try withEvery("blocks", in: [[1, 1, 1, 1], [2, 1, 3, 2]]) { blocks in
        try withEvery("last stride", in: [1, 2]) { lastStride in
          try withEvery("width", in: [1, 6]) { width in
            let backbone = ResNetConfiguration(block: block, blocks: blocks, width: width, lastStride: lastStride)
            for configuration in [
              AANetConfiguration(
                backbone: backbone, head: .init(width: 5), tasks: .init(only: [.global]), labels: labels),
              AANetConfiguration(
                backbone: backbone, head: .init(width: 5),
                tasks: .init(global: nil, part: nil, attribute: .init(features: .pooled), attention: nil),
                labels: labels),
              AANetConfiguration(
                backbone: backbone, head: .init(width: 5),
                tasks: .init(global: nil, part: .init(parts: 2), attention: .init(attributes: ["a"])),
                loss: .init(weights: .fixed([.part: 1, .attribute: 1, .attention: 1])), labels: labels),
            ] {
              let count = AANet(configuration, on: engine).store.parameterCount
              try Agreement.require(
                configuration.parameterCount == count, "\(configuration.parameterCount), not \(count)")
            }
          }
        }
      }
    }
  }
}
