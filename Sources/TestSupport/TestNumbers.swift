import Tensors

/// Random numbers for tests, drawn by name and representable in single precision, so that the engine and a
/// double-precision oracle see the same ones.
package enum TestNumbers {
  /// Draws from the normal distribution.
  package static func normal(_ count: Int, _ name: String, mean: Double = 0, deviation: Double = 1) -> [Float] {
    var stream = RandomStream(seed: 20_19, name: "test/\(name)")
    return (0..<count).map { _ in Float(stream.normal(mean: mean, deviation: deviation)) }
  }

  /// Evenly distributed draws.
  package static func uniform(_ count: Int, _ name: String, in range: ClosedRange<Double>) -> [Float] {
    var stream = RandomStream(seed: 20_19, name: "test/\(name)")
    return (0..<count).map { _ in Float(stream.uniform(in: range)) }
  }

  /// Different numbers in random order, each `spacing` from the next: no two are tied for a maximum.
  package static func distinct(_ count: Int, _ name: String, spacing: Double = 0.01) -> [Float] {
    var stream = RandomStream(seed: 20_19, name: "test/\(name)")
    return stream.permutation(count).map { Float((Double($0) - Double(count) / 2) * spacing) }
  }

  /// Whole numbers in `range`, of which many are equal.
  package static func whole(_ count: Int, _ name: String, in range: ClosedRange<Int>) -> [Int] {
    var stream = RandomStream(seed: 20_19, name: "test/\(name)")
    return (0..<count).map { _ in range.lowerBound + stream.int(below: range.count) }
  }

  /// A cotangent that is 0 where a value lies within `distance` of 0: there a ReLU may fall either way in single
  /// precision, and finite differences cross its kink.
  package static func silenced(_ cotangent: [Float], near values: [Double], within distance: Double = 1e-3) -> [Float] {
    zip(cotangent, values).map { abs($1) < distance ? 0 : $0 }
  }
}

extension [Float] {
  /// The same numbers in double precision.
  package var doubles: [Double] { map(Double.init) }
}

extension Engine {
  /// Leaves memory for tensors of these shapes in the pool, filled with NaN: whoever reads what was not written shows it.
  package func poison(_ shapes: [[Int]]) {
    _ = shapes.map { filled($0, with: .nan) }
  }
}
