import Datasets
import Foundation
import Tensors

/// One crop as a pedestrian detector cuts it out of a camera's frame.
struct Snapshot {
  /// How well the detector did.
  enum Framing {
    /// The person fills the crop, give or take the detector's error.
    case good
    /// The person is cut, far off the middle or too small: the benchmarks' junk.
    case poor
    /// No person: the detector was wrong.
    case empty
  }

  static let width = 64
  static let height = 128

  /// Where one passage of a person before a camera starts; its pictures follow each other in time.
  struct Passage {
    var heading: Float
    var phase: Float
    var place: Float
    var isStanding: Bool
    var leftArm: Pose.Arm
    var rightArm: Pose.Arm

    init(_ person: Person, camera: Camera, from random: inout RandomStream) {
      heading = camera.path + Float(random.normal(deviation: 0.35)) + (random.chance(camera.contraflow) ? .pi : 0)
      phase = Float(random.uniform(in: 0...2 * .pi))
      place = Float(random.uniform(in: -3000...3000))
      isStanding = random.chance(0.12)
      let arms: [Pose.Arm] = [.swing, .swing, .swing, .swing, .swing, .pocket, .phone, .strap]
      leftArm = random.pick(arms)
      rightArm = random.pick(arms)
      if !person.traits.hasBackpack {
        if leftArm == .strap { leftArm = .swing }
        if rightArm == .strap { rightArm = .swing }
      }
      if person.traits.hasHandbag {
        let arm: Pose.Arm = person.wardrobe.isHandbagAtElbow ? .forearm : .swing
        if person.wardrobe.handbagSide > 0 { leftArm = arm } else { rightArm = arm }
      }
    }

    /// The pose `seconds` later.
    func pose(_ person: Person, after seconds: Float, from random: inout RandomStream) -> Pose {
      Pose(
        phase: phase + seconds * 5.6 + Float(random.normal(deviation: 0.25)),
        pace: isStanding ? Float(random.uniform(in: 0...0.15)) : Float(random.uniform(in: 0.8...1.1)),
        heading: heading + Float(random.normal(deviation: 0.14)) + seconds * 0.05,
        headTurn: Float(random.normal(deviation: 0.28)).limited(-0.9, 0.9), leftArm: leftArm, rightArm: rightArm)
    }
  }

  let camera: Camera
  let person: Person
  let passage: Passage
  let seconds: Float
  let framing: Framing

  /// Draws the crop and gives its JPEG quality and its cues.
  ///
  /// - Parameter passer: makes another person, who may get in the way.
  func draw(
    from random: inout RandomStream, passer: (inout RandomStream) -> Person
  ) -> (image: Image, quality: Int, cues: Cues) {
    let (canvas, figure) = scene(from: &random, passer: passer)
    let image = Lens(camera, from: &random).expose(canvas)
    return (image, camera.quality + random.int(below: 9) - 4, Cues(of: figure, on: canvas))
  }

  /// The cues of the crop that ``draw(from:passer:)`` draws from the same numbers.
  func cues(from random: inout RandomStream, passer: (inout RandomStream) -> Person) -> Cues {
    let (canvas, figure) = scene(from: &random, passer: passer)
    return Cues(of: figure, on: canvas)
  }

