extension ResNetConfiguration {
  /// Trainable numbers of the network.
  public var parameterCount: Int {
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
  /// Trainable numbers of the network, known before memory is asked for.
  public var parameterCount: Int {
    let reducing = backbone.channels * headWidth + 2 * headWidth
    let head = reducing + (headWidth + 1) * identities
    var count = backbone.parameterCount
    if global { count += head }
    if let part { count += part.parts * head }
    if let attribute { count += reducing + attribute.attributes.reduce(0) { $0 + (headWidth + 1) * $1.classes } }
    if attention != nil { count += head }
    if weights == .uncertainty { count += tasks.count }
    return count
  }
}
