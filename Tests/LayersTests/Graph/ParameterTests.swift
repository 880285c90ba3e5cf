import Layers
import Tensors
import TestSupport
import Testing

/// How parameters lie in files, and rates of their own.
struct ParameterTests {
  private let engine = Engine(threads: 2)

  @Test("the weights of what reads a whole map are stored channel by channel, two-dimensional")
  func wholeMap() {
    let store = ParameterStore(on: engine)
    let parameter = store.parameter("fc.weight", shape: [2, 3, 1, 2], layout: .wholeMap, group: .new)
    let stored = (0..<12).map(Float.init)
    parameter.load(stored)
    #expect(parameter.storedShape == [2, 6] && parameter.storedValues == stored)
    // File: output, channel, place. Memory: output, place, channel.
    #expect(parameter.value.array == [0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11])
    #expect(store.parameter(named: "fc.weight") === parameter && store.parameter(named: "fc") == nil)
  }

  @Test("a linear layer on a map is PyTorch's on the flattened map")
  func linear() throws {
    let store = ParameterStore(on: engine)
    let weight = store.parameter("fc.weight", shape: [4, 3, 2, 5], layout: .wholeMap, group: .new)
    let stored = TestNumbers.normal(4 * 30, "whole map")
    weight.load(stored)
    let x = TestNumbers.normal(2 * 30, "whole map input")
    let tape = Tape(on: engine, mode: .evaluation)
    let y = tape.linear(tape.input(engine.tensor(x, shape: [2, 30])), weight)
    let expected = (0..<8).map { place -> Double in
      let (image, output) = (place / 4, place % 4)
      return (0..<5).reduce(0.0) { sum, channel in
        (0..<6).reduce(sum) {
          $0 + Double(stored[output * 30 + channel * 6 + $1]) * Double(x[image * 30 + $1 * 5 + channel])
        }
      }
    }
    try Agreement.check("y", y.tensor.array, expected, within: 1e-6)
  }

  @Test("a rate of its own multiplies its group's; a rate of 1 changes no bit", arguments: [1, 17, 100_003])
  func rates(count: Int) throws {
    func trained(own: [Double?], rates: [Double]) -> [[Float]] {
      let store = ParameterStore(on: engine)
      let parameters = own.enumerated().map { number, rate in
        let parameter =
          rate.map { store.parameter("\(number)", shape: [count], group: .new, rate: $0) }
          ?? store.parameter("\(number)", shape: [count], group: .new)
        parameter.load(TestNumbers.normal(count, "own rates"))
        return parameter
      }
      let optimizer = StochasticGradientDescent(momentum: 0.9, decay: [.new: 5e-4])
      for (step, rate) in rates.enumerated() {
        for parameter in parameters { parameter.setGradient(TestNumbers.normal(count, "own rates \(step)")) }
        optimizer.step(store, rates: [.new: rate])
      }
      return parameters.map(\.value.array)
    }
    let found = trained(own: [nil, 1, 2, 1e-4, 0], rates: [0.1, 0.03])
    try Agreement.checkSameBits("a rate of 1", found[1], found[0])
    try Agreement.checkSameBits("twice the rate", found[2], trained(own: [nil], rates: [0.1 * 2, 0.03 * 2])[0])
    try Agreement.checkSameBits(
      "a small rate", found[3], trained(own: [nil], rates: [0.1 * 1e-4, 0.03 * 1e-4])[0])
    try Agreement.checkSameBits("a rate of 0", found[4], TestNumbers.normal(count, "own rates"))
  }
}
