import Tensors

extension Tape {
  /// How a reference's map differs from another that is warped onto it: the place-wise difference, weighed by an
  /// attention map of the reference, averaged over the places and squared.
  ///
  ///     α[p] = 1 + attention[p]
  ///     r    = 1/L · Σ_p α[p] · (Σ_q M[p, q] · o[q] − y[p])        e = r²
  ///
  /// The warped map itself is never computed: with `w[q] = 1/L · Σ_p α[p] · M[p, q]` its weighed mean is `Σ_q w[q] · o[q]`,
  /// which takes L·(L + V) multiplications a pair instead of L²·V. In reverse, with `dr = 2 · r · de` and
  /// `t[q] = ⟨dr, o[q]⟩`:
  ///
  ///     do[q] += w[q] · dr                     dM[p, q] = α[p]/L · t[q]
  ///     dy[p] −= α[p]/L · dr                   dα[p] += 1/L · (Σ_q M[p, q] · t[q] − ⟨dr, y[p]⟩)
  ///
  /// Source: Shen et al., "End-to-end deep Kronecker-product matching for person re-identification", CVPR 2018, and its
  /// authors' code.
  ///
  /// - Parameters:
  ///   - reference: `[N, L, V]`, y.
  ///   - other: `[N', L', V]`, o.
  ///   - matches: M, `[pairs.count, L, L']`, from ``matches(_:_:pairs:temperature:)``.
  ///   - attention: N·L numbers, those of the reference's places; without it α is 1.
  /// - Returns: `[pairs.count, V]`.
  package func attendedDifference(
    of reference: Value, and other: Value, by matches: Value, attention: Value?, pairs: [MapPair]
  ) -> Value {
    let (rows, columns, depth) = (matches.shape[1], matches.shape[2], other.shape[2])
    let images = reference.shape[0]
    precondition(
      reference.shape[1] == rows && reference.shape[2] == depth && other.shape[1] == columns
        && matches.shape[0] == pairs.count && attention?.tensor.count ?? images * rows == images * rows,
      "\(matches.shape) does not match \(reference.shape) and \(other.shape)")
    Self.check(pairs, reference, other)
    let (y, o, m) = (reference.tensor, other.tensor, matches.tensor)
    // α/L of each place of each reference.
    let alpha = engine.filled([images, rows], with: 1 / Float(rows))
    if let attention {
      Rows.add(attention.tensor.pointer, times: 1 / Float(rows), to: alpha.pointer, count: alpha.count)
    }
    // Σ_p α[p]/L · y[p], once for all pairs of a reference.
    let means = engine.filled([images, depth])
    engine.parallel(images) { image, _ in
      for p in image * rows..<(image + 1) * rows {
        Rows.add(y.pointer + p * depth, times: alpha.pointer[p], to: means.pointer + image * depth, count: depth)
      }
    }
    let weights = engine.filled([pairs.count, columns])
    let residuals = engine.empty([pairs.count, depth])
    let output = result(engine.filled([pairs.count, depth]))
    engine.parallel(pairs.count) { k, _ in
      let pair = pairs[k]
      let (w, r) = (weights.pointer + k * columns, residuals.pointer + k * depth)
      for p in 0..<rows {
        Rows.add(
          m.pointer + (k * rows + p) * columns, times: alpha.pointer[pair.reference * rows + p], to: w, count: columns)
      }
      for i in 0..<depth { r[i] = -means.pointer[pair.reference * depth + i] }
      for q in 0..<columns {
        Rows.add(o.pointer + (pair.other * columns + q) * depth, times: w[q], to: r, count: depth)
      }
      Rows.add(r, times: UnsafePointer(r), to: output.tensor.pointer + k * depth, count: depth)
    }
    let pass = AttendedDifferenceGradient(
      pairs: pairs, reference: y, other: o, matches: m, alpha: alpha, weights: weights, residuals: residuals)
    let slots = (reference: reference.slot, other: other.slot, matches: matches.slot, attention: attention?.slot)
    record(output) { [engine] dOutput in
      pass.prepare(dOutput, on: engine)
      slots.matches?.accumulate(shape: m.shape, on: engine) { pass.dMatches(dOutput, into: $0, $1, on: engine) }
      slots.other?.accumulate(shape: o.shape, on: engine) { pass.dOther(dOutput, into: $0, $1, on: engine) }
      let sums = pass.perReference(dOutput, on: engine)
      slots.attention?.accumulate(shape: [images, rows], on: engine) {
        pass.dAttention(dOutput, sums, into: $0, $1, on: engine)
      }
      slots.reference?.accumulate(shape: y.shape, on: engine) { pass.dReference(sums, into: $0, $1, on: engine) }
    }
    return output
  }
}

