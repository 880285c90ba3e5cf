import Layers

extension AANetConfiguration {
  /// Bounds on what a description may ask for, far above any network that was ever trained: sizes above them are a slip
  /// of the pen or ill will, and below them no size overflows.
  private enum Most {
    static let blocks = 1_000
    static let width = 4_096
    static let headWidth = 65_536
    static let identities = 10_000_000
    static let classes = 65_536
  }

  /// Checks that the parts fit together for an input of that size.
  ///
  /// - Throws: ``ModelError`` that names what does not fit.
  package func validate(height: Int, width: Int) throws(ModelError) {
    guard backbone.blocks.count == 4, backbone.blocks.allSatisfy({ (1...Most.blocks).contains($0) }),
      (1...Most.width).contains(backbone.width), [1, 2].contains(backbone.lastStride)
    else {
      throw ModelError(
        "a ResNet has four stages of 1 to \(Most.blocks) blocks, a width of 1 to \(Most.width) and a last stride of 1 or 2"
      )
    }
    guard (2...Most.identities).contains(identities) else {
      throw ModelError("a classifier tells 2 to \(Most.identities) identities apart, not \(identities)")
    }
    guard (1...Most.headWidth).contains(headWidth) else {
      throw ModelError("a head has a width of 1 to \(Most.headWidth), not \(headWidth)")
    }
    guard !tasks.isEmpty else { throw ModelError("no task is on") }
    let rows = backbone.featureExtent(of: height)
    guard height > 0, width > 0, rows > 0, backbone.featureExtent(of: width) > 0 else {
      throw ModelError("an input of \(height)×\(width) leaves no feature map")
    }
    if let part, part.parts < 1 || part.parts > rows {
      throw ModelError("\(part.parts) parts do not fit a feature map of \(rows) rows")
    }
    if let attribute { try check(attribute, rows: rows) }
    if let attention { try check(attention) }
    if case .fixed(let weights) = weights, Set(weights.keys) != Set(tasks) {
      throw ModelError(
        "the fixed weights must name the tasks that are on: \(tasks.map(\.rawValue).joined(separator: ", "))")
    }
    if case .learned(let learned) = weights, !(learned.start > 0 && learned.start.isFinite) {
      throw ModelError("learned weights start at a σ above 0, not \(learned.start)")
    }
  }

  private func check(_ attribute: AttributeTaskConfiguration, rows: Int) throws(ModelError) {
    guard rows >= 3 || attribute.regions == .whole else {
      throw ModelError("the attribute task cuts the feature map into thirds, but it has \(rows) rows")
    }
    guard !attribute.attributes.isEmpty else { throw ModelError("the attribute task has no attribute") }
    var names: Set<String> = []
    for output in attribute.attributes {
      guard (2...Most.classes).contains(output.classes) else {
        throw ModelError("the attribute '\(output.name)' has \(output.classes) classes")
      }
      guard names.insert(output.name).inserted else {
        throw ModelError("the attribute '\(output.name)' is named twice")
      }
    }
  }

  private func check(_ attention: AttentionTaskConfiguration) throws(ModelError) {
    guard let attribute else { throw ModelError("the attention task needs the attribute task") }
    guard !attention.attributes.isEmpty else { throw ModelError("the attention task names no attribute") }
    let known = Set(attribute.attributes.map(\.name))
    if let unknown = attention.attributes.first(where: { !known.contains($0) }) {
      throw ModelError("the attention task names the attribute '\(unknown)', which is not predicted")
    }
  }
}
