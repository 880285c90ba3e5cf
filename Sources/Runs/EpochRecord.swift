import Foundation
import Support

/// What one epoch of training did: a line of `epochs.jsonl`.
package struct EpochRecord: Codable, Hashable, Sendable {
  /// The epoch, counted from 1.
  package var epoch: Int
  /// The phase of training, where there are several.
  package var phase: String?
  package var steps: Int
  package var images: Int
  /// The mean total loss over the epoch's steps (Equation 2 or 6 of the paper).
  package var loss: Double
  /// The mean unweighted loss of each task: `global`, `part`, `attribute`, `attention`.
  package var losses: [String: Double]
  /// The mean of each named term of a task's loss, before its weight: `scales.consensus`; absent where no task has any.
  package var terms: [String: Double]?
  /// Figures of tasks' parameters at the epoch's end: `orthogonal.correlation`; in the first epoch of a phase that
  /// transforms them also before that (`orthogonal.correlation.before`) and after it (`….after`). Absent where no task
  /// has any.
  package var measures: [String: Double]?
  /// What each task's loss is multiplied with at the epoch's end: λ, or 1/σ² where it is learned.
  package var weights: [String: Double]
  /// The learned σ of each task at the epoch's end; absent with fixed weights.
  package var sigma: [String: Double]?
  /// The learning rate of each parameter group: `new`, `pretrained`.
  package var rates: [String: Double]
  /// How well held-out training identities were retrieved at the epoch's end; absent where none are held out, and in
  /// epochs without an evaluation.
  package var validation: RetrievalScores?
  /// What each task pulled at in the epoch's first batch; absent where nobody asked.
  package var gauge: TaskGauge?
  /// How large each parameter's numbers are after the epoch's last step, by its name; absent in single precision.
  package var magnitudes: [String: ParameterMagnitudes]?
  /// Wall-clock seconds of training.
  package var seconds: Double
  /// Seconds in which training waited for images.
  package var secondsWaiting: Double

  package init(
    epoch: Int, phase: String? = nil, steps: Int, images: Int, loss: Double, losses: [String: Double],
    terms: [String: Double]? = nil, measures: [String: Double]? = nil, weights: [String: Double],
    sigma: [String: Double]?, rates: [String: Double], seconds: Double, secondsWaiting: Double,
    validation: RetrievalScores? = nil, gauge: TaskGauge? = nil, magnitudes: [String: ParameterMagnitudes]? = nil
  ) {
    self.epoch = epoch
    self.phase = phase
    self.steps = steps
    self.images = images
    self.loss = loss
    self.losses = losses
    self.terms = terms
    self.measures = measures
    self.weights = weights
    self.sigma = sigma
    self.rates = rates
    self.seconds = seconds
    self.secondsWaiting = secondsWaiting
    self.validation = validation
    self.gauge = gauge
    self.magnitudes = magnitudes
  }

  enum CodingKeys: String, CodingKey {
    case epoch, phase, steps, images, loss, losses, terms, measures, weights, sigma, rates, seconds, validation, gauge
    case magnitudes
    case secondsWaiting = "seconds_waiting"
  }
}

/// How much each task has of the loss and of the gradient, on one batch.
package struct TaskGauge: Codable, Hashable, Sendable {
  /// Each task's loss, multiplied with its weight.
  package var losses: [String: Double]
  /// The norm of that loss's gradient by the backbone's feature map X.
  package var gradients: [String: Double]

  package init(losses: [String: Double], gradients: [String: Double]) {
    self.losses = losses
    self.gradients = gradients
  }

  /// The share that each task's norm has of the sum of all; nil where all are zero. Norms, not gradients, are added up:
  /// tasks that pull at each other have their shares all the same.
  package var shares: [String: Double]? {
    let sum = gradients.values.reduce(0, +)
    return sum > 0 ? gradients.mapValues { $0 / sum } : nil
  }
}

