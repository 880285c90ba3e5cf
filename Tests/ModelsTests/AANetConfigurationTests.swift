import Layers
import Models
import TestSupport
import Tensors
import Testing

/// What a configuration means and what it refuses.
struct AANetConfigurationTests {
  /// All four tasks on a ResNet-18.
  private static let full = AANetConfiguration(
    backbone: .init(block: .basic, blocks: [2, 2, 2, 2]), identities: 751, part: .init(),
    attribute: .init(attributes: [
      .init(name: "gender", classes: 2, region: .global), .init(name: "hair", classes: 2, region: .top),
    ]), attention: .init(attributes: ["hair"]))

  @Test("a sound configuration passes")
  func sound() throws {
    try Self.full.validate(height: 384, width: 128)
    #expect(Self.full.tasks == [.global, .part, .attribute, .attention])
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

  private static let shape =
    "a ResNet has four stages of 1 to 1000 blocks, a width of 1 to 4096 and a last stride of 1 or 2"

  @Test(arguments: [
    Mistake(shape) { $0.backbone.blocks = [2, 2, 2] }, Mistake(shape) { $0.backbone.blocks = [2, 2, 0, 2] },
    Mistake(shape) { $0.backbone.blocks = [2, 2, 2, .max] }, Mistake(shape) { $0.backbone.width = 0 },
    Mistake(shape) { $0.backbone.width = 1 << 60 }, Mistake(shape) { $0.backbone.lastStride = 3 },
    Mistake("a classifier tells 2 to 10000000 identities apart, not 1") {
      $0.identities = 1
    },
    Mistake("a head has a width of 1 to 65536, not 0") {
      $0.headWidth = 0
    },
    Mistake("no task is on") { $0 = AANetConfiguration(backbone: $0.backbone, identities: 5, global: false) },
    Mistake("an input of 0×128 leaves no feature map", size: (0, 128)) { _ in },
    Mistake("an input of 384×-4 leaves no feature map", size: (384, -4)) { _ in },
    Mistake("6 parts do not fit a feature map of 4 rows", size: (64, 32)) { _ in },
    Mistake("0 parts do not fit a feature map of 24 rows") { $0.part?.parts = 0 },
    Mistake("25 parts do not fit a feature map of 24 rows") { $0.part?.parts = 25 },
    Mistake("the attribute task cuts the feature map into thirds, but it has 2 rows", size: (32, 32)) {
      $0.part = nil
    },
    Mistake("the attribute task has no attribute") { $0.attribute?.attributes = [] },
    Mistake("the attribute 'hair' has 1 classes") { $0.attribute?.attributes[1].classes = 1 },
    Mistake("the attribute 'hair' has 9000000 classes") { $0.attribute?.attributes[1].classes = 9_000_000 },
    Mistake("the attribute 'gender' is named twice") { $0.attribute?.attributes[1].name = "gender" },
    Mistake("the attention task needs the attribute task") { $0.attribute = nil },
    Mistake("the attention task names no attribute") { $0.attention?.attributes = [] },
    Mistake("the attention task names the attribute 'hat', which is not predicted") {
      $0.attention?.attributes.append("hat")
    },
    Mistake("the fixed weights must name the tasks that are on: global, part, attribute, attention") {
      $0.weights = .fixed([.global: 1, .part: 1, .attribute: 1])
    },
    Mistake("the fixed weights must name the tasks that are on: global, attribute, attention") {
      $0.part = nil
      $0.weights = .fixed([.global: 1, .part: 1, .attribute: 1, .attention: 1])
    },
  ])
  func mistakes(_ mistake: Mistake) {
    var configuration = Self.full
    mistake.change(&configuration)
    #expect(throws: ModelError(mistake.testDescription)) {
      try configuration.validate(height: mistake.size.0, width: mistake.size.1)
    }
  }

  @Test("feature maps of the sizes in use")
  func featureMaps() {
    let one = ResNetConfiguration(block: .bottleneck, blocks: [3, 4, 6, 3])
    let two = ResNetConfiguration(block: .bottleneck, blocks: [3, 4, 6, 3], lastStride: 2)
    #expect([384, 128, 64, 75, 41, 1].map(one.featureExtent(of:)) == [24, 8, 4, 5, 3, 1])
    #expect([384, 128, 64, 75, 41, 1].map(two.featureExtent(of:)) == [12, 4, 2, 3, 2, 1])
    #expect(one.channels == 2048)
    #expect(ResNetConfiguration(block: .basic, blocks: [2, 2, 2, 2], width: 32).channels == 256)
  }

  @Test("the count of parameters is the store's, known without one")
  func parameterCount() throws {
    let engine = Engine(threads: 1)
    let attributes = AttributeTaskConfiguration(attributes: [
      .init(name: "a", classes: 3, region: .top), .init(name: "b", classes: 9, region: .global),
    ])
    try withEvery("block", in: ResNetConfiguration.Block.allCases) { block in
      try withEvery("blocks", in: [[1, 1, 1, 1], [2, 1, 3, 2]]) { blocks in
        try withEvery("last stride", in: [1, 2]) { lastStride in
          try withEvery("width", in: [1, 6]) { width in
            let backbone = ResNetConfiguration(block: block, blocks: blocks, width: width, lastStride: lastStride)
            for configuration in [
              AANetConfiguration(backbone: backbone, identities: 7, headWidth: 5),
              AANetConfiguration(
                backbone: backbone, identities: 7, headWidth: 5, global: false, part: .init(parts: 2),
                attribute: attributes, attention: .init(attributes: ["a"]),
                weights: .fixed([.part: 1, .attribute: 1, .attention: 1])),
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
