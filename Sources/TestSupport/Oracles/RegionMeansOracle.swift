/// Averages over strips of rows in plain loops and double precision.
///
///     y[n,c] = 1/(|rows| · W) · Σ_{h ∈ rows[n]} Σ_w x[n,h,w,c]
package struct RegionMeansOracle {
  let batch, height, width, channels: Int

  /// Names the sizes: x is `[N, H, W, C]`.
  package init(batch: Int, height: Int, width: Int, channels: Int) {
    self.batch = batch
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// y for one region, whose rows may differ from image to image.
  package func output(_ x: [Double], rows: [Range<Int>]) -> [Double] {
    var y = [Double](repeating: 0, count: batch * channels)
    forEach(rows) { place, n, c, share in y[n * channels + c] += x[place] * share }
    return y
  }

  /// What one region adds to dx: each place that was averaged gets its share of dy.
  package func dInput(_ dy: [Double], rows: [Range<Int>]) -> [Double] {
    var dx = [Double](repeating: 0, count: batch * height * width * channels)
    forEach(rows) { place, n, c, share in dx[place] = dy[n * channels + c] * share }
    return dx
  }

  private func forEach(_ rows: [Range<Int>], _ visit: (_ place: Int, _ n: Int, _ c: Int, _ share: Double) -> Void) {
    for n in 0..<batch {
      for h in rows[n] {
        for w in 0..<width {
          for c in 0..<channels {
            visit(((n * height + h) * width + w) * channels + c, n, c, 1 / Double(rows[n].count * width))
          }
        }
      }
    }
  }
}
