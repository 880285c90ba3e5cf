import Datasets
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

/// What a camera makes of a scene: blur, exposure, colour cast and grain.
struct Lens {
  let camera: Camera
  /// This picture's exposure, blur and sideways smear against the camera's.
  let exposure: Float
  let blur: Double
  let smear: Double
  let seed: UInt32

  init(_ camera: Camera, from random: inout RandomStream) {
    self.camera = camera
    exposure = Float(random.uniform(in: 0.88...1.12))
    blur = camera.blur * random.uniform(in: 0.75...1.45)
    let isSmeared = random.chance(0.12)
    let amount = random.uniform(in: 0.6...1.8)
    smear = isSmeared ? amount : 0
    seed = UInt32(truncatingIfNeeded: random.next())
  }

  /// The 8-bit picture of a canvas.
  func expose(_ canvas: Canvas) -> Image {
    var colours = canvas.averaged()
    let (width, height) = (canvas.width, canvas.height)
    blurred(&colours, width: width, height: height, deviation: (blur * blur + smear * smear).squareRoot(), step: 1)
    blurred(&colours, width: height, height: width, deviation: blur, step: width)
    var pixels = [UInt8](repeating: 0, count: width * height * 3)
    for place in 0..<width * height {
      var colour = colours[place] * camera.cast * exposure
      let grey = Colour(repeating: colour.brightness)
      colour = grey + (colour - grey) * camera.saturation
      colour = (colour - 0.5) * camera.contrast + 0.5
      for channel in 0..<3 {
        // The sum of three even draws is near enough to a normal one.
        let cell = Int32(place * 3 + channel)
        let noise = Noise.cell(cell, 0, seed) + Noise.cell(cell, 1, seed) + Noise.cell(cell, 2, seed) - 1.5
        pixels[place * 3 + channel] = UInt8(((colour[channel] + noise * 2 * camera.grain) * 255).limited(0, 255))
      }
    }
    return Image(width: width, height: height, pixels: pixels)
  }

  /// A Gaussian along one direction. `step` is 1 along rows; along columns it is the row's length, and the picture is
  /// walked as if it lay on its side.
  private func blurred(_ colours: inout [Colour], width: Int, height: Int, deviation: Double, step: Int) {
    guard deviation > 0.2 else { return }
    let reach = min(6, Int((deviation * 2.5).rounded(.up)))
    var weights = (0...reach).map { Float(exp(-Double($0 * $0) / (2 * deviation * deviation))) }
    let total = weights[0] + 2 * weights.dropFirst().reduce(0, +)
    weights = weights.map { $0 / total }
    var line = [Colour](repeating: .zero, count: width)
    let across = step == 1 ? width : 1
    for row in 0..<height {
      for x in 0..<width { line[x] = colours[row * across + x * step] }
      for x in 0..<width {
        var sum = line[x] * weights[0]
        for offset in 1...reach {
          sum += (line[max(0, x - offset)] + line[min(width - 1, x + offset)]) * weights[offset]
        }
        colours[row * across + x * step] = sum
      }
    }
  }
}
