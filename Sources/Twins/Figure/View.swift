import Foundation

/// Where the viewer stands: turns a body's centimetres into a picture's pixels.
struct View {
  /// Where the body faces, in radians: 0 the viewer, π/2 the picture's right.
  let heading: Float
  /// How far the camera looks down, in radians.
  let pitch: Float
  /// Pixels per centimetre.
  let scale: Float
  /// The pixel of the ground beneath the body.
  let foot: Point
  let cosine: Float
  let sine: Float

  init(heading: Float, pitch: Float, scale: Float, foot: Point) {
    self.heading = heading
    self.pitch = pitch
    self.scale = scale
    self.foot = foot
    cosine = cos(heading)
    sine = sin(heading)
  }

  /// The same place seen with the body turned further.
  func turned(by angle: Float) -> View { View(heading: heading + angle, pitch: pitch, scale: scale, foot: foot) }

  /// A joint's pixel.
  func project(_ joint: SIMD3<Float>) -> Point {
    let x = joint.x * cosine + joint.z * sine
    let y = joint.y * cos(pitch) - depth(of: joint) * sin(pitch)
    return Point(foot.x + x * scale, foot.y - y * scale)
  }

  /// How much nearer to the viewer than the body's middle a joint is, in centimetres.
  func depth(of joint: SIMD3<Float>) -> Float { joint.z * cosine - joint.x * sine }

  /// Half the visible width of a body that is `across` wide and `deep` deep, halved both, in the same unit.
  func breadth(_ across: Float, _ deep: Float) -> Float {
    (across * across * cosine * cosine + deep * deep * sine * sine).squareRoot()
  }

  /// A direction in the picture (x right, y up, z to the viewer) as the body sees it.
  func toBody(_ direction: SIMD3<Float>) -> SIMD3<Float> {
    SIMD3(direction.x * cosine - direction.z * sine, direction.y, direction.x * sine + direction.z * cosine)
  }
}

/// Where light comes from and how hard it is.
struct Light {
  /// Towards the light: x right, y up, z to the viewer; length one.
  var direction: SIMD3<Float>
  /// What surfaces turned away from the light get, and what the light adds.
  var ambient: Float
  var direct: Float

  /// The brightness of a surface with this normal.
  @inline(__always)
  func level(_ normal: SIMD3<Float>) -> Float { ambient + direct * max(0, normal.dot(direction)) }
}
