import Layers
import Tensors
import TestSupport

/// An operation against a plain-loop oracle in double precision: its outputs, and its gradients as finite differences of
/// the oracle.
enum OracleCheck {
  typealias Numbers = (values: [Float], shape: [Int])
  typealias Build = (_ tape: Tape, _ inputs: [Value], _ parameters: [Parameter]) throws -> [Value]

  /// Checks outputs and gradients. The operation runs twice on the same inputs, so that the second use adds its gradient
  /// to the first one's.
  ///
  /// - Parameter oracle: the outputs, from the inputs' and then the parameters' numbers.
  static func check(
    _ name: String, inputs: [Numbers], parameters: [Numbers] = [], within tolerance: Double = 2e-6,
    gradients gradientTolerance: Double = 2e-5, oracle: ([[Double]]) -> [[Double]], build: Build
  ) throws {
    let numbers = (inputs + parameters).map(\.values.doubles)
    let expected = oracle(numbers)
    let cotangents = expected.enumerated().map { TestNumbers.normal($1.count, "\(name) cotangent \($0)") }
    let result = try Differentiated(
      on: Engine(threads: 2), inputs: inputs, parameters: parameters, cotangents: cotangents + cotangents
    ) { tape, values, weights in
      try build(tape, values, weights) + build(tape, values, weights)
    }
    for (index, output) in expected.enumerated() {
      try Agreement.check("\(name): output \(index)", result.outputs[index], output, within: tolerance)
    }
    for index in numbers.indices {
      try GradientCheck.check(
        "\(name): gradient \(index)", result.gradients[index], at: numbers[index], within: gradientTolerance
      ) { moved in
        var numbers = numbers
        numbers[index] = moved
        return zip(cotangents, oracle(numbers)).reduce(0) {
          $0 + 2 * GradientCheck.contraction($1.0.doubles, $1.1)
        }
      }
    }
  }

  /// Checks that outputs and gradients have the same bits on any number of threads.
  static func checkThreads(_ name: String, inputs: [Numbers], parameters: [Numbers] = [], build: Build) throws {
    let results = try threadCounts.map { threads in
      let engine = Engine(threads: threads)
      let shapes = try build(
        Tape(on: engine, mode: .evaluation),
        inputs.map { Tape(on: engine, mode: .evaluation).input(engine.tensor($0.values, shape: $0.shape)) },
        parameters.enumerated().map { index, parameter in
          let weight = ParameterStore(on: engine).parameter("\(index)", shape: parameter.shape, group: .new)
          weight.load(parameter.values)
          return weight
        }
      ).map(\.tensor.count)
      let cotangents = shapes.enumerated().map { TestNumbers.normal($1, "\(name) cotangent \($0)") }
      return try Differentiated(
        on: engine, inputs: inputs, parameters: parameters, cotangents: cotangents, build: build)
    }
    for (threads, result) in zip(threadCounts, results) {
      try result.checkSameBits(as: results[0], "\(name) on \(threads) threads")
    }
  }

  /// Checks a loss of one input and its gradient, under a weight.
  static func checkLoss(
    _ name: String, input: Numbers, within tolerance: Double = 1e-6, gradients gradientTolerance: Double = 2e-5,
    oracle: ([Double]) -> Double, build: (_ tape: Tape, _ input: Value) -> Loss
  ) throws {
    let engine = Engine(threads: 2)
    engine.poison([input.shape, input.shape])
    let tape = Tape(on: engine, mode: .training)
    let value = tape.input(engine.tensor(input.values, shape: input.shape), wantsGradient: true)
    // Twice with different weights: the gradient is the weighted sum.
    let losses = [build(tape, value), build(tape, value)]
    let expected = oracle(input.values.doubles)
    try Agreement.check("\(name): loss", losses.map(\.value), [expected, expected], within: tolerance)
    tape.backward([(losses[0], 0.75), (losses[1], 2)])
    let gradient = tape.gradient(of: value)?.array ?? []
    try GradientCheck.check("\(name): gradient", gradient, at: input.values.doubles, within: gradientTolerance) {
      2.75 * oracle($0)
    }
  }

  /// Normal numbers of a shape.
  static func normal(_ shape: [Int], _ name: String, deviation: Double = 1) -> Numbers {
    (TestNumbers.normal(shape.reduce(1, *), name, deviation: deviation), shape)
  }
}
