import Foundation

/// A person in a pose before a viewer, drawn piece by piece from the farthest to the nearest.
struct Figure {
  typealias Joint = Skeleton.Joint

  /// A part of the drawing, how near it is and what it shows.
  struct Piece {
    var depth: Float
    var label: ParsingLabel
    var draw: (inout Canvas) -> Void
  }

  let person: Person
  let pose: Pose
  let view: View
  let light: Light
  let skeleton: Skeleton
  /// Moves the folds of the clothes from picture to picture.
  let foldSeed: UInt32

  var build: Build { person.build }
  var wardrobe: Wardrobe { person.wardrobe }

  init(_ person: Person, _ pose: Pose, view: View, light: Light, foldSeed: UInt32) {
    self.person = person
    self.pose = pose
    self.view = view
    self.light = light
    self.foldSeed = foldSeed
    skeleton = Skeleton(person.build, pose)
  }

  /// Draws the person with a shadow on the ground.
  ///
  /// - Parameter isNobody: whether it is somebody who passes by, who is labelled as the canvas is by now.
  func draw(on canvas: inout Canvas, isNobody: Bool = false) {
    let width = build.shoulders * 1.5 * view.scale
    Ellipse(
      centre: view.foot + Point(-light.direction.x * width * 0.7, 0),
      radii: Point(width * 1.3, max(2, width * (0.22 + sin(view.pitch))))
    ).drawSoft(on: &canvas, colour: Colour(repeating: 0.05), opacity: 0.3 + 0.35 * light.direct)
    var pieces = legs() + [pelvis(), torso()] + arms() + head() + bags()
    if person.traits.hasDress { pieces.append(skirt()) }
    pieces.sort { $0.depth < $1.depth }
    for piece in pieces {
      if !isNobody { canvas.label = piece.label }
      piece.draw(&canvas)
    }
  }

  /// Whether skirt and upper garment are one.
  private var isInDress: Bool { person.traits.hasDress && wardrobe.lower == wardrobe.upper }
  var upperLabel: ParsingLabel { isInDress ? .dress : .upperClothes }
  var lowerLabel: ParsingLabel { isInDress ? .dress : person.traits.hasDress ? .skirt : .trousers }

  /// A round piece of cloth or skin along a bone; widths in centimetres.
  func band(
    from start: Joint, to end: Joint, widths: [Float], shifts: [Float] = [], fabric: Fabric, roundStart: Bool = true,
    roundEnd: Bool = true, folds: Float = 0.14, turn: Float = 0
  ) -> (inout Canvas) -> Void {
    let length = ((end - start) * (end - start)).sum().squareRoot()
    let radius = widths.reduce(0, +) / Float(widths.count)
    let sweep = Sweep(
      start: view.project(start), end: view.project(end), widths: widths.map { $0 * view.scale },
      shifts: shifts.map { $0 * view.scale }, isRoundAtStart: roundStart, isRoundAtEnd: roundEnd)
    let surface = Surface(sweep: sweep, light: light, folds: folds, seed: foldSeed ^ person.seed)
    let heading = view.heading + turn
    return { canvas in
      sweep.draw(on: &canvas) { hit in
        let angle = Surface.angle(hit.across) - heading
        let height = (1 - hit.along) * length
        let colour = fabric.colour(angle: angle, height: height, radius: radius, length: length)
        return colour.lit(surface.level(hit, height: height))
      }
    }
  }

  /// The same in one colour, without folds.
  func bare(from start: Joint, to end: Joint, widths: [Float], colour: Colour) -> (inout Canvas) -> Void {
    band(from: start, to: end, widths: widths, fabric: Fabric(plain: colour), folds: 0.04)
  }

  /// What is drawn of a limb, from the skin outwards.
  struct Layers {
    private var layers: [(label: ParsingLabel, draw: (inout Canvas) -> Void)] = []

    mutating func add(_ label: ParsingLabel, _ draw: @escaping (inout Canvas) -> Void) { layers.append((label, draw)) }

    func pieces(from depth: Float) -> [Piece] {
      layers.enumerated().map { index, layer in
        Piece(depth: depth + Float(index) * 0.01, label: layer.label, draw: layer.draw)
      }
    }
  }
}

/// How light falls on a sweep: round across, with folds.
struct Surface {
  private let side: Point
  private let light: Light
  private let folds: Float
  private let seed: UInt32

  init(sweep: Sweep, light: Light, folds: Float, seed: UInt32) {
    let axis = sweep.end - sweep.start
    let direction = axis / max(axis.length, 1e-3)
    side = Point(direction.y, -direction.x)
    self.light = light
    self.folds = folds
    self.seed = seed
  }

  /// The brightness of a place `height` centimetres above the sweep's end.
  @inline(__always)
  func level(_ hit: Sweep.Hit, height: Float) -> Float {
    let u = hit.across * 0.96
    let normal = SIMD3(side.x * u, -side.y * u, (1 - u * u).squareRoot())
    let fold = Noise.smooth(hit.across * 2.2 + 7, height * 0.16 + hit.across, seed) - 0.5
    return light.level(normal) * (1 + folds * fold * 2)
  }

  /// The angle around a round body of a place `across` from −1 to 1: near the arc sine, within 0.02.
  @inline(__always)
  static func angle(_ across: Float) -> Float {
    let square = across * across
    return across * (1 + square * (0.12 + 0.45 * square * square))
  }
}

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

  /// A direction as the body sees it in the picture: ``toBody(_:)`` backwards.
  func toPicture(_ direction: SIMD3<Float>) -> SIMD3<Float> {
    SIMD3(direction.x * cosine + direction.z * sine, direction.y, direction.z * cosine - direction.x * sine)
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
