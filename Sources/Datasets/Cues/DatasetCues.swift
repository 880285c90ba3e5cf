import Foundation
import Models
import Support

/// The cues of a dataset's images: joints, read whole, and labels, read image by image when they are asked for.
package struct DatasetCues: Sendable {
  package let dataset: Dataset
  package let settings: CueSettings
  /// Which of the cues are open.
  package let cues: Set<Cue>
  /// The surest person of each image, by the image's path.
  private let poses: [String: Pose]
  /// The files of key points, each with the lists that it is for and the paths of their images.
  let keypointFiles: [OpenKeypointFile]

  struct OpenKeypointFile: Sendable {
    let path: String
    let splits: [DatasetLayout.Split]
    let images: [(split: DatasetLayout.Split, image: LabelledImage)]
    let file: KeypointFile
  }

  /// The largest file of labels that is read, in bytes.
  static let maximumLabelFile = 1 << 27

  /// Opens some cues of a dataset: key points are read, labels are not.
  ///
  /// - Throws: ``PlainError`` where the registry does not name a cue, or a file is missing or not understood.
  package init(of dataset: Dataset, _ cues: Set<Cue>) throws(PlainError) {
    for cue in Cue.allCases where cues.contains(cue) {
      if let missing = dataset.missing(cue, for: "the dataset '\(dataset.name)'", verb: "has no") {
        throw PlainError(missing)
      }
      if let absence = dataset.absence(of: cue) { throw PlainError(absence) }
    }
    self.dataset = dataset
    settings = dataset.cues
    self.cues = cues
    var (poses, files): ([String: Pose], [OpenKeypointFile]) = ([:], [])
    if cues.contains(.keypoints), let keypoints = dataset.cues.keypoints {
      for (path, splits) in keypoints.files.bySplits {
        let images = splits.flatMap { split in dataset.images(of: split).map { (split: split, image: $0) } }
        let names = ImageNames(images.map { "\(dataset.layout.folder(of: $0.split))/\($0.image.name)" })
        let file = try KeypointFile(contentsOf: "\(dataset.root.path)/\(path)", names: names)
        for (place, pose) in file.poses { poses[images[place].image.file.path] = pose }
        files.append(OpenKeypointFile(path: path, splits: splits, images: images, file: file))
      }
    }
    self.poses = poses
    keypointFiles = files
  }

  /// The person of an image; nil where nobody was found.
  ///
  /// - Throws: ``PlainError`` where that is an error for this dataset.
  package func pose(of image: LabelledImage) throws(PlainError) -> Pose? {
    if image.box == nil, let pose = poses[image.file.path] { return pose }
    guard settings.keypoints?.missing == .error else { return nil }
    throw PlainError("\(image.file.path.quoted): the key points name nobody in it, and 'missing' is 'error'")
  }

  /// The ten points of an image's person.
  ///
  /// - Parameter extent: the size of the image's file, in pixels.
  package func points(of image: LabelledImage, extent: FileExtent) throws(PlainError) -> BodyPoints {
    BodyPoints(
      try pose(of: image), width: extent.width, height: extent.height, threshold: settings.keypoints?.threshold ?? 0)
  }

  /// The labels of an image; nil where there are none and the whole image is meant.
  ///
  /// - Parameter extent: the size of the image's file, which labels must have.
  /// - Throws: ``PlainError`` where the file is missing and that is an error, cannot be read, is of another size than the
  ///   image, or holds a number that is no class.
  package func labels(of image: LabelledImage, extent: FileExtent) throws(PlainError) -> LabelImage? {
    guard let parsing = settings.parsing, let path = labelFile(of: image) else { return nil }
    guard holds(image) || parsing.missing == .standIn else {
      throw PlainError(
        "\(image.file.path.quoted): lies outside the dataset '\(dataset.name)', so that it has no labels; take an image of "
          + "the dataset, or take the whole image for a person with 'missing: default' under 'cues: parsing:' in "
          + DatasetRegistry.fileName)
    }
    if image.box != nil { return nil }
    if RegularFile.standing(of: path) == .missing {
      guard parsing.missing == .error else { return nil }
      throw PlainError("\(path.quoted): there are no such labels, and 'missing' is 'error'")
    }
    do throws(PlainError) {
      return try Self.labels(
        try RegularFile.bytes(of: path, limit: Self.maximumLabelFile), scheme: parsing.scheme, extent: extent)
    } catch {
      throw PlainError("\(path.quoted): \(error.description)")
    }
  }

  /// Whether an image lies in the dataset's folder, as those do that cues speak of; a box of one does not.
  package func holds(_ image: LabelledImage) -> Bool {
    image.box == nil && image.file.path.hasPrefix(dataset.root.path + "/")
  }

  /// Where the labels of an image are expected.
  func labelFile(of image: LabelledImage) -> String? {
    settings.parsing.map { "\(dataset.root.path)/\($0.folder)/\(labelName(of: image))" }
  }

  /// The name of an image's labels below their folder: the image's own below the dataset's, ending in `.png`.
  func labelName(of image: LabelledImage) -> String {
    let below = image.file.path.dropFirst(dataset.root.path.count).drop { $0 == "/" }
    return "\(below.lastIndex(of: ".").map { below[..<$0] } ?? below).png"
  }

  /// Labels of a scheme for an image of a size.
  ///
  /// - Throws: ``PlainError`` without the file's name.
  static func labels(
    _ png: [UInt8], scheme: LabelScheme, extent: FileExtent
  ) throws(PlainError) -> LabelImage {
    let labels = try LabelImage(png: png) { width, height in
      width == extent.width && height == extent.height
        ? nil : "its \(width) x \(height) labels are for an image of \(extent.width) x \(extent.height) pixels"
    }
    let last = scheme.names.count - 1
    if let place = labels.classes.firstIndex(where: { $0 > last }) {
      throw PlainError(
        "its label \(labels.classes[place]) in row \(place / labels.width), column \(place % labels.width) is no class of "
          + "'\(scheme.rawValue)', whose classes are 0 to \(last)")
    }
    return labels
  }
}

