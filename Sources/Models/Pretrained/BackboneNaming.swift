import Tensors

/// What a file calls a ResNet's tensors: a prefix, and behind it the names of one of two forms.
///
/// Checkpoints and wrappers put prefixes in front: `state_dict.module.layer1.0.conv1.weight`, `teacher.backbone.…`.
struct BackboneNaming: Hashable {
  /// How the network's own parts are called.
  enum Form: CaseIterable {
    /// As in torchvision, and in timm's ResNets.
    case torchvision
    /// By their places in `Sequential(*resnet.children())`, between which stand a ReLU (2) and a pooling (3).
    case sequential
  }

  /// What stands in front, with the dot behind it.
  let prefix: String
  let form: Form

  /// The first part of torchvision's names, and its place among the network's children.
  private static let places = [
    "conv1": "0", "bn1": "1", "layer1": "4", "layer2": "5", "layer3": "6", "layer4": "7",
  ]
  private static let sequentialParts = Set(places.values)

  /// The name in the file of a tensor of torchvision's name.
  func name(of tensor: some StringProtocol) -> String { prefix + Self.name(of: tensor, form: form) }

  private static func name(of tensor: some StringProtocol, form: Form) -> String {
    let part = tensor.prefix { $0 != "." }
    guard form == .sequential, let place = places[String(part)] else { return String(tensor) }
    return place + tensor.dropFirst(part.count)
  }

  /// Whether a name in the file is a tensor's that decides a ResNet's features; the count of batches decides nothing.
  func isBackboneLayer(_ name: String) -> Bool {
    guard name.hasPrefix(prefix), !name.hasSuffix(".num_batches_tracked") else { return false }
    let part = String(name.dropFirst(prefix.count).prefix { $0 != "." })
    return form == .torchvision ? Self.places[part] != nil : Self.sequentialParts.contains(part)
  }

  /// Parts of names that stand for the whole model, not for one of several.
  private static let wrappers: Set<String> = [
    "state_dict", "model_state_dict", "model_state", "model", "module", "_orig_mod", "net", "network", "backbone",
    "encoder", "encoder_q", "base",
  ]

  /// Whether the prefix says nothing but "the model": what stands so is meant before what stands behind other words, as
  /// `model.` before `model_ema.`.
  var isPlain: Bool { prefix.split(separator: ".").allSatisfy { Self.wrappers.contains(String($0)) } }

  /// The parts of torchvision's longest names: `layer1.0.downsample.0.weight`.
  private static let mostParts = 5

  /// The namings under which a file has any of the wanted tensors, those first under which it has the most; of those
  /// that have as many, plain ones, then short ones.
  static func found(in file: TensorFile, wanted: [String]) -> [(naming: BackboneNaming, matches: Int)] {
    let names = Form.allCases.map { form in (form, Set(wanted.map { name(of: $0, form: form) })) }
    var counts: [BackboneNaming: Int] = [:]
    for entry in file.entries {
      var end = entry.name.endIndex
      for _ in 0..<mostParts {
        let dot = entry.name[..<end].lastIndex(of: ".")
        let start = dot.map(entry.name.index(after:)) ?? entry.name.startIndex
        let name = String(entry.name[start...])
        for (form, names) in names where names.contains(name) {
          counts[BackboneNaming(prefix: String(entry.name[..<start]), form: form), default: 0] += 1
        }
        guard let dot else { break }
        end = dot
      }
    }
    return counts.map { ($0.key, $0.value) }.sorted { $0.0.comesBefore($1.0, $0.1, $1.1) }
  }

  private func comesBefore(_ other: BackboneNaming, _ matches: Int, _ others: Int) -> Bool {
    if matches != others { return matches > others }
    if isPlain != other.isPlain { return isPlain }
    if form != other.form { return form == .torchvision }
    return (prefix.utf8.count, prefix) < (other.prefix.utf8.count, other.prefix)
  }
}
