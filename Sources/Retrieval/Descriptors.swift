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
    if let wrong = values.firstIndex(where: { !($0.magnitude <= Self.largestMagnitude) }) {
      throw PlainError(
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
  var squaredNorms: [Double] {
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
    descriptors = try Descriptors(values, dimension: dimension, of: what)
    labels = try RetrievalLabels(identities: identities, cameras: cameras, of: what)
    guard descriptors.count == labels.count else {
      throw PlainError("the \(what) set has \(descriptors.count) descriptors but \(labels.count) labels")
    }
  }
}

extension LabelledDescriptors {
  /// Reads one set of a safetensors file: `NAME` [count, dimension], `NAME_ids` [count] and `NAME_cameras` [count].
  ///
  /// - Parameter name: `query` or `gallery`.
  /// - Throws: ``PlainError`` where a tensor is missing, of a wrong type or of a wrong shape.
  package init(named name: String, in file: SafeTensors) throws(PlainError) {
    func tensor(_ key: String) throws(PlainError) -> StoredTensor {
      if let tensor = file.tensors[key] { return tensor }
      let names = file.tensors.keys.sorted().map(\.debugDescription)
      let present = (names.prefix(8) + (names.count > 8 ? ["…"] : [])).joined(separator: ", ")
      throw PlainError(
        "the tensor '\(key)' is missing; needed are query, query_ids, query_cameras, gallery, gallery_ids and "
          + "gallery_cameras, there are: \(present.isEmpty ? "none" : present)")
    }
    func labels(_ key: String) throws(PlainError) -> [Int] {
      let tensor = try tensor(key)
      guard let values = tensor.integers, tensor.shape.count == 1 else {
        throw PlainError(
          "the tensor '\(key)' is \(tensor.kind.rawValue) \(tensor.shape); needed is a list of whole numbers")
      }
      return values
    }
    let values = try tensor(name)
    guard values.shape.count == 2, values.shape[1] > 0, values.integers == nil else {
      throw PlainError(
        "the tensor '\(name)' is \(values.kind.rawValue) \(values.shape); needed are real numbers, "
          + "[images, numbers of a descriptor]")
    }
    try self.init(
      values: values.floats, dimension: values.shape[1], identities: labels("\(name)_ids"),
      cameras: labels("\(name)_cameras"), of: name)
  }
}
