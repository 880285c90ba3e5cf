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
    let attention = output.attentionMap.map { map in
      map.view([height * width], offset: image * height * width).array
    }
    return ImageMaps(
      height: height, width: width, global: globalMap(features, vector: globalVector(output, image)),
      attributes: attributeMaps(features, output: output, image: image, on: engine), attention: attention,
      parts: output.partRegions.map { $0[image] }, peaks: Self.peaks(of: features))
  }

  /// The global task's V vector of an image; nil where that task is off.
  private func globalVector(_ output: Output, _ image: Int) -> [Float]? {
    guard let vectors = output.vectors(of: .global) else { return nil }
    return vectors.view([layout.width], offset: image * layout.width).array
  }

  /// The global task's class activation map.
  ///
  /// Its classifier is not linear in X: between the average and the class scores stand BatchNorm and ReLU. For one
  /// image ReLU is a choice of the units v that are above 0, and given that choice the score of a class is linear:
  ///
  ///     logit = mean over (h,w) of M(h,w) + constant
  ///     M(h,w) = Σ_z u_z · X(h,w,z),   u_z = Σ_{v above 0} W[c,v] · γ_v/√(variance_v + ε) · reduce[v,z]
  ///
  /// which is what the class activation map of a linear classifier is (Zhou et al., CVPR 2016). The paper shows such a
  /// map without saying how it was computed (Figures 3 and 6); the class is the likeliest training identity (chosen).
  private func globalMap(_ features: Tensor, vector: [Float]?) -> ActivationMap? {
    guard let vector, let head = identityHeads[.global].map(HeadNumbers.init) else { return nil }
    let predicted = head.likeliest(vector)
    let weights = head.channelWeights(of: predicted, vector: vector)
    let (height, width, channels) = (features.shape[1], features.shape[2], features.shape[3])
    let values = (0..<height * width).map { place in
      let line = features.pointer + place * channels
      return Float((0..<channels).reduce(0.0) { $0 + weights[$1] * Double(line[$1]) })
    }
    return ActivationMap(predicted: predicted, rows: 0..<height, width: width, values: values)
  }

  /// Each attribute's class activation map over its region's rows: `M(h,w) = Σ_v W[c,v] · F[h,w,v]`.
  private func attributeMaps(
    _ features: Tensor, output: Output, image: Int, on engine: Engine
  ) -> [ActivationMap] {
    guard let attributeTask else { return [] }
    let map = Self.attributeFeatures(of: attributeTask, features, on: engine)
    let (height, width) = (features.shape[1], features.shape[2])
    return zip(attributeTask.classifiers, output.attributeLogits).map { classifier, logits in
      let classes = logits.shape[1]
      let contribution = AttentionMap.Contribution(
        logits: logits.tensor.view([1, classes], offset: image * classes), weight: classifier.weight.value,
        region: classifier.region)
      let rows = classifier.region.rows(of: height)
      let scores = logits.tensor.view([classes], offset: image * classes).array
      return ActivationMap(
        predicted: scores.firstIndexOfLargest, rows: rows, width: width,
        values: AttentionMap.activation(contribution, features: map, image: 0, rows: rows))
    }
  }

  /// The attribute task's map F of one image, `[1, H, W, V]`: `relu(BatchNorm(reduce · X))` at every place.
  private static func attributeFeatures(of task: AttributeTask, _ features: Tensor, on engine: Engine) -> Tensor {
    let reduce = task.reduce
    let norm = NormNumbers(task.norm)
    let (height, width, channels) = (features.shape[1], features.shape[2], features.shape[3])
    let units = reduce.value.shape[0]
    let map = engine.empty([1, height, width, units])
    MatrixProduct.multiply(
      rows: height * width, columns: units, depth: channels, .plain(features.pointer, stride: channels),
      .transposed(reduce.value.pointer, stride: channels), into: map.pointer, stride: units)
    for place in 0..<height * width {
      for v in 0..<units {
        let value = Double(map.pointer[place * units + v]) * norm.scale[v] + norm.offset[v]
        map.pointer[place * units + v] = Float(max(0, value))
      }
    }
    return map
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
