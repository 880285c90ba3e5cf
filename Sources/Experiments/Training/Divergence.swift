import Foundation
import Models
import Runs
import Support
import Tensors

/// A run whose numbers stopped being finite: where, and what there is to go back to.
package struct Divergence: Hashable, Sendable, CustomStringConvertible {
  /// What was seen not to be finite.
  package enum Symptom: Hashable, Sendable {
    /// A task's loss, or the `total`.
    case loss(task: String, value: Double)
    /// Numbers of the model after the step's update.
    case update
  }

  /// Which run.
  package let run: RunIdentity
  /// The epoch, counted from 1.
  package let epoch: Int
  /// The step in it, counted from 1.
  package let step: Int
  /// What was seen.
  package let symptom: Symptom
  /// Where it comes from.
  package let place: NonFinitePlace
  /// The learning rate of new layers, as the experiment states it.
  package let rate: Double
  /// The phase, where there are several.
  package let phase: String?
  /// The last checkpoint, all of whose numbers are finite; nil where none was written yet.
  package let checkpoint: LastCheckpoint?

  /// What happened, where, and what to do.
  package var description: String {
    let what =
      switch symptom {
      case .loss(let task, let value): "the \(task) loss is \(value) at epoch \(epoch), step \(step)"
      case .update: "the update at epoch \(epoch), step \(step) left numbers that are not finite"
      }
    let saved = checkpoint.map { "The last good checkpoint is of \($0.place): \($0.file.path)." }
    return "\(run.inWords): \(what); \(origin). \(saved ?? "No checkpoint was written yet.") \(advice)"
  }

  private var origin: String {
    switch place {
    case .parameter(let name): "the first number that is not finite is in \(name)"
    case .output(let layer): "\(layer) is the first layer whose output is not finite"
    case .statistic(let name): "the first number that is not finite is in \(name), so that an activation was too large"
    case .lossAlone: "every parameter and every layer's output is finite, the loss alone is not"
    }
  }

  private var advice: String {
    if let phase {
      return "The same settings end so again; a lower rate.new of the phase \(Wording.quoted(phase)) may not (it is "
        + "\(rate)), which is another run."
    }
    let lower = ShellCommand("aanet", "run", arguments: [run.experiment, "train.rate.new=\(rate / 10)"]).text
    return "The same settings end so again; a lower rate may not: \(lower) (it is \(rate)), which is another run."
  }

  /// The divergence as the run's folder keeps it.
  var failure: RunFailure {
    var task: String?
    if case .loss(let name, _) = symptom { task = name }
    return RunFailure(
      kind: .diverged, reason: description, epoch: epoch, step: step, task: task, layer: place.name,
      checkpoint: checkpoint?.place)
  }
}

/// The checkpoint that a run went on from, had it to.
package struct LastCheckpoint: Hashable, Sendable {
  /// Its file.
  package let file: URL
  /// How far training had come: `epoch 3, step 0`, both counted as complete.
  package let place: String

  /// Looks at a run's checkpoint; nil where there is none that can be read.
  init?(of run: RunIdentity, in store: RunStore) {
    file = store.url(.checkpoint, of: run)
    guard let stored = try? SafeTensors(contentsOf: file), let progress = try? Checkpoint.progress(in: stored)
    else { return nil }
    place = "epoch \(progress.epochs), step \(progress.steps)"
  }
}
