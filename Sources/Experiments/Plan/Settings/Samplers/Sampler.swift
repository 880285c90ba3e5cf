import Configuration
import Models
import Support

extension Settings.Train {
  /// How batches are put together.
  package enum Sampler: Hashable, Sendable {
    /// All images, in an order drawn for each epoch.
    case shuffled
    /// So many identities with so many images each; together they are the batch.
    case identities(IdentityBatches)
    /// Images in groups of one identity, seen by different cameras.
    case groups(ImageGroups)
    /// Triplets that are hard for the network as it is.
    case triplets(TripletBatches)

    /// Whether it fills batches of a stated size; the batch is what steps and speeds are counted in, so it is not left
    /// to follow.
    func fault(batch: Int, at path: String) -> SettingFault? {
      switch self {
      case .shuffled: nil
      case .identities(let batches): batches.fault(batch: batch, at: path)
      case .groups(let groups): groups.fault(batch: batch, at: path)
      case .triplets(let triplets): triplets.fault(batch: batch, at: path)
      }
    }
  }
}

extension Form where Value == Settings.Train.Sampler {
  static var sampler: Form {
    let kinds = [
      Kind("identities", "Some identities with some images each.") {
        if case .identities(let own) = $0 { own } else { nil }
      } make: {
        .identities($0)
      },
      Kind("groups", "Images in groups of one identity, seen by different cameras where there are some.") {
        if case .groups(let own) = $0 { own } else { nil }
      } make: {
        .groups($0)
      },
      Kind("triplets", "Anchors with a far image of their identity and a near one of another, mined by the network.") {
        if case .triplets(let own) = $0 { own } else { nil }
      } make: {
        .triplets($0)
      },
    ]
    return Form("shuffled, or settings", within: kinds.map(\.description)) { setting, _ throws(ConfigurationError) in
      if setting.isWord("shuffled") { return .shuffled }
      guard setting.value.entries != nil else {
        throw setting.mismatch("shuffled or { identities: { count: 8, images: 4 } }")
      }
      let keys = try KnownKeys(setting, known: kinds.map(\.name))
      let said = kinds.filter { keys[$0.name] != nil }
      guard let kind = said.first, said.count == 1, let own = keys[kind.name] else {
        throw setting.error(
          "a sampler is one of \(Wording.list(kinds.map(\.name))), and here "
            + (said.isEmpty ? "is none" : "are \(said.count)"))
      }
      return try kind.read(own)
    } write: { sampler in
      kinds.lazy.compactMap { kind in kind.write(sampler).map { .mapping([(kind.name, $0)]) } }.first
        ?? .string("shuffled")
    }
  }
}

/// A sampler that has settings.
private struct Kind: Sendable {
  let name: String
  let description: SettingDescription
  let read: @Sendable (Setting) throws(ConfigurationError) -> Settings.Train.Sampler
  /// nil for another kind.
  let write: @Sendable (Settings.Train.Sampler) -> YAMLValue?

  init<Own: Configurable>(
    _ name: String, _ meaning: String, own: @escaping @Sendable (Settings.Train.Sampler) -> Own?,
    make: @escaping @Sendable (Own) -> Settings.Train.Sampler
  ) {
    self.name = name
    description = SettingDescription(
      name: name, words: "settings", initial: nil, meaning: meaning, within: Own.keys.map(\.description))
    read = { setting throws(ConfigurationError) in make(try Own(setting)) }
    write = { own($0)?.yaml }
  }
}
