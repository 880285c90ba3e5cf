import Tensors

/// What a stored descriptor still knows: the attribute task's vectors stand in it, so its answers need no image.
extension AANet {
  /// The attribute task's class scores, from a descriptor: `logits = W · v + b` on the vector of each attribute's region.
  ///
  /// - Parameter descriptor: ``AANetConfiguration/descriptorLength`` numbers.
  /// - Returns: the scores of each attribute in the configuration's order; empty where the attribute task is off.
  public func attributeLogits(of descriptor: ArraySlice<Float>) -> [[Float]] {
    guard let task = configuration.attribute else { return [] }
    precondition(descriptor.count == configuration.descriptorLength, "a descriptor of \(descriptor.count) numbers")
    let width = configuration.headWidth
    let before = (configuration.global ? 1 : 0) + (configuration.part?.parts ?? 0)
    return task.attributes.compactMap { attribute in
      guard let weight = store.parameter(named: "attribute_classifiers.\(attribute.name).weight"),
        let bias = store.parameter(named: "attribute_classifiers.\(attribute.name).bias"),
        let region = BodyRegion.allCases.firstIndex(of: attribute.region)
      else { return nil }
      let start = descriptor.startIndex + (before + region) * width
      return (0..<attribute.classes).map { c in
        let row = weight.value.pointer + c * width
        return (0..<width).reduce(bias.value.pointer[c]) { fused(row[$1], descriptor[start + $1], plus: $0) }
      }
    }
  }
}
