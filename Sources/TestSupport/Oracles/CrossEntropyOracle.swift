import Foundation

/// Softmax and cross-entropy in plain loops and double precision, averaged over the M rows that have a label.
///
///     loss = −1/M · Σ log(exp z[n, label] / Σ_c exp z[n,c])
package enum CrossEntropyOracle {
  /// The loss; 0 where no row has a label (−1).
  package static func loss(_ logits: [Double], classes: Int, labels: [Int]) -> Double {
    let terms = labels.enumerated().filter { $0.element >= 0 }.map { row, label in
      let line = logits[row * classes..<(row + 1) * classes]
      let largest = line.max() ?? 0
      return largest + log(line.reduce(0) { $0 + exp($1 - largest) }) - logits[row * classes + label]
    }
    return terms.isEmpty ? 0 : terms.reduce(0, +) / Double(terms.count)
  }

  /// dz = (softmax(z) − one-hot(label)) / M in labelled rows, 0 in the others.
  package static func dLogits(_ logits: [Double], classes: Int, labels: [Int]) -> [Double] {
    let labelled = Double(labels.count { $0 >= 0 })
    return logits.indices.map { place in
      let row = place / classes
      guard labels[row] >= 0 else { return 0 }
      let line = logits[row * classes..<(row + 1) * classes]
      let probability = 1 / line.reduce(0) { $0 + exp($1 - logits[place]) }
      return (probability - (labels[row] == place % classes ? 1 : 0)) / labelled
    }
  }
}
