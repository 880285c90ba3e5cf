import Tensors

extension Tape {
  /// Images whose boxes are each drawn anew from themselves, under an affine map of each box of each image.
  ///
  /// Pixel (r, c) of a box of h × w comes from the place `θ · (u, v, 1)` of the same box, with `u = (2c + 1)/w − 1` and
  /// `v = (2r + 1)/h − 1`: places run from −1 to 1 across the box. Bilinear, and 0 outside the box. What lies in no box
  /// stays.
  ///
  /// Source: Jaderberg et al., "Spatial Transformer Networks", NIPS 2015, as PyTorch's `affine_grid` and `grid_sample` have
  /// it without aligned corners.
  ///
  /// - Parameters:
  ///   - images: `[N, H, W, C]`.
  ///   - boxes: none shares a place with another.
  ///   - maps: θ of each box, `[N, 6]`: what x is made of u, v and 1, then y.
  /// - Returns: `[N, H, W, C]`.
  package func redrawn(_ images: Value, boxes: [MapBox], by maps: [Value]) -> Value {
    let shape = images.shape
    let (batch, size) = (shape[0], shape[1] * shape[2] * shape[3])
    precondition(
      boxes.count == maps.count && maps.allSatisfy { $0.shape == [batch, 6] }
        && boxes.allSatisfy { $0.area > 0 && $0.isInside(height: shape[1], width: shape[2]) },
      "a box that leaves its image, or has no map")
    let output = result(engine.empty(shape))
    let x = images.tensor
    engine.parallel(batch) { image, _ in
      let (source, target) = (x.pointer + image * size, output.tensor.pointer + image * size)
      target.update(from: source, count: size)
      for (box, map) in zip(boxes, maps) {
        let sampling = BoxSampling(box, width: shape[2], channels: shape[3], map.tensor.pointer + image * 6)
        sampling.draw(source, into: target)
      }
    }
    let (slot, mapSlots, thetas) = (images.slot, maps.map(\.slot), maps.map(\.tensor))
    record(output) { [engine] dOutput in
      for (number, mapSlot) in mapSlots.enumerated() {
        mapSlot?.accumulate(shape: [batch, 6], on: engine) { dMap, accumulate in
          engine.parallel(batch) { image, _ in
            let sampling = BoxSampling(
              boxes[number], width: shape[2], channels: shape[3], thetas[number].pointer + image * 6)
            let gradient = sampling.gradient(
              of: x.pointer + image * size, from: dOutput.pointer + image * size)
            for (i, value) in gradient.enumerated() {
              let place = image * 6 + i
              dMap.pointer[place] = (accumulate ? dMap.pointer[place] : 0) + Float(value)
            }
          }
        }
      }
      guard let slot else { return }
      let dInput = engine.empty(shape)
      engine.parallel(batch) { image, _ in
        let (source, target) = (dOutput.pointer + image * size, dInput.pointer + image * size)
        target.update(from: source, count: size)
        let samplings = zip(boxes, thetas).map {
          BoxSampling($0, width: shape[2], channels: shape[3], $1.pointer + image * 6)
        }
        for sampling in samplings { sampling.clear(target) }
        for sampling in samplings { sampling.scatter(source, addingTo: target) }
      }
      slot.give(dInput, on: engine)
    }
    return output
  }

  /// A box cut out of each image, a constant to the gradient.
  ///
  /// - Parameter images: `[N, H, W, C]`.
  /// - Returns: `[N, box.rows.count, box.columns.count, C]`.
  package func cut(_ box: MapBox, of images: Tensor) -> Value {
    let shape = images.shape
    precondition(box.isInside(height: shape[1], width: shape[2]), "a box that leaves its image")
    let (width, channels) = (shape[2], shape[3])
    let piece = engine.empty([shape[0], box.rows.count, box.columns.count, channels])
    let count = box.columns.count * channels
    for image in 0..<shape[0] {
      for (line, row) in box.rows.enumerated() {
        let source = images.pointer + ((image * shape[1] + row) * width + box.columns.lowerBound) * channels
        (piece.pointer + (image * box.rows.count + line) * count).update(from: source, count: count)
      }
    }
    return input(piece)
  }
}

/// One box of one image and the affine map that it is drawn anew by.
private struct BoxSampling {
  private let box: MapBox
  /// Columns of the image.
  private let width: Int
  private let channels: Int
  private let theta: [Double]

  init(_ box: MapBox, width: Int, channels: Int, _ theta: UnsafePointer<Float>) {
    self.box = box
    self.width = width
    self.channels = channels
    self.theta = (0..<6).map { Double(theta[$0]) }
  }

  /// A pixel of the box, and the four around the place that it comes from.
  private struct Sample {
    /// Where the pixel's channels begin in the image.
    let target: Int
    /// u and v.
    let place: (u: Double, v: Double)
    /// Where the channels of the upper left, upper right, lower left and lower right pixel begin; nil outside the box.
    let taps: (Int?, Int?, Int?, Int?)
    /// How far the place is from the upper left pixel, 0 to below 1; NaN where the map has no number.
    let right: Float
    let down: Float

