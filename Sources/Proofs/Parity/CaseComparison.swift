import Layers
import Support
import Tensors

/// Compares what a replay computes with the tensors of a case, and knows in the end which of them nobody asked for.
struct CaseComparison {
  private let tensors: [String: StoredTensor]
  /// What a pass takes in.
  private let inputs: Set<String>
  private(set) var comparisons: [ParityResult.Comparison] = []
  private var compared: Set<String> = []

  /// - Parameter inputs: the names of tensors that nothing is compared with.
  init(_ tensors: [String: StoredTensor], inputs: Set<String>) {
    self.tensors = tensors
    self.inputs = inputs
  }

  /// Whether the case has a tensor of that name.
  func has(_ name: String) -> Bool { tensors[name] != nil }

  func names(beginning prefix: String) -> [String] { tensors.keys.filter { $0.hasPrefix(prefix) }.sorted() }

  /// Compares numbers, which must be the same where the case holds them as whole ones.
  ///
  /// - Parameter shape: as in memory; a map has its channels last, which are second in files.
  /// - Throws: ``PlainError`` where the case has no such tensor.
  mutating func compare(
    _ values: [Float], shape: [Int], with name: String, _ group: ParityResult.Group
  ) throws(PlainError) {
    let stored = try ParityCase.require(tensors, name)
    var error = Double.infinity
    if let ordered = Self.ordered(values, shape: shape, as: stored.shape) {
      error = ParityResult.Comparison.error(ordered, stored.doubles)
      if stored.integers != nil, error > 0 { error = .infinity }
    }
    add(name, group, error)
  }

  /// Compares whole numbers, which must be the same.
  mutating func compare(
    _ values: [Int], with name: String, _ group: ParityResult.Group
  ) throws(PlainError) {
    add(name, group, try ParityCase.require(tensors, name).integers == values ? 0 : .infinity)
  }

  /// Compares one number of a tensor.
  mutating func compare(
    _ value: Double, at index: Int = 0, with name: String, _ group: ParityResult.Group
  ) throws(PlainError) {
    let stored = try ParityCase.require(tensors, name).doubles
    guard stored.indices.contains(index) else { throw PlainError("the tensor '\(name)' has no number \(index)") }
    let error = abs(value - stored[index]) / max(abs(stored[index]), .leastNormalMagnitude)
    add(name, group, value == stored[index] ? 0 : error, label: stored.count > 1 ? "\(name)[\(index)]" : nil)
  }

  /// Says that a parameter or a statistic is as it was, which is all that is asked of it.
  mutating func keep(_ name: String, isSame: Bool) { add(name, .afterSteps, isSame ? 0 : .infinity) }

  /// Ends the comparison.
  ///
  /// - Throws: ``PlainError`` where the case has tensors that nothing was compared with.
  func finish() throws(PlainError) -> [ParityResult.Comparison] {
    let left = tensors.keys.filter { name in
      !compared.contains(name) && !inputs.contains(name)
        && !["before.", "attribute.", "op."].contains(where: name.hasPrefix)
    }.sorted()
    guard left.isEmpty else {
      throw PlainError(
        "nothing was compared with \(Wording.count(left.count, "tensor")) of the case: "
          + Wording.list(Array(left.prefix(12))) + (left.count > 12 ? ", …" : ""))
    }
    return comparisons
  }

  private mutating func add(_ name: String, _ group: ParityResult.Group, _ error: Double, label: String? = nil) {
    compared.insert(name)
    comparisons.append(.init(name: label ?? name, group: group, error: error))
  }

  /// Numbers in the order of a stored shape; nil where they are of another shape. Of maps a case may hold the first images
  /// alone.
  private static func ordered(_ values: [Float], shape: [Int], as stored: [Int]) -> [Float]? {
    if stored.count == 4, shape.count == 4, stored[0] > 0, stored[0] < shape[0] {
      let first = Array(values.prefix(values.count / shape[0] * stored[0]))
      return ordered(first, shape: [stored[0]] + shape.dropFirst(), as: stored)
    }
    guard values.count == stored.reduce(1, *) else { return nil }
    // Both as in files, or one row after the other.
    if shape == stored || stored.count < 4 && (values.count == 1 || shape.first == stored.first) { return values }
    guard stored.count == 4, shape.count > 2, shape[0] == stored[0], shape.last == stored[1] else { return nil }
    guard shape.count == 3 || Array(shape[1..<3]) == Array(stored[2...]) else { return nil }
    return Layout.channelsFirst(values, shape: stored)
  }
}

extension ParityResult.Comparison {
  /// The largest difference relative to the largest magnitude.
  static func error(_ values: [Float], _ stored: [Double]) -> Double {
    guard values.count == stored.count else { return .infinity }
    let largest = stored.reduce(0) { max($0, abs($1)) }
    var error = 0.0
    for (value, expected) in zip(values, stored) {
      let difference = abs(Double(value) - expected)
      if difference.isNaN { return .nan }
      error = max(error, difference)
    }
    return error == 0 ? 0 : error / max(largest, .leastNormalMagnitude)
  }
}
