import Tensors

/// Two images of a batch whose maps are matched: the other's places are found again in the reference's layout.
package struct MapPair: Hashable, Sendable {
  package let reference: Int
  package let other: Int

  package init(reference: Int, other: Int) {
    self.reference = reference
    self.other = other
  }
}

/// Matching of all places of two maps (Shen et al., "End-to-end deep Kronecker-product matching for person
/// re-identification", CVPR 2018).
///
/// Maps are `[N, L, V]`, L places of V channels, of two batches or of the same one twice; each pair names an image of
/// either. An image is in many pairs: its gradient adds up pair by pair, in their order.
extension Tape {
  /// By how much each place of the reference answers to each place of the other map.
  ///
  ///     M[k, p, q] = softmax over q of temperature · ⟨r[p], o[q]⟩
  ///
  /// - Parameters:
  ///   - reference: `[N, Lr, V]`, places of length 1, or 0.
  ///   - other: `[N', Lo, V]`, the same.
  /// - Returns: `[pairs.count, Lr, Lo]`.
  package func matches(_ reference: Value, _ other: Value, pairs: [MapPair], temperature: Float) -> Value {
    let (rows, columns, depth) = (reference.shape[1], other.shape[1], reference.shape[2])
    precondition(other.shape[2] == depth, "maps of \(depth) and \(other.shape[2]) channels")
    Self.check(pairs, reference, other)
    let size = rows * columns
    let accumulation = policy.accumulation(multiplications: pairs.count * size * depth)
    let output = result(engine.empty([pairs.count, rows, columns]))
    let (r, o, m) = (reference.tensor, other.tensor, output.tensor)
    engine.parallel(pairs.count) { pair, _ in
      let target = m.pointer + pair * size
      MatrixProduct.multiply(
        rows: rows, columns: columns, depth: depth,
        .plain(r.pointer + pairs[pair].reference * rows * depth, stride: depth),
        .transposed(o.pointer + pairs[pair].other * columns * depth, stride: depth), into: target, stride: columns,
        in: accumulation)
      for row in 0..<rows { SoftmaxRow.normalise(target + row * columns, count: columns, times: temperature) }
    }
    let (referenceSlot, otherSlot) = (reference.slot, other.slot)
    record(output) { [engine] dOutput in
      // From here on dOutput holds the gradient by the products.
      engine.parallel(pairs.count) { pair, _ in
        for row in 0..<rows {
          let start = pair * size + row * columns
          SoftmaxRow.differentiate(
            dOutput.pointer + start, m.pointer + start, count: columns, times: temperature)
        }
      }
      referenceSlot?.accumulate(shape: r.shape, on: engine) { gradient, accumulate in
        Self.perImage(pairs.map(\.reference), of: r.shape, accumulate, into: gradient, on: engine) {
          pair, range, target in
          MatrixProduct.multiply(
            rows: range.count, columns: depth, depth: columns,
            .plain(dOutput.pointer + pair * size + range.lowerBound * columns, stride: columns),
            .plain(o.pointer + pairs[pair].other * columns * depth, stride: depth), into: target, stride: depth,
            accumulate: true, in: accumulation)
        }
      }
      otherSlot?.accumulate(shape: o.shape, on: engine) { gradient, accumulate in
        Self.perImage(pairs.map(\.other), of: o.shape, accumulate, into: gradient, on: engine) {
          pair, range, target in
          MatrixProduct.multiply(
            rows: range.count, columns: depth, depth: rows,
            .transposed(dOutput.pointer + pair * size + range.lowerBound, stride: columns),
            .plain(r.pointer + pairs[pair].reference * rows * depth, stride: depth), into: target, stride: depth,
            accumulate: true, in: accumulation)
        }
      }
    }
    return output
  }

