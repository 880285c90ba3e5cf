import Datasets
import Foundation
import Layers
import Models
import Support
import Tensors

/// The feature map that a file's backbone computes of one image: what a check against another implementation compares,
/// and what a researcher may want to look at.
package enum BackboneFeatures {
  /// What was computed.
  package struct Result: Encodable, Sendable {
    /// The file that holds `input` and `features`.
    package let file: String
    /// `[1, 3, H, W]`.
    package let input: [Int]
    /// `[1, Z, H′, W′]`.
    package let features: [Int]
    /// What was loaded and what was left out.
    package let weights: String
  }

  /// What keeps features from being computed.
  package struct Failure: Error, CustomStringConvertible {
    /// The file and the reason.
    package let description: String
  }

  /// The ResNets of the literature, by their names in torchvision and timm.
  package enum Architecture: String, Sendable, CaseIterable {
    case resnet18, resnet34, resnet50, resnet101, resnet152

    /// The network's sizes.
    package var configuration: ResNetConfiguration {
      switch self {
      case .resnet18: ResNetConfiguration(block: .basic, blocks: [2, 2, 2, 2])
      case .resnet34: ResNetConfiguration(block: .basic, blocks: [3, 4, 6, 3])
      case .resnet50: ResNetConfiguration(block: .bottleneck, blocks: [3, 4, 6, 3])
      case .resnet101: ResNetConfiguration(block: .bottleneck, blocks: [3, 4, 23, 3])
      case .resnet152: ResNetConfiguration(block: .bottleneck, blocks: [3, 8, 36, 3])
      }
    }
  }

  /// Computes the features of an image and writes them with the input that they were computed of, both with channels
  /// first, as PyTorch has them.
  ///
  /// - Parameters:
  ///   - weights: a file of weights, of any form that ``TensorFile`` reads.
  ///   - architecture: the network that the file must be of; nil takes the one that its names tell.
  ///   - lastStride: the last stage's stride, 1 or 2.
  ///   - image: a JPEG file, resized and normalised as in training.
  ///   - file: what is written, whole or not at all.
  ///   - remark: told of an image that ends early or is damaged within.
  /// - Throws: ``Failure``, `PlainError`, `PlainError`, `PlainError` or `FileError`.
  package static func write(
    weights: URL, architecture: Architecture?, lastStride: Int, image: URL, size: ImageSize, threads: Int,
    to file: URL, remark: (String) -> Void = { _ in }
  ) throws -> Result {
    let tensors = try TensorFile(contentsOf: weights)
    let guess = architecture?.configuration ?? ResNetConfiguration(of: tensors)
    guard var configuration = guess else {
      throw Failure(description: "\(weights.path): its tensors are no ResNet's; `aanet weights inspect` lists them")
    }
    configuration.lastStride = lastStride
    let fit = BackboneFit(of: tensors, into: configuration)
    guard fit.misfits.isEmpty else {
      throw Failure(description: "\(weights.path): \(fit.complaint(about: tensors, at: weights.path))")
    }

    let engine = Engine(threads: threads)
    let store = ParameterStore(on: engine)
    let backbone = ResNet(configuration, prefix: "backbone.", in: store)
    do { try fit.load(tensors, into: store) } catch {
      throw Failure(description: "\(weights.path): \(error.description)")
    }
    let labelled = LabelledImage(file: image, name: image.lastPathComponent, identity: 0, camera: 0)
    let loader = try BatchLoader(images: [labelled], size: size, batches: [[LoadItem(index: 0)]])
    guard let batch = try loader.next() else { throw Failure(description: "\(image.path): it cannot be read") }
    for warning in loader.warnings { remark(warning) }

    let input = batch.images(on: engine)
    let tape = Tape(on: engine, mode: .evaluation)
    let stages = backbone(tape.input(input), on: tape).map(\.tensor)
    let features = stages[stages.count - 1]
    let contents = ["input": channelsFirst(input), "features": channelsFirst(features)]
    try AtomicFile.write(try SafeTensors(tensors: contents).pieces(), to: file)
    return Result(
      file: file.path, input: contents["input"]?.shape ?? [], features: contents["features"]?.shape ?? [],
      weights: fit.summary)
  }

  /// `[N, H, W, C]` as `[N, C, H, W]`.
  private static func channelsFirst(_ tensor: Tensor) -> StoredTensor {
    let (count, height, width, channels) = (tensor.shape[0], tensor.shape[1], tensor.shape[2], tensor.shape[3])
    let area = height * width
    var values = [Float](repeating: 0, count: tensor.count)
    for n in 0..<count {
      for place in 0..<area {
        for c in 0..<channels {
          values[(n * channels + c) * area + place] = tensor.values[(n * area + place) * channels + c]
        }
      }
    }
    return StoredTensor(values, shape: [count, channels, height, width])
  }
}
