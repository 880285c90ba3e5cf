import Foundation
import Models
import Runs

/// How far a call of ``ExperimentRunner`` is with the runs that it trains.
struct Sweep {
  /// Images of all of them.
  let total: Int
  /// Images of those that are done or passed over.
  private(set) var before = 0
  var occupied: [UnfinishedRuns.Occupied] = []
  var diverged: [Divergence] = []
  private var pending: [(run: RunIdentity, work: SweepForecast.Work)]
  private var forecast = SweepForecast()

  init(_ runs: [ExperimentRunner.Run]) {
    pending = runs.map { ($0.identity, $0.work) }
    total = pending.reduce(0) { $0 + $1.work.trainingImages }
  }

  func isFailed(_ run: RunIdentity) -> Bool { diverged.contains { $0.run == run } }

  /// Counts a run as done or passed over.
  mutating func leave(_ run: ExperimentRunner.Run) {
    before += run.work.trainingImages
    pending.removeAll { $0.run == run.identity }
  }

  mutating func observe(_ work: SweepForecast.Work, _ phase: SweepForecast.Phase, images: Int, seconds: Double) {
    forecast.observe(work, phase, images: images, seconds: seconds)
  }

  /// How far the call is while a run has been trained on so many of its images.
  func progress(in run: ExperimentRunner.Run, images: Int) -> SweepProgress {
    var left = forecast.seconds(of: run.work, trainingLeft: max(0, run.work.trainingImages - images))
    for other in pending where other.run != run.identity {
      left = left.flatMap { seconds in forecast.seconds(of: other.work).map { seconds + $0 } }
    }
    return SweepProgress(images: before + images, of: total, secondsLeft: left)
  }
}

/// How far a call is with all the runs that it trains.
package struct SweepProgress: Sendable, Hashable {
  /// Images trained on.
  package let images: Int
  /// Images of all runs.
  package let of: Int
  /// Seconds that the rest takes, evaluation included, every run at its own speed; nil before any speed is known.
  package let secondsLeft: Double?
}

extension SweepForecast.Work {
  /// What a run has to do.
  init(of settings: Settings, on data: TrainingData) {
    let dataset = data.dataset
    let configuration = settings.modelConfiguration(identities: dataset.trainIdentities.count, scheme: data.scheme)
    self.init(
      settings: settings,
      multiplications: configuration.multiplications(height: settings.input.height, width: settings.input.width),
      trainingImages: TrainingSchedule(of: settings.train, images: dataset.train.count).images,
      evaluationImages: dataset.query.count + dataset.gallery.count)
  }
}
