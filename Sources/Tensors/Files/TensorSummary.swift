/// A tensor of a file in a line: what it is called, and the range of its numbers where that was asked for.
package struct TensorSummary: Sendable, Encodable, Equatable {
  /// The least, the mean and the greatest of a tensor's numbers.
  package struct Statistics: Sendable, Encodable, Equatable {
    /// The least number that is finite; nil where none is.
    package let minimum: Double?
    /// The mean of the finite numbers, added up in double precision; nil where there are none.
    package let mean: Double?
    /// The greatest number that is finite; nil where none is.
    package let maximum: Double?
    /// How many numbers are infinite or no numbers at all.
    package let notFinite: Int
  }

  /// The name in the file.
  package let name: String
  /// The element type.
  package let type: StoredTensor.Kind
  /// The extent of each dimension.
  package let shape: [Int]
  /// How many numbers there are.
  package let numbers: Int
  /// The range of the numbers; nil where it was not asked for.
  package let statistics: Statistics?
}

extension TensorFile {
  /// The tensors in the file's order.
  ///
  /// - Parameter statistics: whether to read the numbers, one tensor at a time, for their range.
  package func summaries(statistics: Bool) -> [TensorSummary] {
    entries.map { entry in
      TensorSummary(
        name: entry.name, type: entry.kind, shape: entry.shape, numbers: entry.count,
        statistics: statistics ? tensor(entry.name)?.statistics : nil)
    }
  }
}

extension StoredTensor {
  /// The least, the mean and the greatest number.
  package var statistics: TensorSummary.Statistics {
    let numbers = doubles
    let finite = numbers.filter(\.isFinite)
    return TensorSummary.Statistics(
      minimum: finite.min(), mean: finite.isEmpty ? nil : finite.reduce(0, +) / Double(finite.count),
      maximum: finite.max(), notFinite: numbers.count - finite.count)
  }
}
