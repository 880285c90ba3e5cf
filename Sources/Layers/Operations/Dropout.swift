import Tensors

/// Which numbers dropout keeps in one step.
package struct DropoutMask {
  /// What each number is multiplied with: 1 / (1 − p) where it is kept, else 0.
  let factors: Tensor

  /// Keeps the numbers that `keep` says.
  ///
  /// - Parameter probability: how likely a number is dropped, 0 to below 1.
  package init(keep: [Bool], probability: Double, on engine: Engine) {
    precondition(probability >= 0 && probability < 1, "dropout of \(probability)")
    let factor = Float(1 / (1 - probability))
    factors = engine.tensor(keep.map { $0 ? factor : 0 }, shape: [keep.count])
  }

  /// Draws one number of the stream for each of `count`, in order; a number is dropped where the draw is below
  /// `probability`.
  package init(count: Int, probability: Double, from stream: inout RandomStream, on engine: Engine) {
    self.init(keep: (0..<count).map { _ in stream.uniform() >= probability }, probability: probability, on: engine)
  }
}

extension Tape {
  /// Dropout: `y = x · keep / (1 − p)` in training, `y = x` in evaluation.
  package func dropout(_ input: Value, _ mask: DropoutMask) -> Value {
    guard isRecording else { return input }
    return product(self.input(mask.factors.reshaped(input.shape)), input)
  }
}
