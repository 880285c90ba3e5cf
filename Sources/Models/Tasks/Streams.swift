import Configuration
import Layers
import Support
import Tensors

/// Identity from the whole image and from three boxes of the body, each through a stream of its own.
///
/// All streams share the backbone's convolutions; every BatchNorm, running statistics included, and what stands behind the
/// map is each stream's own:
///
///     v_k = mean of relu(BatchNorm(reduce_k · X_k))     logits_k = classifier_k · v_k     L = Σ weight_k · CE(logits_k, y)
///
/// The descriptor is the vectors side by side, each at sum 1 times a weight.
///
/// Source: Wei et al., "GLAD: Global-Local-Alignment Descriptor for Pedestrian Retrieval", ACM Multimedia 2017, in the form
/// of the authors' code. Boxes are ``BodyCrop``.
package struct StreamsTask: Task {
  /// What a stream's vector is in the descriptor.
  package enum Feature: String, CaseIterable, Sendable {
    /// What is classified: the mean behind BatchNorm and ReLU.
    case relu
    /// The mean of what the 1×1 convolution gives.
    case convolution
  }

  /// V.
  package var width: Int
  package var overlap: OverlapSettings
  package var lossWeights: StreamWeights
  package var descriptorWeights: StreamWeights
  package var feature: Feature

  package static let name = TaskName.streams
  package static let mark = "str"
  package static let meaning = "Identity from the whole image and three boxes of the body, through shared convolutions."
  package static let keys: [Key<StreamsTask>] = [
    Key("width", \.width, .int(in: 1...4096), "The numbers that each stream's map is reduced to."),
    Key("overlap", \.overlap, .group, "How far the boxes reach beyond the joints between them."),
    Key("loss_weights", \.lossWeights, .weights, "What each stream's cross-entropy is multiplied with."),
    Key(
      "descriptor_weights", \.descriptorWeights, .weights,
      "What each stream's vector, its magnitudes summing to 1, is multiplied with in the descriptor."),
    Key(
      "feature", \.feature, .word,
      "A stream's vector in the descriptor: behind BatchNorm and ReLU, or what the convolution gives."),
  ]

  package init() { self.init(width: 256) }

  package init(
    width: Int = 256, overlap: OverlapSettings = OverlapSettings(), lossWeights: StreamWeights = StreamWeights(),
    descriptorWeights: StreamWeights = StreamWeights(), feature: Feature = .relu
  ) {
    self.width = width
    self.overlap = overlap
    self.lossWeights = lossWeights
    self.descriptorWeights = descriptorWeights
    self.feature = feature
  }

  package var variant: String? { feature == .relu ? nil : "convolution" }
  package var addsUpTerms: Bool { true }

  package func remark(on map: MapExtent) -> String? {
    let idle = BodyStream.allCases.filter { lossWeights[$0] == 0 && descriptorWeights[$0] == 0 }.map(\.rawValue)
    guard !idle.isEmpty else { return nil }
    return "the \(Wording.list(idle)) \(idle.count == 1 ? "stream is" : "streams are") computed for nothing: "
      + "\(idle.count == 1 ? "its" : "their") loss weight and descriptor weight are 0"
  }

  /// The least side of a crop.
  private static let leastSide = 8

  package func fault(on map: MapExtent) -> SettingFault? {
    for case .crop(let crop) in inputs(on: map) where min(crop.height, crop.width) < Self.leastSide {
      return SettingFault(
        at: "input.size", "tasks.streams",
        reason: "the \(crop.part.rawValue)'s box of an input of \(map.height)×\(map.width) is "
          + "\(crop.height)×\(crop.width) pixels, and a side has at least \(Self.leastSide); take an input.size of at "
          + "least 40×20")
    }
    return nil
  }

  package func inputs(on map: MapExtent) -> [CueInput] {
    BodyStream.allCases.compactMap { stream in
      stream.part.map { .crop(crop($0, height: map.height, width: map.width)) }
    }
  }

  /// A box's stream sees it at the share of the input that it has of the frame.
  func crop(_ part: BodyCrop.Part, height: Int, width: Int) -> BodyCrop {
    func share(_ side: Int, _ part: Int, of frame: Int) -> Int { (2 * side * part + frame) / (2 * frame) }
    let (rows, columns) =
      switch part {
      case .head: (96, 96)
      case .upper: (192, 256)
      case .lower: (224, 256)
      }
    return BodyCrop(
      part, neckOverlap: overlap.neck, hipsOverlap: overlap.hips, height: share(height, rows, of: 512),
      width: share(width, columns, of: 256))
  }

  package func vectors(in sizes: TaskSizes) -> [DescriptorLayout.Vector] {
    BodyStream.allCases.map { .init(.stream($0), width: width) }
  }

  package func parameterCount(in sizes: TaskSizes) -> Int {
    let heads = width * (sizes.features + 2) + (width + 1) * sizes.labels.identities
    return BodyStream.allCases.count * heads
      + (BodyStream.allCases.count - 1) * sizes.backbone.parameterCount(sharingThroughStage: 4)
  }

  package func multiplications(on map: MapExtent, in sizes: TaskSizes) -> Double {
    func reduction(_ map: MapExtent) -> Double { Double(map.places * sizes.features * width) }
    return inputs(on: map).reduce(reduction(map)) { sum, input in
      let (height, width) = (input.shape[0], input.shape[1])
      return sum + sizes.backbone.multiplications(height: height, width: width)
        + reduction(MapExtent(height: height, width: width, backbone: sizes.backbone))
    }
  }

  package func sketch(on map: MapExtent, beside tasks: TaskSet, in sizes: TaskSizes) -> TaskSketch {
    TaskSketch(BodyStream.allCases.map { chain(of: $0, on: map, in: sizes) })
  }

  private func chain(of stream: BodyStream, on map: MapExtent, in sizes: TaskSizes) -> TaskSketch.Chain {
    var seen = map
    var boxes: [TaskSketch.Box] = []
    if let part = stream.part {
      let crop = crop(part, height: map.height, width: map.width)
      seen = MapExtent(height: crop.height, width: crop.width, backbone: sizes.backbone)
      boxes = [
        .step("the \(stream.rawValue)’s box", "\(crop.height)×\(crop.width)"),
        .stages("the backbone’s convolutions, BatchNorms of its own", seen.size(ofStage: 4)),
      ]
    }
    let weight = String.number(descriptorWeights[stream])
    boxes += [
      .step("1×1 convolution, BatchNorm, ReLU", "\(seen.sides)×\(width)"),
      .vector("mean; in the descriptor \(weight) × it at sum 1", "\(width)"),
      .identities(), .loss("\(String.number(lossWeights[stream])) × cross-entropy"),
    ]
    return .init(reads: [stream.part == nil ? .features : .images], boxes: boxes)
  }

  package func network(in sizes: TaskSizes, _ store: ParameterStore) -> any TaskNetwork {
    StreamsNetwork(self, sizes, in: store)
  }
}

