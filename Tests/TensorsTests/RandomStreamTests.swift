import Foundation
import Tensors
import TestSupport
import Testing

/// Named random streams: the same numbers everywhere, evenly spread, independent by name.
struct RandomStreamTests {
  /// By another implementation (Python, from the generators' published definitions). What a seed and a name give is
  /// fixed for good: every experiment's first numbers come from here.
  private static let first: [UInt64] = [
    0x8740ae570c9f74e3, 0x4209158d21d61071,
    0xad8f45e02917680c, 0xede1c6e8d990dc13,
  ]

  @Test("the first numbers of a stream")
  func firstNumbers() {
    var stream = RandomStream(seed: 42, name: "initialisation")
    #expect((0..<4).map { _ in stream.next() } == Self.first)
  }

  @Test("the seed, the name and the order decide")
  func names() {
    func numbers(_ seed: UInt64, _ name: String) -> [UInt64] {
      var stream = RandomStream(seed: seed, name: name)
      return (0..<100).map { _ in stream.next() }
    }
    #expect(numbers(1, "a") == numbers(1, "a"))
    let streams = [
      numbers(1, "a"), numbers(2, "a"), numbers(1, "b"), numbers(1, ""), numbers(0, "a"), numbers(1, "aa"),
    ]
    #expect(Set(streams.flatMap { $0 }).count == 600, "no two streams share a number")
  }

  /// Two streams' numbers are uncorrelated: of 20,000 products of standard normals the mean has deviation 0.007.
  @Test("streams of neighbouring names and seeds are independent")
  func independence() {
    let pairs: [(RandomStream, RandomStream)] = [
      (RandomStream(seed: 1, name: "order/1"), RandomStream(seed: 1, name: "order/2")),
      (RandomStream(seed: 1, name: "order/1"), RandomStream(seed: 2, name: "order/1")),
    ]
    for (first, second) in pairs {
      var (a, b) = (first, second)
      let mean = (0..<20_000).reduce(0.0) { sum, _ in sum + a.normal() * b.normal() } / 20_000
      #expect(abs(mean) < 0.03)
    }
  }

  /// With 100,000 draws a tenth's share has deviation 0.00095.
  @Test("uniform numbers fill 0 ..< 1 evenly")
  func uniformity() {
    var stream = RandomStream(seed: 3, name: "uniform")
    var shares = [Double](repeating: 0, count: 10)
    for _ in 0..<100_000 {
      let number = stream.uniform()
      #expect(number >= 0 && number < 1)
      shares[Int(number * 10)] += 1 / 100_000
    }
    for share in shares { #expect(abs(share - 0.1) < 0.005) }
    for _ in 0..<1_000 { #expect((-3.0...5).contains(stream.uniform(in: -3...5))) }
    #expect(stream.uniform(in: 2...2) == 2)
  }

  @Test("whole numbers are equally likely, for bounds that are no powers of two", arguments: [1, 2, 3, 7, 10])
  func wholeNumbers(bound: Int) {
    var stream = RandomStream(seed: 4, name: "whole")
    var counts = [Int](repeating: 0, count: bound)
    for _ in 0..<20_000 { counts[stream.int(below: bound)] += 1 }
    for count in counts { #expect(abs(Double(count) / 20_000 - 1 / Double(bound)) < 0.02) }
    #expect((0..<Int.max).contains(stream.int(below: .max)))
  }

  @Test("chance, with certainty at either end")
  func chance() {
    var stream = RandomStream(seed: 5, name: "chance")
    let hits = (0..<20_000).count { _ in stream.chance(0.3) }
    #expect(abs(Double(hits) / 20_000 - 0.3) < 0.02)
    #expect((0..<100).allSatisfy { _ in stream.chance(1) })
    #expect((0..<100).allSatisfy { _ in !stream.chance(0) })
  }

  /// Moments of the normal distribution: 0, 1, 0 and 3.
  @Test("normal numbers")
  func normal() {
    var stream = RandomStream(seed: 6, name: "normal")
    let draws = (0..<100_000).map { _ in stream.normal() }
    func moment(_ power: Int) -> Double { draws.reduce(0) { $0 + pow($1, Double(power)) } / Double(draws.count) }
    #expect(abs(moment(1)) < 0.02)
    #expect(abs(moment(2) - 1) < 0.02)
    #expect(abs(moment(3)) < 0.06)
    #expect(abs(moment(4) - 3) < 0.15)
    let shifted = (0..<10_000).map { _ in stream.normal(mean: 5, deviation: 0.5) }
    #expect(abs(shifted.reduce(0, +) / 10_000 - 5) < 0.03)
  }

  @Test("permutations hold each number once, and every order comes up", arguments: [0, 1, 2, 50])
  func permutations(count: Int) {
    var stream = RandomStream(seed: 7, name: "permutation")
    for _ in 0..<20 { #expect(stream.permutation(count).sorted() == Array(0..<count)) }
    var orders: [[Int]: Int] = [:]
    for _ in 0..<6_000 { orders[stream.permutation(3), default: 0] += 1 }
    #expect(orders.count == 6)
    #expect(orders.values.allSatisfy { abs($0 - 1_000) < 150 })
    #expect((0..<50).allSatisfy { _ in "abc".contains(stream.pick(["a", "b", "c"])) })
  }

  @Test("a stored stream goes on with the numbers that it would have drawn")
  func stored() throws {
    var stream = RandomStream(seed: 8, name: "stored")
    for _ in 0..<17 { _ = stream.normal() }
    var restored = try JSONDecoder().decode(RandomStream.self, from: try JSONEncoder().encode(stream))
    #expect(restored == stream)
    #expect((0..<50).map { _ in restored.normal() } == (0..<50).map { _ in stream.normal() })
  }

  @Test(
    "a damaged state is refused",
    arguments: [#"{"state":[]}"#, #"{"state":[1,2,3]}"#, #"{"state":[1,2,3,4,5]}"#, #"{"state":[0,0,0,0]}"#, "{}"])
  func damaged(text: String) {
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(RandomStream.self, from: Data(text.utf8)) }
  }
}
