extension Figure {
  /// A joint's place on the canvas, and whether the head hides it from the viewer.
  struct PlacedJoint {
    var place: Point
    var isTurnedAway = false
  }

  /// COCO's seventeen joints in their order, the person's left before the right.
  var joints: [PlacedJoint] {
    let limbs: [KeyPath<Skeleton.Limbs, Joint>] = [\.shoulder, \.elbow, \.wrist, \.hip, \.knee, \.ankle]
    return face
      + limbs.flatMap { limb in skeleton.sides.map { PlacedJoint(place: view.project($0[keyPath: limb])) } }
  }

  /// Nose, eyes and ears; the nose is drawn where the camera sees its tip, the others on the upright head.
  private var face: [PlacedJoint] {
    let middle = headView.project(skeleton.head)
    let (eye, ear) = (Joint(0.35, 0.05, 0.935), Joint(1, 0, 0))
    let mirror = Joint(-1, 1, 1)
    let onHead = [eye, eye * mirror, ear, ear * mirror].map { direction in
      let local = headView.toPicture(direction)
      return PlacedJoint(
        place: middle + Point(local.x, -local.y) * headRadii, isTurnedAway: isTurnedAway(direction * Self.headShape))
    }
    let tip = PlacedJoint(
      place: headView.project(nose), isTurnedAway: isTurnedAway((nose - skeleton.head) / build.head))
    return [tip] + onHead
  }

  /// Whether a place on the head, from its middle in units of the build's head, lies on its far side.
  private func isTurnedAway(_ place: Joint) -> Bool { headView.depth(of: place) < -3 }
}
