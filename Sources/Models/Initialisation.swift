import Foundation
import Layers
import Tensors

extension AANet {
  /// Draws the first values of all parameters, each from a stream of its own name, so that two variants of an experiment
  /// start alike wherever they have the same parameters.
  ///
  /// Chosen, the paper being silent: convolutions and the reducing layers by He's normal rule over the outputs (the
  /// ResNet rule), classifiers normal with deviation 0.001 and no bias (as in the part-based baseline [20]),
  /// BatchNorm 1 and 0. A task may have a rule of its own (``TaskNetwork/deviation(of:)``,
  /// ``TaskNetwork/firstValues(of:)``).
  package func initialise(seed: UInt64) { draw(store.parameters, seed: seed, stream: "initialisation") }

  /// Gives some parameters and running statistics first values again, from streams of the phase that wants them.
  ///
  /// - Parameter words: as ``names(of:)`` takes them.
  package func renew(_ words: [String], seed: UInt64, phase: String) {
    let names = words.reduce(into: Set<String>()) { $0.formUnion(self.names(of: $1)) }
    let chosen = store.parameters.filter { names.contains($0.name) }
    for parameter in chosen where parameter.group != .logVariance {
      let isNorm = parameter.value.shape.count == 1 && parameter.name.hasSuffix(".weight")
      parameter.value.values.update(repeating: isNorm ? 1 : 0)
    }
    if chosen.contains(where: { $0.group == .logVariance }) { multiTaskLoss.restart() }
    for statistic in store.statistics where names.contains(statistic.name) {
      statistic.value.values.update(repeating: statistic.name.hasSuffix("running_var") ? 1 : 0)
    }
    draw(chosen, seed: seed, stream: "initialisation/\(phase)")
  }

  private func draw(_ parameters: [Parameter], seed: UInt64, stream: String) {
    for parameter in parameters {
      if let values = tasks.lazy.compactMap({ $0.network.firstValues(of: parameter) }).first {
        parameter.load(values)
        continue
      }
      // BatchNorm, biases and log variances keep their neutral values.
      guard let deviation = deviation(of: parameter) else { continue }
      var stream = RandomStream(seed: seed, name: "\(stream)/\(parameter.name)")
      parameter.load((0..<parameter.value.count).map { _ in Float(stream.normal(deviation: deviation)) })
    }
  }

  private func deviation(of parameter: Parameter) -> Double? {
    if let own = tasks.lazy.compactMap({ $0.network.deviation(of: parameter) }).first { return own }
    let shape = parameter.value.shape
    if parameter.layout == .convolution { return (2 / Double(shape[0] * shape[1] * shape[2])).squareRoot() }
    if parameter.name.hasSuffix("reduce.weight") { return (2 / Double(shape[0])).squareRoot() }
    return shape.count == 2 ? 0.001 : nil
  }
}
