import Layers

/// One convolution of a network, by name.
package struct NamedConvolution: Hashable, Sendable {
  /// The weights' name without `.weight`: `layer1.0.conv2`.
  package let name: String
  /// Its sizes.
  package let geometry: ConvolutionGeometry
}

extension ResNetConfiguration {
  /// The network's convolutions in order, for a batch of images.
  package func convolutions(batch: Int, height: Int, width imageWidth: Int) -> [NamedConvolution] {
    var found: [NamedConvolution] = []
    var (rows, columns, channels) = (height, imageWidth, 3)
    @discardableResult
    func add(_ name: String, filters: Int, kernel: Int, stride: Int, padding: Int) -> ConvolutionGeometry {
      let geometry = ConvolutionGeometry(
        batch: batch, height: rows, width: columns, channels: channels, filters: filters, kernelHeight: kernel,
        kernelWidth: kernel, stride: stride, padding: padding)
      found.append(NamedConvolution(name: name, geometry: geometry))
      return geometry
    }
    let stem = add("conv1", filters: width, kernel: 7, stride: 2, padding: 3)
    rows = (stem.outputHeight - 1) / 2 + 1
    columns = (stem.outputWidth - 1) / 2 + 1
    channels = width
    for (stage, count) in blocks.enumerated() {
      let filters = width << stage
      for index in 0..<count {
        let name = "layer\(stage + 1).\(index)"
        let stride = index == 0 ? strides[stage] : 1
        if stride != 1 || channels != filters * block.expansion {
          add("\(name).downsample.0", filters: filters * block.expansion, kernel: 1, stride: stride, padding: 0)
        }
        for (place, layer) in block.layers(filters: filters, stride: stride).enumerated() {
          let geometry = add(
            "\(name).conv\(place + 1)", filters: layer.filters, kernel: layer.kernel, stride: layer.stride,
            padding: layer.kernel / 2)
          (rows, columns, channels) = (geometry.outputHeight, geometry.outputWidth, layer.filters)
        }
      }
    }
    return found
  }

  /// Trainable numbers of a network that takes its convolutions through a stage from another one of the same sizes.
  ///
  /// - Parameter last: 0 for the stem's alone.
  package func parameterCount(sharingThroughStage last: Int) -> Int {
    convolutions(batch: 1, height: 32, width: 32).reduce(parameterCount) { count, convolution in
      let isOwn = (1...4).contains { $0 > last && convolution.name.hasPrefix("layer\($0).") }
      return isOwn ? count : count - convolution.geometry.weightShape.reduce(1, *)
    }
  }

  /// Multiplications of a forward pass over one image of such a size, in the convolutions of the stages from one on;
  /// the first stage takes the stem with it.
  package func multiplications(height: Int, width imageWidth: Int, fromStage first: Int = 1) -> Double {
    convolutions(batch: 1, height: height, width: imageWidth).reduce(0) { sum, convolution in
      let isEarlier = first > 1 && !(first...4).contains { convolution.name.hasPrefix("layer\($0).") }
      return isEarlier ? sum : sum + Double(convolution.geometry.multiplications)
    }
  }
}

extension ResNetConfiguration.Block {
  /// The convolutions of a block's branch.
  func layers(filters: Int, stride: Int) -> [(kernel: Int, filters: Int, stride: Int)] {
    switch self {
    case .basic: [(3, filters, stride), (3, filters, 1)]
    case .bottleneck: [(1, filters, 1), (3, filters, stride), (1, filters * expansion, 1)]
    }
  }
}
