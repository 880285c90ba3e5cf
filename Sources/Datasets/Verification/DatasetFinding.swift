import Support
import Tensors

/// Something about a dataset that a researcher should know.
package struct DatasetFinding: Codable, Hashable, Sendable {
  package enum Kind: String, Codable, Sendable {
    /// A count is not what the registry expects.
    case counts
    /// Files that are no images.
    case unreadable
    /// Files that libjpeg could read only by repairing them.
    case damaged
    /// Fewer than two identities to train on.
    case singleIdentity = "single_identity"
    /// Identities that are trained on and tested on.
    case trainedAndTested = "trained_and_tested"
    /// Queries that look for somebody who is not in the gallery.
    case absentFromGallery = "absent_from_gallery"
    /// Queries whose identity no other camera saw: they have no true match and are not counted.
    case noSecondCamera = "no_second_camera"
    /// No query has a true match.
    case nothingToFind = "nothing_to_find"
    /// Queries that lie in the gallery under another camera, byte for byte.
    case queryInGallery = "query_in_gallery"
    /// Queries that lie in the gallery as somebody else, byte for byte.
    case queryInGalleryAsAnother = "query_in_gallery_as_another"
    /// Training images that are tested on, byte for byte.
    case trainedImageTested = "trained_image_tested"
    /// Other files with the same bytes, which spoil nothing or little.
    case copies
    /// Queries of nobody (identity 0 or −1).
    case queryOfNobody = "query_of_nobody"
    /// Images of identities without attributes.
    case withoutAttributes = "without_attributes"
    /// Attributes of identities without images.
    case withoutImages = "attributes_without_images"
    /// The file of attributes is missing.
    case noAttributes = "no_attributes"
    /// Cues that the registry names are not there.
    case cuesAbsent = "cues_absent"
    /// A file of key points cannot be read, or is none.
    case keypointsUnreadable = "keypoints_unreadable"
    /// Key points state another size for an image than its file has.
    case keypointSizes = "keypoints_of_other_sizes"
    /// Key points of what is no image of the dataset.
    case keypointStrangers = "keypoints_without_images"
    /// Joints outside their images.
    case keypointsOutside = "keypoints_outside"
    /// Images in which key points name several people.
    case severalPeople = "several_people"
    /// Images in which key points name nobody.
    case withoutPerson = "without_person"
    /// Joints that were not found, points that are filled in.
    case missingJoints = "missing_joints"
    /// Labels that are missing where they must not be, or cannot be used.
    case labelsUnusable = "labels_unusable"
    /// Images without labels.
    case withoutLabels = "without_labels"
    /// Labels that show no foreground.
    case withoutForeground = "without_foreground"
    /// How much of all labels each class has.
    case labelShares = "label_shares"
    /// Files that were passed over, and the like.
    case note
  }

  package let kind: Kind
  /// Whether it would spoil an evaluation.
  package let isProblem: Bool
  /// What it is, in words, with the first identities or files.
  package let text: String
  /// The identities that it is about, ascending.
  package let identities: [Int]
  /// What the dataset calls them, where it does not number them.
  package let names: [String]?
  /// The files that it is about, in order.
  package let files: [String]?

  init(_ kind: Kind, isProblem: Bool, _ text: String) {
    self.kind = kind
    self.isProblem = isProblem
    self.text = text
    identities = []
    names = nil
    files = nil
  }

  init(_ kind: Kind, isProblem: Bool, _ text: String, identities: [Int], called names: IdentityNames) {
    self.kind = kind
    self.isProblem = isProblem
    self.identities = identities
    let words = identities.map(names.name)
    self.names = names.texts == nil ? nil : words
    self.text = "\(text): \(Self.list(words.map { Wording.printable($0) }, at: 10))"
    files = nil
  }

  /// About files, each with what is to be said of it.
  init(_ kind: Kind, isProblem: Bool, _ text: String, files: [String]) {
    self.kind = kind
    self.isProblem = isProblem
    self.files = files
    self.text = "\(text): \(Self.list(files, at: 5))"
    identities = []
    names = nil
  }

  /// The first words, and how many more there are.
  private static func list(_ words: [String], at most: Int) -> String {
    words.prefix(most).joined(separator: ", ") + (words.count > most ? " and \(words.count - most) more" : "")
  }
}

extension Dataset {
  /// What is in each folder, counted.
  package var counts: [DatasetLayout.Split: SplitCounts] {
    var training = SplitCounts(of: train)
    training.junk = trainingImagesLeftOut.junk
    training.distractors = trainingImagesLeftOut.distractors
    training.images += training.junk + training.distractors
    return [
      .train: training, .query: SplitCounts(of: query),
      .gallery: SplitCounts(of: gallery, queried: Set(query.map(\.identity))),
    ]
  }

  /// What the names of the images, the attributes and the images' bytes tell.
  ///
  /// - Parameters:
  ///   - attributes: the annotators' table, where attributes matter.
  ///   - contents: what the images' bytes say; nil to leave them out.
  package func findings(
    attributes: AttributeTable? = nil, contents: DatasetContents? = nil
  ) -> [DatasetFinding] {
    countFindings + identityFindings + (attributes.map(attributeFindings) ?? [])
      + (contents.map(copyFindings) ?? [])
  }

