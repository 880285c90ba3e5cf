/// The weighted average over a feature map in plain loops and double precision.
///
///     y[n,c] = 1/(H·W) · Σ_hw x[n,h,w,c] · map[n,h,w]        dx[n,h,w,c] = dy[n,c] · map[n,h,w] / (H·W)
package struct AttendedMeanOracle {
  let batch, positions, channels: Int

  /// Names the sizes: x is `[N, H, W, C]` with H·W positions.
  package init(batch: Int, positions: Int, channels: Int) {
    self.batch = batch
    self.positions = positions
    self.channels = channels
  }

  /// y
  package func output(_ x: [Double], map: [Double]) -> [Double] {
    var y = [Double](repeating: 0, count: batch * channels)
    for place in x.indices {
      let position = place / channels
      y[position / positions * channels + place % channels] += x[place] * map[position] / Double(positions)
    }
    return y
  }

  /// dx
  package func dInput(_ dy: [Double], map: [Double]) -> [Double] {
    (0..<batch * positions * channels).map { place in
      let position = place / channels
      return dy[position / positions * channels + place % channels] * map[position] / Double(positions)
    }
  }
}