    /// What the four count.
    var shares: (Float, Float, Float, Float) {
      ((1 - down) * (1 - right), (1 - down) * right, down * (1 - right), down * right)
    }
  }

  private func forEachPixel(_ body: (Sample) -> Void) {
    let (h, w) = (Double(box.rows.count), Double(box.columns.count))
    for r in 0..<box.rows.count {
      let v = (2 * Double(r) + 1) / h - 1
      for c in 0..<box.columns.count {
        let u = (2 * Double(c) + 1) / w - 1
        let x = (theta[0] * u + theta[1] * v + theta[2] + 1) * w / 2 - 0.5
        let y = (theta[3] * u + theta[4] * v + theta[5] + 1) * h / 2 - 0.5
        body(sample(r, c, x, y, (u, v)))
      }
    }
  }

  private func sample(_ r: Int, _ c: Int, _ x: Double, _ y: Double, _ place: (u: Double, v: Double)) -> Sample {
    let target = start(r, c)
    guard x >= -1, x < Double(box.columns.count), y >= -1, y < Double(box.rows.count) else {
      // Beyond the box; a place that is none must not turn into an innocent zero.
      let share: Float = x.isNaN || y.isNaN ? .nan : 0
      return Sample(target: target, place: place, taps: (nil, nil, nil, nil), right: share, down: share)
    }
    let (column, row) = (Int(x.rounded(.down)), Int(y.rounded(.down)))
    func tap(_ row: Int, _ column: Int) -> Int? {
      (0..<box.rows.count).contains(row) && (0..<box.columns.count).contains(column) ? start(row, column) : nil
    }
    return Sample(
      target: target, place: place,
      taps: (tap(row, column), tap(row, column + 1), tap(row + 1, column), tap(row + 1, column + 1)),
      right: Float(x - Double(column)), down: Float(y - Double(row)))
  }

  private func start(_ row: Int, _ column: Int) -> Int {
    ((box.rows.lowerBound + row) * width + box.columns.lowerBound + column) * channels
  }

  func draw(_ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) {
    forEachPixel { sample in
      let (a, b, c, d) = sample.shares
      for channel in 0..<channels {
        // A share that is no number stays none, whatever it is multiplied with.
        let upper = a * value(source, sample.taps.0, channel) + b * value(source, sample.taps.1, channel)
        let lower = c * value(source, sample.taps.2, channel) + d * value(source, sample.taps.3, channel)
        target[sample.target + channel] = upper + lower
      }
    }
  }

  /// The gradient by θ, summed pixel after pixel.
  func gradient(of source: UnsafePointer<Float>, from dOutput: UnsafePointer<Float>) -> [Double] {
    var (dx, dy) = ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    let (halfWidth, halfHeight) = (Double(box.columns.count) / 2, Double(box.rows.count) / 2)
    forEachPixel { sample in
      var (across, along): (Float, Float) = (0, 0)
      for channel in 0..<channels {
        let (a, b) = (value(source, sample.taps.0, channel), value(source, sample.taps.1, channel))
        let (c, d) = (value(source, sample.taps.2, channel), value(source, sample.taps.3, channel))
        let gradient = dOutput[sample.target + channel]
        across += gradient * ((1 - sample.down) * (b - a) + sample.down * (d - c))
        along += gradient * ((1 - sample.right) * (c - a) + sample.right * (d - b))
      }
      let (ofX, ofY) = (Double(across) * halfWidth, Double(along) * halfHeight)
      dx = (dx.0 + ofX * sample.place.u, dx.1 + ofX * sample.place.v, dx.2 + ofX)
      dy = (dy.0 + ofY * sample.place.u, dy.1 + ofY * sample.place.v, dy.2 + ofY)
    }
    return [dx.0, dx.1, dx.2, dy.0, dy.1, dy.2]
  }

  func clear(_ target: UnsafeMutablePointer<Float>) {
    for row in 0..<box.rows.count { (target + start(row, 0)).update(repeating: 0, count: box.columns.count * channels) }
  }

  /// Adds the gradient by each pixel to those that it is made of.
  func scatter(_ dOutput: UnsafePointer<Float>, addingTo target: UnsafeMutablePointer<Float>) {
    forEachPixel { sample in
      let (a, b, c, d) = sample.shares
      for (tap, share) in [(sample.taps.0, a), (sample.taps.1, b), (sample.taps.2, c), (sample.taps.3, d)] {
        guard let tap else { continue }
        for channel in 0..<channels { target[tap + channel] += share * dOutput[sample.target + channel] }
      }
    }
  }

  private func value(_ source: UnsafePointer<Float>, _ tap: Int?, _ channel: Int) -> Float {
    tap.map { source[$0 + channel] } ?? 0
  }
}
