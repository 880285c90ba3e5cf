/// Which numbers of a descriptor are whose: the vectors of a network's classifiers, one after the other, each of V
/// numbers. Whatever cuts a descriptor into vectors asks here.
///
/// Source: paper, section 3.5: what the tasks learn is concatenated, 12·V numbers with all four.
package struct DescriptorLayout: Hashable, Sendable {
  /// Whose vector stands in a descriptor.
  package enum Slot: Hashable, Sendable {
    /// The global task's.
    case global
    /// A part's, counted from the top, from 0.
    case part(Int)
    /// The attribute task's average over a region.
    case attributes(BodyRegion)
    /// The attention task's.
    case attention

    /// The task that it is learned by.
    package var task: AANetTask {
      switch self {
      case .global: .global
      case .part: .part
      case .attributes: .attribute
      case .attention: .attention
      }
    }

    /// What the parameters of its classifier of identities are named behind; nil for a vector that none reads.
    package var identityHead: String? {
      switch self {
      case .global: "global_head"
      case .part(let number): "part_heads.\(number)"
      case .attributes: nil
      case .attention: "attention_head"
      }
    }
  }

  /// The vectors in their order.
  package let slots: [Slot]
  /// V, the numbers of each vector.
  package let width: Int

  /// The layout of a network's descriptors.
  package init(of configuration: AANetConfiguration) {
    var slots: [Slot] = []
    if configuration.global { slots.append(.global) }
    if let part = configuration.part { slots += (0..<part.parts).map(Slot.part) }
    if let attribute = configuration.attribute { slots += attribute.regions.pooled.map(Slot.attributes) }
    if configuration.attention != nil { slots.append(.attention) }
    self.slots = slots
    width = configuration.headWidth
  }

  /// Numbers in a descriptor.
  package var length: Int { slots.count * width }

  /// Where a vector stands among the vectors; nil where the network has none of it.
  package func place(of slot: Slot) -> Int? { slots.firstIndex(of: slot) }

  /// Where a vector's numbers stand in a descriptor; nil where the network has none of it.
  package func range(of slot: Slot) -> Range<Int>? {
    place(of: slot).map { $0 * width..<($0 + 1) * width }
  }
}

extension AANetConfiguration {
  /// Which numbers of the network's descriptors are whose.
  package var descriptorLayout: DescriptorLayout { DescriptorLayout(of: self) }

  /// Numbers in a descriptor: V for the global task, for each part, four times for the attribute task (once without
  /// regions), for the attention task; 12·V with all four.
  package var descriptorLength: Int { descriptorLayout.length }
}
