import Tensors

extension ResNetConfiguration {
  /// A tensor of the network as files hold it.
  package struct TensorDescription: Sendable, Hashable {
    /// torchvision's name.
    package let name: String
    /// The shape in files.
    package let shape: [Int]
  }

  /// Every tensor of the network under torchvision's names, in the network's order: convolutions, and of each BatchNorm
  /// the weight, the bias and the running statistics.
  package var tensors: [TensorDescription] {
    var result: [TensorDescription] = []
    func convolution(_ name: String, _ filters: Int, _ channels: Int, _ kernel: Int) {
      result.append(TensorDescription(name: "\(name).weight", shape: [filters, channels, kernel, kernel]))
    }
    func norm(_ name: String, _ channels: Int) {
      for part in ["weight", "bias", "running_mean", "running_var"] {
        result.append(TensorDescription(name: "\(name).\(part)", shape: [channels]))
      }
    }
    convolution("conv1", width, 3, 7)
    norm("bn1", width)
    var channels = width
    for (stage, count) in blocks.enumerated() {
      let inner = width << stage
      let outputs = inner * block.expansion
      for index in 0..<count {
        let name = "layer\(stage + 1).\(index)"
        let branch =
          switch block {
          case .basic: [(3, channels, inner), (3, inner, inner)]
          case .bottleneck: [(1, channels, inner), (3, inner, inner), (1, inner, outputs)]
          }
        for (place, (kernel, inputs, filters)) in branch.enumerated() {
          convolution("\(name).conv\(place + 1)", filters, inputs, kernel)
          norm("\(name).bn\(place + 1)", filters)
        }
        if channels != outputs || (index == 0 && strides[stage] != 1) {
          convolution("\(name).downsample.0", outputs, channels, 1)
          norm("\(name).downsample.1", outputs)
        }
        channels = outputs
      }
    }
    return result
  }

  /// The network that a file's tensors are of, told by their names and shapes; nil where they are no ResNet's. The last
  /// stage's stride leaves no trace in a file and is 1 here.
  package init?(of file: TensorFile) {
    // What every ResNet has, whatever its depth.
    let wanted = ["conv1.weight", "bn1.running_var"] + (1...4).map { "layer\($0).0.conv1.weight" }
    guard let found = BackboneNaming.found(in: file, wanted: wanted).first else { return nil }
    self.init(of: file, named: found.naming)
  }

  /// The network that a file's tensors are of.
  init?(of file: TensorFile, named naming: BackboneNaming) {
    func entry(_ name: String) -> TensorFile.Entry? { file[naming.name(of: name)] }
    guard let stem = entry("conv1.weight"), stem.shape.count == 4, (1...4096).contains(stem.shape[0]) else {
      return nil
    }
    let blocks = (1...4).map { stage in
      var count = 0
      while count < 1000, entry("layer\(stage).\(count).conv1.weight") != nil { count += 1 }
      return count
    }
    guard !blocks.contains(0) else { return nil }
    let isBottleneck = entry("layer1.0.conv3.weight") != nil
    self.init(block: isBottleneck ? .bottleneck : .basic, blocks: blocks, width: stem.shape[0])
  }
}

extension BackboneFit {
  /// The network whose tensors the file has where this fit was looked for; nil where they are no ResNet's.
  package func network(in file: TensorFile) -> ResNetConfiguration? { ResNetConfiguration(of: file, named: naming) }
}
