import Models
import Support

extension CueContents {
  /// Sees to it that every open cue can be read of every image and fits it.
  ///
  /// - Throws: ``PlainError`` with the first findings that would spoil a run.
  package func requireSound() throws(PlainError) {
    let dataset = cues.dataset
    let problems = findings.filter(\.isProblem)
    guard !problems.isEmpty else { return }
    let shown = problems.prefix(4).map { "\n  " + $0.text }.joined()
    let more = problems.count > 4 ? "\n  and \(problems.count - 4) more" : ""
    throw PlainError(
      "the cues of the dataset '\(dataset.name)' at \(dataset.root.path.quoted) cannot be used:\(shown)\(more)\n"
        + "`aanet data verify \(dataset.name.quotedForShell)` lists everything; correct the files, or what "
        + "\(DatasetRegistry.fileName) says under 'cues:'")
  }

  /// What is to be said of the open cues.
  package var findings: [DatasetFinding] {
    (cues.cues.contains(.keypoints) ? keypointFindings : []) + (cues.cues.contains(.parsing) ? labelFindings : [])
  }

  private func name(_ image: LabelledImage, of split: DatasetLayout.Split) -> String {
    "\(cues.dataset.layout.folder(of: split))/\(image.name)"
  }

  private var keypointFindings: [DatasetFinding] {
    let extents = Dictionary(
      checks.compactMap { check in check.check.extent.map { (check.image.file.path, $0) } },
      uniquingKeysWith: { first, _ in first })
    var found: [DatasetFinding] = []
    func add(_ kind: DatasetFinding.Kind, isProblem: Bool = false, _ text: String, _ files: [String]) {
      guard !files.isEmpty else { return }
      found.append(DatasetFinding(kind, isProblem: isProblem, text, files: files))
    }
    for open in cues.keypointFiles {
      let file = open.file
      var sizes: [String] = []
      for stated in file.statedSizes {
        let (split, image) = open.images[stated.image]
        guard let extent = extents[image.file.path] else { continue }
        let (width, height) = (stated.width ?? Double(extent.width), stated.height ?? Double(extent.height))
        guard width != Double(extent.width) || height != Double(extent.height) else { continue }
        sizes.append(
          "\(name(image, of: split).quoted) is \(extent.width) x \(extent.height), not "
            + "\(width.inFewDigits) x \(height.inFewDigits)")
      }
      add(
        .keypointSizes, isProblem: true,
        "\(open.path.quoted) states another size for \(Wording.count(sizes.count, "image")), in pixels", sizes)
      if file.strangers > 0 {
        add(
          .keypointStrangers,
          "\(open.path.quoted) has \(Wording.count(file.strangers, "name")) that \(file.strangers == 1 ? "is" : "are") no "
            + "image of the dataset", file.firstStrangers.map(\.quoted))
      }
      let several = file.people.filter { $0.value > 1 }.sorted { $0.key < $1.key }
        .map { "\($0.value) in \(name(open.images[$0.key].image, of: open.images[$0.key].split).quoted)" }
      add(
        .severalPeople,
        "\(open.path.quoted) has several people in \(Wording.count(several.count, "image")), of whom the surest is taken",
        several)
      for split in open.splits {
        let nobody = open.images.enumerated().filter { $1.split == split && file.people[$0] == nil }
          .map { name($1.image, of: split).quoted }
        add(
          .withoutPerson, isProblem: cues.settings.keypoints?.missing == .error,
          "\(cues.dataset.layout.folder(of: split)): the key points name nobody in "
            + "\(Wording.count(nobody.count, "image"))", nobody)
      }
    }
    return found + jointFindings(extents)
  }

