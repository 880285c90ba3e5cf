import Layers
import Tensors

/// The sizes of a residual network.
package struct ResNetConfiguration: Hashable, Sendable {
  /// The kind of block that the stages are made of.
  package enum Block: String, Sendable, CaseIterable {
    /// Two 3×3 convolutions (ResNet-18 and 34).
    case basic
    /// 1×1, 3×3 and 1×1 convolutions (ResNet-50, 101 and 152).
    case bottleneck

    /// Output channels per unit of the stage's width.
    package var expansion: Int { self == .basic ? 1 : 4 }
  }

  /// The kind of block.
  package var block: Block
  /// Blocks in each of the four stages.
  package var blocks: [Int]
  /// Channels of the first stage; each further stage doubles them.
  package var width: Int
  /// Stride of the last stage: 1 keeps the feature map's resolution, 2 halves it.
  package var lastStride: Int

  /// Names the sizes of a residual network.
  package init(block: Block, blocks: [Int], width: Int = 64, lastStride: Int = 1) {
    self.block = block
    self.blocks = blocks
    self.width = width
    self.lastStride = lastStride
  }

  /// Z, the channels of the feature map.
  package var channels: Int { width << 3 * block.expansion }

  /// The strides of the four stages.
  package var strides: [Int] { [1, 2, 2, lastStride] }

  /// Rows (or columns) of the feature map for that many rows (or columns) of the input.
  package func featureExtent(of extent: Int) -> Int {
    var extent = (extent + 6 - 7) / 2 + 1  // the stem's convolution
    extent = (extent + 2 - 3) / 2 + 1  // its max pooling
    return strides.reduce(extent) { ($0 - 1) / $1 + 1 }
  }
}

/// A residual network without its classifier, in torchvision's form (the stride sits on the 3×3 convolution) and under
/// torchvision's names, so that its weight files load as they are.
///
/// Source: paper, section 3.5 (ResNet-50 and ResNet-152); He et al., CVPR 2016.
package struct ResNet {
  /// The sizes.
  package let configuration: ResNetConfiguration
  private let stemConvolution: Parameter
  private let stemNorm: BatchNorm
  private let blocks: [ResidualBlock]

  /// Registers the network's parameters under `prefix` (`backbone.`).
  package init(_ configuration: ResNetConfiguration, prefix: String, in store: ParameterStore) {
    self.configuration = configuration
    stemConvolution = store.parameter(
      "\(prefix)conv1.weight", shape: [configuration.width, 7, 7, 3], layout: .convolution, group: .backbone)
    stemNorm = BatchNorm("\(prefix)bn1", channels: configuration.width, group: .backbone, in: store)
    var blocks: [ResidualBlock] = []
    var channels = configuration.width
    for (stage, count) in configuration.blocks.enumerated() {
      for index in 0..<count {
        let block = ResidualBlock(
          "\(prefix)layer\(stage + 1).\(index)", configuration.block, inputs: channels,
          width: configuration.width << stage, stride: index == 0 ? configuration.strides[stage] : 1, in: store)
        channels = block.outputs
        blocks.append(block)
      }
    }
    self.blocks = blocks
  }

  /// Computes the feature map X.
  ///
  /// - Parameter images: `[N, H, W, 3]`, normalised.
  /// - Returns: `[N, H', W', Z]`.
  package func callAsFunction(_ images: Value, on tape: Tape) -> Value {
    var x = tape.convolution(images, stemConvolution, stride: 2, padding: 3, then: stemNorm)
    x = tape.maxPool(x, window: 3, stride: 2, padding: 1)
    for block in blocks { x = block(x, on: tape) }
    return x
  }
}

/// One residual block: `y = relu(branch(x) + shortcut(x))`.
struct ResidualBlock {
  /// Channels of the output.
  let outputs: Int
  private let convolutions: [(weight: Parameter, norm: BatchNorm, stride: Int, padding: Int)]
  private let downsample: (weight: Parameter, norm: BatchNorm)?
  private let stride: Int

  init(
    _ name: String, _ kind: ResNetConfiguration.Block, inputs: Int, width: Int, stride: Int, in store: ParameterStore
  ) {
    let outputs = width * kind.expansion
    var channels = inputs
    convolutions = kind.layers(filters: width, stride: stride).enumerated().map { index, layer in
      let (kernel, filters, stride) = layer
      let weight = store.parameter(
        "\(name).conv\(index + 1).weight", shape: [filters, kernel, kernel, channels], layout: .convolution,
        group: .backbone)
      channels = filters
      let norm = BatchNorm("\(name).bn\(index + 1)", channels: filters, group: .backbone, in: store)
      return (weight, norm, stride, kernel / 2)
    }
    if stride != 1 || inputs != outputs {
      let weight = store.parameter(
        "\(name).downsample.0.weight", shape: [outputs, 1, 1, inputs], layout: .convolution, group: .backbone)
      downsample = (weight, BatchNorm("\(name).downsample.1", channels: outputs, group: .backbone, in: store))
    } else {
      downsample = nil
    }
    self.stride = stride
    self.outputs = outputs
  }

  func callAsFunction(_ input: Value, on tape: Tape) -> Value {
    var shortcut = input
    if let downsample {
      shortcut = tape.convolution(
        input, downsample.weight, stride: stride, then: downsample.norm, activation: .none)
    }
    var x = input
    for (index, layer) in convolutions.enumerated() {
      x = tape.convolution(
        x, layer.weight, stride: layer.stride, padding: layer.padding, then: layer.norm,
        adding: index == convolutions.count - 1 ? shortcut : nil)
    }
    return x
  }
}
