import Foundation
import Tensors

/// Makes each parameter's gradient that of the whole batch, while the reverse pass still works: the sum over the shards of
/// this process and over the ranks, in the tree of ``Shard``.
///
/// A parameter is handed over when every shard of this process has left the last operation that uses it, whether or not a
/// gradient came from there. Those of a layer or a few travel together, in a parcel, from a thread of the exchange's own;
/// where the ranks have no second way, when the pass is over. Parcels go in the reverse of the order in which the model
/// registered its parameters, at every rank the same, so that one waits until those before it are complete. What travels
/// when changes no bit.
package final class GradientExchange: @unchecked Sendable {
  // Sendable: the thread sees a parcel when `isReady` says so and has it to itself until the pass is over; what both sides
  // change is changed under the condition.

  /// Parameters whose gradients travel together.
  private final class Parcel {
    let parameters: [Parameter]
    /// How many of them some shard still has to leave.
    var missing = 0
    /// When the last one was left, in seconds of the pass.
    var readyAt = 0.0

    init(_ parameters: [Parameter]) { self.parameters = parameters }

    /// What its gradients weigh: four bytes a number.
    var bytes: Int { parameters.reduce(0) { $0 + ($1.hasGradient ? 4 * $1.gradient.count : 0) } }
  }

  private let engine: Engine
  private let ranks: Ranks
  /// How many shards this process computes.
  private let shards: Int
  private let parcels: [Parcel]
  /// Where each parameter travels.
  private let parcelOf: [ObjectIdentifier: Int]
  /// How many shards have yet to leave each parameter.
  private var missing: [ObjectIdentifier: Int] = [:]
  private let condition = NSCondition()
  /// Whether the thread has parcels left.
  private var isUnderWay = false
  /// Whether no further parcel will be ready.
  private var isGivenUp = false
  private var started = ContinuousClock.now
  /// What exchanging has taken so far.
  package private(set) var cost = Cost()
  /// How the last pass went.
  package private(set) var course = Course()

  /// What exchanging takes.
  package struct Cost {
    package var passes = 0
    /// Seconds in which bytes were on their way and added up, without waiting for a rank that was not ready.
    package var secondsExchanging = 0.0
    /// Seconds that were waited when the pass was over.
    package var secondsWaiting = 0.0
  }

  /// When the parcels of a pass were ready.
  package struct Course {
    /// Each parcel's bytes, and when it was ready, in seconds from the pass's beginning.
    package var parcels: [(bytes: Int, readyAt: Double)] = []
    /// Seconds that the pass took, without what was waited at its end.
    package var seconds = 0.0
  }

  /// Gradients below so many numbers are put side by side before they travel: what they cost is the number of messages.
  private static let small = 1 << 16
  /// Parameters travel together until they have so many numbers.
  private static let enough = 1 << 19

  /// - Parameters:
  ///   - lockstep: what computes the shards.
  ///   - ranks: who shares them out.
  package init(of store: ParameterStore, in lockstep: Lockstep, among ranks: Ranks = .alone) {
    engine = store.engine
    self.ranks = ranks
    shards = lockstep.shards
    var parcels: [[Parameter]] = [[]]
    var numbers = 0
    for parameter in store.parameters.reversed() {
      if numbers >= Self.enough { (numbers, parcels) = (0, parcels + [[]]) }
      parcels[parcels.count - 1].append(parameter)
      numbers += parameter.gradient.count
    }
    self.parcels = parcels.map(Parcel.init)
    parcelOf = Dictionary(
      uniqueKeysWithValues: parcels.enumerated().flatMap { place, parameters in
        parameters.map { (ObjectIdentifier($0), place) }
      })
  }

  /// Runs the passes of a batch's shards, and returns when each parameter's gradient is the batch's. Tapes of the shards
  /// must know of the exchange.
  ///
  /// - Throws: what `passes` throws, before any of them went backwards; then no gradient is a batch's.
  package func run<Failure: Error>(_ passes: () throws(Failure) -> Void) throws(Failure) {
    begin()
    do { try passes() } catch {
      giveUp()
      throw error
    }
    finish()
  }

  private func begin() {
    for parcel in parcels {
      parcel.missing = parcel.parameters.count
      for parameter in parcel.parameters {
        parameter.isHandedOver = false
        missing[ObjectIdentifier(parameter)] = shards
      }
    }
    (isGivenUp, started) = (false, .now)
    guard let aside = ranks.aside else { return }
    isUnderWay = true
    Thread.startComputing(as: "aanet exchange") { self.exchangeAll(among: aside) }
  }

  private func giveUp() {
    condition.lock()
    precondition(parcels.allSatisfy { $0.missing > 0 }, "a pass was given up on its way back")
    isGivenUp = true
    condition.broadcast()
    while isUnderWay { condition.wait() }
    condition.unlock()
  }

  private func finish() {
    let end = ContinuousClock.now
    let isComplete = condition.withLock { parcels.allSatisfy { $0.missing == 0 } }
    precondition(isComplete, "a shard's tape did not know of the exchange, or did not go backwards")
    if ranks.aside == nil { exchangeAll(among: ranks) }
    condition.withLock { while isUnderWay { condition.wait() } }
    for parcel in parcels { for parameter in parcel.parameters { parameter.isHandedOver = false } }
    course = Course(
      parcels: parcels.map { ($0.bytes, $0.readyAt) }, seconds: started.duration(to: end) / .seconds(1))
    cost.passes += 1
    cost.secondsWaiting += end.duration(to: .now) / .seconds(1)
  }

  /// A shard gives no further gradient of a parameter.
  private func isLeft(_ parameter: Parameter) {
    let key = ObjectIdentifier(parameter)
    guard let place = parcelOf[key], let waited = missing[key] else { return }
    missing[key] = waited - 1
    guard waited == 1 else { return }
    parameter.addShards(on: engine)
    parameter.isHandedOver = true
    condition.lock()
    parcels[place].missing -= 1
    if parcels[place].missing == 0 {
      parcels[place].readyAt = started.duration(to: .now) / .seconds(1)
      condition.broadcast()
    }
    condition.unlock()
  }

  private func exchangeAll(among ranks: Ranks) {
    condition.lock()
    for parcel in parcels {
      while parcel.missing > 0, !isGivenUp { condition.wait() }
      if isGivenUp { break }
      condition.unlock()
      let seconds = exchange(parcel.parameters, among: ranks)
      condition.lock()
      cost.secondsExchanging += seconds
    }
    isUnderWay = false
    condition.broadcast()
    condition.unlock()
  }

  /// Gives the seconds that it took, without waiting until all ranks were ready.
  private func exchange(_ parameters: [Parameter], among ranks: Ranks) -> Double {
    guard ranks.count > 1 else { return 0 }
    // A parameter that one rank has a gradient for has one at every rank.
    let wanted = ranks.merged(parameters.map { $0.hasGradient ? 1 : 0 }) { zip($0, $1).map { max($0, $1) } }
    let start = ContinuousClock.now
    let chosen = zip(parameters, wanted).filter { $1 > 0 }.map(\.0)
    for parameter in chosen where !parameter.hasGradient {
      parameter.gradient.values.update(repeating: 0)
      parameter.hasGradient = true
    }
    let small = chosen.filter { $0.gradient.count < Self.small }
    let together = UnsafeMutableBufferPointer<Float>.allocate(capacity: small.reduce(0) { $0 + $1.gradient.count })
    defer { together.deallocate() }
    func forEachPlace(_ body: (_ gradient: UnsafeMutableBufferPointer<Float>, _ place: Int) -> Void) {
      var place = 0
      for parameter in small {
        body(parameter.gradient.values, place)
        place += parameter.gradient.count
      }
    }
    forEachPlace { gradient, place in
      for i in gradient.indices { together[place + i] = gradient[i] }
    }
    ranks.sum(together)
    forEachPlace { gradient, place in
      for i in gradient.indices { gradient[i] = together[place + i] }
    }
    for parameter in chosen where parameter.gradient.count >= Self.small { ranks.sum(parameter.gradient.values) }
    return start.duration(to: .now) / .seconds(1)
  }

  /// What one shard's tape uses of the parameters.
  final class Uses {
    private let exchange: GradientExchange
    private var counts: [ObjectIdentifier: Int] = [:]

    init(_ exchange: GradientExchange) { self.exchange = exchange }

    /// An operation that uses a parameter is recorded.
    func count(_ parameter: Parameter) { counts[ObjectIdentifier(parameter), default: 0] += 1 }

    /// All operations are recorded: what none of them uses gets nothing from here.
    func areCounted() {
      for parcel in exchange.parcels {
        for parameter in parcel.parameters where counts[ObjectIdentifier(parameter)] == nil {
          exchange.isLeft(parameter)
        }
      }
    }

    /// The reverse pass has left an operation that uses a parameter.
    func isLeft(_ parameter: Parameter) {
      let key = ObjectIdentifier(parameter)
      guard let left = counts[key] else { return }
      counts[key] = left - 1
      if left == 1 { exchange.isLeft(parameter) }
    }
  }
}
