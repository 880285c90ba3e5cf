import Support
import Tensors

extension Dataset {
  /// Files with the same bytes, and what they do to an evaluation.
  func copyFindings(_ contents: DatasetContents) -> [DatasetFinding] {
    let copies = contents.copies(in: self)
    return queryFindings(copies) + trainingFindings(copies) + repetitionFindings(copies)
  }

  /// Queries that lie in the gallery too.
  private func queryFindings(_ copies: [Copies]) -> [DatasetFinding] {
    var (certain, contrary, uncounted): ([String], [String], [String]) = ([], [], [])
    for same in copies {
      let found = same.images(of: .gallery).filter { $0.identity >= 0 }
      for asked in same.images(of: .query) where asked.identity > 0 {
        let own = found.filter { $0.identity == asked.identity }
        if let match = own.first(where: { $0.camera != asked.camera }) {
          certain.append(pair(asked, .query, match, .gallery))
        } else if let match = own.first {
          uncounted.append(pair(asked, .query, match, .gallery))
        }
        if let match = found.first(where: { $0.identity != asked.identity }) {
          contrary.append(pair(asked, .query, match, .gallery))
        }
      }
    }
    func findings(
      _ kind: DatasetFinding.Kind, isProblem: Bool, _ files: [String], _ what: String
    ) -> [DatasetFinding] {
      guard !files.isEmpty else { return [] }
      let text =
        "\(files.count) of \(query.count) queries \(files.count == 1 ? "lies" : "lie") in the gallery too, byte for byte, "
        + what
      return [DatasetFinding(kind, isProblem: isProblem, text, files: files)]
    }
    return findings(
      .queryInGallery, isProblem: true, certain,
      "under another camera: each is a match that cannot be missed, and Rank-1 and mAP come out too high; "
        + "keep each picture in one of the two")
      + findings(
        .queryInGalleryAsAnother, isProblem: true, contrary,
        "as somebody else: each is a wrong match that ranks first, and Rank-1 and mAP come out too low; "
          + "correct the identities, or keep each picture in one of the two")
      + findings(.copies, isProblem: false, uncounted, "under their own camera, where they are not counted")
  }

  /// Training images that are tested on.
  private func trainingFindings(_ copies: [Copies]) -> [DatasetFinding] {
    let tested = copies.flatMap { same -> [String] in
      let others = [DatasetLayout.Split.query, .gallery].lazy.flatMap { split in
        same.images(of: split).filter { $0.identity > 0 }.map { ($0, split) }
      }
      guard let (other, split) = others.first else { return [] }
      return same.images(of: .train).map { pair($0, .train, other, split) }
    }
    guard !tested.isEmpty else { return [] }
    let text =
      "\(Wording.count(tested.count, "training image")) \(tested.count == 1 ? "is" : "are") tested on, byte for byte: "
      + "the network has seen what it is asked about, and Rank-1 and mAP come out too high; "
      + "keep each picture in one of the two"
    return [DatasetFinding(.trainedImageTested, isProblem: true, text, files: tested)]
  }

  /// Files that repeat another of their own folder.
  private func repetitionFindings(_ copies: [Copies]) -> [DatasetFinding] {
    DatasetLayout.Split.allCases.compactMap { split in
      let repeated = copies.flatMap { same -> [String] in
        let images = same.images(of: split)
        guard let first = images.first else { return [] }
        return images.dropFirst().map { image in
          "\(image.name.quoted) is \(first.name.quoted)" + (image.identity == first.identity ? "" : " as somebody else")
        }
      }
      guard !repeated.isEmpty else { return nil }
      let effect =
        switch split {
        case .train: "trained on each time"
        case .query: "asked for each time"
        case .gallery: "found each time"
        }
      let text =
        "\(layout.folder(of: split)): \(Wording.count(repeated.count, "file")) "
        + "\(repeated.count == 1 ? "repeats" : "repeat") another one byte for byte, and the picture is \(effect)"
      return DatasetFinding(.copies, isProblem: false, text, files: repeated)
    }
  }

  /// `'query/a.jpg' is 'bounding_box_test/b.jpg'`
  private func pair(
    _ image: LabelledImage, _ split: DatasetLayout.Split, _ other: LabelledImage, _ otherSplit: DatasetLayout.Split
  ) -> String {
    "\("\(layout.folder(of: split))/\(image.name)".quoted) is \("\(layout.folder(of: otherSplit))/\(other.name)".quoted)"
  }
}

/// The images of one picture: files that have the same bytes.
private struct Copies {
  private(set) var images: [(split: DatasetLayout.Split, image: LabelledImage)]

  func images(of split: DatasetLayout.Split) -> [LabelledImage] {
    images.filter { $0.split == split }.map(\.image)
  }
}

extension DatasetContents {
  /// The pictures of which there are several files, in the order of the first, each with its files in order.
  fileprivate func copies(in dataset: Dataset) -> [Copies] {
    // Files that are no images are named for that alone.
    let files = DatasetLayout.Split.allCases.flatMap { split in
      zip(dataset.images(of: split), checks[split] ?? []).compactMap { image, check in
        check.fault == nil ? check.digest.map { (digest: $0, split: split, image: image) } : nil
      }
    }
    var counts: [FileDigest: Int] = [:]
    for file in files { counts[file.digest, default: 0] += 1 }
    var order: [FileDigest] = []
    var groups: [FileDigest: [(split: DatasetLayout.Split, image: LabelledImage)]] = [:]
    for file in files where counts[file.digest, default: 0] > 1 {
      if groups[file.digest] == nil { order.append(file.digest) }
      groups[file.digest, default: []].append((file.split, file.image))
    }
    return order.compactMap { groups[$0].map { Copies(images: $0) } }
  }
}