  /// What is to be said of single joints.
  private func jointFindings(_ extents: [String: FileExtent]) -> [DatasetFinding] {
    let threshold = cues.settings.keypoints?.threshold ?? 0
    var (present, far, outside): (Int, [String], [String]) = (0, [], [])
    var missing = [Int](repeating: 0, count: Joint.count)
    var filled = [Int](repeating: 0, count: BodyPoints.Point.allCases.count)
    for open in cues.keypointFiles {
      for (number, (split, image)) in open.images.enumerated() {
        guard let extent = extents[image.file.path] else { continue }
        let pose = open.file.poses[number]
        let points = BodyPoints(pose, width: extent.width, height: extent.height, threshold: threshold)
        for (place, isKnown) in points.isKnown.enumerated() where !isKnown { filled[place] += 1 }
        guard let pose else { continue }
        for joint in Joint.allCases {
          let place = pose[joint]
          guard place.confidence >= threshold else {
            missing[joint.rawValue] += 1
            continue
          }
          present += 1
          let away = max(
            Self.distance(place.x, outside: extent.width), Self.distance(place.y, outside: extent.height))
          guard away > 0 else { continue }
          let where_ =
            "the \(joint.name) of \(name(image, of: split).quoted) at (\(place.x.inFewDigits), \(place.y.inFewDigits)) of "
            + "\(extent.width) x \(extent.height)"
          outside.append(where_)
          if away > 0.5 { far.append(where_) }
        }
      }
    }
    var found: [DatasetFinding] = []
    if far.count * 20 > present {
      found.append(
        DatasetFinding(
          .keypointsOutside, isProblem: true,
          "\(far.count) of \(present) joints lie farther outside their image than half its size, as places in images of "
            + "another resolution do", files: far))
    } else if !outside.isEmpty {
      found.append(
        DatasetFinding(
          .keypointsOutside, isProblem: false,
          "\(outside.count) of \(present) joints lie outside their image and are used as they are", files: outside))
    }
    func counts(_ names: [String], _ counts: [Int]) -> [String] {
      zip(names, counts).filter { $1 > 0 }.map { "\($0) \($1)" }
    }
    if missing.contains(where: { $0 > 0 }) {
      found.append(
        DatasetFinding(
          .missingJoints, isProblem: false,
          "\(missing.reduce(0, +)) joints of people were not found: "
            + counts(Joint.allCases.map(\.name), missing).joined(separator: ", ")))
    }
    if filled.contains(where: { $0 > 0 }) {
      found.append(
        DatasetFinding(
          .missingJoints, isProblem: false,
          "\(filled.reduce(0, +)) points are filled in: "
            + counts(BodyPoints.Point.allCases.map(\.name), filled).joined(separator: ", ")))
    }
    return found
  }

  /// How far a place lies outside an image along one axis, in shares of its size.
  private static func distance(_ place: Double, outside size: Int) -> Double {
    max(0, -(place + 0.5), place + 0.5 - Double(size)) / Double(size)
  }

  private var labelFindings: [DatasetFinding] {
    var found: [DatasetFinding] = []
    let parsing = cues.settings.parsing
    for split in DatasetLayout.Split.allCases {
      let mine = checks.filter { $0.split == split }
      let folder = "\(parsing?.folder ?? "")/\(cues.dataset.layout.folder(of: split))"
      let faults = mine.compactMap(\.check.fault)
      if !faults.isEmpty {
        found.append(
          DatasetFinding(
            .labelsUnusable, isProblem: true,
            "\(folder): labels of \(Wording.count(faults.count, "image")) cannot be used", files: faults))
      }
      let missing = mine.filter { $0.check.isMissing && $0.check.fault == nil }.map { $0.image.name.quoted }
      if !missing.isEmpty {
        found.append(
          DatasetFinding(
            .withoutLabels, isProblem: false,
            "\(folder): \(Wording.count(missing.count, "image")) without labels, which count as all foreground",
            files: missing))
      }
      let empty = mine.filter { !$0.check.counts.isEmpty && $0.check.counts[1...].allSatisfy { $0 == 0 } }
        .map { $0.image.name.quoted }
      if !empty.isEmpty {
        found.append(
          DatasetFinding(
            .withoutForeground, isProblem: false,
            "\(folder): \(Wording.count(empty.count, "image")) whose labels show no foreground, which count as all "
              + "foreground", files: empty))
      }
    }
    let names = parsing?.scheme.names ?? []
    var counts = [Int](repeating: 0, count: names.count)
    for (_, _, check) in checks where !check.counts.isEmpty {
      for (label, count) in check.counts.enumerated() { counts[label] += count }
    }
    let all = counts.reduce(0, +)
    if all > 0 {
      let shares = zip(names, counts).map { name, count in
        "\(name) " + (count == 0 ? "0" : (Double(count) * 100 / Double(all)).inFewDigits) + " %"
      }
      found.append(
        DatasetFinding(.labelShares, isProblem: false, "shares of the labels: \(shares.joined(separator: ", "))"))
    }
    return found
  }
}

extension Dataset {
  /// What is to be said of the cues that the registry names: all that there is, each opened for itself.
  ///
  /// What is not there is told of, and is a problem of a dataset that is not drawn.
  ///
  /// - Parameter report: told of each cue how many images are done, of how many.
  /// - Returns: the findings, and what the files of labels say, for a ledger.
  func cueFindings(
    threads: Int, report: (_ cue: Cue, _ done: Int, _ total: Int) -> Void
  ) -> (findings: [DatasetFinding], labels: CueContents?) {
    var (findings, labels): ([DatasetFinding], CueContents?) = ([], nil)
    for cue in Cue.allCases where missing(cue, for: "") == nil {
      if let absence = absence(of: cue) {
        findings.append(DatasetFinding(.cuesAbsent, isProblem: !isSynthetic, absence))
        continue
      }
      do throws(PlainError) {
        let contents = CueContents(of: try DatasetCues(of: self, [cue]), threads: threads) { report(cue, $0, $1) }
        findings += contents.findings
        if cue == .parsing { labels = contents }
      } catch {
        findings.append(DatasetFinding(.keypointsUnreadable, isProblem: true, error.description))
      }
    }
    return (findings, labels)
  }
}
