import Foundation
import Support
import Tensors

/// Descriptors that are had a block of rows at a time, wherever they lie.
package protocol DescriptorRows: Sendable {
  var count: Int { get }
  /// Numbers of one image.
  var dimension: Int { get }
  /// The same scaled to unit length; one that is all zeros stays so.
  var unitLength: Self { get throws(PlainError) }
  /// The squared length of each descriptor, summed in double precision.
  var squaredNorms: [Double] { get throws(PlainError) }

  /// Hands over the numbers of each block of rows, one block after the other: `rows.count × dimension`, in memory that the
  /// next block may take.
  func forEach(
    _ blocks: [Range<Int>],
    _ body: (_ rows: Range<Int>, _ numbers: UnsafeBufferPointer<Float>) throws(PlainError) -> Void
  ) throws(PlainError)
}

extension DescriptorRows {
  /// A copy of some rows in memory.
  package func loaded(_ rows: Range<Int>) throws(PlainError) -> Descriptors {
    var values: [Float] = []
    values.reserveCapacity(rows.count * dimension)
    let blocks = DistanceBlocks.rows(
      rows.count, dimension: dimension, atMost: DistanceBlocks.Limits.standard.block)
    try forEach(blocks.map { $0.lowerBound + rows.lowerBound..<$0.upperBound + rows.lowerBound }) { _, numbers in
      values += numbers
    }
    return Descriptors(checked: values, dimension: dimension)
  }

  /// The same as ``forEach(_:_:)``, the blocks shared out to threads.
  func forEachAtOnce(
    _ blocks: [Range<Int>],
    _ body: @Sendable (_ rows: Range<Int>, _ numbers: UnsafeBufferPointer<Float>) throws(PlainError) -> Void
  ) throws(PlainError) {
    let threads = min(Self.mostReaders, Engine.availableThreads, blocks.count)
    let faults = Placed<PlainError>(count: blocks.count)
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      let own = Array(stride(from: thread, to: blocks.count, by: threads))
      var done = 0
      do throws(PlainError) {
        try forEach(own.map { blocks[$0] }) { rows, numbers throws(PlainError) in
          try body(rows, numbers)
          done += 1
        }
      } catch {
        faults[own[done]] = error
      }
    }
    if let first = faults.values.first { throw first }
  }

  /// Each has a block in memory; more of them do not read faster.
  private static var mostReaders: Int { 32 }
}

/// In memory.
extension Descriptors: DescriptorRows {
  package func forEach(
    _ blocks: [Range<Int>],
    _ body: (_ rows: Range<Int>, _ numbers: UnsafeBufferPointer<Float>) throws(PlainError) -> Void
  ) throws(PlainError) {
    try values.withUnsafeBufferPointer { values throws(PlainError) in
      for rows in blocks {
        try body(
          rows, UnsafeBufferPointer(rebasing: values[rows.lowerBound * dimension..<rows.upperBound * dimension]))
      }
    }
  }
}

/// In a file, from which they are read a block at a time.
package struct StoredDescriptors: DescriptorRows {
  package let count: Int
  package let dimension: Int
  private let file: OpenFile
  private let start: Int
  private let kind: StoredTensor.Kind
  private let name: String
  /// What each row is multiplied by; nil where they are taken as they are.
  private var scales: [Double]?

  /// - Parameters:
  ///   - start: where in the file they begin.
  ///   - kind: the type of the numbers.
  ///   - name: what they are of (`query`, `gallery`), for messages.
  package init(
    _ file: OpenFile, from start: Int = 0, kind: StoredTensor.Kind = .float32, count: Int, dimension: Int,
    of name: String
  ) {
    (self.file, self.start, self.kind) = (file, start, kind)
    (self.count, self.dimension, self.name) = (count, dimension, name)
  }

  package func forEach(
    _ blocks: [Range<Int>],
    _ body: (_ rows: Range<Int>, _ numbers: UnsafeBufferPointer<Float>) throws(PlainError) -> Void
  ) throws(PlainError) {
    let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: dimension * (blocks.map(\.count).max() ?? 0))
    defer { memory.deallocate() }
    for rows in blocks {
      let numbers = UnsafeMutableBufferPointer(rebasing: memory[..<(rows.count * dimension)])
      try read(rows, into: numbers)
      if let scales { Descriptors.scale(numbers, dimension: dimension, by: scales[rows]) }
      try body(rows, UnsafeBufferPointer(numbers))
    }
  }

  private func read(_ rows: Range<Int>, into numbers: UnsafeMutableBufferPointer<Float>) throws(PlainError) {
    let place = start + rows.lowerBound * dimension * kind.size
    guard kind != .float32 else { return try file.read(at: place, into: UnsafeMutableRawBufferPointer(numbers)) }
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: numbers.count * kind.size, alignment: 8)
    defer { bytes.deallocate() }
    try file.read(at: place, into: bytes)
    _ = numbers.update(
      fromContentsOf: StoredTensor(kind: kind, shape: [rows.count, dimension], bytes: Array(bytes)).floats)
  }

  package var unitLength: StoredDescriptors {
    get throws(PlainError) {
      var unit = self
      unit.scales = Descriptors.unitScales(try squaredNorms)
      return unit
    }
  }

  /// Reads all of them once, and sees to it that each is a usable number.
  package var squaredNorms: [Double] {
    get throws(PlainError) {
      let blocks = DistanceBlocks.rows(count, dimension: dimension, atMost: DistanceBlocks.Limits.standard.block)
      var norms = [Double](repeating: 0, count: count)
      do throws(PlainError) {
        try norms.withUnsafeMutableBufferPointer { norms throws(PlainError) in
          // Each block has norms of its own.
          nonisolated(unsafe) let norms = norms
          try forEachAtOnce(blocks) { rows, numbers throws(PlainError) in
            try Descriptors.check(numbers, from: rows.lowerBound, dimension: dimension, of: name)
            _ = norms[rows].update(fromContentsOf: Descriptors.squaredNorms(of: numbers, dimension: dimension))
          }
        }
      } catch {
        throw error.naming(file.url)
      }
      return norms
    }
  }
}