  /// The other map in the reference's layout: `y[k, p] = Σ_q M[k, p, q] · o[q]`.
  ///
  /// - Parameters:
  ///   - other: `[N', Lo, V]`.
  ///   - matches: `[pairs.count, Lr, Lo]`.
  /// - Returns: `[pairs.count, Lr, V]`.
  package func warped(_ other: Value, by matches: Value, pairs: [MapPair]) -> Value {
    let (rows, columns, depth) = (matches.shape[1], matches.shape[2], other.shape[2])
    precondition(matches.shape[0] == pairs.count && other.shape[1] == columns, "\(matches.shape) on \(other.shape)")
    Self.check(pairs, nil, other)
    let size = rows * columns
    let accumulation = policy.accumulation(multiplications: pairs.count * size * depth)
    let output = result(engine.empty([pairs.count, rows, depth]))
    let (o, m) = (other.tensor, matches.tensor)
    engine.parallel(pairs.count) { pair, _ in
      MatrixProduct.multiply(
        rows: rows, columns: depth, depth: columns, .plain(m.pointer + pair * size, stride: columns),
        .plain(o.pointer + pairs[pair].other * columns * depth, stride: depth),
        into: output.tensor.pointer + pair * rows * depth, stride: depth, in: accumulation)
    }
    let (otherSlot, matchSlot) = (other.slot, matches.slot)
    record(output) { [engine] dOutput in
      matchSlot?.accumulate(shape: m.shape, on: engine) { dMatches, accumulate in
        engine.parallel(pairs.count) { pair, _ in
          MatrixProduct.multiply(
            rows: rows, columns: columns, depth: depth, .plain(dOutput.pointer + pair * rows * depth, stride: depth),
            .transposed(o.pointer + pairs[pair].other * columns * depth, stride: depth),
            into: dMatches.pointer + pair * size, stride: columns, accumulate: accumulate, in: accumulation)
        }
      }
      otherSlot?.accumulate(shape: o.shape, on: engine) { gradient, accumulate in
        Self.perImage(pairs.map(\.other), of: o.shape, accumulate, into: gradient, on: engine) {
          pair, range, target in
          MatrixProduct.multiply(
            rows: range.count, columns: depth, depth: rows,
            .transposed(m.pointer + pair * size + range.lowerBound, stride: columns),
            .plain(dOutput.pointer + pair * rows * depth, stride: depth), into: target, stride: depth,
            accumulate: true, in: accumulation)
        }
      }
    }
    return output
  }

  /// That every pair names maps that there are.
  static func check(_ pairs: [MapPair], _ reference: Value?, _ other: Value) {
    let references = reference?.shape[0] ?? .max
    precondition(
      pairs.allSatisfy { (0..<references).contains($0.reference) && (0..<other.shape[0]).contains($0.other) },
      "a pair names a map that there is not")
  }

  /// Adds to each image's gradient what its pairs send, pair by pair; some rows of an image at a time, so that few
  /// images keep many threads busy.
  ///
  /// - Parameters:
  ///   - images: which image each pair is about.
  ///   - shape: `[N, L, V]` of the gradient.
  ///   - add: adds one pair's part for some of the L rows, into memory that begins with the first of them.
  static func perImage(
    _ images: [Int], of shape: [Int], _ accumulate: Bool, into gradient: Tensor, on engine: Engine,
    _ add: (_ pair: Int, _ rows: Range<Int>, _ target: UnsafeMutablePointer<Float>) -> Void
  ) {
    var pairs = [[Int]](repeating: [], count: shape[0])
    for (pair, image) in images.enumerated() { pairs[image].append(pair) }
    let split = Split(count: shape[1], grain: 64)
    engine.parallel(shape[0] * split.chunks) { chunk, _ in
      let (image, rows) = (chunk / split.chunks, split[chunk % split.chunks])
      let target = gradient.pointer + (image * shape[1] + rows.lowerBound) * shape[2]
      if !accumulate { target.update(repeating: 0, count: rows.count * shape[2]) }
      for pair in pairs[image] { add(pair, rows, target) }
    }
  }
}
