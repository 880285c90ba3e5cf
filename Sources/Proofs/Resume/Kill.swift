import Experiments
import Foundation
import Runs
import Tensors

/// The moment at which a child process is to be killed.
struct PlannedKill {
  /// What the process is to be about.
  enum Moment {
    /// Anything.
    case any
    /// Writing a file, which is then half there.
    case writing(RunStore.File)
    /// Between two phases of training: so many epochs are recorded, the last of them a phase's last.
    case betweenPhases(epochs: Int)
    /// Describing images, among which triplets are looked for.
    case mining
  }

  let moment: Moment
  /// Seconds into its life, from which on the moment is waited for; of ``Moment/betweenPhases(epochs:)`` seconds after it.
  let delay: Double
  /// The run's phases of training, of which one will be hit.
  let schedule: TrainingSchedule
  /// Which of several ranks is killed; the first one writes.
  let rank: Int

  /// Draws a moment: every second one is any within a life; of the others some are the writing of a file, some what the
  /// run's own plan has beside that.
  ///
  /// - Parameters:
  ///   - seconds: how long an undisturbed life takes.
  ///   - ranks: how many processes a life has.
  static func draw(
    from stream: inout RandomStream, seconds: Double, of plan: Settings.Train, ranks: Int = 1
  ) -> PlannedKill {
    let rank = ranks > 1 ? stream.int(below: ranks) : 0
    let files: [RunStore.File] = [.plan, .checkpoint, .checkpoint, .checkpoint, .descriptors, .ranks, .metrics]
    let isAnyMoment = stream.chance(0.5)
    let file = stream.pick(files)
    let delay = stream.uniform() * seconds
    let schedule = TrainingSchedule(of: plan, images: 0)
    func kill(_ moment: Moment, after delay: Double) -> PlannedKill {
      if case .writing = moment { return PlannedKill(moment: moment, delay: delay, schedule: schedule, rank: 0) }
      return PlannedKill(moment: moment, delay: delay, schedule: schedule, rank: rank)
    }
    guard !isAnyMoment else { return kill(.any, after: delay) }
    let boundaries = schedule.stretches.map(\.start).filter { $0 > 0 }
    let isMined = plan.plan.contains { if case .triplets = $0.sampler { true } else { false } }
    let own: [Moment] =
      (boundaries.isEmpty ? [] : [.betweenPhases(epochs: stream.pick(boundaries))]) + (isMined ? [.mining] : [])
    if !own.isEmpty, stream.chance(0.5) {
      let moment = stream.pick(own)
      // A boundary lasts as long as a checkpoint takes to write and a phase to begin.
      if case .betweenPhases = moment { return kill(moment, after: stream.uniform() * 0.1) }
      return kill(moment, after: delay)
    }
    // A file that is written once is waited for from the start; a checkpoint from any moment on.
    return kill(.writing(file), after: file == .checkpoint ? delay : 0)
  }
}

/// A kill that happened.
package struct Kill: Codable, Sendable {
  /// Seconds that the process had lived.
  package let seconds: Double
  /// The file that was half-written at that moment, as far as its folder showed; nil at other moments.
  package let file: String?
  /// What the process was killed at on purpose, beside a file: `between phases`, `mining`.
  package let place: String?
  /// What the run was about: `training (restraint 2)`, `mining`, `evaluating`; `starting` before it said so.
  package let during: String
  /// Seconds of work that were lost: since the last checkpoint, or the start of the process.
  package let lost: Double
  /// Which of several ranks was killed; nil where a run is one process.
  package let rank: Int?
}
