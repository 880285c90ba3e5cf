import Tensors

extension Tape {
  /// Computes a map from a map, in evaluation some images at a time.
  ///
  /// What a few images hand from layer to layer stays in the cache, which a whole batch's maps leave. Training needs the
  /// whole batch's statistics at each layer, and keeps every map for the way back: there all images go through at once.
  ///
  /// - Parameters:
  ///   - input: `[N, …]`.
  ///   - images: at least so many at a time.
  ///   - compute: gets some images `[n, …]` and gives a map `[n, …]`, in which no image depends on another.
  /// - Returns: `[N, …]`.
  package func inSlices(of images: Int, _ input: Value, _ compute: (_ some: Value) -> Value) -> Value {
    let batch = input.shape[0]
    let slices = Split(count: batch, grain: images)
    guard mode == .evaluation, slices.chunks > 1 else { return compute(input) }
    let size = input.tensor.count / batch
    var whole: Tensor?
    for slice in 0..<slices.chunks {
      let some = slices[slice]
      let part = input.tensor.view([some.count] + input.shape.dropFirst(), offset: some.lowerBound * size)
      let map = compute(result(part)).tensor
      let target = whole ?? engine.empty([batch] + map.shape.dropFirst(), as: map.element)
      whole = target
      let mapSize = map.count / some.count
      engine.parallel(over: map.count, grain: 1 << 14) { numbers, _ in
        target.update(from: map, numbers, at: some.lowerBound * mapSize + numbers.lowerBound)
      }
    }
    return whole.map { result($0) } ?? input
  }
}
