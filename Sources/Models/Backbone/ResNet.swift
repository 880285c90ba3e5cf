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

  /// What the names of a whole network's own backbone begin with; tasks may have others.
  static let backbonePrefix = "backbone."

  /// Registers the network's parameters under `prefix` (`backbone.`).
  ///
  /// - Parameter shared: convolutions of a network of the same sizes that this one takes part in; its BatchNorms and
  ///   running statistics are its own.
  package init(
    _ configuration: ResNetConfiguration, prefix: String, sharing shared: SharedConvolutions? = nil,
    in store: ParameterStore
  ) {
    let layers = LayerRegister(prefix: prefix, shared: shared, store: store)
    self.configuration = configuration
    stemConvolution = layers.convolution("conv1", stage: 0, shape: [configuration.width, 7, 7, 3])
    stemNorm = layers.norm("bn1", channels: configuration.width)
    stages = ResidualStages(configuration, from: 1, layers)
    parameters = [stemConvolution, stemNorm.weight, stemNorm.bias] + stages.parameters
  }

  /// Computes the map behind each of the four stages, stored in the tape's precision; the last is the feature map X.
  ///
  /// - Parameter images: `[N, H, W, 3]`, normalised.
  /// - Returns: four of `[N, H', W', channels]`.
  package func callAsFunction(_ images: Value, on tape: Tape) -> [Value] {
    // Where all of it is frozen no gradient is wanted below its map, unless something makes its images that is trained.
    parameters.allSatisfy(\.isFrozen) && !images.wantsGradient
      ? tape.still { maps(of: images, on: tape) } : maps(of: images, on: tape)
  }

  private func maps(of images: Value, on tape: Tape) -> [Value] {
    let x = tape.convolution(tape.narrowed(images), stemConvolution, stride: 2, padding: 3, then: stemNorm)
    return stages(tape.maxPool(x, window: 3, stride: 2, padding: 1), on: tape)
  }

  /// The same as operators: `[N, 3, H, W]` to four of `[N, channels, H', W']`.
  package func callAsFunction(_ images: OperatorGraph.Value, in graph: OperatorGraph) -> [OperatorGraph.Value] {
    let x = graph.convolution(images, stemConvolution, stride: 2, padding: 3, then: stemNorm)
    return stages(graph.maxPool(x, rows: 3, columns: 3, stride: 2, padding: 1), in: graph)
  }
}

/// Convolutions that a network takes from another one: the stem's and those of the first stages.
package struct SharedConvolutions {
  /// What the other network's names begin with: `backbone.`.
  let prefix: String
  /// The last stage whose convolutions are shared, 0 to 4.
  let lastStage: Int

  package init(of prefix: String, throughStage lastStage: Int) {
    self.prefix = prefix
    self.lastStage = lastStage
  }
}

/// Where a residual network registers its layers, or finds those that it shares.
private struct LayerRegister {
  let prefix: String
  let shared: SharedConvolutions?
  let store: ParameterStore

  /// - Parameters:
  ///   - name: torchvision's, without `.weight`.
  ///   - stage: 0 for the stem.
  func convolution(_ name: String, stage: Int, shape: [Int]) -> Parameter {
    guard let shared, stage <= shared.lastStage else {
      return store.parameter("\(prefix)\(name).weight", shape: shape, layout: .convolution, group: .backbone)
    }
    guard let found = store.parameter(named: "\(shared.prefix)\(name).weight"), found.value.shape == shape else {
      preconditionFailure("\(shared.prefix) has no convolution \(name) of \(shape) to share")
    }
    return found
  }

  func norm(_ name: String, channels: Int) -> BatchNorm {
    BatchNorm(prefix + name, channels: channels, group: .backbone, in: store)
  }
}

