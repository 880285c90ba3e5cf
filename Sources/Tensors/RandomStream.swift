import Foundation

/// A named stream of random numbers: the same seed and name give the same numbers on every machine.
///
/// The generator is xoshiro256** (Blackman and Vigna), its state filled by SplitMix64 from the seed and a hash
/// (FNV-1a) of the name, so that `initialisation` and `augmentation` of one run never share numbers. The state can be
/// stored and taken up again, so an interrupted run goes on with the numbers that it would have drawn.
package struct RandomStream: RandomNumberGenerator, Codable, Hashable, Sendable {
  /// The generator's four words; storing them stores the place in the stream.
  package private(set) var state: [UInt64]

  package init(seed: UInt64, name: String) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    var word = seed ^ hash
    state = (0..<4).map { _ in
      word &+= 0x9e37_79b9_7f4a_7c15
      var z = word
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }
  }

  /// Takes up a stored place in a stream.
  ///
  /// - Throws: `DecodingError` where it is not four words, of which one at least is not 0: from nothing but zeros the
  ///   generator would never leave.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    state = try container.decode([UInt64].self, forKey: .state)
    guard state.count == 4, state.contains(where: { $0 != 0 }) else {
      throw DecodingError.dataCorruptedError(
        forKey: .state, in: container, debugDescription: "a random stream's state is four words that are not all 0")
    }
  }

  package mutating func next() -> UInt64 {
    let result = Self.rotate(state[1] &* 5, 7) &* 9
    let shifted = state[1] << 17
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= shifted
    state[3] = Self.rotate(state[3], 45)
    return result
  }

  /// Passes over so many words, each of which is a uniform number.
  package mutating func skip(_ words: Int) {
    for _ in 0..<words { _ = next() }
  }

  /// A number in `0 ..< 1`, one of 2^53 evenly spaced ones.
  package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  package mutating func uniform(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + uniform() * (range.upperBound - range.lowerBound)
  }

  /// A whole number in `0 ..< bound`, each equally likely. Unlike `Int.random(in:using:)` this is ours and so does
  /// not change with the standard library.
  package mutating func int(below bound: Int) -> Int {
    precondition(bound > 0, "there is no whole number below \(bound) to draw")
    let bound = UInt64(bound)
    let limit = UInt64.max - UInt64.max % bound
    var word = next()
    while word >= limit { word = next() }
    return Int(word % bound)
  }

  package mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

  /// A draw from the normal distribution, by Marsaglia's polar method. Its second draw is thrown away:
  /// the state alone decides what comes next.
  package mutating func normal(mean: Double = 0, deviation: Double = 1) -> Double {
    while true {
      let u = 2 * uniform() - 1
      let v = 2 * uniform() - 1
      let s = u * u + v * v
      if s > 0 && s < 1 { return mean + deviation * u * (-2 * log(s) / s).squareRoot() }
    }
  }

  package mutating func pick<Element>(_ elements: [Element]) -> Element { elements[int(below: elements.count)] }

  /// The numbers `0 ..< count` in random order (Fisher and Yates).
  package mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for i in stride(from: count - 1, to: 0, by: -1) { order.swapAt(i, int(below: i + 1)) }
    return order
  }

  private static func rotate(_ word: UInt64, _ places: UInt64) -> UInt64 { (word << places) | (word >> (64 - places)) }
}
