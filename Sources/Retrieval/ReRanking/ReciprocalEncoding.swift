import Foundation
import Tensors

/// The encoding of a joint set by k-reciprocal neighbours (Section 3 of the re-ranking paper).
struct ReciprocalEncoding {
  let joint: JointSet
  let neighbours: Neighbours
  let settings: ReRanking

  /// What a thread marks images in while it encodes one.
  private struct Marks {
    static let reciprocal: UInt8 = 1
    static let expanded: UInt8 = 2
    var flags: [UInt8]
    var ranks: [Int32]
    var members: [Int32] = []

    init(count: Int) {
      flags = Array(repeating: 0, count: count)
      ranks = Array(repeating: -1, count: count)
    }
  }

  /// Neighbours that are looked at, the image itself among them.
  private var depth: Int { min(settings.k1 + 1, neighbours.count) }

  /// The same of a candidate's own neighbours: half of k1, a half rounded to the even number as the authors' code does.
  private var candidateDepth: Int {
    min(Int((Double(settings.k1) / 2).rounded(.toNearestOrEven)) + 1, neighbours.count)
  }

  /// The encodings, `count × count`, each row's weights summing to 1.
  func rows(on workers: WorkerPool) -> SparseRows {
    let own = reciprocal(depth: depth, on: workers)
    let candidates = reciprocal(depth: candidateDepth, on: workers)
    let single = SparseRows.make(neighbours.count, on: workers, scratch: { Marks(count: neighbours.count) }) {
      row, rows, marks in
      encode(row, own: own, candidates: candidates, into: &rows, &marks)
    }
    return settings.k2 == 1 ? single : averaged(single, on: workers)
  }

  /// Of each image's first `depth` neighbours those that have it among their own, nearest first (Eq. 3).
  private func reciprocal(depth: Int, on workers: WorkerPool) -> SparseRows {
    let stride = neighbours.depth
    return neighbours.places.withUnsafeBufferPointer { places in
      SparseRows.make(neighbours.count, on: workers, scratch: {}) { row, rows, _ in
        for slot in 0..<depth {
          let other = places[row * stride + slot]
          let start = Int(other) * stride
          if places[start..<start + depth].contains(Int32(row)) { rows.add(other, 0) }
        }
      }
    }
  }

  /// Encodes one image: its reciprocal neighbours, and those of each that share more than two thirds of theirs with it
  /// (Eq. 5), weighted by `exp(−D)` (Eq. 7).
  private func encode(
    _ row: Int, own: SparseRows, candidates: SparseRows, into rows: inout SparseRows, _ marks: inout Marks
  ) {
    marks.members.removeAll(keepingCapacity: true)
    func expand(_ place: Int32) {
      guard marks.flags[Int(place)] & Marks.expanded == 0 else { return }
      marks.flags[Int(place)] |= Marks.expanded
      marks.members.append(place)
    }
    let mine = own.columns[own.entries(of: row)]
    for place in mine {
      marks.flags[Int(place)] |= Marks.reciprocal
      expand(place)
    }
    for candidate in mine {
      let theirs = candidates.columns[candidates.entries(of: Int(candidate))]
      let shared = theirs.count { marks.flags[Int($0)] & Marks.reciprocal != 0 }
      if 3 * shared > 2 * theirs.count { theirs.forEach(expand) }
    }
    marks.members.sort()

    let list = row * neighbours.depth
    for slot in 0..<neighbours.depth { marks.ranks[Int(neighbours.places[list + slot])] = Int32(slot) }
    let start = rows.values.count
    var sum = 0.0
    for place in marks.members {
      let rank = Int(marks.ranks[Int(place)])
      let squared = rank >= 0 ? neighbours.squared[list + rank] : joint.squaredDistance(row, Int(place))
      let weight = exp(-settings.scaled(squared, largest: neighbours.largest[row]))
      sum += Double(weight)
      rows.add(place, weight)
      marks.flags[Int(place)] = 0
    }
    for slot in 0..<neighbours.depth { marks.ranks[Int(neighbours.places[list + slot])] = -1 }
    if sum > 0 { rows.scale(from: start, by: Float(1 / sum)) }
  }

  /// The mean encoding of each image's k2 nearest, itself included (Section 3.4, local query expansion).
  private func averaged(_ single: SparseRows, on workers: WorkerPool) -> SparseRows {
    let count = min(settings.k2, neighbours.depth)
    let size = neighbours.count
    struct Sums {
      var values: [Float]
      var touched: [Int32] = []
    }
    return SparseRows.make(size, on: workers, scratch: { Sums(values: Array(repeating: 0, count: size)) }) {
      row, rows, sums in
      sums.touched.removeAll(keepingCapacity: true)
      for slot in 0..<count {
        for entry in single.entries(of: Int(neighbours.places[row * neighbours.depth + slot])) {
          let column = Int(single.columns[entry])
          if sums.values[column] == 0 { sums.touched.append(Int32(column)) }
          sums.values[column] += single.values[entry]
        }
      }
      sums.touched.sort()
      for column in sums.touched {
        rows.add(column, sums.values[Int(column)] / Float(count))
        sums.values[Int(column)] = 0
      }
    }
  }
}
