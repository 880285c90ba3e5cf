import Foundation
import Runs
import Tensors

/// The moment at which a child process is to be killed.
struct PlannedKill {
  /// Seconds into its life.
  let delay: Double
  /// The file that is then to be half-written; nil to kill at once.
  let file: RunStore.File?

  /// Draws a moment: every second one is any within a life, every other one is the writing of a file.
  ///
  /// - Parameter seconds: how long an undisturbed life takes.
  static func draw(from stream: inout RandomStream, seconds: Double) -> PlannedKill {
    let files: [RunStore.File] = [.plan, .checkpoint, .checkpoint, .checkpoint, .descriptors, .ranks, .metrics]
    let isAnyMoment = stream.chance(0.5)
    let file = stream.pick(files)
    // A file that is written once is waited for from the start; a checkpoint from any moment on.
    let delay = stream.uniform() * seconds
    return isAnyMoment
      ? PlannedKill(delay: delay, file: nil) : PlannedKill(delay: file == .checkpoint ? delay : 0, file: file)
  }
}

/// A kill that happened.
package struct Kill: Codable, Sendable {
  /// Seconds that the process had lived.
  package let seconds: Double
  /// The file that was half-written at that moment, as far as its folder showed; nil at other moments.
  package let file: String?
  /// Seconds of work that were lost: since the last checkpoint, or the start of the process.
  package let lost: Double
}
