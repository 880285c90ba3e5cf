import Configuration
import Models
import Runs
import Support

/// Runs that start from the backbone of another.
extension ExperimentRunner {
  /// Sees to it that a run is the one that a variant means, and that its backbone has the variant's form.
  func check(_ run: Run, as source: BackboneSource, of variant: ExperimentPlan.Variant) throws(ConfigurationError) {
    if let hash = source.hash, run.sources.isEmpty, !run.hash.hasPrefix(hash) {
      throw variant.error(
        at: "backbone.weights",
        "\(run.trial.inWords) would be \(run.hash) by what its experiment and its data are now, not "
          + "\(Wording.printable(hash)); name it without the digits, or give it the settings and data that it was made with"
      )
    }
    if let misfit = variant.settings.backbone.misfit(run.trial.settings.backbone, of: run.trial.inWords) {
      throw variant.error(at: "backbone.weights", misfit)
    }
  }

  /// The numbers of the finished run that another's backbone starts from.
  ///
  /// - Throws: `ConfigurationError` where its checkpoint is damaged, or where the other's plan speaks of other numbers.
  func weights(
    of source: RunRecord, for run: Run, report: (Event) -> Void = { _ in }
  ) throws(ConfigurationError) -> PretrainedBackbone {
    let settings = run.trial.settings.backbone
    let weights: PretrainedBackbone
    if let known = backbones[settings] {
      weights = known
    } else {
      do { weights = try PretrainedBackbone(of: source, for: settings) } catch {
        throw ConfigurationError(at: nil, path: "backbone.weights", error.description)
      }
      backbones[settings] = weights
      report(.remark(weights.summary))
    }
    if let stated = run.plan.source, stated.weights != weights.digest {
      throw ConfigurationError(
        at: stated.location, path: "source",
        "the plan is of a run whose backbone started from \(Wording.printable(stated.run)) with the numbers "
          + "\(Wording.printable(stated.weights)), and \(source.identity.fullName) has \(weights.digest); leave out "
          + "'source' to start from what is there now")
    }
    return weights
  }

  /// Gives a run its name where that was not known before what it needs was finished.
  ///
  /// - Parameters:
  ///   - place: its place among those that are to be made.
  ///   - records: what is finished by now, all that the run needs among it.
  /// - Returns: its record, where a run of that name turns out to be finished.
  func name(
    _ place: Int, of pending: inout [Run], _ records: [String: RunRecord], in sweep: inout Sweep
  ) throws -> RunRecord? {
    let run = pending[place]
    var named = run.identity
    if let source = run.sources.first, let record = records[source.key] {
      let weights = try weights(of: record, for: run)
      pending[place].weights = weights
      named = identity(of: run.trial, on: run.data, weights: weights.digest)
    } else if !run.parts.isEmpty {
      let hashes = run.parts.map { part in pending.first { $0.key == part.key }?.hash ?? part.hash }
      named = run.trial.identity(hash: run.trial.hash(combining: hashes, numericVersion: Self.numericVersion))
    }
    guard named != run.identity else { return nil }
    pending[place].identity = named
    sweep.rename(run.identity, to: named)
    return try FinishedRuns(in: store).record(of: named)
  }
}
