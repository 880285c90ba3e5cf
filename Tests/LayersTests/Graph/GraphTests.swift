import Layers
import Tensors
import TestSupport
import Testing

/// Values that several operations use, several losses, and what a tape does with gradients nobody asked for.
struct GraphTests {
  private let engine = Engine(threads: 2)

  /// Two heads on one value, a head on the other's output, and three losses with weights of their own:
  ///
  ///     a = A·x        b = B·x        c = C·a        L = 2·CE(a) + 0.5·CE(b) + CE(c) + CE(a)
  ///
  /// all gradients against finite differences of the same graph in plain loops.
  @Test("a value with several users and several losses")
  func sharedValue() throws {
    let (rows, width, classes) = (4, 6, 3)
    let x = TestNumbers.normal(rows * width, "graph x")
    let matrices = [width, width, classes].enumerated().map {
      TestNumbers.normal(classes * $0.element, "graph matrix \($0.offset)")
    }
    let labels = [[0, 2, -1, 1], [1, 1, 0, 2], [2, 0, 0, -1]]

    let store = ParameterStore(on: engine)
    let parameters = matrices.enumerated().map { index, values in
      let parameter = store.parameter("m\(index)", shape: [classes, values.count / classes], group: .new)
      parameter.load(values)
      return parameter
    }
    let tape = Tape(on: engine, mode: .training)
    let input = tape.input(engine.tensor(x, shape: [rows, width]), wantsGradient: true)
    let a = tape.linear(input, parameters[0])
    let b = tape.linear(input, parameters[1])
    let c = tape.linear(a, parameters[2])
    let onA = tape.crossEntropy(a, labels: labels[0])
    // One loss may be named twice: its weights add up.
    tape.backward([
      (onA, 2), (tape.crossEntropy(b, labels: labels[1]), 0.5), (tape.crossEntropy(c, labels: labels[2]), 1), (onA, 1),
    ])

    func total(_ x: [Double], _ m: [[Double]]) -> Double {
      let first = LinearOracle(rows: rows, inputs: width, outputs: classes)
      let a = first.output(x, m[0], bias: nil)
      let b = first.output(x, m[1], bias: nil)
      let c = LinearOracle(rows: rows, inputs: classes, outputs: classes).output(a, m[2], bias: nil)
      return 3 * CrossEntropyOracle.loss(a, classes: classes, labels: labels[0])
        + 0.5 * CrossEntropyOracle.loss(b, classes: classes, labels: labels[1])
        + CrossEntropyOracle.loss(c, classes: classes, labels: labels[2])
    }
    let m = matrices.map(\.doubles)
    try GradientCheck.check("dx", try #require(tape.gradient(of: input)).array, at: x.doubles) { total($0, m) }
    for index in m.indices {
      try GradientCheck.check("dm\(index)", parameters[index].gradient.array, at: m[index]) {
        var moved = m
        moved[index] = $0
        return total(x.doubles, moved)
      }
    }
  }

  /// Convolution, normalisation with a shortcut, pooling and a classifier: the shape of a residual network.
  @Test("a residual block, from image to loss, against finite differences")
  func residualBlock() throws {
    let block = SmallNetwork()
    let result = block.gradients(on: engine)
    try GradientCheck.check("dx", result.input, at: block.input.doubles, within: 5e-5) {
      block.loss(input: $0, convolution: block.convolution.doubles)
    }
    try GradientCheck.check("dw", result.convolution, at: block.convolution.doubles, within: 5e-5) {
      block.loss(input: block.input.doubles, convolution: $0)
    }
    #expect(abs(result.loss - block.loss(input: block.input.doubles, convolution: block.convolution.doubles)) < 1e-5)
  }

  @Test("the gradient by a value inside the graph")
  func observed() throws {
    let store = ParameterStore(on: engine)
    let weight = store.parameter("w", shape: [2, 3], group: .new)
    weight.load([1, 2, 3, 4, 5, 6])
    let tape = Tape(on: engine, mode: .training)
    let x = tape.input(engine.tensor([1, 1, 1], shape: [1, 3]), wantsGradient: true)
    let y = tape.linear(x, weight)
    var seen: [[Float]] = []
    tape.observeGradient(of: y) { seen.append($0) }
    let once = tape.linear(y, try square(store, "a", [1, 0, 0, 1]))
    let twice = tape.linear(y, try square(store, "b", [0, 2, 2, 0]))
    tape.backward(from: [
      (once, engine.tensor([10, 20], shape: [1, 2])), (twice, engine.tensor([1, 3], shape: [1, 2])),
    ])
    #expect(seen == [[16, 22]])
    #expect(tape.gradient(of: x)?.array == [104, 142, 180])
    #expect(tape.gradient(of: x) == nil, "taking a gradient clears it")
  }

  private func square(_ store: ParameterStore, _ name: String, _ values: [Float]) throws -> Parameter {
    let parameter = store.parameter(name, shape: [2, 2], group: .new)
    parameter.load(values)
    return parameter
  }

  @Test("an operation whose result nobody uses leaves its parameters without a gradient")
  func unused() {
    let store = ParameterStore(on: engine)
    let used = store.parameter("used", shape: [2, 2], group: .new)
    let unused = store.parameter("unused", shape: [2, 2], group: .new)
    let tape = Tape(on: engine, mode: .training)
    let x = tape.input(engine.tensor([1, 2], shape: [1, 2]))
    let loss = tape.crossEntropy(tape.linear(x, used), labels: [0])
    _ = tape.linear(x, unused)
    tape.backward([(loss, 1)])
    #expect(used.hasGradient)
    #expect(!unused.hasGradient)
    #expect(tape.gradient(of: x) == nil, "no gradient was asked for")
  }

  @Test("an evaluation tape records nothing")
  func evaluation() {
    let store = ParameterStore(on: engine)
    let weight = store.parameter("w", shape: [2, 2], group: .new)
    let tape = Tape(on: engine, mode: .evaluation)
    let x = tape.input(engine.tensor([1, 2], shape: [1, 2]), wantsGradient: true)
    let loss = tape.crossEntropy(tape.linear(x, weight), labels: [0])
    tape.backward([(loss, 1)])
    #expect(!weight.hasGradient)
    #expect(tape.gradient(of: x) == nil)
  }

  @Test("parameters in files: a convolution's channels stand before its kernel")
  func storedOrder() {
    let store = ParameterStore(on: engine)
    let weight = store.parameter("w", shape: [2, 1, 3, 2], layout: .convolution, group: .backbone)
    weight.load((0..<12).map(Float.init))
    #expect(weight.storedShape == [2, 2, 1, 3])
    #expect(weight.value.array == [0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11])
    #expect(weight.storedValues == (0..<12).map(Float.init))
    weight.loadMomentum((12..<24).map(Float.init))
    #expect(weight.storedMomentum == (12..<24).map(Float.init))
    weight.setGradient((0..<12).map(Float.init))
    #expect(weight.hasGradient)
    #expect(weight.storedGradient == [0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11])
    #expect(store.parameterCount == 12)
  }
}
