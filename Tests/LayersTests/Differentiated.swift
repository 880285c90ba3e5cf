import Layers
import Tensors
import TestSupport

/// What one operation gave: its outputs, and the gradients by its inputs and parameters, copied.
struct Differentiated {
  var outputs: [[Float]]
  var gradients: [[Float]]

  /// Runs an operation forward, and backward from cotangents of its outputs.
  ///
  /// - Parameters:
  ///   - inputs: numbers and shape of each input, all of which want a gradient.
  ///   - parameters: numbers and shape of each parameter; a batch normalisation's factor and offset come through `build`.
  ///   - cotangents: one for each output; nil where an output sends nothing back.
  ///   - policy: which of several ways of computing is taken.
  ///   - precision: the tape's; inputs and cotangents are in single precision.
  ///   - build: makes the outputs from the inputs and the parameters.
  init(
    on engine: Engine, inputs: [(values: [Float], shape: [Int])], parameters: [(values: [Float], shape: [Int])] = [],
    cotangents: [[Float]?], policy: ComputePolicy = .automatic, precision: Precision = .single,
    build: (_ tape: Tape, _ inputs: [Value], _ parameters: [Parameter]) throws -> [Value]
  ) rethrows {
    let store = ParameterStore(on: engine)
    let weights = parameters.enumerated().map { index, parameter in
      let weight = store.parameter("parameter \(index)", shape: parameter.shape, group: .new)
      weight.load(parameter.values)
      return weight
    }
    // Memory that the operation asks for holds NaN, so what it does not write shows.
    engine.poison(inputs.flatMap { [$0.shape, $0.shape] } + parameters.map(\.shape))
    let tape = Tape(on: engine, mode: .training, precision: precision, policy: policy)
    let values = inputs.map { tape.input(engine.tensor($0.values, shape: $0.shape), wantsGradient: true) }
    let results = try build(tape, values, weights)
    outputs = results.map(\.tensor.array)
    precondition(results.count == cotangents.count, "\(cotangents.count) cotangents for \(results.count) outputs")
    tape.backward(
      from: zip(results, cotangents).compactMap { value, cotangent in
        cotangent.map { (value, engine.tensor($0, shape: value.shape)) }
      })
    gradients =
      values.map { tape.gradient(of: $0)?.array ?? [] } + weights.map { $0.hasGradient ? $0.gradient.array : [] }
  }

  /// Checks that everything is the same to the last bit.
  func checkSameBits(as other: Differentiated, _ what: String) throws {
    for (index, (mine, theirs)) in zip(outputs, other.outputs).enumerated() {
      try Agreement.checkSameBits("\(what): output \(index)", mine, theirs)
    }
    for (index, (mine, theirs)) in zip(gradients, other.gradients).enumerated() {
      try Agreement.checkSameBits("\(what): gradient \(index)", mine, theirs)
    }
  }
}

/// Engines of several sizes, on which everything must come out the same to the last bit.
let threadCounts = [1, 2, 3, 5]
