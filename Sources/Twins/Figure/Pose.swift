import Foundation
import Tensors

/// How a person stands in one picture.
struct Pose {
  enum Arm { case swing, pocket, phone, strap, forearm }

  /// Where in the step, in radians; the left leg is half a turn ahead of the right.
  var phase: Float
  /// 1 a full step, 0 standing.
  var pace: Float
  /// Where the body faces, in radians: 0 the viewer, π/2 the picture's right.
  var heading: Float
  /// How far the head turns from the body.
  var headTurn: Float
  var leftArm = Arm.swing
  var rightArm = Arm.swing
}

/// The joints of a posed body in centimetres: x to the person's left, y up from the ground, z to the front.
struct Skeleton {
  typealias Joint = SIMD3<Float>

  struct Limbs {
    var shoulder = Joint.zero
    var elbow = Joint.zero
    var wrist = Joint.zero
    var hip = Joint.zero
    var knee = Joint.zero
    var ankle = Joint.zero
    var heel = Joint.zero
    var toe = Joint.zero
  }

  var pelvis: Joint
  var neck: Joint
  var head: Joint
  /// The person's left and right side.
  var sides = [Limbs(), Limbs()]
  /// Direction of the trunk from the pelvis to the neck.
  var trunk: Joint

  init(_ build: Build, _ pose: Pose) {
    let height = build.height
    let hipHeight = build.legs * height + 3
    let headSize = 11.3 * build.head
    let neckHeight = height - 2 * headSize - 3.5
    let lean = (build.lean * (0.6 + 0.4 * pose.pace)).radians
    trunk = Joint(0, cos(lean), sin(lean))
    pelvis = Joint(0, hipHeight, 0)
    neck = pelvis + trunk * (neckHeight - hipHeight)
    head = neck + Joint(0, headSize + 3, 2.5 + 4 * sin(lean))

    let footHeight: Float = 6.5
    let thigh = (hipHeight - footHeight) * 0.5
    let shin = (hipHeight - footHeight) * 0.5
    let arm = height * 0.168
    for index in 0..<2 {
      let side: Float = index == 0 ? 1 : -1
      let phase = pose.phase + (index == 0 ? 0 : .pi)
      var limbs = Limbs()
      let swing = (build.stride * pose.pace * sin(phase) + 4 * pose.pace).radians
      let lift = max(0, cos(phase + 0.35))
      let knee = (4 + build.kneeBend * pose.pace * lift * lift + 8 * pose.pace * max(0, sin(phase))).radians
      limbs.hip = pelvis + Joint(side * build.hips * 0.5, 0, 0)
      let spread = side * (build.stance - 1) * 4
      limbs.knee = limbs.hip + thigh * Joint(0, -cos(swing), sin(swing)) + Joint(spread * 0.5, 0, 0)
      let below = swing - knee
      limbs.ankle = limbs.knee + shin * Joint(0, -cos(below), sin(below)) + Joint(spread * 0.5, 0, 0)
      let turn = (build.toesOut * side).radians
      let tilt = min(0.1, below * 0.75)
      let forward = Joint(sin(turn) * cos(tilt), sin(tilt), cos(turn) * cos(tilt))
      limbs.heel = limbs.ankle - forward * 3.5 - Joint(0, 3, 0)
      limbs.toe = limbs.ankle + forward * (height * 0.088) - Joint(0, 3.4, 0)

      limbs.shoulder = neck + Joint(side * (build.shoulders - 4.2), -5.5, -0.5)
      Self.place(&limbs, arm: index == 0 ? pose.leftArm : pose.rightArm, side: side, length: arm, build, pose, phase)
      sides[index] = limbs
    }
    // The lower foot stands on the ground.
    let ground = sides.map { min($0.heel.y, $0.toe.y) }.min() ?? 0
    let drop = Joint(0, ground - 3.5, 0)
    pelvis -= drop
    neck -= drop
    head -= drop
    for index in 0..<2 {
      sides[index].shoulder -= drop
      sides[index].elbow -= drop
      sides[index].wrist -= drop
      sides[index].hip -= drop
      sides[index].knee -= drop
      sides[index].ankle -= drop
      sides[index].heel -= drop
      sides[index].toe -= drop
    }
  }

  private static func place(
    _ limbs: inout Limbs, arm: Pose.Arm, side: Float, length: Float, _ build: Build, _ pose: Pose, _ phase: Float
  ) {
    let out = (7 + 10 * (build.bulk - 0.85)).radians
    var swing = (-build.armSwing * pose.pace * sin(phase) - 2).radians
    var bend = (build.elbow * (0.5 + 0.5 * pose.pace)).radians
    var inward: Float = 0.1
    switch arm {
    case .swing: break
    case .pocket:
      swing = -0.3
      bend = 0.75
      inward = -0.05
    case .phone:
      swing = 0.35
      bend = 1.9
      inward = 0.5
    case .strap:
      swing = 0.1
      bend = 2.2
      inward = 0.25
    case .forearm:
      swing = 0.02
      bend = 1.5
      inward = 0.2
    }
    limbs.elbow = limbs.shoulder + length * Joint(side * sin(out), -cos(out) * cos(swing), sin(swing))
    let reach = swing + bend
    let direction = Joint(-side * inward * sin(bend) + side * 0.05, -cos(reach), sin(reach)).unit
    limbs.wrist = limbs.elbow + length * 0.9 * direction
  }
}