/// The reverse pass of an attended difference; `dr` is the gradient by r, which ``prepare(_:on:)`` leaves in place of
/// the output's.
private struct AttendedDifferenceGradient {
  let pairs: [MapPair]
  let reference: Tensor
  let other: Tensor
  let matches: Tensor
  /// α/L, `[N, L]`.
  let alpha: Tensor
  /// w, `[pairs, L']`.
  let weights: Tensor
  /// r, `[pairs, V]`.
  let residuals: Tensor

  private var rows: Int { matches.shape[1] }
  private var columns: Int { matches.shape[2] }
  private var depth: Int { other.shape[2] }

  /// `de ← 2 · r · de`
  func prepare(_ dOutput: Tensor, on engine: Engine) {
    for i in 0..<dOutput.count { dOutput.pointer[i] *= 2 * residuals.pointer[i] }
  }

  /// t of one pair.
  private func products(_ k: Int, _ dr: UnsafePointer<Float>) -> [Float] {
    (0..<columns).map { q in
      Float(Rows.dot(dr, other.pointer + (pairs[k].other * columns + q) * depth, count: depth))
    }
  }

  func dMatches(_ dr: Tensor, into gradient: Tensor, _ accumulate: Bool, on engine: Engine) {
    engine.parallel(pairs.count) { k, _ in
      let t = products(k, dr.pointer + k * depth)
      t.withUnsafeBufferPointer { t in
        guard let t = t.baseAddress else { return }
        for p in 0..<rows {
          let target = gradient.pointer + (k * rows + p) * columns
          if !accumulate { target.update(repeating: 0, count: columns) }
          Rows.add(t, times: alpha.pointer[pairs[k].reference * rows + p], to: target, count: columns)
        }
      }
    }
  }

  func dOther(_ dr: Tensor, into gradient: Tensor, _ accumulate: Bool, on engine: Engine) {
    Tape.perImage(pairs.map(\.other), of: other.shape, accumulate, into: gradient, on: engine) { k, range, target in
      for (line, q) in range.enumerated() {
        Rows.add(
          dr.pointer + k * depth, times: weights.pointer[k * columns + q], to: target + line * depth, count: depth)
      }
    }
  }

  /// `Σ dr` over the pairs of each reference, `[N, V]`.
  func perReference(_ dr: Tensor, on engine: Engine) -> Tensor {
    let sums = engine.filled([reference.shape[0], depth])
    for (k, pair) in pairs.enumerated() {
      Rows.add(dr.pointer + k * depth, to: sums.pointer + pair.reference * depth, count: depth)
    }
    return sums
  }

  func dReference(_ sums: Tensor, into gradient: Tensor, _ accumulate: Bool, on engine: Engine) {
    engine.parallel(reference.shape[0]) { image, _ in
      for p in image * rows..<(image + 1) * rows {
        let target = gradient.pointer + p * depth
        if !accumulate { target.update(repeating: 0, count: depth) }
        Rows.add(sums.pointer + image * depth, times: -alpha.pointer[p], to: target, count: depth)
      }
    }
  }

  func dAttention(_ dr: Tensor, _ sums: Tensor, into gradient: Tensor, _ accumulate: Bool, on engine: Engine) {
    // Σ_q M[p, q] · t[q] of each pair.
    let answers = engine.empty([pairs.count, rows])
    engine.parallel(pairs.count) { k, _ in
      let t = products(k, dr.pointer + k * depth)
      t.withUnsafeBufferPointer { t in
        guard let t = t.baseAddress else { return }
        for p in 0..<rows {
          let place = k * rows + p
          answers.pointer[place] = Float(Rows.dot(matches.pointer + place * columns, t, count: columns))
        }
      }
    }
    let share = 1 / Float(rows)
    engine.parallel(reference.shape[0]) { image, _ in
      for p in image * rows..<(image + 1) * rows {
        let own = Rows.dot(sums.pointer + image * depth, reference.pointer + p * depth, count: depth)
        gradient.pointer[p] = (accumulate ? gradient.pointer[p] : 0) - share * Float(own)
      }
    }
    for (k, pair) in pairs.enumerated() {
      Rows.add(
        answers.pointer + k * rows, times: share, to: gradient.pointer + pair.reference * rows, count: rows)
    }
  }
}