extension CueSettings.Keypoints.Files {
  /// Each file once, with the lists that it is for.
  fileprivate var bySplits: [(path: String, splits: [DatasetLayout.Split])] {
    switch self {
    case .one(let path): [(path, DatasetLayout.Split.allCases)]
    case .each(let files): DatasetLayout.Split.allCases.compactMap { split in files[split].map { ($0, [split]) } }
    }
  }
}

extension Dataset {
  /// What of a cue that the registry names is not there, and what to do; nil where all is. Single labels are not looked for.
  package func absence(of cue: Cue) -> String? {
    let paths =
      switch cue {
      case .keypoints: cues.keypoints?.files.bySplits.map(\.path) ?? []
      case .parsing: (cues.parsing?.folder).map { [$0] } ?? []
      }
    guard let path = paths.first(where: { RegularFile.standing(of: "\(root.path)/\($0)") == .missing }) else {
      return nil
    }
    return
      "\("\(root.path)/\(path)".quoted): the \(cue == .keypoints ? "file of key points" : "folder of labels") is not there; "
      + (isSynthetic
        ? "`aanet data make \(name.quotedForShell)` adds it"
        : "put it there, or correct 'cues:' in \(DatasetRegistry.fileName)")
  }

  /// What to do about a cue that the registry does not name; nil where it does.
  ///
  /// - Parameter reader: who reads it, as in `the task 'pose'`.
  package func missing(_ cue: Cue, for reader: String, verb: String = "needs") -> String? {
    let isNamed =
      switch cue {
      case .keypoints: cues.keypoints != nil
      case .parsing: cues.parsing != nil
      }
    guard !isNamed else { return nil }
    let (what, place) =
      switch cue {
      case .keypoints: ("keypoints", "file")
      case .parsing: ("parsing labels", "folder")
      }
    return
      "\(reader) \(verb) \(what): name the \(place) under 'cues:' in \(DatasetRegistry.fileName) "
      + "(aanet data verify \(name.quotedForShell) checks it)"
  }
}
