/// Max pooling in plain loops and double precision.
///
///     y[n,h,w,c] = max x[n, h·stride + r − padding, w·stride + s − padding, c] over the window's places in the map
///
/// The gradient goes to the first place in row-major order that has the maximum.
package struct MaxPoolOracle {
  let batch, height, width, channels, stride, padding: Int
  let rows, columns: Int

  /// Names the sizes: x is `[N, H, W, C]`.
  package init(
    batch: Int, height: Int, width: Int, channels: Int, rows: Int, columns: Int, stride: Int, padding: Int
  ) {
    self.batch = batch
    self.height = height
    self.width = width
    self.channels = channels
    self.rows = rows
    self.columns = columns
    self.stride = stride
    self.padding = padding
  }

  /// `[N, H', W', C]`.
  package var outputShape: [Int] {
    [batch, (height + 2 * padding - rows) / stride + 1, (width + 2 * padding - columns) / stride + 1, channels]
  }

  /// For each number of y the place in x that it comes from.
  package func winners(_ x: [Double]) -> [Int] {
    let shape = outputShape
    var winners: [Int] = []
    for n in 0..<batch {
      for h in 0..<shape[1] {
        for w in 0..<shape[2] {
          for c in 0..<channels {
            var winner: Int?
            for row in h * stride - padding..<h * stride - padding + rows where row >= 0 && row < height {
              for column in w * stride - padding..<w * stride - padding + columns where column >= 0 && column < width {
                let place = ((n * height + row) * width + column) * channels + c
                if let best = winner, x[place] <= x[best] { continue }
                winner = place
              }
            }
            if let winner { winners.append(winner) }
          }
        }
      }
    }
    return winners
  }

  /// y
  package func output(_ x: [Double]) -> [Double] { winners(x).map { x[$0] } }

  /// dx
  package func dInput(_ x: [Double], _ dy: [Double]) -> [Double] {
    var dx = [Double](repeating: 0, count: x.count)
    for (place, winner) in winners(x).enumerated() { dx[winner] += dy[place] }
    return dx
  }
}
