import Foundation
import Tensors

extension Tape {
  /// Softmax and cross-entropy, averaged over the labelled rows.
  ///
  ///     loss = −1/M · Σ log softmax(logits[n])[labels[n]]   over the M rows of the batch with a label
  ///
  /// Sums run in double precision. Without any labelled row the loss and its gradient are 0.
  ///
  /// - Parameters:
  ///   - logits: `[N, C]`.
  ///   - labels: a class in `0 ..< C` for each row, or −1 where the row has none.
  package func crossEntropy(_ logits: Value, labels: [Int]) -> Loss {
    let (rows, classes) = (logits.shape[0], logits.shape[1])
    precondition(labels.count == rows && labels.allSatisfy { $0 >= -1 && $0 < classes }, "labels do not fit the logits")
    let z = logits.tensor.pointer
    var total = 0.0
    // log Σ exp z of each row, for the gradient.
    var normalisers: [Double] = []
    for (row, label) in labels.enumerated() {
      let line = z + row * classes
      let normaliser = logSumExp(line, count: classes)
      normalisers.append(normaliser)
      if label >= 0 { total += normaliser - Double(line[label]) }
    }
    let sums = shard.sum([total, Double(labels.count { $0 >= 0 })])
    let labelled = sums[1]
    let loss = Loss(value: labelled > 0 ? sums[0] / labelled : 0)
    guard let slot = logits.slot else { return loss }
    let scores = logits.tensor
    record { [engine] in
      slot.accumulate(shape: scores.shape, on: engine) { dLogits, accumulate in
        let share = labelled > 0 ? loss.weight / labelled : 0
        for (row, label) in labels.enumerated() {
          for c in 0..<classes {
            let place = row * classes + c
            let probability = exp(Double(scores.pointer[place]) - normalisers[row])
            let gradient = label >= 0 ? Float(share * (probability - (c == label ? 1 : 0))) : 0
            dLogits.pointer[place] = (accumulate ? dLogits.pointer[place] : 0) + gradient
          }
        }
      }
    }
    return loss
  }
}

/// `log Σ exp(row / temperature)` in double precision: what the logits of a row are normalised by.
func logSumExp(_ row: UnsafePointer<Float>, count: Int, over temperature: Double = 1) -> Double {
  let row = UnsafeBufferPointer(start: row, count: count)
  let largest = Double(row.max() ?? 0) / temperature
  return largest + log(row.reduce(0.0) { $0 + exp(Double($1) / temperature - largest) })
}
