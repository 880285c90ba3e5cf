import Configuration
import Support

extension Settings {
  /// Training identities that are held out, to choose settings by: nobody of them is trained on, and nothing of the test
  /// set is looked at.
  ///
  /// Who they are follows from the dataset alone, so that all rows and seeds on it hold out the same people; a larger share
  /// holds out those of a smaller one, too.
  package struct Validation: Configurable {
    /// The share of the training identities.
    package var identities: Double
    /// Epochs from one evaluation to the next; there is one after the last epoch in any case.
    package var every: Int

    package static let keys: [Key<Validation>] = [
      Key(
        "identities", \.identities, Form.number(in: 0.01...0.9).called("number, 0.01 to 0.9"),
        "The share of the training identities that are held out: at least two of them."),
      Key("every", \.every, .epochs, "How many epochs pass between evaluations on them."),
    ]

    package init() { self.init(identities: 0.15) }

    package init(identities: Double = 0.15, every: Int = 5) {
      self.identities = identities
      self.every = every
    }
  }

  /// `dataset: NAME`, or `dataset: { name: NAME, validation: { identities: 0.15 } }`.
  static let datasetKey = Key<Settings>(
    "dataset", "text, or settings", within: datasetDescriptions,
    "The dataset's name in datasets.yaml; with settings of its own, { name: …, validation: … }.", initial: nil,
    isRequired: true
  ) { setting, settings throws(ConfigurationError) in
    guard setting.value.entries != nil else { return settings.dataset = try setting.string(maximum: 200) }
    let keys = try KnownKeys(setting, known: datasetDescriptions.map(\.name))
    settings.dataset = try keys.required("name").string(maximum: 200)
    settings.validation =
      try keys["validation"].map { setting throws(ConfigurationError) in
        try validationForm.read(setting, Validation())
      } ?? nil
  } write: { settings in
    guard let validation = settings.validation else { return .string(settings.dataset) }
    return .mapping([("name", .string(settings.dataset)), ("validation", validation.yaml)])
  }

  private static let validationForm = Form<Validation?>.optional(
    .group, or: "none", expected: "none or { identities: 0.15, every: 5 }")

  private static let datasetDescriptions = [
    SettingDescription(
      name: "name", words: "text", initial: nil, meaning: "The same, where there are settings beside it."),
    SettingDescription(
      name: "validation", words: validationForm.words, initial: .string("none"),
      meaning: "Training identities that are held out and evaluated on in between, to choose settings by.",
      within: validationForm.within),
  ]

  /// What is read for a run, and how it is divided.
  struct Reading: Hashable {
    let dataset: String
    let validation: Validation?

    /// An order of readings.
    var order: String { "\(dataset) \(validation?.identities ?? 0)" }
  }

  var reading: Reading {
    Reading(dataset: dataset, validation: validation.map { Validation(identities: $0.identities) })
  }
}
