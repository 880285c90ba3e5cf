import Support
import Tensors

/// Descriptors of images: `count × dimension` numbers, an image's side by side.
package struct Descriptors: Sendable, Equatable {
  /// The numbers, image by image.
  package let values: [Float]
  /// Numbers of one image.
  package let dimension: Int

  package var count: Int { values.count / dimension }

  /// The largest magnitude that is accepted: the square of larger ones times a descriptor's length could overflow
  /// single precision.
  private static let largestMagnitude: Float = 1e15

  /// Gathers descriptors.
  ///
  /// - Parameter what: what they are of (`query`, `gallery`), for messages.
  /// - Throws: ``PlainError`` where the numbers do not fill whole images or are not finite.
  package init(_ values: [Float], dimension: Int, of what: String = "image") throws(PlainError) {
    guard dimension >= 1, values.count.isMultiple(of: dimension) else {
      throw PlainError("the \(what) descriptors are \(values.count) numbers, not a multiple of \(dimension)")
    }
    try values.withUnsafeBufferPointer { values throws(PlainError) in
      try Self.check(values, dimension: dimension, of: what)
    }
    self.init(checked: values, dimension: dimension)
  }

  init(checked values: [Float], dimension: Int) {
    self.values = values
    self.dimension = dimension
  }

  /// Sees to it that each number is one to reckon with.
  ///
  /// - Parameter first: the place of the first image.
  static func check(
    _ values: UnsafeBufferPointer<Float>, from first: Int = 0, dimension: Int, of what: String
  ) throws(PlainError) {
    if let wrong = values.firstIndex(where: { !($0.magnitude <= largestMagnitude) }) {
      throw PlainError(
        "the descriptor of \(what) \(first + wrong / dimension) holds \(values[wrong]), which is no usable number; "
          + "a model whose training diverged gives such descriptors")
    }
  }

  /// The squared length of each descriptor, summed in double precision.
  package var squaredNorms: [Double] {
    values.withUnsafeBufferPointer { Self.squaredNorms(of: $0, dimension: dimension) }
  }

  static func squaredNorms(of values: UnsafeBufferPointer<Float>, dimension: Int) -> [Double] {
    (0..<values.count / dimension).map { row in
      var sum = 0.0
      for i in row * dimension..<(row + 1) * dimension { sum += Double(values[i]) * Double(values[i]) }
      return sum
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
    var scaled = values
    scaled.withUnsafeMutableBufferPointer {
      Self.scale($0, dimension: dimension, by: Self.unitScales(squaredNorms)[...])
    }
    return Descriptors(checked: scaled, dimension: dimension)
  }

  /// What gives descriptors of such squared lengths unit length.
  static func unitScales(_ squaredNorms: [Double]) -> [Double] {
    squaredNorms.map { $0 > 0 ? 1 / $0.squareRoot() : 0 }
  }

  /// Multiplies each row by a number of its own.
  static func scale(_ values: UnsafeMutableBufferPointer<Float>, dimension: Int, by scales: ArraySlice<Double>) {
    for (row, scale) in scales.enumerated() {
      for i in row * dimension..<(row + 1) * dimension { values[i] = Float(Double(values[i]) * scale) }
    }
  }

  /// Several networks' descriptors of the same images side by side, each first scaled to unit length.
  ///
  /// - Throws: ``PlainError`` where they are not of the same number of images.
  package static func joined(_ parts: [Descriptors], of what: String) throws(PlainError) -> Descriptors {
    let units = parts.map(\.unitLength)
    let count = units.first?.count ?? 0
    guard units.allSatisfy({ $0.count == count }) else {
      throw PlainError("the \(what) descriptors to be joined are of \(units.map(\.count)) images")
    }
    let values = (0..<count).flatMap { row in
      units.flatMap { $0.values[row * $0.dimension..<(row + 1) * $0.dimension] }
    }
    return Descriptors(checked: values, dimension: units.reduce(0) { $0 + $1.dimension })
  }
}

/// Who is on each image and which camera saw them.
package struct RetrievalLabels: Sendable, Equatable {
  /// The identity: a person from 1, 0 a distractor, −1 junk.
  package let identities: [Int]
  package let cameras: [Int]

  /// The identity of a detection that never counts.
  package static let junk = -1

  package var count: Int { identities.count }

  /// Gathers labels.
  ///
  /// - Throws: ``PlainError`` where there are not as many cameras as identities.
  package init(identities: [Int], cameras: [Int], of what: String = "image") throws(PlainError) {
    guard identities.count == cameras.count else {
      throw PlainError("the \(what) labels are \(identities.count) identities but \(cameras.count) cameras")
    }
    self.identities = identities
    self.cameras = cameras
  }
}

/// Descriptors and what they are of.
package struct LabelledDescriptors: Sendable, Equatable {
  package let descriptors: Descriptors
  package let labels: RetrievalLabels

  package var count: Int { labels.count }

  /// Gathers descriptors and labels of the same images in the same order.
  ///
  /// - Parameters:
  ///   - values: `count × dimension` numbers.
  ///   - what: what they are of (`query`, `gallery`), for messages.
  /// - Throws: ``PlainError`` where the counts do not agree or a number is not finite.
  package init(
    values: [Float], dimension: Int, identities: [Int], cameras: [Int], of what: String = "image"
  ) throws(PlainError) {
    try self.init(
      Descriptors(values, dimension: dimension, of: what),
      RetrievalLabels(identities: identities, cameras: cameras, of: what), of: what)
  }

  /// - Throws: ``PlainError`` where the counts do not agree.
  init(_ descriptors: Descriptors, _ labels: RetrievalLabels, of what: String) throws(PlainError) {
    guard descriptors.count == labels.count else {
      throw PlainError("the \(what) set has \(descriptors.count) descriptors but \(labels.count) labels")
    }
    (self.descriptors, self.labels) = (descriptors, labels)
  }
}
