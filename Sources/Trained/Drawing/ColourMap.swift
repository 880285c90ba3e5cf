/// A scale of colours for numbers in 0 ... 1, dark for little and light for much, so that it reads in grey too.
///
/// viridis (Smith and van der Walt, 2015; given to the public): perceptually uniform, and told apart by the colour-blind.
/// Ten of its colours, evenly spaced; between two of them red, green and blue are interpolated.
package enum ColourMap {
  /// A colour as red, green and blue.
  package typealias RGB = (red: UInt8, green: UInt8, blue: UInt8)

  /// The evenly spaced colours, the one of 0 first.
  static let anchors: [[Double]] = [
    [68, 1, 84], [72, 40, 120], [62, 73, 137], [49, 104, 142], [38, 130, 142], [31, 158, 137], [53, 183, 121],
    [110, 206, 88], [181, 222, 43], [253, 231, 37],
  ]

  /// The colour of a number; what lies outside 0 ... 1 takes the end's, what is no number the lower end's.
  package static func colour(_ value: Double) -> RGB {
    let place = (value > 0 ? min(1, value) : 0) * Double(anchors.count - 1)
    let index = min(Int(place), anchors.count - 2)
    let share = place - Double(index)
    let (low, high) = (anchors[index], anchors[index + 1])
    func mixed(_ a: Double, _ b: Double) -> UInt8 { UInt8((a + (b - a) * share).rounded()) }
    return (mixed(low[0], high[0]), mixed(low[1], high[1]), mixed(low[2], high[2]))
  }
}