  /// What lies before the camera, and the crop's own person.
  private func scene(
    from random: inout RandomStream, passer: (inout RandomStream) -> Person
  ) -> (canvas: Canvas, figure: Figure?) {
    var canvas = Canvas(width: Self.width, height: Self.height, recordsLabels: true)
    var figure: Figure?
    let height = Float(Self.height)
    func between(_ low: Double, _ high: Double) -> Float { Float(random.uniform(in: low...high)) }

    // The detector's box: size and place against the person.
    var size = camera.framing * (1 + Float(random.normal(deviation: camera.framingSpread)))
    var centre = Point(32 + Float(random.normal(deviation: 2.6)), 0.5 * height + Float(random.normal(deviation: 2.4)))
    let slip = random.uniform()
    switch framing {
    case .good:
      if slip < 0.05 {
        size *= between(1.1, 1.3)  // cuts head or feet
        centre.y += between(-12, 14)
      } else if slip < 0.12 {
        size *= between(0.72, 0.85)
        centre += Point(between(-6, 6), between(-6, 6))
      }
    case .poor:
      if slip < 0.5 {
        size *= between(1.35, 1.9)
        centre += Point(between(-16, 16), between(-38, 38))
      } else {
        size *= between(0.5, 0.95)
        centre += Point(between(18, 30) * (slip < 0.75 ? 1 : -1), between(-30, 30))
      }
    case .empty: break
    }
    let scale = size * height / (person.build.height * cos(camera.pitch) + 12)
    let foot = Point(centre.x, centre.y + size * height * 0.485)
    let horizon = height * camera.horizon + (foot.y - height * 0.95) * 0.6 + Float(random.normal(deviation: 2))
    let place = passage.place + seconds * 120 * sin(passage.heading)
    camera.backdrop.draw(on: &canvas, horizon: horizon, foot: foot.y, scale: scale, offset: place)

    let lit = Light(
      direction: camera.light.direction, ambient: camera.light.ambient * between(0.93, 1.07),
      direct: camera.light.direct * between(0.6, 1.2))
    let things = Clutter.allCases
    if random.chance(framing == .empty ? 0.8 : camera.clutter * 1.4) {
      let far = between(0.5, 0.85)
      let row = horizon + (foot.y - horizon) * between(0.25, 0.8)
      random.pick(things).draw(
        on: &canvas, foot: Point(between(-8, 72), row), scale: scale * far, light: lit, from: &random)
    }
    if random.chance(camera.clutter * 0.8) {
      let row = horizon + (foot.y - horizon) * between(0.45, 0.85)
      other(
        passer(&random), foot: Point(between(-6, 70), row), scale: scale * between(0.55, 0.85), lit, &canvas, &random)
    }
    if framing != .empty {
      let pose = passage.pose(person, after: seconds, from: &random)
      let view = View(heading: pose.heading, pitch: camera.pitch, scale: scale, foot: foot)
      let person = Figure(person, pose, view: view, light: lit, foldSeed: UInt32(truncatingIfNeeded: random.next()))
      person.draw(on: &canvas)
      figure = person
    }
    canvas.label = .foreground
    if random.chance(camera.clutter * 0.55) {
      let thing = random.pick(things)
      let side: Float = random.chance(0.5) ? 1 : -1
      let isTall = thing == .pole || thing == .sign
      let x = 32 + side * (isTall ? between(6, 26) : between(14, 40))
      // What stands in front is cut off by the crop's lower edge, or the person would be gone.
      let near = scale * between(1.05, 1.25)
      let covered = person.build.height * scale * between(0.2, 0.52)
      let drop = max(between(4, 22), thing.height * near - (isTall ? .infinity : covered))
      thing.draw(on: &canvas, foot: Point(x, foot.y + drop), scale: near, light: lit, from: &random)
    } else if random.chance(camera.clutter * 0.45) {
      let side: Float = random.chance(0.5) ? 1 : -1
      let x = 32 + side * between(19, 32)
      other(
        passer(&random), foot: Point(x, foot.y + between(2, 9)), scale: scale * between(1, 1.15), lit, &canvas, &random)
    }
    return (canvas, figure)
  }

  private func other(
    _ passer: Person, foot: Point, scale: Float, _ light: Light, _ canvas: inout Canvas, _ random: inout RandomStream
  ) {
    let walk = Passage(passer, camera: camera, from: &random)
    let pose = walk.pose(passer, after: 0, from: &random)
    let view = View(heading: pose.heading, pitch: camera.pitch, scale: scale, foot: foot)
    Figure(passer, pose, view: view, light: light, foldSeed: UInt32(truncatingIfNeeded: random.next())).draw(
      on: &canvas, isNobody: true)
  }
}

/// A drawn person before a plain wall, with nothing in the way and no camera's faults: what there is to be learnt.
package enum Portrait {
  /// The wall's brightness, which no garment has exactly.
  package static let wall = Colour(0.70, 0.73, 0.76)

  /// Draws a person of given traits, 64×128.
  ///
  /// - Parameters:
  ///   - heading: where the person faces, in radians: 0 the viewer, π/2 the picture's right.
  ///   - phase: where in the step; nil stands still.
  ///   - seed: decides all that the traits leave open: build, shades, patterns.
  package static func draw(_ traits: Traits, heading: Float, phase: Float? = nil, seed: UInt64) -> Image {
    image(of: paint(traits, heading: heading, phase: phase, seed: seed, recordsLabels: false).canvas)
  }

  /// The same with its cues.
  package static func drawWithCues(
    _ traits: Traits, heading: Float, phase: Float? = nil, headTurn: Float = 0, seed: UInt64
  ) -> (image: Image, cues: Cues) {
    let (canvas, figure) = paint(
      traits, heading: heading, phase: phase, headTurn: headTurn, seed: seed, recordsLabels: true)
    return (image(of: canvas), Cues(of: figure, on: canvas))
  }

  private static func paint(
    _ traits: Traits, heading: Float, phase: Float?, headTurn: Float = 0, seed: UInt64, recordsLabels: Bool
  ) -> (canvas: Canvas, figure: Figure) {
    var random = RandomStream(seed: seed, name: "twin/portrait")
    let person = Person(traits, from: &random)
    var canvas = Canvas(width: Snapshot.width, height: Snapshot.height, recordsLabels: recordsLabels)
    canvas.fill { _ in wall }
    let pose = Pose(phase: phase ?? 0, pace: phase == nil ? 0 : 1, heading: heading, headTurn: headTurn)
    let height = Float(Snapshot.height)
    let view = View(
      heading: heading, pitch: 0.1, scale: height * 0.9 / person.build.height, foot: Point(32, height * 0.965))
    let light = Light(direction: SIMD3(-0.3, 0.6, 0.74), ambient: 0.7, direct: 0.35)
    let figure = Figure(person, pose, view: view, light: light, foldSeed: person.seed)
    figure.draw(on: &canvas)
    return (canvas, figure)
  }

  private static func image(of canvas: Canvas) -> Image {
    let pixels = canvas.averaged().flatMap { colour in
      (0..<3).map { UInt8((colour[$0] * 255).limited(0, 255)) }
    }
    return Image(width: Snapshot.width, height: Snapshot.height, pixels: pixels)
  }
}
