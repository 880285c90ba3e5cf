import Tensors

/// What the annotators left out or chose twice, and how it is read nonetheless.
package struct AttributeDefect: Codable, Hashable, Sendable {
  /// The half of the benchmark.
  package let split: AttributeTable.Split
  /// The attribute; nil where whole identities are meant.
  package let attribute: String?
  /// What is amiss: `without upper_color (read as 'other')`.
  package let defect: String
  /// The identities, ascending.
  package let identities: [Int]

  /// A line with the first few identities.
  func summary(_ names: IdentityNames) -> String {
    let shown = identities.prefix(4).map(names.name).joined(separator: ", ")
    return
      "\(split.rawValue): \(identities.count) \(identities.count == 1 ? "identity" : "identities") \(defect): "
      + shown + (identities.count > 4 ? ", …" : "")
  }

  /// Finds the defects of a table.
  ///
  /// - Parameter repeated: the identities that the file lists more than once.
  static func all(
    of labels: [AttributeTable.Split: [Int: AttributeTable.Labels]], scheme: AttributeScheme,
    repeated: [AttributeTable.Split: Set<Int>] = [:]
  ) -> [Self] {
    var found: [Self] = []
    for split in AttributeTable.Split.allCases {
      let rows = labels[split] ?? [:]
      if let twice = repeated[split], !twice.isEmpty {
        found.append(
          Self(split: split, attribute: nil, defect: "listed twice (the first is read)", identities: twice.sorted()))
      }
      for (place, attribute) in scheme.attributes.enumerated() {
        func report(_ defect: String, _ isMeant: ([Int]) -> Bool) {
          let those = rows.filter { isMeant($0.value[place]) }.keys.sorted()
          guard !those.isEmpty else { return }
          found.append(Self(split: split, attribute: attribute.name, defect: defect, identities: those))
        }
        if attribute.otherClass != nil {
          report("without \(attribute.name) (read as 'other')", \.isEmpty)
          report("with two labels for \(attribute.name) (the first in the list is read)") { $0.count == 2 }
          report("with more than two labels for \(attribute.name) (the first is read)") { $0.count > 2 }
        } else {
          report("without \(attribute.name) (left out of training and scores)", \.isEmpty)
        }
      }
    }
    let both = Set((labels[.train] ?? [:]).keys).intersection((labels[.test] ?? [:]).keys).sorted()
    if !both.isEmpty {
      found.append(Self(split: .train, attribute: nil, defect: "in both splits", identities: both))
    }
    return found
  }
}
