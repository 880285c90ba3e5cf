import Layers
import Tensors

/// The attribute task's answers from stored descriptors: its vectors stand in them, so no image is needed.
package struct AttributeReadout {
  private let length: Int
  /// For each attribute its classifier and where the vector that it reads stands in a descriptor.
  private let classifiers: [(weight: Parameter, bias: Parameter, range: Range<Int>)]

  /// Prepares to read descriptors of a model; one without the attribute task gives no answers.
  package init(of model: AANet) {
    let layout = model.layout
    length = layout.length
    classifiers = model.tasks.flatMap(\.network.attributeClassifiers).compactMap { classifier in
      layout.range(of: .attributes(classifier.region)).map { (classifier.weight, classifier.bias, $0) }
    }
  }

  /// The class scores of each attribute, in the configuration's order: `W · v + b` on its region's vector.
  ///
  /// - Parameter descriptor: ``AANetConfiguration/descriptorLength`` numbers.
  package func logits(of descriptor: ArraySlice<Float>) -> [[Float]] {
    precondition(descriptor.count == length, "a descriptor of \(descriptor.count) numbers, not \(length)")
    return classifiers.map { weight, bias, range in
      (0..<bias.value.count).map { c in
        let row = weight.value.pointer + c * range.count
        let first = descriptor.startIndex + range.lowerBound
        return (0..<range.count).reduce(bias.value.pointer[c]) { fused(row[$1], descriptor[first + $1], plus: $0) }
      }
    }
  }
}