/// How large a parameter's numbers are, and how they compare with their last step.
package struct ParameterMagnitudes: Codable, Hashable, Sendable {
  /// The smallest magnitude above zero and the largest; zeros where all are zero.
  package var weight: [Double]
  /// The same of the last step's gradient.
  package var gradient: [Double]
  /// The share of weights whose last step is below half a unit in bfloat16's last place. They are kept in single precision,
  /// which takes it.
  package var stepsBelowPlace: Double

  package init(weight: ClosedRange<Float>, gradient: ClosedRange<Float>, stepsBelowPlace: Double) {
    self.weight = [Double(weight.lowerBound), Double(weight.upperBound)]
    self.gradient = [Double(gradient.lowerBound), Double(gradient.upperBound)]
    self.stepsBelowPlace = stepsBelowPlace
  }

  enum CodingKeys: String, CodingKey {
    case weight, gradient
    case stepsBelowPlace = "steps_below_place"
  }
}

extension RunStore {
  /// The largest `epochs.jsonl` that is read, in bytes: some 100,000 epochs.
  private static let maximumEpochs = 1 << 26

  /// Adds an epoch's line to `epochs.jsonl`, on the disk when this returns.
  ///
  /// A line that an interruption tore is cut off first.
  ///
  /// - Throws: ``FileError``; also where `record` does not follow the last epoch that is there.
  package func append(_ record: EpochRecord, of run: RunIdentity) throws(FileError) {
    let file = url(.epochs, of: run)
    let journal = try journal(of: run)
    let last = journal.epochs.last?.epoch ?? 0
    guard record.epoch == last + 1 else {
      if !makesFolders && !FileManager.default.fileExists(atPath: folder(for: run).path) {
        throw FileError(file, "cannot be written: \(DiskFault.words(ENOENT))")
      }
      throw FileError(file, "epoch \(record.epoch) cannot follow epoch \(last)")
    }
    if journal.isTorn { try keepEpochs(upTo: last, of: run) }
    try AtomicFile.append(try line(record, file: file), to: file, makesFolder: makesFolders)
  }

  /// The epochs that were finished, in order; a line that an interruption tore does not count.
  ///
  /// - Throws: ``FileError`` at the first other line that is no epoch or out of order.
  package func epochs(of run: RunIdentity) throws(FileError) -> [EpochRecord] { try journal(of: run).epochs }

  /// Keeps the epochs 1 to `count` and forgets the later ones: those that a checkpoint does not have, and which a
  /// resumed run trains again.
  package func keepEpochs(upTo count: Int, of run: RunIdentity) throws(FileError) {
    let journal = try journal(of: run)
    let kept = journal.epochs.prefix(max(0, count))
    guard journal.isTorn || kept.count < journal.epochs.count else { return }
    let file = url(.epochs, of: run)
    var data = Data()
    for record in kept { data.append(try line(record, file: file)) }
    try AtomicFile.write(data, to: file, makesFolder: makesFolders)
  }

  /// The epochs that are there, and whether the last line is torn.
  private func journal(of run: RunIdentity) throws(FileError) -> (epochs: [EpochRecord], isTorn: Bool) {
    let file = url(.epochs, of: run)
    guard let data = try AtomicFile.read(file, limit: Self.maximumEpochs) else { return ([], false) }
    let newline = UInt8(ascii: "\n")
    let lines = data.split(separator: newline, omittingEmptySubsequences: false)
    let decoder = RunJSON.decoder()
    var epochs: [EpochRecord] = []
    // What follows the last line's end is empty, or the start of a line that was never finished.
    for (index, line) in lines.dropLast().enumerated() {
      do { epochs.append(try decoder.decode(EpochRecord.self, from: line)) } catch {
        // After a loss of power, a file's last block can be there without its content.
        if index == lines.count - 2 { return (epochs, true) }
        throw FileError(file, line: index + 1, "\(RunJSON.reason(error)); remove the run's folder to train it anew")
      }
      guard epochs.last?.epoch == index + 1 else {
        throw FileError(
          file, line: index + 1,
          "epoch \(epochs.last?.epoch ?? 0) stands in the place of epoch \(index + 1); "
            + "remove the run's folder to train it anew")
      }
    }
    return (epochs, lines.last.map { !$0.isEmpty } ?? false)
  }

  private func line(_ record: EpochRecord, file: URL) throws(FileError) -> Data {
    do { return try RunJSON.encoder(pretty: false).encode(record) + Data("\n".utf8) } catch {
      throw FileError(file, "epoch \(record.epoch) cannot be written: \(error.localizedDescription)")
    }
  }
}
