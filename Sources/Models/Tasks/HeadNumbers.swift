import Layers
import Tensors

/// BatchNorm in evaluation as a factor and an offset for each channel, in double precision.
package struct NormNumbers {
  /// γ/√(variance + ε).
  package let scale: [Double]
  /// β − mean · scale.
  package let offset: [Double]

  package init(weight: [Float], bias: [Float], mean: [Float], variance: [Float]) {
    let scale = zip(weight, variance).map { Double($0) / (Double($1) + BatchNorm.epsilon).squareRoot() }
    self.scale = scale
    offset = bias.indices.map { Double(bias[$0]) - Double(mean[$0]) * scale[$0] }
  }

  package init(_ norm: BatchNorm) {
    self.init(
      weight: norm.weight.value.array, bias: norm.bias.value.array, mean: norm.runningMean.array,
      variance: norm.runningVariance.array)
  }
}

/// The numbers of a classifier Z → V → C that its class activation maps are made of.
package struct HeadNumbers {
  /// `[V, Z]`, row by row.
  package let reduce: [Float]
  /// BatchNorm's factor of each of the V units.
  package let scale: [Double]
  /// `[C, V]`, row by row.
  package let classifier: [Float]
  /// `[C]`.
  package let bias: [Float]
  private var units: Int { scale.count }

  package init(reduce: [Float], scale: [Double], classifier: [Float], bias: [Float]) {
    self.reduce = reduce
    self.scale = scale
    self.classifier = classifier
    self.bias = bias
  }

  package init(_ head: IdentityHead) {
    self.init(
      reduce: head.reduce.value.array, scale: NormNumbers(head.norm).scale,
      classifier: head.classifier.weight.value.array,
      bias: head.classifier.bias.value.array)
  }

  /// The class that a V vector scores highest for, the first of equals.
  package func likeliest(_ vector: [Float]) -> Int {
    bias.indices.map { c in
      (0..<units).reduce(Double(bias[c])) { $0 + Double(classifier[c * units + $1]) * Double(vector[$1]) }
    }.firstIndexOfLargest
  }

  /// `u_z = Σ_{v above 0} W[c,v] · scale_v · reduce[v,z]`: what each channel of X counts for a class.
  package func channelWeights(of c: Int, vector: [Float]) -> [Double] {
    let channels = reduce.count / max(1, units)
    var weights = [Double](repeating: 0, count: channels)
    for v in 0..<units where vector[v] > 0 {
      let factor = Double(classifier[c * units + v]) * scale[v]
      for z in 0..<channels { weights[z] += factor * Double(reduce[v * channels + z]) }
    }
    return weights
  }
}

extension Array where Element: Comparable {
  /// The place of the largest element, the first of equals; 0 where there is none.
  var firstIndexOfLargest: Int { indices.reduce(0) { self[$1] > self[$0] ? $1 : $0 } }
}