/// The stages of a residual network from one of them on.
package struct ResidualStages {
  private let stages: [[ResidualBlock]]

  /// Registers the stages' parameters under `prefix`.
  ///
  /// - Parameter first: the first stage, from 1.
  package init(_ configuration: ResNetConfiguration, from first: Int, prefix: String, in store: ParameterStore) {
    self.init(configuration, from: first, LayerRegister(prefix: prefix, shared: nil, store: store))
  }

  fileprivate init(_ configuration: ResNetConfiguration, from first: Int, _ layers: LayerRegister) {
    var channels = first == 1 ? configuration.width : configuration.channels(ofStage: first - 1)
    stages = (first...4).map { stage in
      (0..<configuration.blocks[stage - 1]).map { index in
        let block = ResidualBlock(
          index, ofStage: stage, configuration.block, inputs: channels,
          stride: index == 0 ? configuration.strides[stage - 1] : 1, width: configuration.width << (stage - 1), layers)
        channels = block.outputs
        return block
      }
    }
  }

  /// Those that it shares, too.
  fileprivate var parameters: [Parameter] { stages.flatMap { $0.flatMap(\.parameters) } }

  /// Computes the map behind each stage, stored in the tape's precision.
  ///
  /// - Parameter input: the map behind the stage before the first, `[N, H, W, channels]`.
  package func callAsFunction(_ input: Value, on tape: Tape) -> [Value] {
    var x = tape.narrowed(input)
    return stages.map { blocks in
      for block in blocks { x = block(x, on: tape) }
      return x
    }
  }

  /// The same as operators.
  func callAsFunction(_ input: OperatorGraph.Value, in graph: OperatorGraph) -> [OperatorGraph.Value] {
    var x = input
    return stages.map { blocks in
      for block in blocks { x = block(x, in: graph) }
      return x
    }
  }
}

/// One residual block: `y = relu(branch(x) + shortcut(x))`.
private struct ResidualBlock {
  /// Channels of the output.
  let outputs: Int
  private let convolutions: [(weight: Parameter, norm: BatchNorm, stride: Int, padding: Int)]
  private let downsample: (weight: Parameter, norm: BatchNorm)?
  private let stride: Int

  init(
    _ index: Int, ofStage stage: Int, _ kind: ResNetConfiguration.Block, inputs: Int, stride: Int, width: Int,
    _ layers: LayerRegister
  ) {
    let name = "layer\(stage).\(index)"
    let outputs = width * kind.expansion
    var channels = inputs
    convolutions = kind.layers(filters: width, stride: stride).enumerated().map { index, layer in
      let (kernel, filters, stride) = layer
      let weight = layers.convolution(
        "\(name).conv\(index + 1)", stage: stage, shape: [filters, kernel, kernel, channels])
      channels = filters
      let norm = layers.norm("\(name).bn\(index + 1)", channels: filters)
      return (weight, norm, stride, kernel / 2)
    }
    if stride != 1 || inputs != outputs {
      let weight = layers.convolution("\(name).downsample.0", stage: stage, shape: [outputs, 1, 1, inputs])
      downsample = (weight, layers.norm("\(name).downsample.1", channels: outputs))
    } else {
      downsample = nil
    }
    self.stride = stride
    self.outputs = outputs
  }

  var parameters: [Parameter] {
    let branch = convolutions.flatMap { [$0.weight, $0.norm.weight, $0.norm.bias] }
    return branch + (downsample.map { [$0.weight, $0.norm.weight, $0.norm.bias] } ?? [])
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

  func callAsFunction(_ input: OperatorGraph.Value, in graph: OperatorGraph) -> OperatorGraph.Value {
    var shortcut = input
    if let downsample {
      shortcut = graph.convolution(
        input, downsample.weight, stride: stride, then: downsample.norm, activation: .none)
    }
    var x = input
    for (index, layer) in convolutions.enumerated() {
      x = graph.convolution(
        x, layer.weight, stride: layer.stride, padding: layer.padding, then: layer.norm,
        adding: index == convolutions.count - 1 ? shortcut : nil)
    }
    return x
  }
}
