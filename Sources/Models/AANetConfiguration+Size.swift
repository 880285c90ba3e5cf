extension ResNetConfiguration {
  /// Trainable numbers of the network.
  package var parameterCount: Int {
    var count = width * 7 * 7 * 3 + 2 * width
    var inputs = width
    for (stage, depth) in blocks.enumerated() {
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

extension AANetConfiguration {
  /// Multiplications of a forward pass over one image in the layers that take nearly all of the time: the backbone's
  /// convolutions and the attribute task's, which is the one other that works on the whole map.
  package func multiplications(height: Int, width: Int) -> Double {
    let backbone = backbone.convolutions(batch: 1, height: height, width: width).map(\.geometry)
    let map = backbone.last.map { Double($0.outputPositions) } ?? 0
    let reducing = attribute == nil ? 0 : map * Double(self.backbone.channels) * Double(headWidth)
    return backbone.reduce(reducing) { $0 + Double($1.multiplications) }
  }

  /// Trainable numbers of the network, known before memory is asked for.
  package var parameterCount: Int {
    let reducing = backbone.channels * headWidth + 2 * headWidth
    let head = reducing + (headWidth + 1) * identities
    var count = backbone.parameterCount
    if global { count += head }
    if let part { count += part.parts * head }
    if let attribute { count += reducing + attribute.attributes.reduce(0) { $0 + (headWidth + 1) * $1.classes } }
    if attention != nil { count += head }
    if case .learned = weights { count += tasks.count }
    return count
  }
}
