import Layers
import Tensors
import TestSupport
import Testing

/// Gradients that become the batch's while the reverse pass works: the bits depend neither on how many ranks there are nor
/// on when anything travels.
@Suite struct GradientExchangeTests {
  /// A chain of linear layers whose parameters differ in how often a step uses them.
  private struct Chain {
    let store: ParameterStore
    /// Used once, twice, and by no operation.
    let once, twice, never: Parameter
    /// Used, and frozen.
    let frozen: Parameter
    /// Used by the first shard alone.
    let sometimes: Parameter
    /// Large enough to travel by itself.
    let large: Parameter
    /// Given from outside the tape, at the first shard alone.
    let given: Parameter

    static let width = 8
    static let wide = 9_000

    init(on engine: Engine) {
      let store = ParameterStore(on: engine)
      func linear(_ name: String, _ shape: [Int] = [Self.width, Self.width]) -> Parameter {
        let parameter = store.parameter(name, shape: shape, group: .new)
        parameter.load(TestNumbers.normal(parameter.value.count, name, deviation: 0.3))
        return parameter
      }
      (once, twice, never) = (linear("once"), linear("twice"), linear("never"))
      (frozen, sometimes, large) = (linear("frozen"), linear("sometimes"), linear("large", [Self.wide, Self.width]))
      frozen.isFrozen = true
      given = linear("given", [3])
      self.store = store
    }

    /// The pass of a shard of four rows.
    func pass(_ shard: Shard, step: Int, exchange: GradientExchange, on engine: Engine) {
      let tape = Tape(on: engine, mode: .training, shard: shard, exchange: exchange)
      let rows = TestNumbers.normal(4 * Self.width, "rows \(shard.number) \(step)")
      var x = tape.input(engine.tensor(rows, shape: [4, Self.width]))
      for parameter in [twice, once, frozen, twice] { x = tape.linear(x, parameter) }
      if shard.number == 0 {
        x = tape.linear(x, sometimes)
        given.setGradient([1, 2, 3])
      }
      let y = tape.linear(x, large)
      // Recorded, but nothing comes back from it.
      _ = tape.linear(x, once)
      let slope = TestNumbers.normal(4 * Self.wide, "slope \(shard.number) \(step)")
      tape.backward(from: [(y, engine.tensor(slope, shape: [4, Self.wide]))])
    }
  }

  /// The gradients of two steps of a batch of four shards, at every rank.
  private func gradients(ranks count: Int, ways: Int = 2) throws -> [[[String: [Float]]]] {
    try ThreadRanks.run(count, ways: ways) { ranks in
      let engine = Engine(threads: 1)
      let chain = Chain(on: engine)
      let lockstep = Lockstep(shards: 4, among: ranks)
      let exchange = GradientExchange(of: chain.store, in: lockstep, among: ranks)
      let steps = (0..<2).map { step -> [String: [Float]] in
        exchange.run { lockstep.run { chain.pass($0, step: step, exchange: exchange, on: engine) } }
        let trained = chain.store.parameters.filter(\.hasGradient)
        let gradients = Dictionary(uniqueKeysWithValues: trained.map { ($0.name, $0.storedGradient) })
        StochasticGradientDescent(momentum: 0, decay: [:]).step(chain.store, rates: [.new: 0.01])
        return gradients
      }
      #expect(exchange.cost.passes == 2 && exchange.course.parcels.reduce(0) { $0 + $1.bytes } > 4 * Chain.wide)
      return steps
    }
  }

  @Test func anyNumberOfRanksGivesTheSameBits() throws {
    let alone = try gradients(ranks: 1)[0]
    for step in alone { #expect(Set(step.keys) == ["once", "twice", "sometimes", "large", "given"]) }
    #expect(alone[0] != alone[1])
    for (count, ways) in [(2, 2), (4, 2), (2, 1), (4, 1)] {
      for rank in try gradients(ranks: count, ways: ways) { #expect(rank == alone, "\(count) ranks, \(ways) ways") }
    }
  }

  private struct Refusal: Error {}

  /// A step that is given up before its way back leaves nothing behind: the next one is as if it had not been.
  @Test func aStepThatIsGivenUpIsForgotten() throws {
    let found = try ThreadRanks.run(2) { ranks in
      let engine = Engine(threads: 1)
      let chain = Chain(on: engine)
      let lockstep = Lockstep(shards: 4, among: ranks)
      let exchange = GradientExchange(of: chain.store, in: lockstep, among: ranks)
      #expect(throws: Refusal.self) {
        try exchange.run { () throws(Refusal) in
          try lockstep.run { (_: Shard) throws(Refusal) in throw Refusal() }
        }
      }
      exchange.run { lockstep.run { chain.pass($0, step: 0, exchange: exchange, on: engine) } }
      return chain.once.storedGradient
    }
    let alone = try gradients(ranks: 1)[0][0]["once"]
    #expect(found.allSatisfy { $0 == alone })
  }
}
