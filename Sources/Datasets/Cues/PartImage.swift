import Models

/// An image of six parts of a body, each turned upright in a place of its own, on black (PDC, ICCV 2017).
package enum PartImage {
  /// A part: what lies where.
  private struct Part {
    /// Where it starts, in the frame.
    let start: SIMD2<Double>
    /// Where it ends; nil of a square that is not turned.
    let end: SIMD2<Double>?
    /// How far it reaches beyond start and end, in the frame.
    let along: Double
    /// How far it reaches to each side, in the frame.
    let half: Double
    /// Its place, in quarters of rows and columns.
    let rows: Range<Int>
    let columns: Range<Int>
  }

  /// The frame that places are measured in.
  private static let frame: SIMD2<Double> = [128, 256]

  private static func parts(of points: BodyPoints) -> [Part] {
    func place(_ point: BodyPoints.Point) -> SIMD2<Double> { points[point] * frame }
    func limb(_ from: BodyPoints.Point, _ to: BodyPoints.Point, _ rows: Range<Int>, _ columns: Range<Int>) -> Part {
      Part(start: place(from), end: place(to), along: 15, half: 20, rows: rows, columns: columns)
    }
    return [
      Part(start: place(.head), end: nil, along: 0, half: 30, rows: 0..<1, columns: 1..<3),
      limb(.rightShoulder, .rightWrist, 0..<2, 0..<1),
      limb(.leftShoulder, .leftWrist, 0..<2, 3..<4),
      limb(.rightHip, .rightAnkle, 2..<4, 0..<1),
      limb(.leftHip, .leftAnkle, 2..<4, 3..<4),
      Part(
        start: place(.neck), end: (place(.rightHip) + place(.leftHip)) / 2, along: 34, half: 40, rows: 1..<3,
        columns: 1..<3),
    ]
  }

  /// Makes the part image, `height × width × 3` numbers row by row.
  ///
  /// - Parameters:
  ///   - image: the numbers of the image's channels at a place, `source.height × source.width × 3`.
  ///   - black: what stands where no part does.
  package static func make(
    of image: (_ place: Int) -> Double, source: ImageSize, points: BodyPoints, height: Int, width: Int, black: [Double]
  ) -> [Float] {
    var result = [Float](repeating: 0, count: height * width * 3)
    for place in 0..<height * width {
      for channel in 0..<3 { result[place * 3 + channel] = Float(black[channel]) }
    }
    for part in parts(of: points) {
      let rows = part.rows.lowerBound * height / 4..<part.rows.upperBound * height / 4
      let columns = part.columns.lowerBound * width / 4..<part.columns.upperBound * width / 4
      for row in rows {
        let t = (Double(row - rows.lowerBound) + 0.5) / Double(rows.count)
        for column in columns {
          let s = (Double(column - columns.lowerBound) + 0.5) / Double(columns.count)
          sample(image, source, at: place(t, s, in: part)) { channel, value in
            result[(row * width + column) * 3 + channel] = Float(value)
          }
        }
      }
    }
    return result
  }

  /// Where in the frame a place of a part comes from.
  private static func place(_ t: Double, _ s: Double, in part: Part) -> SIMD2<Double> {
    guard let end = part.end else { return part.start + SIMD2(s - 0.5, t - 0.5) * (2 * part.half) }
    let way = end - part.start
    let length = (way * way).sum().squareRoot()
    let direction = length > 1e-6 ? way / length : [0, 1]
    let across: SIMD2<Double> = [direction.y, -direction.x]
    let start = part.start - part.along * direction
    return start + (t * (length + 2 * part.along)) * direction + ((s - 0.5) * 2 * part.half) * across
  }

  /// Bilinear between pixels' middles; beyond an edge the edge's value.
  private static func sample(
    _ image: (_ place: Int) -> Double, _ size: ImageSize, at place: SIMD2<Double>, _ write: (Int, Double) -> Void
  ) {
    let x = place.x * Double(size.width) / frame.x - 0.5
    let y = place.y * Double(size.height) / frame.y - 0.5
    let (column, row) = (x.rounded(.down), y.rounded(.down))
    let (u, v) = (x - column, y - row)
    func inside(_ number: Double, _ count: Int) -> Int { Int(min(max(number, 0), Double(count - 1))) }
    let (left, right) = (inside(column, size.width), inside(column + 1, size.width))
    let (above, below) = (inside(row, size.height) * size.width, inside(row + 1, size.height) * size.width)
    for channel in 0..<3 {
      func value(_ line: Int, _ column: Int) -> Double { image((line + column) * 3 + channel) }
      let upper = (1 - u) * value(above, left) + u * value(above, right)
      let lower = (1 - u) * value(below, left) + u * value(below, right)
      write(channel, (1 - v) * upper + v * lower)
    }
  }
}
