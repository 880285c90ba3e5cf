import Datasets
import Foundation
import Tensors

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
    var random = RandomStream(seed: seed, name: "twin/portrait")
    let person = Person(traits, from: &random)
    var canvas = Canvas(width: Snapshot.width, height: Snapshot.height)
    canvas.fill { _ in wall }
    let pose = Pose(phase: phase ?? 0, pace: phase == nil ? 0 : 1, heading: heading, headTurn: 0)
    let height = Float(Snapshot.height)
    let view = View(
      heading: heading, pitch: 0.1, scale: height * 0.9 / person.build.height, foot: Point(32, height * 0.965))
    let light = Light(direction: SIMD3(-0.3, 0.6, 0.74), ambient: 0.7, direct: 0.35)
    Figure(person, pose, view: view, light: light, foldSeed: person.seed).draw(on: &canvas)
    let pixels = canvas.averaged().flatMap { colour in
      (0..<3).map { UInt8((colour[$0] * 255).limited(0, 255)) }
    }
    return Image(width: Snapshot.width, height: Snapshot.height, pixels: pixels)
  }
}
