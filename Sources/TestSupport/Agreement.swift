/// Two lists of numbers that should agree and do not.
package struct Disagreement: Error, CustomStringConvertible {
  /// What differs, where and by how much.
  package let description: String

  /// Says what differs.
  package init(description: String) { self.description = description }
}

/// Comparisons of whole tensors, number by number: a mean or a sum would not see a permutation.
package enum Agreement {
  /// The largest difference, relative to the largest magnitude of `expected`; infinite where the counts differ or a
  /// number is not finite.
  package static func error(_ values: some Collection<Double>, _ expected: [Double]) -> Double {
    guard values.count == expected.count else { return .infinity }
    let largest = expected.reduce(0) { max($0, abs($1)) }
    var worst = 0.0
    for (value, expected) in zip(values, expected) {
      let difference = abs(value - expected)
      guard difference.isFinite else { return .infinity }
      worst = max(worst, difference)
    }
    return worst == 0 ? 0 : worst / max(largest, .leastNormalMagnitude)
  }

  /// Checks that each number agrees within `tolerance`, relative to the largest magnitude of `expected`.
  ///
  /// - Throws: ``Disagreement`` that names the furthest number.
  package static func check(_ what: String, _ values: [Float], _ expected: [Double], within tolerance: Double) throws {
    try check(what, values.map(Double.init), expected, within: tolerance)
  }

  /// Checks that each number agrees within `tolerance`, relative to the largest magnitude of `expected`.
  ///
  /// - Throws: ``Disagreement`` that names the furthest number.
  package static func check(_ what: String, _ values: [Double], _ expected: [Double], within tolerance: Double) throws {
    guard values.count == expected.count else {
      throw Disagreement(description: "\(what) has \(values.count) numbers, not \(expected.count)")
    }
    let error = error(values, expected)
    guard error > tolerance else { return }
    let worst = values.indices.max { !(abs(values[$0] - expected[$0]) >= abs(values[$1] - expected[$1])) } ?? 0
    throw Disagreement(
      description: "\(what)[\(worst)] is \(values[worst]), not \(expected[worst]): \(error) of the largest magnitude")
  }

  /// Checks that two lists are the same to the last bit.
  ///
  /// - Throws: ``Disagreement`` that names the first number that differs.
  package static func checkSameBits(_ what: String, _ values: [Float], _ expected: [Float]) throws {
    guard values.count == expected.count else {
      throw Disagreement(description: "\(what) has \(values.count) numbers, not \(expected.count)")
    }
    for index in values.indices where values[index].bitPattern != expected[index].bitPattern {
      throw Disagreement(description: "\(what)[\(index)] is \(values[index]), not \(expected[index]) to the last bit")
    }
  }

  /// Checks that a condition holds.
  ///
  /// - Throws: ``Disagreement`` with the given words where it does not.
  package static func require(_ condition: Bool, _ otherwise: @autoclosure () -> String) throws {
    if !condition { throw Disagreement(description: otherwise()) }
  }
}
