import Datasets
import Models
import Support
import Tensors

extension ParityCase {
  /// The tensors that hold images.
  enum BatchName: String {
    case first = "input"
    /// A second stage's, of another size.
    case second = "input.2"
  }

  /// A batch as the model takes it.
  struct Batch {
    /// `[N, H, W, 3]`.
    let images: Tensor
    let inputs: [CueInput: Tensor]
  }

  private static let labels = "labels"

  /// The tensors that a pass takes in, which nothing is compared with.
  var inputNames: Set<String> {
    var names: Set = [BatchName.first.rawValue, "ids"]
    if composition.second != nil { names.insert(BatchName.second.rawValue) }
    if composition.files?.scheme != nil { names.insert(Self.labels) }
    // Part images are given; that they follow from the joints is an operation of its own.
    if composition.files != nil { names.insert("keypoints") }
    guard let size = tensors[BatchName.first.rawValue]?.shape, size.count == 4 else { return names }
    return names.union(
      configuration.inputs(height: size[2], width: size[3]).compactMap { Self.name(of: $0, beside: .first) })
  }

  /// The tensor that holds what a task reads; nil where it is made of another one.
  private static func name(of input: CueInput, beside batch: BatchName) -> String? {
    switch input {
    case .regionWeights: nil
    case .crop(let crop): "\(batch.rawValue).\(crop.part.rawValue)"
    case .partImage: "\(batch.rawValue).parts"
    }
  }

  /// A batch and what the tasks read beside it.
  func batch(_ name: BatchName, on engine: Engine) throws(PlainError) -> Batch {
    let input = try Self.require(tensors, name.rawValue, rank: 4)
    let shape = input.shape
    if name == .second, let size = composition.second {
      let wanted =
        try Self.require(tensors, BatchName.first.rawValue, rank: 4).shape.prefix(2) + [size.height, size.width]
      guard shape == Array(wanted) else {
        throw PlainError(
          "the tensor '\(name.rawValue)' has the shape \(shape); the second stage's images are \(wanted)")
      }
    }
    let map = MapExtent(height: shape[2], width: shape[3], backbone: configuration.backbone)
    var wanted = configuration.tasks.inputs(on: map)
    // A baseline reads no labels; what its case shows of them is compared all the same.
    if wanted.isEmpty, composition.files?.scheme != nil, let regions = configuration.tasks.regions {
      wanted = RegionsTask(scale: regions.scale).inputs(on: map)
    }
    var inputs: [CueInput: Tensor] = [:]
    for wanted in wanted {
      switch wanted {
      case .crop, .partImage: inputs[wanted] = try given(wanted, beside: name, images: shape[0], on: engine)
      case .regionWeights(let rows, let columns, let scale):
        let weights = try labels(images: shape[0]).flatMap { labels, scheme in
          RegionMaps(labels, scheme: scheme, rows: scale * rows, columns: scale * columns)
            .weights(height: rows, width: columns)
        }
        inputs[wanted] = engine.tensor(weights, shape: [shape[0]] + wanted.shape)
      }
    }
    return Batch(images: Self.channelsLast(input, on: engine), inputs: inputs)
  }

  /// Images that the case gives.
  private func given(
    _ wanted: CueInput, beside batch: BatchName, images: Int, on engine: Engine
  ) throws(PlainError) -> Tensor {
    let name = Self.name(of: wanted, beside: batch) ?? ""
    let stored = try Self.require(tensors, name, rank: 4)
    let shape = [images, 3] + wanted.shape.prefix(2)
    guard stored.shape == shape else {
      throw PlainError("the tensor '\(name)' has the shape \(stored.shape); the model reads \(shape)")
    }
    return Self.channelsLast(stored, on: engine)
  }

  /// The labels of each image.
  private func labels(images: Int) throws(PlainError) -> [(LabelImage, LabelScheme)] {
    let stored = try Self.require(tensors, Self.labels, rank: 3)
    guard let files = composition.files, let scheme = files.scheme else {
      throw PlainError("methods.yaml does not say what the labels of this method mean (files: scheme)")
    }
    guard stored.shape == [images, files.height, files.width] else {
      throw PlainError(
        "the tensor '\(Self.labels)' has the shape \(stored.shape); the image files are \(files.height)×\(files.width)")
    }
    guard let classes = stored.integers, classes.allSatisfy(scheme.names.indices.contains) else {
      throw PlainError(
        "the tensor '\(Self.labels)' holds no classes of \(scheme.rawValue), 0 to \(scheme.names.count - 1)")
    }
    let count = files.height * files.width
    return (0..<images).map { image in
      let own = classes[image * count..<(image + 1) * count].map { UInt8($0) }
      return (LabelImage(width: files.width, height: files.height, classes: own), scheme)
    }
  }

  private static func channelsLast(_ stored: StoredTensor, on engine: Engine) -> Tensor {
    let shape = stored.shape
    return engine.tensor(
      Layout.channelsLast(stored.floats, shape: shape), shape: [shape[0], shape[2], shape[3], shape[1]])
  }
}
