/// A task's part of a network as a figure shows it: chains of boxes, from what is read to what is given.
package struct TaskSketch: Hashable, Sendable {
  /// What a chain starts from.
  package enum Source: Hashable, Sendable {
    case images
    /// The map behind a stage of the backbone, counted from 1; the fourth is X.
    case stage(Int)
    /// What another task gives.
    case task(TaskName)

    package static let features = Source.stage(4)
  }

  package struct Box: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
      /// Something computed, with weights or without.
      case step
      /// Stages of a residual network.
      case stages
      /// What goes into the descriptor.
      case vector
      case loss
    }

    package let kind: Kind
    package let words: String
    /// The numbers that it gives for an image: `24×8×64`, `6 × 256`; empty of a loss.
    package let size: String
  }

  package struct Chain: Hashable, Sendable {
    package var reads: [Source]
    package var boxes: [Box]
  }

  package var chains: [Chain]

  package init(_ chains: [Chain]) { self.chains = chains }

  /// One chain.
  package init(from reads: Source..., through boxes: [Box]) { chains = [Chain(reads: reads, boxes: boxes)] }
}

extension TaskSketch.Box {
  package static func step(_ words: String, _ size: String) -> Self { Self(kind: .step, words: words, size: size) }
  package static func stages(_ words: String, _ size: String) -> Self { Self(kind: .stages, words: words, size: size) }
  package static func loss(_ words: String) -> Self { Self(kind: .loss, words: words, size: "") }

  /// - Parameter isDescriptor: whether the numbers go into the descriptor.
  package static func vector(_ words: String, _ size: String, if isDescriptor: Bool = true) -> Self {
    Self(kind: isDescriptor ? .vector : .step, words: words, size: size)
  }

  /// The classifier Z → V → C and its loss, for so many vectors; what it reduces them to goes into the descriptor.
  static func head(_ count: Int = 1, in sizes: TaskSizes, loss: String? = nil) -> [Self] {
    let each = count == 1 ? "" : "each: "
    return [
      .vector("\(each)linear, BatchNorm, ReLU", .numbers(count, sizes.width)),
      .identities(count), .loss(loss ?? .crossEntropies(count)),
    ]
  }

  /// Linear layers to C, the identities of the training set.
  static func identities(_ count: Int = 1) -> Self {
    .step(count == 1 ? "linear" : "a linear layer each", count == 1 ? "C" : "\(count) × C")
  }
}

extension String {
  /// A setting without needless decimals: `1`, `0.1`.
  package static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e9 ? "\(Int(value))" : "\(value)"
  }

  /// So many vectors of a width: `6 × 256`.
  static func numbers(_ count: Int, _ width: Int) -> String { count == 1 ? "\(width)" : "\(count) × \(width)" }

  static func crossEntropies(_ count: Int, _ reduction: LossReduction = .sum) -> String {
    count == 1 ? "cross-entropy" : "\(reduction.rawValue) of \(count) cross-entropies"
  }
}

extension Task {
  /// What is known of any task: what it reads, the vectors that it gives, and that there is a loss.
  package func sketch(on map: MapExtent, beside tasks: TaskSet, in sizes: TaskSizes) -> TaskSketch {
    let vectors = vectors(in: sizes)
    let widths = Set(vectors.map(\.width)).sorted()
    let size = widths.count == 1 ? String.numbers(vectors.count, widths[0]) : "\(vectors.reduce(0) { $0 + $1.width })"
    let loss = Self.hasLoss ? [TaskSketch.Box.loss("its loss")] : []
    return TaskSketch([
      .init(
        reads: [.features] + needs.map { .task($0.task) },
        boxes: [.vector(name.title, vectors.isEmpty ? "" : size, if: !vectors.isEmpty)] + loss)
    ])
  }
}

extension MapExtent {
  /// Rows, columns and channels of the map behind a stage: `24×8×2048`.
  package func size(ofStage stage: Int, divisor: Int = 1) -> String {
    let smaller = MapExtent(height: height / divisor, width: width / divisor, backbone: backbone)
    return "\(smaller.sides(ofStage: stage))×\(backbone.channels(ofStage: stage))"
  }
}
