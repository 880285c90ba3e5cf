import Foundation
import Tensors

/// One camera of a drawn scene: its view, light and picture quality, the same for everyone who passes it.
struct Camera {
  let number: Int
  let backdrop: Backdrop
  let light: Light
  /// How far it looks down, in radians.
  let pitch: Float
  /// The row where the ground ends, as a share of the crop's height.
  let horizon: Float
  /// Where most people head, in radians (0 the viewer); some go the other way.
  let path: Float
  /// How likely people come the other way.
  let contraflow: Double
  /// Gain of red, green and blue, then contrast and saturation.
  let cast: Colour
  let contrast: Float
  let saturation: Float
  /// Deviation of the blur in pixels, of the grain in brightness, and JPEG's quality.
  let blur: Double
  let grain: Float
  let quality: Int
  /// How the detector frames people here: size against the crop's height, and the size's spread.
  let framing: Float
  let framingSpread: Double
  /// How likely something stands before or behind people.
  let clutter: Double

  /// The cameras of a set, all different.
  static func all(of kind: SyntheticTwin.Kind, seed: UInt64) -> [Camera] {
    let grounds: [Backdrop.Ground] = [.slabs, .concrete, .grass, .asphalt, .bricks, .slabs, .asphalt, .concrete]
    let fars: [Backdrop.Far] = [.shopWindows, .hedge, .trees, .facade, .bricks, .fence, .trees, .facade]
    // Half turns: some cameras look along the path, others across it.
    let directions: [Float] = [0.5, 1, 0, -0.25, 0.25, 0, 0.75, -0.5]
    return (1...kind.cameras).map { number in
      var random = RandomStream(seed: seed, name: "twin/\(kind.rawValue)/camera/\(number)")
      // The second set starts elsewhere in the list, so that the two sets differ.
      let place = number - 1 + (kind == .duke ? 3 : 0)
      return Camera(
        number: number, ground: grounds[place % grounds.count], far: fars[place % fars.count],
        direction: directions[place % directions.count], from: &random)
    }
  }

  private init(
    number: Int, ground: Backdrop.Ground, far: Backdrop.Far, direction: Float, from random: inout RandomStream
  ) {
    func between(_ low: Double, _ high: Double) -> Float { Float(random.uniform(in: low...high)) }
    self.number = number
    backdrop = Backdrop(ground: ground, far: far, from: &random)
    let azimuth = between(-1.3, 1.3)
    let elevation = between(0.5, 1.1)
    let direct = between(0.25, 0.75)
    light = Light(
      direction: SIMD3(sin(azimuth) * cos(elevation), sin(elevation), cos(azimuth) * cos(elevation)),
      ambient: between(0.95, 1.08) - direct * 0.55, direct: direct)
    pitch = between(4, 22).radians
    horizon = between(0.08, 0.42)
    path = direction * .pi + between(-0.25, 0.25)
    contraflow = random.uniform(in: 0.2...0.5)
    cast = Colour(between(0.88, 1.12), between(0.94, 1.04), between(0.86, 1.14)) * between(0.74, 1.16)
    contrast = between(0.78, 1.12)
    saturation = between(0.7, 1.1)
    blur = random.uniform(in: 0.35...0.95)
    grain = between(0.006, 0.028)
    quality = 58 + random.int(below: 34)
    framing = between(0.84, 0.93)
    framingSpread = random.uniform(in: 0.02...0.06)
    clutter = random.uniform(in: 0.12...0.3)
  }
}
