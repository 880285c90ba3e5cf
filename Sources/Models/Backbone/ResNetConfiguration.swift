import Configuration

/// A residual network without its fully connected layer: any depth, any width. The default is ResNet-50 from chance.
package struct ResNetConfiguration: Configurable {
  /// The families of networks; there is one.
  package enum Architecture: String, CaseIterable, Sendable {
    /// Residual networks with torchvision's parameter names.
    case resnet
  }

  /// The kind of block that the stages are made of.
  package enum Block: String, Sendable, CaseIterable {
    /// Two 3×3 convolutions (ResNet-18 and 34).
    case basic
    /// 1×1, 3×3 and 1×1 convolutions (ResNet-50, 101 and 152).
    case bottleneck

    /// Output channels per unit of the stage's width.
    package var expansion: Int { self == .basic ? 1 : 4 }
  }

  package var architecture: Architecture
  package var block: Block
  /// Blocks in each of the four stages.
  package var blocks: [Int]
  /// Channels of the first stage; each further stage doubles them.
  package var width: Int
  /// Stride of the last stage: 1 keeps the feature map's resolution, 2 halves it.
  package var lastStride: Int
  /// A file of pretrained weights, relative to the project, or the run whose backbone it starts from; nil starts from
  /// chance.
  package var weights: String?

  package static let keys: [Key<ResNetConfiguration>] = [
    Key("arch", \.architecture, .word, "The family of networks."),
    Key("block", \.block, .word, "The residual block: two 3×3 convolutions, or 1×1, 3×3 and 1×1."),
    Key(
      "blocks", \.blocks, .list(of: .int(in: 1...200), count: 4...4),
      "Blocks in each of the four stages; [3, 4, 6, 3] is ResNet-50."),
    Key("width", \.width, .int(in: 1...1024), "Channels of the first stage; each later stage doubles them."),
    Key(
      "last_stride", \.lastStride, .int(in: 1...2),
      "The last stage's stride: 1 keeps its resolution (24×8 from 384×128), 2 halves it."),
    Key(
      "weights", \.weights, .optional(.text(), or: "none"),
      "A file of pretrained weights, relative to the project; run:EXPERIMENT/VARIANT/SEED takes another run's backbone, "
        + "which is trained first where it is missing; 'none' starts from chance."),
  ]

  package init() { self.init(block: .bottleneck) }

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

  /// What stands before the name of a run where a file of weights may stand, too.
  package static let runMark = "run:"

  /// The name of the run whose backbone it starts from; nil where it starts from a file or from chance.
  package var sourceRun: String? {
    weights.flatMap { $0.hasPrefix(Self.runMark) ? String($0.dropFirst(Self.runMark.count)) : nil }
  }

  /// Channels of the feature map X: Z in the paper.
  package var channels: Int { channels(ofStage: 4) }

  /// Channels of the map behind a stage, counted from 1.
  package func channels(ofStage stage: Int) -> Int { (width << (stage - 1)) * block.expansion }

  /// The strides of the four stages.
  package var strides: [Int] { [1, 2, 2, lastStride] }

  /// How many pixels a row or column of the feature map stands for.
  package var stride: Int { 16 * lastStride }

  /// Rows (or columns) of the feature map for an input of so many: the stem and its pooling halve it, then every
  /// stage of stride 2; each halving rounds up (7×7 padded by 3, 3×3 padded by 1).
  package func extent(of pixels: Int) -> Int { extent(of: pixels, behindStage: 4) }

  /// The same behind a stage, counted from 1.
  package func extent(of pixels: Int, behindStage stage: Int) -> Int {
    let stride = strides.prefix(stage).reduce(4, *)
    return (pixels + stride - 1) / stride
  }

  /// Trainable numbers of the network.
  package var parameterCount: Int {
    width * 7 * 7 * 3 + 2 * width + parameterCount(fromStage: 1)
  }

  /// Trainable numbers of the stages from one on, counted from 1.
  package func parameterCount(fromStage first: Int) -> Int {
    var count = 0
    var inputs = first == 1 ? width : channels(ofStage: first - 1)
    for (stage, depth) in blocks.enumerated().dropFirst(first - 1) {
      let inner = width << stage
      let outputs = inner * block.expansion
      for index in 0..<depth {
        switch block {
        case .basic: count += 9 * (inputs + inner) * inner + 4 * inner
        case .bottleneck: count += (inputs + 9 * inner + outputs) * inner + 4 * inner + 2 * outputs
        }
        let stride = index == 0 ? strides[stage] : 1
        if stride != 1 || inputs != outputs { count += inputs * outputs + 2 * outputs }
        inputs = outputs
      }
    }
    return count
  }
}
