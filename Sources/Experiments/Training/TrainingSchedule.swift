/// The epochs of a run over all of its phases: which phase each belongs to, and how much it shows. Epochs count from 0.
package struct TrainingSchedule: Sendable {
  /// A phase and where it stands.
  package struct Stretch: Sendable {
    package let phase: Settings.Train.Phase
    /// Its first epoch.
    package let start: Int
    /// Steps of an epoch: whole batches only.
    package let steps: Int

    /// Images of an epoch.
    package var images: Int { steps * phase.batch }
    /// Steps of the whole phase.
    var allSteps: Int { steps * phase.epochs }

    /// The step's number within the phase, from 0.
    func step(_ step: Int, ofEpoch epoch: Int) -> Int { (epoch - start) * steps + step }
  }

  package let stretches: [Stretch]
  /// Images of the training set.
  let imagesOfSet: Int

  /// The schedule of a training on so many images.
  package init(of train: Settings.Train, images: Int) {
    var start = 0
    imagesOfSet = images
    stretches = train.plan.map { phase in
      defer { start += phase.epochs }
      return Stretch(phase: phase, start: start, steps: images / phase.batch)
    }
  }

  package var epochs: Int { stretches.reduce(0) { $0 + $1.phase.epochs } }
  package var images: Int { images(before: epochs) }

  /// The stretch that an epoch belongs to; behind the last epoch, the last.
  package func stretch(of epoch: Int) -> Stretch { stretches[place(of: epoch)] }

  /// The place of that stretch among all.
  func place(of epoch: Int) -> Int { stretches.lastIndex { $0.start <= epoch } ?? 0 }

  /// Images of all epochs before one.
  package func images(before epoch: Int) -> Int {
    stretches.reduce(0) { $0 + min(max(0, epoch - $1.start), $1.phase.epochs) * $1.images }
  }

  /// What an epoch is called where there are several phases.
  package func name(of epoch: Int) -> String? { stretches.count > 1 ? stretch(of: epoch).phase.name : nil }
}
