import Tensors

extension Parameter {
  /// The shape in files: a convolution's weights are `[K, C, R, S]` there.
  package var storedShape: [Int] {
    let shape = value.shape
    return layout == .convolution ? [shape[0], shape[3], shape[1], shape[2]] : shape
  }

  /// The numbers in the order of files.
  package var storedValues: [Float] { reordered(value) }

  /// The gradient in the order of files.
  package var storedGradient: [Float] { reordered(gradient) }

  /// The momentum in the order of files.
  package var storedMomentum: [Float] { reordered(momentum) }

  /// Takes numbers in the order of files; there must be as many as the parameter has.
  package func load(_ stored: [Float]) { load(stored, into: value) }

  /// Takes the momentum in the order of files.
  package func loadMomentum(_ stored: [Float]) { load(stored, into: momentum) }

  /// Sets a gradient that is computed outside the graph.
  package func setGradient(_ values: [Float]) {
    precondition(values.count == gradient.count)
    guard !isFrozen else { return }
    _ = gradient.values.update(fromContentsOf: values)
    hasGradient = true
  }

  private func load(_ stored: [Float], into target: Tensor) {
    precondition(stored.count == target.count, "\(name) has \(target.count) numbers, not \(stored.count)")
    forEachPlace { place, storedPlace in target.pointer[place] = stored[storedPlace] }
  }

  private func reordered(_ tensor: Tensor) -> [Float] {
    var result = [Float](repeating: 0, count: tensor.count)
    forEachPlace { place, storedPlace in result[storedPlace] = tensor.pointer[place] }
    return result
  }

  private func forEachPlace(_ visit: (_ place: Int, _ storedPlace: Int) -> Void) {
    guard layout == .convolution else {
      for place in 0..<value.count { visit(place, place) }
      return
    }
    let (filters, rows, columns, channels) = (value.shape[0], value.shape[1], value.shape[2], value.shape[3])
    var place = 0
    for k in 0..<filters {
      for position in 0..<rows * columns {
        for c in 0..<channels {
          visit(place, (k * channels + c) * rows * columns + position)
          place += 1
        }
      }
    }
  }
}
