import Layers
import Models
import Tensors

/// A network with all four tasks that a test runs in milliseconds: two parts, one attribute, five identities.
enum SmallNetwork {
  static let configuration = AANetConfiguration(
    backbone: .init(block: .basic, blocks: [1, 1, 1, 1], width: 4), head: .init(width: 6),
    tasks: .init(part: .init(parts: 2), attention: .init(attributes: ["hair"])),
    labels: .init(identities: 5, attributes: [.init(name: "hair", classes: 3, region: .top)]))

  /// The network at its first values.
  static func model(on engine: Engine) -> AANet {
    let model = AANet(configuration, on: engine)
    model.initialise(seed: 1)
    return model
  }
}
