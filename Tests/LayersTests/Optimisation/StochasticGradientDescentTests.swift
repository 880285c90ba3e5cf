import Layers
import Tensors
import TestSupport
import Testing

/// The optimiser against plain loops, over several steps.
struct StochasticGradientDescentTests {
  private let engine = Engine(threads: 2)

  @Test("momentum, decay and a rate for each group", arguments: [1, 15, 16, 33, 100_003], [false, true])
  func steps(count: Int, isNesterov: Bool) throws {
    let store = ParameterStore(on: engine)
    let groups = Parameter.Group.allCases
    let parameters = groups.map { store.parameter($0.rawValue, shape: [count], group: $0) }
    var oracles = groups.map { DescentOracle(TestNumbers.normal(count, "sgd \($0)").doubles) }
    for (parameter, oracle) in zip(parameters, oracles) { parameter.load(oracle.weights.map(Float.init)) }
    let decay: [Parameter.Group: Double] = [.backbone: 5e-4, .new: 0.01]
    let optimizer = StochasticGradientDescent(momentum: 0.9, decay: decay, isNesterov: isNesterov)
    for step in 0..<4 {
      let rates: [Parameter.Group: Double] = [.backbone: 0.01, .new: step < 2 ? 0.1 : 0.02, .logVariance: 0.5]
      for (index, parameter) in parameters.enumerated() {
        let gradient = TestNumbers.normal(count, "sgd gradient \(index) \(step)")
        parameter.setGradient(gradient)
        oracles[index].step(
          gradient.doubles, rate: rates[groups[index]] ?? 0, momentum: 0.9, decay: decay[groups[index]] ?? 0,
          isNesterov: isNesterov)
      }
      optimizer.step(store, rates: rates)
      for (parameter, oracle) in zip(parameters, oracles) {
        try Agreement.check("\(parameter.name) after step \(step)", parameter.value.array, oracle.weights, within: 1e-6)
        try Agreement.check("its momentum", parameter.momentum.array, oracle.velocity, within: 1e-6)
        #expect(!parameter.hasGradient)
      }
    }
  }

  @Test("a step that leaves a number that is not finite says which parameter's", arguments: [1, 16, 17, 100_003])
  func nonFinite(count: Int) {
    for bad in [Float.nan, .infinity, -.infinity] {
      for place in [0, count / 2, count - 1] {
        let store = ParameterStore(on: engine)
        let parameters = ["a", "b", "c"].map { store.parameter($0, shape: [count], group: .new) }
        let optimizer = StochasticGradientDescent(momentum: 0.9, decay: [:])
        for parameter in parameters { parameter.setGradient([Float](repeating: 1e37, count: count)) }
        #expect(optimizer.step(store, rates: [.new: 0.1]) == nil, "large numbers are finite")
        for parameter in parameters { parameter.setGradient([Float](repeating: 1, count: count)) }
        var gradient = [Float](repeating: 1, count: count)
        gradient[place] = bad
        parameters[1].setGradient(gradient)
        parameters[2].setGradient(gradient)
        #expect(optimizer.step(store, rates: [.new: 0.1])?.name == "b")
      }
    }
  }

  @Test("a parameter that no gradient reached stays, momentum and all")
  func missingGradient() {
    let store = ParameterStore(on: engine)
    let parameter = store.parameter("p", shape: [3], group: .new)
    parameter.load([1, 2, 3])
    parameter.loadMomentum([4, 5, 6])
    let optimizer = StochasticGradientDescent(momentum: 0.9, decay: [.new: 0.1])
    optimizer.step(store, rates: [.new: 0.1])
    #expect(parameter.value.array == [1, 2, 3])
    #expect(parameter.momentum.array == [4, 5, 6])
  }

  @Test("a group without a rate is not trained, and its gradient does not wait for the next step")
  func frozenGroup() {
    let store = ParameterStore(on: engine)
    let parameter = store.parameter("p", shape: [2], group: .backbone)
    parameter.load([1, 2])
    parameter.setGradient([5, 5])
    let optimizer = StochasticGradientDescent(momentum: 0, decay: [:])
    optimizer.step(store, rates: [.new: 1])
    #expect(parameter.value.array == [1, 2])
    #expect(!parameter.hasGradient)
    optimizer.step(store, rates: [.backbone: 1])
    #expect(parameter.value.array == [1, 2])
  }

  @Test("the same bits on any number of threads")
  func threads() throws {
    let count = 300_001
    let results = threadCounts.map { threads in
      let store = ParameterStore(on: Engine(threads: threads))
      let parameter = store.parameter("p", shape: [count], group: .new)
      parameter.load(TestNumbers.normal(count, "sgd threads"))
      parameter.setGradient(TestNumbers.normal(count, "sgd threads gradient"))
      StochasticGradientDescent(momentum: 0.9, decay: [.new: 5e-4]).step(store, rates: [.new: 0.1])
      return parameter.value.array
    }
    for result in results { try Agreement.checkSameBits("weights", result, results[0]) }
  }
}

/// The staircase of learning rates.
struct StepScheduleTests {
  @Test("the factor holds from each named epoch on")
  func staircase() {
    let schedule = StepSchedule(at: [20, 30], factor: 0.1)
    #expect((0..<20).allSatisfy { schedule.multiplier(epoch: $0) == 1 })
    #expect((20..<30).allSatisfy { schedule.multiplier(epoch: $0) == 0.1 })
    #expect((30..<40).allSatisfy { schedule.multiplier(epoch: $0) == 0.1 * 0.1 })
  }

  @Test("no steps, a step at once, the same step twice")
  func edges() {
    #expect(StepSchedule(at: [], factor: 0.1).multiplier(epoch: 1000) == 1)
    #expect(StepSchedule(at: [0], factor: 0.5).multiplier(epoch: 0) == 0.5)
    #expect(StepSchedule(at: [3, 3], factor: 0.5).multiplier(epoch: 3) == 0.25)
  }
}
