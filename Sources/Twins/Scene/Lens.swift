import Datasets
import Foundation
import Tensors

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
