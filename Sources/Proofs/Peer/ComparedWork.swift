import Experiments
import Foundation
import Layers
import Models
import Support

/// How PyTorch computes.
package enum PeerMode: String, CaseIterable, Codable, Sendable {
  /// In its own layout, channel by channel.
  case fp32
  /// With an image's channels side by side, which its kernels for processors like better.
  case channelsLast = "channels_last"
  /// That, under autocast to bfloat16.
  case bf16

  /// What the engine is set to beside it.
  package var rival: Precision { self == .bf16 ? .bfloat16 : .single }
}

/// What both sides do: one pass of one network.
package struct ComparedWork: Sendable {
  /// The model's name.
  package let model: String
  package let pass: TrainingBench.Pass
  package let settings: Settings
  /// Images in a batch.
  package let batch: Int
  private let identities: Int
  /// The options by which `aanet bench` knows the network.
  private let options: [String]

  /// - Parameter options: what `aanet bench train` and `bench infer` are given for these settings.
  package init(
    _ model: String, _ pass: TrainingBench.Pass, settings: Settings, identities: Int, batch: Int, options: [String]
  ) {
    (self.model, self.pass, self.settings, self.identities) = (model, pass, settings, identities)
    (self.batch, self.options) = (batch, options)
  }

  private var configuration: AANetConfiguration {
    AANetConfiguration(
      backbone: settings.backbone, head: settings.head, tasks: settings.tasks, loss: settings.loss,
      labels: TrainingBench.labels(identities: identities))
  }

  /// Multiplications of a batch, by which times are foretold: the reverse pass is twice the forward one.
  var multiplications: Double {
    let ofImage = configuration.multiplications(height: settings.input.height, width: settings.input.width)
    return ofImage * Double(batch) * (pass == .train ? 3 : 1)
  }

  /// Trainable numbers of the network, by which it is seen that both sides have the same.
  var parameters: Int { configuration.parameterCount }

  /// The arguments of `aanet` that time the engine.
  func engineArguments(_ precision: Precision, threads: Int, repeats: Int) -> [String] {
    ["bench", pass.rawValue] + options
      + ["--precision", precision.rawValue, "--threads", "\(threads)", "--repeats", "\(repeats)", "--format", "json"]
  }

  /// The argument of the peer program: the same network, as JSON.
  func peerArgument(_ mode: PeerMode, threads: Int, repeats: Int) throws -> String {
    let labels = configuration.labels
    let description = Description(
      block: settings.backbone.block.rawValue, blocks: settings.backbone.blocks, width: settings.backbone.width,
      last_stride: settings.backbone.lastStride, head: settings.head.width, parts: settings.tasks.part?.parts ?? 1,
      identities: identities, attributes: labels.attributes.map(Description.Attribute.init), attended: labels.attended,
      height: settings.input.height, breadth: settings.input.width, batch: batch, pass: pass.rawValue,
      mode: mode.rawValue, threads: threads, repeats: repeats)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(description), as: UTF8.self)
  }

  /// What `peer.py` reads.
  private struct Description: Encodable {
    struct Attribute: Encodable {
      let output: AttributeOutput

      func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        try list.encode(output.name)
        try list.encode(output.classes)
        try list.encode(output.region.rawValue)
      }
    }

    let block: String
    let blocks: [Int]
    let width, last_stride, head, parts, identities: Int
    let attributes: [Attribute]
    let attended: [String]
    let height, breadth, batch: Int
    let pass, mode: String
    let threads, repeats: Int
  }
}
