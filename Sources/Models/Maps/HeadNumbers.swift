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

  /// The BatchNorm of a name; nil where the model has none.
  package init?(_ name: String, in store: ParameterStore) {
    guard let weight = store.parameter(named: "\(name).weight"), let bias = store.parameter(named: "\(name).bias"),
      let mean = store.statistics.first(where: { $0.name == "\(name).running_mean" }),
      let variance = store.statistics.first(where: { $0.name == "\(name).running_var" })
    else { return nil }
    self.init(
      weight: weight.value.array, bias: bias.value.array, mean: mean.value.array, variance: variance.value.array)
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

  /// The head of a name; nil where the model has none.
  package init?(_ name: String, in store: ParameterStore) {
    guard let reduce = store.parameter(named: "\(name).reduce.weight"), let norm = NormNumbers("\(name).bn", in: store),
      let classifier = store.parameter(named: "\(name).classifier.weight"),
      let bias = store.parameter(named: "\(name).classifier.bias")
    else { return nil }
    self.init(
      reduce: reduce.value.array, scale: norm.scale, classifier: classifier.value.array, bias: bias.value.array)
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

extension ParameterStore {
  /// The parameter of a name; nil where the model has none.
  package func parameter(named name: String) -> Parameter? { parameters.first { $0.name == name } }
}

extension Array where Element: Comparable {
  /// The place of the largest element, the first of equals; 0 where there is none.
  var firstIndexOfLargest: Int { indices.reduce(0) { self[$1] > self[$0] ? $1 : $0 } }
}
