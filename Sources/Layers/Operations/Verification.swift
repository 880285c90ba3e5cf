import Tensors

/// Two rows that are judged together.
package struct RowPair: Hashable, Sendable {
  package let first: Int
  package let second: Int

  package init(_ first: Int, _ second: Int) {
    self.first = first
    self.second = second
  }

  /// All pairs of two of `count` rows, the first below the second, in order.
  package static func all(of count: Int) -> [RowPair] {
    (0..<max(0, count)).flatMap { i in (i + 1..<max(i + 1, count)).map { RowPair(i, $0) } }
  }
}

extension Tape {
  /// The squared difference of the two rows of each pair, number by number: `y[k] = (x[i] − x[j])²`.
  ///
  ///     dx[i] += 2 · (x[i] − x[j]) · dy[k]      dx[j] −= the same
  ///
  /// - Parameter input: `[N, D]`.
  /// - Returns: `[pairs.count, D]`.
  package func squaredDifferences(_ input: Value, pairs: [RowPair]) -> Value {
    let (rows, width) = (input.shape[0], input.shape[1])
    precondition(pairs.allSatisfy { $0.first >= 0 && $0.first < rows && $0.second >= 0 && $0.second < rows })
    let output = result(engine.empty([pairs.count, width]))
    let x = input.tensor
    engine.parallel(over: pairs.count, grain: max(1, (1 << 13) / max(1, width))) { range, _ in
      for k in range {
        let (a, b) = (x.pointer + pairs[k].first * width, x.pointer + pairs[k].second * width)
        let target = output.tensor.pointer + k * width
        for i in 0..<width { target[i] = (a[i] - b[i]) * (a[i] - b[i]) }
      }
    }
    guard let slot = input.slot else { return output }
    record(output) { [engine] dOutput in
      slot.accumulate(shape: [rows, width], on: engine) { dInput, accumulate in
        // A row is in many pairs, so the columns are what is shared out.
        engine.parallel(over: width, grain: 64) { columns, _ in
          if !accumulate {
            for row in 0..<rows {
              (dInput.pointer + row * width + columns.lowerBound).update(repeating: 0, count: columns.count)
            }
          }
          for (k, pair) in pairs.enumerated() {
            let (a, b) = (pair.first * width, pair.second * width)
            for i in columns {
              let term = 2 * (x.pointer[a + i] - x.pointer[b + i]) * dOutput.pointer[k * width + i]
              dInput.pointer[a + i] += term
              dInput.pointer[b + i] -= term
            }
          }
        }
      }
    }
    return output
  }

  /// Whether two descriptors are of one identity, asked of all pairs of a batch.
  ///
  ///     logits = weight · (x[i] − x[j])² + bias                                     of all i < j
  ///     loss   = ½ · mean CE over pairs of one identity + ½ · mean CE over the others
  ///
  /// Class 1 is "the same". A kind that the batch has no pair of adds 0, and the other keeps its half. Source: Zheng,
  /// Zheng and Yang, "A Discriminatively Learned CNN Embedding for Person Reidentification", 2017; the halves are the
  /// specification's.
  ///
  /// - Parameters:
  ///   - descriptors: `[N, D]`.
  ///   - weight: `[2, D]`.
  ///   - bias: `[2]`.
  /// - Returns: the logits `[N·(N−1)/2, 2]`, none of a batch of one image, and the loss.
  package func verification(
    _ descriptors: Value, identities: [Int], weight: Parameter, bias: Parameter
  ) -> (logits: Value?, loss: Loss) {
    let pairs = RowPair.all(of: descriptors.shape[0])
    guard !pairs.isEmpty else { return (nil, sum(of: [])) }
    let logits = linear(squaredDifferences(descriptors, pairs: pairs), weight, bias: bias)
    let isSame = pairs.map { identities[$0.first] == identities[$0.second] }
    return (
      logits,
      sum(of: [
        (crossEntropy(logits, labels: isSame.map { $0 ? 1 : -1 }), 0.5),
        (crossEntropy(logits, labels: isSame.map { $0 ? -1 : 0 }), 0.5),
      ])
    )
  }
}
