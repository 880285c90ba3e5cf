import Foundation
import Models
import Support

/// The tasks that training has left where they were: as good as switched off, which no table shows.
package struct IdleTasks {
  /// A task's loss must have fallen by this share of what it was at the first step.
  package static let least = 0.05

  /// A task and its mean loss over the epoch.
  private let found: [(task: any Task, first: Double, now: Double, weight: Double)]
  private let settings: Settings
  private let epoch: Int

  /// Looks once, at the end of the epoch that completes a quarter of the training.
  ///
  /// - Parameters:
  ///   - first: each task's loss at the first step of training.
  ///   - now: each task's mean loss over the epoch.
  ///   - weights: what each loss is multiplied with at its end. A task of weight 0 is off on purpose.
  package init(
    after epoch: Int, of settings: Settings, first: [String: Double], now: [String: Double], weights: [String: Double]
  ) {
    self.settings = settings
    self.epoch = epoch
    guard epoch == Self.epoch(of: settings.train.totalEpochs) else {
      found = []
      return
    }
    found = settings.tasks.all.compactMap { task in
      guard let start = first[task.name.rawValue], let loss = now[task.name.rawValue],
        let weight = weights[task.name.rawValue], weight > 0,
        loss > (1 - Self.least) * start
      else { return nil }
      return (task, start, loss, weight)
    }
  }

  /// The epoch, counted from 1, that completes a quarter of so many.
  package static func epoch(of epochs: Int) -> Int { (epochs + 3) / 4 }

  /// What to tell whoever watches; nil where every task learns.
  package var remark: String? {
    guard !found.isEmpty else { return nil }
    let tasks = found.map { idle in
      "the \(idle.task.name.rawValue) task's loss is \(Self.number(idle.now)), \(Self.number(idle.first)) at first "
        + "(weight \(Self.number(idle.weight)))"
    }
    return "after \(epoch) of \(Wording.count(settings.train.totalEpochs, "epoch")) \(Wording.list(tasks)): "
      + "\(found.count == 1 ? "it" : "they") may as well be off. \(advice)"
  }

  private var advice: String {
    switch settings.loss.weights {
    case .learned(let learned) where learned.terms == .task && found.contains { $0.task.addsUpTerms }:
      "With loss.terms=each a task's weight counts every loss that it adds up"
    case .learned:
      "loss.rate sets how fast the weights are learned; loss.weights={"
        + "\(settings.tasks.enabled.map { "\($0.rawValue): 1" }.joined(separator: ", "))} fixes them"
    case .fixed: "Give a larger weight in loss.weights, or another learning rate in train.rate.new"
    }
  }

  private static func number(_ value: Double) -> String { String(format: value < 0.1 ? "%.3f" : "%.2f", value) }
}
