/// The four tasks, in the order in which losses, σ and descriptors list them everywhere.
public enum TaskName: String, CaseIterable, Codable, Hashable, Sendable, CodingKeyRepresentable {
  /// GFN: one classifier on the whole map.
  case global
  /// PFN: one classifier per horizontal part.
  case part
  /// AFN: one classifier per attribute.
  case attribute
  /// AAM: a classifier on the map weighted by the attributes' attention.
  case attention
}
