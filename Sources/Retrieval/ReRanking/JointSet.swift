import COpenBLAS
import Foundation
import Support
import Tensors

/// Queries and gallery as one list, queries first, and the squared Euclidean distances between them.
struct JointSet {
  let query: Descriptors
  let gallery: Descriptors
  private let norms: [Double]

  /// Images of both lists.
  var count: Int { query.count + gallery.count }

  /// - Throws: ``PlainError`` where a list is empty, or descriptors differ in length.
  init(query: Descriptors, gallery: Descriptors) throws(PlainError) {
    guard query.dimension == gallery.dimension else {
      throw PlainError(
        "query descriptors have \(query.dimension) numbers but gallery descriptors \(gallery.dimension)")
    }
    guard query.count > 0 else { throw PlainError("there are no queries") }
    guard gallery.count > 0 else { throw PlainError("the gallery is empty") }
    guard query.count + gallery.count <= Int32.max, gallery.dimension <= Int32.max else {
      throw PlainError("more than \(Int32.max) descriptors or numbers in one are not supported")
    }
    self.query = query
    self.gallery = gallery
    norms = query.squaredNorms + gallery.squaredNorms
  }

  /// Images that stand one after the other in one of the two lists.
  private struct Block {
    let rows: Range<Int>
    let isQuery: Bool
  }

  /// Rows of a block: a tile of distances takes 4 MiB, and products of this size run at full speed.
  private static let blockRows = 1024

  private func blocks() -> [Block] {
    func cut(_ rows: Range<Int>, isQuery: Bool) -> [Block] {
      stride(from: rows.lowerBound, to: rows.upperBound, by: Self.blockRows).map {
        Block(rows: $0..<min($0 + Self.blockRows, rows.upperBound), isQuery: isQuery)
      }
    }
    return cut(0..<query.count, isQuery: true) + cut(query.count..<count, isQuery: false)
  }

  /// Finds each image's `depth` nearest images, itself included, and writes the queries' squared distances to the
  /// gallery, `query.count × gallery.count`, into `queryToGallery`.
  ///
  /// Distances are computed a tile at a time, each pair once, and no more than a tile a thread is kept. Neither the
  /// cut nor the order of threads shows in the result: the nearest are the least of a strict order.
  func neighbours(
    depth: Int, queryToGallery: UnsafeMutablePointer<Float>, on workers: WorkerPool
  ) -> Neighbours {
    openblas_set_num_threads(1)
    let blocks = blocks()
    let depth = min(depth, count)
    let lists = NeighbourLists(count: count, depth: depth)
    let locks = blocks.map { _ in NSLock() }
    let tiles = blocks.indices.flatMap { a in (a..<blocks.count).map { (a, $0) } }
    let height = blocks.map(\.rows.count).max() ?? 0
    let buffers = (0..<workers.count).map { _ in
      UnsafeMutablePointer<Float>.allocate(capacity: height * height)
    }
    defer { for buffer in buffers { buffer.deallocate() } }
    workers.run(tiles.count) { number, worker in
      let (a, b) = tiles[number]
      let tile = buffers[worker]
      let rows = blocks[a].rows
      let columns = blocks[b].rows
      multiply(blocks[a], blocks[b], into: tile)
      locks[a].lock()
      if a != b { locks[b].lock() }
      defer {
        locks[a].unlock()
        if a != b { locks[b].unlock() }
      }
      norms.withUnsafeBufferPointer { norms in
        guard let norms = norms.baseAddress else { return }
        if a == b {
          lists.takeOwn(tile, rows: rows, norms: norms)
        } else {
          let target = blocks[a].isQuery && !blocks[b].isQuery
          lists.take(
            tile, rows: rows, columns: columns, norms: norms,
            storing: target ? queryToGallery + columns.lowerBound - query.count : nil, stride: gallery.count)
        }
      }
    }
    return lists.finished()
  }

  /// The inner products of two blocks' descriptors.
  private func multiply(_ a: Block, _ b: Block, into tile: UnsafeMutablePointer<Float>) {
    withDescriptor(a.rows.lowerBound) { left in
      withDescriptor(b.rows.lowerBound) { right in
        let depth = Int32(query.dimension)
        cblas_sgemm(
          CblasRowMajor, CblasNoTrans, CblasTrans, Int32(a.rows.count), Int32(b.rows.count), depth, 1, left, depth,
          right, depth, 0, tile, Int32(b.rows.count))
      }
    }
  }

  /// The descriptor of a place in the joint list; those that follow in the same list lie behind it.
  private func withDescriptor<Result>(_ place: Int, _ body: (UnsafePointer<Float>?) -> Result) -> Result {
    let isQuery = place < query.count
    return (isQuery ? query : gallery).values.withUnsafeBufferPointer { values in
      body(values.baseAddress.map { $0 + (isQuery ? place : place - query.count) * query.dimension })
    }
  }

  /// The squared distance of one pair, from the differences themselves.
  func squaredDistance(_ a: Int, _ b: Int) -> Float {
    withDescriptor(a) { left in
      withDescriptor(b) { right in
        guard let left, let right else { return 0 }
        let whole = query.dimension / 16 * 16
        var sums = Vector.zero
        for i in stride(from: 0, to: whole, by: 16) {
          let difference = left.vector(i) - right.vector(i)
          sums = fused(difference, difference, plus: sums)
        }
        var sum = sums.sum()
        for i in whole..<query.dimension { sum += (left[i] - right[i]) * (left[i] - right[i]) }
        return sum
      }
    }
  }
}
