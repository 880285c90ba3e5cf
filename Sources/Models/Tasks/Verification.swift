import Configuration
import Layers
import Tensors

/// Whether two images of a batch show one person, asked of the descriptors that the tasks before it give, joined.
///
///     logits = weight · (a − b)² + bias        of all pairs of the batch
///
/// It learns with them and leaves nothing in the descriptor. The vectors of a task that sits out a phase count as equal.
/// Source: Zheng, Zheng and Yang, "A Discriminatively Learned CNN Embedding for Person Reidentification", 2017.
package struct VerificationTask: Task {
  package static let name = TaskName.verification
  package static let mark = "ver"
  package static let meaning = "Whether two images show one person, asked of the descriptors of the tasks before it."
  package static let readsVectors = true
  package static let lookedForInBatch: String? = "pairs"
  package static let keys: [Key<VerificationTask>] = []

  package init() {}

  package func vectors(in sizes: TaskSizes) -> [DescriptorLayout.Vector] { [] }

  package func parameterCount(in sizes: TaskSizes) -> Int { 2 * sizes.before.reduce(0) { $0 + $1.width } + 2 }

  package func sketch(on map: MapExtent, beside tasks: TaskSet, in sizes: TaskSizes) -> TaskSketch {
    let read = Set(sizes.before.map(\.slot.task))
    let numbers = "\(sizes.before.reduce(0) { $0 + $1.width })"
    return TaskSketch([
      .init(
        reads: TaskName.allCases.filter(read.contains).map { .task($0) },
        boxes: [
          .step("joined", numbers), .step("(a − b)² of all pairs of a batch", numbers), .step("linear", "2"),
          .loss("cross-entropy, half by same, half by other pairs"),
        ])
    ])
  }

  package func network(in sizes: TaskSizes, _ store: ParameterStore) -> any TaskNetwork {
    Network(
      before: sizes.before,
      weight: store.parameter(
        "verification.weight", shape: [2, sizes.before.reduce(0) { $0 + $1.width }], group: .new),
      bias: store.parameter("verification.bias", shape: [2], group: .new))
  }

  private struct Network: TaskNetwork {
    let before: [DescriptorLayout.Vector]
    /// `[2, D]`, D numbers in the descriptor so far.
    let weight: Parameter
    let bias: Parameter

    func callAsFunction(_ pass: TaskPass, pooled: [PooledRows], on tape: Tape) -> TaskOutput {
      var output = TaskOutput()
      guard tape.isRecording else { return output }
      var given = pass.outputs.mapValues { $0.vectors[...] }
      let images = pass.features.shape[0]
      let vectors = before.map { vector in
        given[vector.slot.task]?.popFirst() ?? tape.input(tape.engine.filled([images, vector.width]))
      }
      output.ownToLoss = [tape.joined(vectors)]
      return output
    }

    func callAsFunction(_ pass: GraphPass, in graph: OperatorGraph) -> GraphOutput { GraphOutput() }

    func loss(of output: TaskOutput, _ targets: TrainingTargets, on tape: Tape) -> TaskLoss {
      TaskLoss(
        .verification,
        output.ownToLoss.map {
          tape.verification($0, identities: targets.identities, weight: weight, bias: bias).loss
        }, .sum)
    }
  }
}

extension TaskName {
  package static let verification = TaskName(of: "verification")
}
