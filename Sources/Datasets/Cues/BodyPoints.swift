/// The ten points of a body that methods use, as shares of an image's width and height from its left and upper edge.
///
/// COCO has neither a neck nor a head's middle; both are made of the joints around them. A joint that was not found lies
/// where it would on somebody who stands upright and faces the viewer.
package struct BodyPoints: Equatable, Sendable {
  package enum Point: Int, CaseIterable, Sendable {
    case neck, head, rightShoulder, leftShoulder, rightWrist, leftWrist, rightHip, leftHip, rightAnkle, leftAnkle

    package var name: String { "\(self)".camelCaseInWords }

    /// Where the point lies as seen from another one, in shares, where its own joint was not found.
    fileprivate var standIn: (from: Point, offset: SIMD2<Double>)? {
      switch self {
      case .neck: nil
      case .head: (.neck, [0, -0.09])
      case .rightShoulder: (.neck, [-0.12, 0.02])
      case .leftShoulder: (.neck, [0.12, 0.02])
      case .rightWrist: (.rightShoulder, [-0.05, 0.27])
      case .leftWrist: (.leftShoulder, [0.05, 0.27])
      case .rightHip: (.neck, [-0.08, 0.32])
      case .leftHip: (.neck, [0.08, 0.32])
      case .rightAnkle: (.rightHip, [0, 0.42])
      case .leftAnkle: (.leftHip, [0, 0.42])
      }
    }

    /// The joint that it is, but for neck and head.
    fileprivate var joint: Joint? {
      switch self {
      case .neck, .head: nil
      case .rightShoulder: .rightShoulder
      case .leftShoulder: .leftShoulder
      case .rightWrist: .rightWrist
      case .leftWrist: .leftWrist
      case .rightHip: .rightHip
      case .leftHip: .leftHip
      case .rightAnkle: .rightAnkle
      case .leftAnkle: .leftAnkle
      }
    }
  }

  /// Where the neck of somebody lies of whom no joint is known.
  private static let standInNeck: SIMD2<Double> = [0.5, 0.19]

  /// By ``Point``.
  package let places: [SIMD2<Double>]
  /// Which points follow from joints that were found, by ``Point``.
  package let isKnown: [Bool]

  package subscript(point: Point) -> SIMD2<Double> { places[point.rawValue] }

  /// The points of a person.
  ///
  /// - Parameters:
  ///   - pose: nil where nobody was found.
  ///   - width: pixels of the image file.
  ///   - threshold: the confidence from which on a joint counts as found.
  package init(_ pose: Pose?, width: Int, height: Int, threshold: Double) {
    func found(_ joint: Joint) -> SIMD2<Double>? {
      guard let place = pose?[joint], place.confidence >= threshold else { return nil }
      return [(place.x + 0.5) / Double(width), (place.y + 0.5) / Double(height)]
    }
    let face = Joint.face.compactMap(found)
    let head = face.isEmpty ? nil : face.reduce(.zero, +) / Double(face.count)
    var places = [SIMD2<Double>](repeating: Self.standInNeck, count: Point.allCases.count)
    var isKnown = [Bool](repeating: false, count: places.count)
    func offset(_ point: Point) -> SIMD2<Double> { point.standIn?.offset ?? .zero }
    switch (found(.rightShoulder), found(.leftShoulder)) {
    case (let right?, let left?): (places[0], isKnown[0]) = ((right + left) / 2, true)
    case (let right?, nil): (places[0], isKnown[0]) = (right - offset(.rightShoulder), true)
    case (nil, let left?): (places[0], isKnown[0]) = (left - offset(.leftShoulder), true)
    case (nil, nil): if let head { places[0] = head - offset(.head) }
    }
    for point in Point.allCases {
      guard let standIn = point.standIn else { continue }
      let own = point == .head ? head : point.joint.flatMap(found)
      places[point.rawValue] = own ?? places[standIn.from.rawValue] + standIn.offset
      isKnown[point.rawValue] = own != nil
    }
    self.places = places
    self.isKnown = isKnown
  }
}
