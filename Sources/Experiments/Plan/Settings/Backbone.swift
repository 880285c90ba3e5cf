import Configuration
import Models
import Support

extension Settings {
  /// A ResNet without its fully connected layer: any depth, any width.
  package struct Backbone: Sendable, Hashable {
    /// The families of networks; there is one.
    package enum Architecture: String, CaseIterable, Sendable {
      /// Residual networks with torchvision's parameter names.
      case resnet
    }
    /// The two residual blocks.
    package typealias Block = ResNetConfiguration.Block

    /// The family.
    package var architecture: Architecture
    /// The residual block.
    package var block: Block
    /// Blocks in each of the four stages: `[3, 4, 6, 3]` is ResNet-50.
    package var blocks: [Int]
    /// Channels of the first stage; each later stage doubles them. 64 in the ResNets of the literature.
    package var width: Int
    /// The last stage's stride: 1 keeps its resolution (24×8 from 384×128), 2 halves it.
    package var lastStride: Int
    /// A file of pretrained weights, relative to the project; nil starts from chance.
    package var weights: String?

    /// States a backbone; the default is ResNet-50 from chance.
    package init(
      architecture: Architecture = .resnet, block: Block = .bottleneck, blocks: [Int] = [3, 4, 6, 3], width: Int = 64,
      lastStride: Int = 1, weights: String? = nil
    ) {
      self.architecture = architecture
      self.block = block
      self.blocks = blocks
      self.width = width
      self.lastStride = lastStride
      self.weights = weights
    }

    init(_ setting: Setting?) throws(ConfigurationError) {
      self.init()
      guard let setting else { return }
      let keys = try setting.keys("arch", "block", "blocks", "width", "last_stride", "weights")
      if let arch = keys["arch"] { architecture = try arch.choice() }
      if let block = keys["block"] { self.block = try block.choice() }
      if let blocks = keys["blocks"] {
        self.blocks = []
        for item in try blocks.items(count: 4...4) { self.blocks.append(try item.int(in: 1...200)) }
      }
      if let width = keys["width"] { self.width = try width.int(in: 1...1024) }
      if let lastStride = keys["last_stride"] { self.lastStride = try lastStride.int(in: 1...2) }
      if let weights = keys["weights"] { self.weights = weights.isWord("none") ? nil : try weights.string() }
    }

    var yaml: YAMLValue {
      .mapping([
        ("arch", .string(architecture.rawValue)), ("block", .string(block.rawValue)),
        ("blocks", .sequence(blocks.map(YAMLValue.int))), ("width", .int(width)), ("last_stride", .int(lastStride)),
        ("weights", .string(weights ?? "none")),
      ])
    }

    /// Channels of the feature map X: Z in the paper.
    package var channels: Int { width * 8 * block.expansion }

    /// How many pixels a row or column of the feature map stands for.
    package var stride: Int { 16 * lastStride }

    /// Rows (or columns) of the feature map for an input of so many: the stem and its pooling halve it, then every
    /// stage of stride 2; each halving rounds up (7×7 padded by 3, 3×3 padded by 1).
    package func extent(of pixels: Int) -> Int { (pixels + stride - 1) / stride }
  }

  /// The images as the network sees them.
  package struct Input: Sendable, Hashable {
    /// Rows of pixels.
    package var height: Int
    /// Columns of pixels.
    package var width: Int

    /// States a size; the paper's is 384×128.
    package init(height: Int = 384, width: Int = 128) {
      self.height = height
      self.width = width
    }

    init(_ setting: Setting?) throws(ConfigurationError) {
      self.init()
      guard let size = try setting?.keys("size")["size"] else { return }
      let items = try size.items(count: 2...2)
      height = try items[0].int(in: 8...2048)
      width = try items[1].int(in: 8...2048)
    }

    var yaml: YAMLValue { .mapping([("size", .sequence([.int(height), .int(width)]))]) }
  }

  /// The classifier Z → V → C that the tasks share the form of.
  package struct Head: Sendable, Hashable {
    /// Numbers of the reduced vector: V in the paper.
    package var width: Int

    /// States a head; the paper's V is 256.
    package init(width: Int = 256) { self.width = width }

    init(_ setting: Setting?) throws(ConfigurationError) {
      self.init()
      if let width = try setting?.keys("width")["width"] { self.width = try width.int(in: 1...8192) }
    }

    var yaml: YAMLValue { .mapping([("width", .int(width))]) }
  }
}
