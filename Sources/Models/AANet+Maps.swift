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
    var maps = ImageMaps(height: height, width: width, peaks: Self.peaks(of: features, on: engine))
    for (task, output) in zip(tasks, output.tasks) {
      let look = ImageLook(features: features, output: output.output, image: image, engine: engine)
      task.network.addMaps(of: look, to: &maps)
    }
    return maps
  }

  /// How many channels of one image's map peak at each place (Equation 1).
  package static func peaks(of features: Tensor, on engine: Engine) -> [Int] {
    let (height, width) = (features.shape[1], features.shape[2])
    var counts = [Int](repeating: 0, count: height * width)
    for case let peak? in ChannelMaxima(of: features, on: engine).peaks[0] {
      counts[peak.row * width + peak.column] += 1
    }
    return counts
  }
}
