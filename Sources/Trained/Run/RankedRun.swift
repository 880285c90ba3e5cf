import Datasets
import Experiments
import Foundation
import Models
import Runs
import Support

/// A run that ranks a gallery by descriptors: of a network of its own, or of several runs side by side.
package protocol RankedRun {
  /// What its folder says.
  var record: RunOnDisk { get }
  /// Worker threads.
  var threads: Int { get }
  /// Its network; nil where it is several runs side by side.
  var network: TrainedRun? { get }
  /// The runs that it is made of, in order; none where it has a network.
  var parts: [RunIdentity] { get }
  /// Numbers of a descriptor.
  var descriptorLength: Int { get }

  /// Describes pictures, each resized and normalised as in training.
  ///
  /// Each file is opened on its own, so that a damaged one is passed over and does not end the rest.
  ///
  /// - Parameters:
  ///   - photographs: JPEG images, or boxes of such.
  ///   - isInterrupted: asked after each batch; where it says yes, `TrainingError.interrupted` is thrown.
  ///   - report: told what happens.
  /// - Returns: what was seen in the images that could be read, in their order.
  func describe(
    _ photographs: [Photograph], isInterrupted: () -> Bool, report: (LookingEvent) -> Void
  ) throws -> [ImageReading]
}

/// What happens while images are looked at.
package enum LookingEvent {
  /// An image cannot be read: its place in the list and why.
  case skipped(Int, PlainError)
  /// Something worth a line.
  case remark(String)
  /// So many images are done, of how many.
  case done(Int, of: Int)
}

extension RankedRun {
  package var folder: URL { record.folder }
  package var name: String { record.name }
  package var settings: Settings { record.settings }
  package var entry: DatasetEntry { record.entry }
  /// The attributes that its dataset's annotators labelled.
  package var scheme: AttributeScheme { entry.attributeScheme }
  /// Whether the run was measured, which comes after its last epoch.
  package var isFinished: Bool { record.has(.metrics) }
  /// The runs that it is made of, as a person names them.
  var partNames: String { parts.map { Wording.printable($0.fullName) }.joined(separator: ", ") }
  /// Why it predicts no attributes; nil where it does.
  package var lackOfPredictions: String? {
    guard network != nil else {
      return "\(name) is several runs side by side and predicts no attributes; take one of \(partNames)"
    }
    return settings.tasks.has(.attribute)
      ? nil : "\(name) was trained without the attribute task and predicts none; take a run of a variant that has it"
  }
  /// Reads what the attribute task says out of descriptors; nil where that needs a network.
  var attributeReadout: AttributeReadout? { network.map { AttributeReadout(of: $0.model) } }
}