/// What a stream sees.
package enum BodyStream: String, CaseIterable, Sendable {
  /// The whole image, through the network's own backbone.
  case global
  case head
  case upper
  case lower

  /// The box that it sees; nil for the whole image.
  var part: BodyCrop.Part? { BodyCrop.Part(rawValue: rawValue) }
}

/// How far the boxes of the body reach beyond the joints between them, in rows of 512.
package struct OverlapSettings: Configurable {
  package var neck: Double
  package var hips: Double

  package static let keys: [Key<OverlapSettings>] = [
    Key("neck", \.neck, .number(in: 0...128), "Rows of 512 that boxes reach beyond the neck, and beyond the head."),
    Key("hips", \.hips, .number(in: 0...128), "Rows of 512 that boxes reach beyond the hips."),
  ]

  package init() { self.init(neck: 15) }

  package init(neck: Double = 15, hips: Double = 15) {
    self.neck = neck
    self.hips = hips
  }
}

/// A weight for each stream.
package struct StreamWeights: Configurable {
  package var global: Double
  package var head: Double
  package var upper: Double
  package var lower: Double

  package static let keys: [Key<StreamWeights>] = [
    Key("global", \.global, .number(in: 0...100), "The whole image's."),
    Key("head", \.head, .number(in: 0...100), "The head's."),
    Key("upper", \.upper, .number(in: 0...100), "The upper body's."),
    Key("lower", \.lower, .number(in: 0...100), "The lower body's."),
  ]

  package init() { self.init(global: 1) }

  package init(global: Double = 1, head: Double = 0.25, upper: Double = 0.4, lower: Double = 0.35) {
    self.global = global
    self.head = head
    self.upper = upper
    self.lower = lower
  }

  subscript(stream: BodyStream) -> Double {
    switch stream {
    case .global: global
    case .head: head
    case .upper: upper
    case .lower: lower
    }
  }
}

extension Form where Value == StreamWeights {
  /// One of them at least is above 0.
  fileprivate static var weights: Form {
    group.checked { weights, setting throws(ConfigurationError) in
      guard BodyStream.allCases.contains(where: { weights[$0] > 0 }) else {
        throw setting.error("every weight is 0; at least one is above 0")
      }
    }
  }
}

extension TaskName {
  package static let streams = TaskName(of: "streams")
}

extension DescriptorLayout.Slot {
  /// A stream's.
  package static func stream(_ stream: BodyStream) -> Self {
    Self(task: .streams, number: BodyStream.allCases.firstIndex(of: stream) ?? 0)
  }
}
