import Configuration
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
    return AANetConfiguration(
      backbone: backbone.configuration, identities: identities, headWidth: head.width, global: tasks.global != nil,
      part: tasks.part.map { PartTaskConfiguration(parts: $0.parts, binning: $0.binning, reduction: $0.reduction) },
      attribute: tasks.attribute.map { task in
        AttributeTaskConfiguration(
          attributes: scheme.attributes.map { attribute in
            AttributeOutput(
              name: attribute.name, classes: attribute.classes.count,
              region: BodyRegion(rawValue: attribute.region.rawValue) ?? .global)
          }, reduction: task.reduction, regions: task.regions)
      },
      attention: tasks.attention.map {
        AttentionTaskConfiguration(attributes: $0.attributes ?? scheme.attention, threshold: $0.threshold)
      }, weights: loss.weights)
  }

  /// The optimiser that these settings describe; the log variances take no decay.
  var stochasticGradientDescent: StochasticGradientDescent {
    StochasticGradientDescent(
      momentum: train.optimizer.momentum,
      decay: [.backbone: train.optimizer.weightDecay, .new: train.optimizer.weightDecay, .logVariance: 0])
  }

  /// The learning rate of each group in an epoch, counted from 0. A backbone without pretrained weights trains at
  /// the new layers' rate.
  func rates(epoch: Int) -> [Parameter.Group: Double] {
    let factor = StepSchedule(at: train.rate.step.at, factor: train.rate.step.factor).multiplier(epoch: epoch)
    let new = train.rate.new * factor
    var logVariance = new
    if case .learned(let learned) = loss.weights, let rate = learned.rate { logVariance = rate * factor }
    return [
      .new: new, .logVariance: logVariance,
      .backbone: backbone.weights == nil ? new : train.rate.pretrained * factor,
    ]
  }
}

extension Settings.Backbone {
  /// The network that these settings describe.
  var configuration: ResNetConfiguration {
    ResNetConfiguration(block: block, blocks: blocks, width: width, lastStride: lastStride)
  }
}
