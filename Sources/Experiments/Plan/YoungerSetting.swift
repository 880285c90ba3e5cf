import Configuration

/// A setting that is younger than runs on people's disks, and the value that those runs were made with, whatever the
/// default is today.
///
/// Their hash does not cover it and their stored plan does not say it. So that they are found again, and are not taken
/// for runs under a later default, it is left out of the hash where it has that value, and put into a stored plan that
/// lacks it.
package struct YoungerSetting: Sendable {
  /// The mapping that it stands in.
  let within: [String]
  let key: String
  let value: YAMLValue
  /// What the mapping must hold for the setting to be one of the run's.
  var beside: (key: String, word: String)?

  static let all = [
    YoungerSetting(within: ["tasks", "attribute"], key: "regions", value: .string("thirds")),
    YoungerSetting(within: ["loss"], key: "terms", value: .string("task"), beside: ("weights", "uncertainty")),
    YoungerSetting(within: ["loss"], key: "rate", value: .string("new"), beside: ("weights", "uncertainty")),
    YoungerSetting(within: ["loss"], key: "start", value: .double(1), beside: ("weights", "uncertainty")),
    YoungerSetting(within: ["train"], key: "sampler", value: .string("shuffled")),
  ]

  /// A stored plan with what it does not say.
  package static func completed(_ plan: YAMLValue) -> YAMLValue {
    all.reduce(plan) { plan, setting in
      setting.changing(plan) { $0[key: setting.key] = $0[key: setting.key] ?? setting.value }
    }
  }

  /// Settings, every key written out, without what older runs had.
  static func reduced(_ settings: YAMLValue) -> YAMLValue {
    all.reduce(settings) { settings, setting in
      setting.changing(settings) { mapping in
        if mapping[key: setting.key]?.scalar?.text == setting.value.scalar?.text { mapping[key: setting.key] = nil }
      }
    }
  }

  /// Settings with the setting's own mapping changed; as they are where they have none, or where it is of another kind.
  private func changing(_ settings: YAMLValue, _ change: (inout YAMLValue) -> Void) -> YAMLValue {
    func changed(_ value: YAMLValue, _ path: ArraySlice<String>) -> YAMLValue {
      var result = value
      guard let first = path.first else {
        guard value.entries != nil,
          beside.map({ value[key: $0.key].map { Setting($0) }?.isWord($0.word) ?? false }) ?? true
        else { return value }
        change(&result)
        return result
      }
      if let inner = value[key: first] { result[key: first] = changed(inner, path.dropFirst()) }
      return result
    }
    return changed(settings, within[...])
  }
}
