import Tensors

/// A matrix of mostly zeros: of each row the columns that are not, ascending, and their values.
struct SparseRows: Sendable {
  /// Where each row starts in ``columns``, and after the last one the end.
  private(set) var starts: [Int] = [0]
  private(set) var columns: [Int32] = []
  private(set) var values: [Float] = []

  func entries(of row: Int) -> Range<Int> { starts[row]..<starts[row + 1] }

  /// Adds an entry to the row that is being made.
  mutating func add(_ column: Int32, _ value: Float) {
    columns.append(column)
    values.append(value)
  }

  mutating func endRow() { starts.append(columns.count) }

  /// Multiplies the entries from one on: those of the row that is being made.
  mutating func scale(from entry: Int, by factor: Float) {
    for place in entry..<values.count { values[place] *= factor }
  }

  /// The rows of several matrices one under the other.
  init(joining parts: [SparseRows] = []) {
    columns.reserveCapacity(parts.reduce(0) { $0 + $1.columns.count })
    values.reserveCapacity(columns.capacity)
    for part in parts {
      let offset = columns.count
      starts += part.starts.dropFirst().map { $0 + offset }
      columns += part.columns
      values += part.values
    }
  }

  /// The transpose of the rows `rows`, whose columns are counted from the first of them.
  func transposed(_ rows: Range<Int>, columns width: Int) -> SparseRows {
    var ends = [Int](repeating: 0, count: width + 1)
    let span = starts[rows.lowerBound]..<starts[rows.upperBound]
    for entry in span { ends[Int(columns[entry]) + 1] += 1 }
    for column in 0..<width { ends[column + 1] += ends[column] }
    var result = SparseRows()
    result.starts = ends
    result.columns = Array(repeating: 0, count: span.count)
    result.values = Array(repeating: 0, count: span.count)
    for row in rows {
      for entry in entries(of: row) {
        let column = Int(columns[entry])
        result.columns[ends[column]] = Int32(row - rows.lowerBound)
        result.values[ends[column]] = values[entry]
        ends[column] += 1
      }
    }
    return result
  }

  /// Makes rows on all threads, a run of them at a time.
  ///
  /// - Parameters:
  ///   - scratch: makes what a run of rows needs beside the matrix.
  ///   - body: adds the entries of a row, their columns ascending; the row is ended for it.
  static func make<Scratch>(
    _ count: Int, on workers: WorkerPool, scratch: () -> Scratch,
    _ body: (_ row: Int, _ rows: inout SparseRows, _ scratch: inout Scratch) -> Void
  ) -> SparseRows {
    let split = Split(count: count, chunks: max(1, min(64, count / 64)))
    let parts = UnsafeMutableBufferPointer<SparseRows>.allocate(capacity: split.chunks)
    parts.initialize(repeating: SparseRows())
    defer {
      parts.deinitialize()
      parts.deallocate()
    }
    workers.run(split.chunks) { chunk, _ in
      var rows = SparseRows()
      var memory = scratch()
      for row in split[chunk] {
        body(row, &rows, &memory)
        rows.endRow()
      }
      parts[chunk] = rows
    }
    return SparseRows(joining: Array(parts))
  }
}
