import Datasets
import Layers
import Models

extension Settings {
  /// The model that these settings describe, for a training set.
  ///
  /// - Parameters:
  ///   - identities: C, the identities of the training set.
  ///   - scheme: the dataset's attributes; read where the attribute task is on.
  package func modelConfiguration(identities: Int, scheme: AttributeScheme) -> AANetConfiguration {
    AANetConfiguration(
      backbone: backbone, head: head, tasks: tasks, loss: loss,
      labels: TrainingLabels(
        identities: identities,
        attributes: scheme.attributes.map { attribute in
          AttributeOutput(
            name: attribute.name, classes: attribute.classes.count,
            region: BodyRegion(rawValue: attribute.region.rawValue) ?? .global)
        }, attended: scheme.attention, source: dataset))
  }

  /// The learning rate of each group in an epoch of a phase, counted from 0. A backbone without pretrained weights trains
  /// at the new layers' rate.
  func rates(in phase: Train.Phase, epoch: Int) -> [Parameter.Group: Double] {
    let factor = phase.rate.multiplier(epoch: epoch, of: phase.epochs)
    let new = phase.rate.new * factor
    var logVariance = new
    if case .learned(let learned) = loss.weights, let rate = learned.rate { logVariance = rate * factor }
    return [
      .new: new, .logVariance: logVariance,
      .backbone: backbone.weights == nil ? new : phase.rate.pretrained * factor,
    ]
  }
}

extension StochasticGradientDescent {
  /// The optimiser that settings describe; the log variances take no decay.
  package init(_ settings: Settings.Train.Optimizer) {
    self.init(
      momentum: settings.momentum,
      decay: [.backbone: settings.weightDecay, .new: settings.weightDecay, .logVariance: 0],
      isNesterov: settings.nesterov)
  }
}
