/// Descriptors of images: `count × dimension` numbers, an image's side by side.
package struct Descriptors: Sendable, Equatable {
  /// The numbers, image by image.
  package let values: [Float]
  /// Numbers of one image.
  package let dimension: Int

  /// How many images there are.
  package var count: Int { values.count / dimension }

  /// The largest magnitude that is accepted: the square of larger ones times a descriptor's length could overflow
  /// single precision.
  package static let largestMagnitude: Float = 1e15

  /// Gathers descriptors.
  ///
  /// - Parameter what: what they are of (`query`, `gallery`), for messages.
  /// - Throws: ``RetrievalError`` where the numbers do not fill whole images or are not finite.
  package init(_ values: [Float], dimension: Int, of what: String = "image") throws(RetrievalError) {
    guard dimension >= 1, values.count.isMultiple(of: dimension) else {
      throw RetrievalError("the \(what) descriptors are \(values.count) numbers, not a multiple of \(dimension)")
    }
    if let wrong = values.firstIndex(where: { !($0.magnitude <= Self.largestMagnitude) }) {
      throw RetrievalError(
        "the descriptor of \(what) \(wrong / dimension) holds \(values[wrong]), which is no usable number; "
          + "a model whose training diverged gives such descriptors")
    }
    self.values = values
    self.dimension = dimension
  }

  private init(checked values: [Float], dimension: Int) {
    self.values = values
    self.dimension = dimension
  }

  /// The squared length of each descriptor, summed in double precision.
  package var squaredNorms: [Double] {
    values.withUnsafeBufferPointer { values in
      (0..<count).map { row in
        var sum = 0.0
        for i in row * dimension..<(row + 1) * dimension { sum += Double(values[i]) * Double(values[i]) }
        return sum
      }
    }
  }

  /// The descriptors of some images, in the order given.
  func rows(_ rows: [Int]) -> Descriptors {
    var chosen: [Float] = []
    chosen.reserveCapacity(rows.count * dimension)
    for row in rows { chosen += values[row * dimension..<(row + 1) * dimension] }
    return Descriptors(checked: chosen, dimension: dimension)
  }

  /// The descriptors scaled to unit length; one that is all zeros stays so.
  package var unitLength: Descriptors {
    let scales = squaredNorms.map { $0 > 0 ? 1 / $0.squareRoot() : 0 }
    var scaled = values
    for row in 0..<count {
      for i in row * dimension..<(row + 1) * dimension { scaled[i] = Float(Double(scaled[i]) * scales[row]) }
    }
    return Descriptors(checked: scaled, dimension: dimension)
  }
}
