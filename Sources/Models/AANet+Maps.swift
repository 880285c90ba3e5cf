import Layers
import Tensors

/// The maps of the paper's Figures 1, 3, 4 and 6, from what a pass in evaluation left.
extension AANet {
  /// What the network saw in one image of a batch.
  ///
  /// - Parameters:
  ///   - output: of a pass on an evaluation tape.
  ///   - image: the image's place in the batch.
  package func maps(of output: Output, image: Int, on engine: Engine) -> ImageMaps {
    let shape = output.features.shape
    let (height, width) = (shape[1], shape[2])
    let features = output.features.tensor.view(
      [1, height, width, shape[3]], offset: image * height * width * shape[3])
    var maps = ImageMaps(height: height, width: width, peaks: Self.peaks(of: features))
    for (task, output) in zip(tasks, output.tasks) {
      let look = ImageLook(features: features, output: output.output, image: image, engine: engine)
      task.network.addMaps(of: look, to: &maps)
    }
    return maps
  }

  /// How many channels peak at each place: the first maximum in row-major order, none for a channel that is nowhere
  /// above 0 (Equation 1).
  package static func peaks(of features: Tensor) -> [Int] {
    let (places, channels) = (features.shape[1] * features.shape[2], features.shape[3])
    var best = [Float](repeating: 0, count: channels)
    var peak = [Int](repeating: -1, count: channels)
    for place in 0..<places {
      let line = features.pointer + place * channels
      for c in 0..<channels where line[c] > best[c] {
        best[c] = line[c]
        peak[c] = place
      }
    }
    var counts = [Int](repeating: 0, count: places)
    for place in peak where place >= 0 { counts[place] += 1 }
    return counts
  }
}
