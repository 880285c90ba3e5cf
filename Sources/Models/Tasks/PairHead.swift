import Layers
import Tensors

/// Whether two images show one person, from their maps x (the probe's) and y (the gallery image's).
///
///     M[p, q] = softmax over q of τ · cos(y_p, x_q)         each place of y asks all places of x
///     d_p     = (Σ_q M[p, q] x_q − y_p) · (1 + sigmoid(attention · y_p))
///     e       = (mean over p of d_p)²                       of each scale, joined
///     z       = classifier · BatchNorm(e)                   z₀ they differ, z₁ they are the same
///
/// The score is not symmetric: the probe is warped to the gallery image's layout. A place no longer than 1e-6 answers
/// to all places alike.
package struct PairHead {
  private let attention: [(weight: Parameter, bias: Parameter)]
  private let norm: BatchNorm
  /// `[2, S·V]`.
  private let classifier: Parameter
  private let bias: Parameter
  private let temperature: Float

  /// The length up to which a place's channels count as nothing.
  private static let leastLength = 1e-6

  init(_ task: PairsTask, in store: ParameterStore) {
    attention = (0..<(task.attention ? task.scales : 0)).map { n in
      let weight = store.parameter(
        "attention.\(n).weight", shape: [1, 1, 1, task.width], layout: .convolution, group: .new)
      return (weight, store.parameter("attention.\(n).bias", shape: [1], group: .new))
    }
    norm = BatchNorm("pair_bn", channels: task.scales * task.width, group: .new, in: store)
    classifier = store.parameter("pair_classifier.weight", shape: [2, task.scales * task.width], group: .new)
    bias = store.parameter("pair_classifier.bias", shape: [2], group: .new)
    temperature = Float(task.temperature)
  }

  /// Whether a parameter is the weight of an attention map.
  func isAttention(_ parameter: Parameter) -> Bool { attention.contains { $0.weight === parameter } }

  /// Judges pairs within a batch.
  ///
  /// - Parameters:
  ///   - maps: `[N, Hₙ, Wₙ, V]` of each scale.
  ///   - pairs: the gallery image is the reference.
  /// - Returns: `[pairs.count, 2]`.
  func callAsFunction(_ maps: [Value], pairs: [MapPair], on tape: Tape) -> Value {
    let side = side(maps, asGallery: true, on: tape)
    let features = features(probes: side, gallery: side, pairs: pairs, on: tape)
    tape.trace("pair_features", features)
    let logits = tape.linear(tape.batchNorm(features, norm, activation: .none), classifier, bias: bias)
    tape.trace("pair_logits", logits)
    return logits
  }

  private func side(_ maps: [Value], asGallery: Bool, on tape: Tape) -> PairSide {
    PairSide(
      scales: maps.enumerated().map { n, map in
        let shape = [map.shape[0], map.shape[1] * map.shape[2], map.shape[3]]
        let weight = asGallery && attention.indices.contains(n) ? attention[n] : nil
        return .init(
          map: map.reshaped(shape), unit: tape.unitLength(map, least: Self.leastLength).reshaped(shape),
          attention: weight.map { tape.sigmoid(tape.pointwise(map, $0.weight, bias: $0.bias)) })
      })
  }

  /// e of each pair, `[pairs.count, S·V]`.
  private func features(probes: PairSide, gallery: PairSide, pairs: [MapPair], on tape: Tape) -> Value {
    tape.joined(
      zip(probes.scales, gallery.scales).map { probe, gallery in
        let matches = tape.matches(gallery.unit, probe.unit, pairs: pairs, temperature: temperature)
        return tape.attendedDifference(
          of: gallery.map, and: probe.map, by: matches, attention: gallery.attention, pairs: pairs)
      })
  }
}

/// Some images as one side of pairs.
package struct PairSide {
  struct Scale {
    /// `[N, L, V]`.
    let map: Value
    /// The same, each place of length 1.
    let unit: Value
    /// N·L numbers, of gallery images.
    let attention: Value?
  }

  let scales: [Scale]
}

/// Judging pairs of stored maps, in evaluation: a pair's numbers do not depend on those it is judged beside.
extension PairHead {
  /// How many pairs' matches are in memory at once.
  private static let most = 64

  /// Prepares probes.
  ///
  /// - Parameter maps: `[N, Hₙ, Wₙ, V]` of each scale.
  package func probes(_ maps: [Tensor], on engine: Engine) -> PairSide { side(maps, asGallery: false, on: engine) }

  /// Prepares gallery images.
  package func gallery(_ maps: [Tensor], on engine: Engine) -> PairSide { side(maps, asGallery: true, on: engine) }

  private func side(_ maps: [Tensor], asGallery: Bool, on engine: Engine) -> PairSide {
    let tape = Self.tape(on: engine)
    return side(maps.map { tape.input($0) }, asGallery: asGallery, on: tape)
  }

  /// z₀ − z₁ of each pair: above 0 where the two rather differ. P(different) is its logistic function.
  ///
  /// - Parameter pairs: places among the gallery (the reference) and among the probes.
  package func differences(
    of probes: PairSide, and gallery: PairSide, pairs: [MapPair], on engine: Engine
  ) -> [Float] {
    let width = classifier.value.shape[1]
    let weights = (0..<width).map {
      Double(classifier.value.pointer[$0]) - Double(classifier.value.pointer[width + $0])
    }
    let offset = Double(bias.value.pointer[0]) - Double(bias.value.pointer[1])
    return stride(from: 0, to: pairs.count, by: Self.most).flatMap { start in
      let tape = Self.tape(on: engine)
      let some = Array(pairs[start..<min(start + Self.most, pairs.count)])
      let features = features(probes: probes, gallery: gallery, pairs: some, on: tape)
      let normal = tape.batchNorm(features, norm, activation: .none).tensor.pointer
      return some.indices.map { pair in
        Float((0..<width).reduce(offset) { $0 + weights[$1] * Double(normal[pair * width + $1]) })
      }
    }
  }

  /// Products in single precision, whatever their size: which sizes there are depends on what is judged at once.
  private static func tape(on engine: Engine) -> Tape {
    Tape(on: engine, mode: .evaluation, policy: ComputePolicy(accumulation: .single))
  }
}
