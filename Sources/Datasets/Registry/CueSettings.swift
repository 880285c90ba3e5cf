import Configuration
import Support

/// What the registry says of a dataset's cues: where lies what a pose estimator and a human parser said of its images.
///
/// ```yaml
/// cues:
///   keypoints: { file: keypoints.json, threshold: 0.2, missing: default }
///   parsing: { folder: parsing, labels: lip, missing: error }
///   noise: { joints: 3, labels: 0.05 }    # for `aanet data make` alone, see CueNoise
/// ```
package struct CueSettings: Hashable, Sendable {
  package var keypoints: Keypoints?
  package var parsing: Parsing?
  /// What is done to them where they are drawn.
  package var noise: CueNoise

  package init(keypoints: Keypoints? = nil, parsing: Parsing? = nil, noise: CueNoise = CueNoise()) {
    self.keypoints = keypoints
    self.parsing = parsing
    self.noise = noise
  }

  /// What becomes of an image without a cue.
  package enum Missing: String, CaseIterable, Sendable {
    /// Nothing is trained on it: the run stops.
    case error
    /// The figure of somebody who stands in the middle; the whole image as foreground.
    case standIn = "default"
  }

  /// COCO key points, as annotations or as an estimator's results.
  package struct Keypoints: Hashable, Sendable {
    /// Files below the dataset's folder.
    package enum Files: Hashable, Sendable {
      /// One that names images of all three lists.
      case one(String)
      case each([DatasetLayout.Split: String])
    }

    package var files: Files
    /// The confidence from which on a joint counts as found.
    package var threshold: Double
    package var missing: Missing

    package init(_ files: Files, threshold: Double = 0.2, missing: Missing = .standIn) {
      self.files = files
      self.threshold = threshold
      self.missing = missing
    }

    init(_ setting: Setting) throws(ConfigurationError) {
      let keys = try setting.keys("file", "threshold", "missing")
      func path(_ setting: Setting) throws(ConfigurationError) -> String {
        try setting.path(to: "file within the dataset's folder", suchAs: "keypoints.json")
      }
      let named = try keys.required("file")
      let files: Files
      if named.value.entries != nil {
        let places = try KnownKeys(named, known: DatasetLayout.Split.allCases.map(\.rawValue))
        var each: [DatasetLayout.Split: String] = [:]
        for split in DatasetLayout.Split.allCases { each[split] = try path(try places.required(split.rawValue)) }
        files = .each(each)
      } else {
        files = .one(try path(named))
      }
      self.init(
        files, threshold: try keys["threshold"]?.double(in: 0...1) ?? 0.2,
        missing: try keys["missing"]?.choice() ?? .standIn)
    }
  }

  /// A label PNG for each image: `FOLDER/bounding_box_train/0002_c1s1_000451_03.png`.
  package struct Parsing: Hashable, Sendable {
    /// A folder below the dataset's.
    package var folder: String
    /// What the labels' numbers mean.
    package var scheme: LabelScheme
    package var missing: Missing

    package init(folder: String, scheme: LabelScheme, missing: Missing = .error) {
      self.folder = folder
      self.scheme = scheme
      self.missing = missing
    }

    init(_ setting: Setting) throws(ConfigurationError) {
      let keys = try setting.keys("folder", "labels", "missing")
      self.init(
        folder: try keys.required("folder").path(to: "folder within the dataset's", suchAs: "parsing"),
        scheme: try keys.required("labels").choice(), missing: try keys["missing"]?.choice() ?? .error)
    }
  }

  /// - Parameter isDrawn: whether `aanet data make` draws the dataset.
  init(_ setting: Setting, isDrawn: Bool) throws(ConfigurationError) {
    let keys = try setting.keys("keypoints", "parsing", "noise")
    if let noise = keys["noise"], !isDrawn {
      throw noise.error("only the cues of a dataset that is 'synthetic: true' are drawn, and can be drawn with noise")
    }
    self.init(
      keypoints: try keys["keypoints"].map { setting throws(ConfigurationError) in try Keypoints(setting) },
      parsing: try keys["parsing"].map { setting throws(ConfigurationError) in try Parsing(setting) },
      noise: try keys["noise"].map { setting throws(ConfigurationError) in try CueNoise(setting) } ?? CueNoise())
  }
}
