import Layers
import Tensors

/// A residual network without its classifier, in torchvision's form (the stride sits on the 3×3 convolution) and under
/// torchvision's names, so that its weight files load as they are.
///
/// Source: paper, section 3.5 (ResNet-50 and ResNet-152); He et al., CVPR 2016.
package struct ResNet {
  /// The sizes.
  package let configuration: ResNetConfiguration
  private let stemConvolution: Parameter
  private let stemNorm: BatchNorm
  private let stages: ResidualStages
  private let parameters: [Parameter]

  /// Registers the network's parameters under `prefix` (`backbone.`).
  package init(_ configuration: ResNetConfiguration, prefix: String, in store: ParameterStore) {
    let before = store.parameters.count
    self.configuration = configuration
    stemConvolution = store.parameter(
      "\(prefix)conv1.weight", shape: [configuration.width, 7, 7, 3], layout: .convolution, group: .backbone)
    stemNorm = BatchNorm("\(prefix)bn1", channels: configuration.width, group: .backbone, in: store)
    stages = ResidualStages(configuration, prefix: prefix, in: store)
    parameters = Array(store.parameters[before...])
  }

  /// Computes the map behind each of the four stages; the last is the feature map X.
  ///
  /// - Parameter images: `[N, H, W, 3]`, normalised.
  /// - Returns: four of `[N, H', W', channels]`.
  package func callAsFunction(_ images: Value, on tape: Tape) -> [Value] {
    // Where all of it is frozen no gradient is wanted below its map.
    parameters.allSatisfy(\.isFrozen) ? tape.still { maps(of: images, on: tape) } : maps(of: images, on: tape)
  }

  private func maps(of images: Value, on tape: Tape) -> [Value] {
    let x = tape.convolution(images, stemConvolution, stride: 2, padding: 3, then: stemNorm)
    return stages(tape.maxPool(x, window: 3, stride: 2, padding: 1), on: tape)
  }
}

/// The stages of a residual network from one of them on.
package struct ResidualStages {
  private let stages: [[ResidualBlock]]

  /// Registers the stages' parameters under `prefix`.
  ///
  /// - Parameter first: the first stage, from 1.
  package init(_ configuration: ResNetConfiguration, from first: Int = 1, prefix: String, in store: ParameterStore) {
    var channels = first == 1 ? configuration.width : configuration.channels(ofStage: first - 1)
    stages = (first...4).map { stage in
      (0..<configuration.blocks[stage - 1]).map { index in
        let block = ResidualBlock(
          "\(prefix)layer\(stage).\(index)", configuration.block, inputs: channels,
          width: configuration.width << (stage - 1), stride: index == 0 ? configuration.strides[stage - 1] : 1,
          in: store)
        channels = block.outputs
        return block
      }
    }
  }

  /// Computes the map behind each stage.
  ///
  /// - Parameter input: the map behind the stage before the first, `[N, H, W, channels]`.
  package func callAsFunction(_ input: Value, on tape: Tape) -> [Value] {
    var x = input
    return stages.map { blocks in
      for block in blocks { x = block(x, on: tape) }
      return x
    }
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