  /// - Throws: ``PlainError`` where something would spoil an evaluation, with the identities or files.
  package func requireSoundEvaluation(
    attributes: AttributeTable? = nil, contents: DatasetContents? = nil
  ) throws(PlainError) {
    let problems = findings(attributes: attributes, contents: contents).filter(\.isProblem)
    guard !problems.isEmpty else { return }
    let shown = problems.prefix(4).map { "\n  " + $0.text }.joined()
    let more = problems.count > 4 ? "\n  and \(problems.count - 4) more" : ""
    throw PlainError(
      "the dataset '\(name)' at \(root.path.quoted) would spoil an evaluation:\(shown)\(more)\n"
        + "`aanet data verify \(name.quotedForShell)` lists everything; correct the copy, or what \(DatasetRegistry.fileName) expects"
    )
  }

  /// Why nothing can be learnt from the training images; nil where they show enough people.
  package var tooFewIdentities: String? {
    guard trainIdentities.count < 2 else { return nil }
    return
      "the training images show \(Self.count(trainIdentities.count)); at least 2 are needed, since a network learns to "
      + "tell people apart"
  }

  private var countFindings: [DatasetFinding] {
    DatasetLayout.Split.allCases.compactMap { split in
      guard let expected = expectation?.splits[split], let found = counts[split] else { return nil }
      let differences = SplitCounts.names.filter { found[keyPath: $0.count] != expected[keyPath: $0.count] }
        .map { "\(found[keyPath: $0.count]) \($0.name) where \(expected[keyPath: $0.count]) are expected" }
      guard !differences.isEmpty else { return nil }
      return DatasetFinding(
        .counts, isProblem: true, "\(layout.folder(of: split)): \(differences.joined(separator: ", "))")
    }
  }

  private var identityFindings: [DatasetFinding] {
    var found: [DatasetFinding] = []
    func add(
      _ kind: DatasetFinding.Kind, isProblem: Bool, _ text: String, _ identities: some Sequence<Int>
    ) {
      let sorted = Set(identities).sorted()
      guard !sorted.isEmpty else { return }
      found.append(
        DatasetFinding(
          kind, isProblem: isProblem, "\(Self.count(sorted.count)) \(text)", identities: sorted, called: identityNames))
    }
    if let fault = tooFewIdentities { found.append(DatasetFinding(.singleIdentity, isProblem: true, fault)) }
    let tested = Set((query + gallery).map(\.identity).filter { $0 > 0 })
    add(.trainedAndTested, isProblem: true, "trained on and tested on", tested.intersection(trainIdentities))

    var cameras: [Int: Set<Int>] = [:]
    for image in gallery where image.identity > 0 { cameras[image.identity, default: []].insert(image.camera) }
    let people = query.filter { $0.identity > 0 }
    let absent = Set(people.map(\.identity).filter { cameras[$0] == nil })
    add(.absentFromGallery, isProblem: true, "with queries but not in the gallery", absent)
    let unmatched = people.filter { (cameras[$0.identity] ?? []).subtracting([$0.camera]).isEmpty }
    if unmatched.count == people.count {
      found.append(
        DatasetFinding(
          .nothingToFind, isProblem: true,
          "none of the \(query.count) queries has a true match: its identity, above 0, seen by another camera"))
    }
    add(
      .noSecondCamera, isProblem: false, "that no second camera shows in the gallery; their queries are not counted",
      unmatched.map(\.identity).filter { !absent.contains($0) })
    let strangers = query.count - people.count
    if strangers > 0 {
      found.append(
        DatasetFinding(
          .queryOfNobody, isProblem: false, "\(strangers) queries of distractors or junk; they are not counted"))
    }
    var seen: [Int: Set<Int>] = [:]
    for image in train { seen[image.identity, default: []].insert(image.camera) }
    add(
      .noSecondCamera, isProblem: false, "of the training images that no second camera saw",
      seen.filter { $0.value.count == 1 }.keys)
    return found
  }

  private func attributeFindings(_ table: AttributeTable) -> [DatasetFinding] {
    let tested = Set((query + gallery).map(\.identity).filter { $0 > 0 })
    return [(AttributeTable.Split.train, Set(trainIdentities)), (.test, tested)].flatMap { split, images in
      let rows = Set(table.identities(in: split))
      return [
        (
          DatasetFinding.Kind.withoutAttributes, true, "\(split.rawValue) images but no attributes",
          images.subtracting(rows)
        ),
        (.withoutImages, false, "\(split.rawValue) attributes but no images", rows.subtracting(images)),
      ].compactMap { kind, isProblem, text, identities in
        identities.isEmpty
          ? nil
          : DatasetFinding(
            kind, isProblem: isProblem, "\(Self.count(identities.count)) with \(text)",
            identities: identities.sorted(), called: table.names)
      }
    }
  }

  private static func count(_ identities: Int) -> String {
    "\(identities) \(identities == 1 ? "identity" : "identities")"
  }
}
