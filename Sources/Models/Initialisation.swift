import Foundation
import Layers
import Tensors

extension AANet {
  /// Draws the first values of all parameters, each from a stream of its own name, so that two variants of an experiment
  /// start alike wherever they have the same parameters.
  ///
  /// Chosen, the paper being silent: convolutions and the reducing layers by He's normal rule over the outputs (the
  /// ResNet rule), classifiers normal with deviation 0.001 and no bias (as in the part-based baseline [20]),
  /// BatchNorm 1 and 0.
  package func initialise(seed: UInt64) {
    for parameter in store.parameters {
      let deviation: Double
      let shape = parameter.value.shape
      if parameter.layout == .convolution {
        deviation = (2 / Double(shape[0] * shape[1] * shape[2])).squareRoot()
      } else if parameter.name.hasSuffix("reduce.weight") {
        deviation = (2 / Double(shape[0])).squareRoot()
      } else if shape.count == 2 {
        deviation = 0.001
      } else {
        continue  // BatchNorm, biases and log variances keep their neutral values
      }
      var stream = RandomStream(seed: seed, name: "initialisation/\(parameter.name)")
      parameter.load((0..<parameter.value.count).map { _ in Float(stream.normal(deviation: deviation)) })
    }
  }
}
