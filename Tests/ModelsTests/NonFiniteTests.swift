import Layers
import Models
import Tensors
import TestSupport
import Testing

/// Where numbers that are not finite come from.
struct NonFiniteTests {
  private let engine = Engine(threads: 2)

  private func model() -> AANet { SmallNetwork.model(on: engine) }

  private var images: Tensor {
    engine.tensor(TestNumbers.normal(3 * 64 * 32 * 3, "aanet images"), shape: [3, 64, 32, 3])
  }

  @Test("in a sound model the loss alone can be to blame")
  func sound() {
    let model = model()
    #expect(model.nonFiniteStatistic == nil)
    #expect(model.placeOfNonFinite(in: images) == .lossAlone)
  }

  @Test("a planted NaN is found in whichever parameter it is")
  func everyParameter() {
    let model = model()
    for parameter in model.store.parameters {
      let good = parameter.value.values[0]
      parameter.value.values[0] = .nan
      #expect(model.placeOfNonFinite(in: images) == .parameter(parameter.name))
      parameter.value.values[0] = good
    }
  }

  @Test("the first layer that makes such numbers of finite ones is named")
  func firstLayer() throws {
    for (name, layer) in [
      ("backbone.conv1.weight", "backbone.conv1"), ("backbone.layer2.0.bn1.weight", "backbone.layer2.0.bn1"),
      ("global_head.classifier.weight", "global_head.classifier"),
    ] {
      let model = model()
      let parameter = try #require(model.store.parameters.first { $0.name == name })
      for place in parameter.value.values.indices { parameter.value.values[place] = .greatestFiniteMagnitude }
      #expect(model.placeOfNonFinite(in: images) == .output(of: layer))
    }
  }

  @Test("running statistics are looked at")
  func statistics() {
    let model = model()
    for statistic in model.store.statistics {
      statistic.value.values[0] = .infinity
      #expect(model.nonFiniteStatistic == .statistic(statistic.name))
      statistic.value.values[0] = 1
    }
  }
}
