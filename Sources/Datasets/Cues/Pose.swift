/// COCO's 17 joints in its order. Left is the person's own.
package enum Joint: Int, CaseIterable, Sendable {
  case nose, leftEye, rightEye, leftEar, rightEar, leftShoulder, rightShoulder, leftElbow, rightElbow, leftWrist,
    rightWrist, leftHip, rightHip, leftKnee, rightKnee, leftAnkle, rightAnkle

  package static let count = allCases.count

  /// What the joint is in the mirrored image: left and right change places.
  package var mirrored: Joint {
    rawValue == 0 ? self : Joint(rawValue: rawValue.isMultiple(of: 2) ? rawValue - 1 : rawValue + 1) ?? self
  }

  /// COCO's name, in words: `left shoulder`.
  package var name: String { "\(self)".camelCaseInWords }

  package static let face: [Joint] = [.nose, .leftEye, .rightEye, .leftEar, .rightEar]
}

/// The joints of one person in one image.
package struct Pose: Equatable, Sendable {
  package struct Place: Equatable, Sendable {
    /// Pixels of the image file to the right, 0 at the middle of the first one.
    package var x: Double
    /// Pixels downwards.
    package var y: Double
    /// 0 to 1; of an annotated joint 0 or 1.
    package var confidence: Double
    /// Whether an annotator marked it as hidden.
    package var isHidden = false

    package init(x: Double, y: Double, confidence: Double, isHidden: Bool = false) {
      self.x = x
      self.y = y
      self.confidence = confidence
      self.isHidden = isHidden
    }
  }

  /// By ``Joint``.
  package private(set) var places: [Place]

  /// Gathers the places of all joints in their order.
  package init(_ places: [Place]) {
    precondition(places.count == Joint.count, "\(places.count) places are no person's \(Joint.count) joints")
    self.places = places
  }

  package subscript(joint: Joint) -> Place { places[joint.rawValue] }

  /// The same in the mirrored image.
  package func mirrored(width: Int) -> Pose {
    Pose(
      Joint.allCases.map { joint in
        var place = self[joint.mirrored]
        place.x = Double(width) - 1 - place.x
        return place
      })
  }
}

extension String {
  /// `leftShoulder` as `left shoulder`.
  var camelCaseInWords: String { map { $0.isUppercase ? " \($0.lowercased())" : "\($0)" }.joined() }
}
