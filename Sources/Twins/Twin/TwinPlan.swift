import Datasets
import Foundation
import Tensors

/// Who is seen where: every image of a twin before any is drawn.
struct TwinPlan {
  /// One image to draw.
  struct Shot {
    var folder: String
    var file: String
    /// The key of the person and of the passage.
    var person: String
    var camera: Int
    var seconds: Float
    var framing: Snapshot.Framing
    var stream: String

    var path: String { folder + "/" + file }
    /// Where its labels lie below the folder of all labels.
    var labelPath: String { folder + "/" + file.dropLast(4) + ".png" }
  }

  let kind: SyntheticTwin.Kind
  let seed: UInt64
  let cameras: [Camera]
  private(set) var shots: [Shot] = []
  private(set) var labels: [AttributeTable.Split: [Int: AttributeTable.Labels]] = [.train: [:], .test: [:]]
  private(set) var people: [String: Person] = [:]
  private(set) var summary: TwinSummary

  private let frequencies: TraitFrequencies
  private var usedNames: Set<String> = []

  init(kind: SyntheticTwin.Kind, scale: TwinScale, seed: UInt64, noise: CueNoise = CueNoise()) {
    self.kind = kind
    self.seed = seed
    cameras = Camera.all(of: kind, seed: seed)
    frequencies = kind == .market ? .market : .duke
    summary = TwinSummary(kind: kind, scale: scale, seed: seed, noise: noise)
    var random = RandomStream(seed: seed, name: "twin/\(kind.rawValue)/plan")

    let numbers = random.permutation(kind.lastIdentity).map { $0 + 1 }
    let train = numbers.prefix(scale.trainIdentities).sorted()
    let test = numbers.dropFirst(scale.trainIdentities).prefix(scale.testIdentities).sorted()
    let others = numbers.dropFirst(scale.trainIdentities + scale.testIdentities).prefix(scale.distractorIdentities)
    giveTraits(to: train, in: .train, random: &random)
    giveTraits(to: test, in: .test, random: &random)
    giveTraits(to: others.sorted(), in: .test, random: &random)

    let learning = sightings(of: train, count: scale.trainPassages, random: &random)
    for (sighting, count) in zip(learning, shares(of: scale.trainImages, among: learning.count, random: &random)) {
      plan(sighting, count: count, folder: "bounding_box_train", random: &random)
    }
    let testing = sightings(of: test, count: scale.queries, random: &random)
    for (sighting, count) in zip(testing, shares(of: scale.galleryImages, among: testing.count, random: &random)) {
      plan(sighting, count: count, folder: "bounding_box_test", hasQuery: true, random: &random)
    }
    if kind == .duke, !others.isEmpty {
      // Identities that one camera alone saw: they have no query.
      let single = others.sorted().map { Sighting(identity: $0, camera: 1 + random.int(below: kind.cameras)) }
      for (sighting, count) in zip(single, shares(of: scale.distractorImages, among: single.count, random: &random)) {
        plan(sighting, count: count, folder: "bounding_box_test", random: &random)
      }
    } else if kind == .market {
      for index in 0..<scale.distractorImages { planNobody(0, index, person: "stranger/\(index)", random: &random) }
      for index in 0..<scale.junkImages {
        planNobody(-1, index, person: key(test[random.int(below: test.count)]), random: &random)
      }
    }
    summary.count(shots)
  }

  /// Draws one image as a JPEG file, and its cues.
  func draw(_ shot: Shot) throws -> (jpeg: [UInt8], cues: Cues) {
    var (snapshot, random) = snapshot(of: shot)
    let (image, quality, cues) = snapshot.draw(from: &random, passer: passer)
    return (try JPEG.encode(image, quality: quality), disturbed(cues, of: shot))
  }

  /// The cues of an image that is there already.
  func cues(of shot: Shot) -> Cues {
    var (snapshot, random) = snapshot(of: shot)
    return disturbed(snapshot.cues(from: &random, passer: passer), of: shot)
  }

  private func disturbed(_ cues: Cues, of shot: Shot) -> Cues {
    guard let noise = summary.noise else { return cues }
    return cues.disturbed(by: noise, seed: seed, name: "twin/\(kind.rawValue)/cues/\(shot.path)")
  }

  private func passer(from random: inout RandomStream) -> Person {
    Person(frequencies.draw(from: &random), from: &random)
  }

  /// What an image shows, and the numbers that decide the rest.
  private func snapshot(of shot: Shot) -> (Snapshot, RandomStream) {
    let camera = cameras[shot.camera - 1]
    let name = "twin/\(kind.rawValue)/\(shot.person)/\(shot.camera)"
    let person = people[shot.person] ?? unlabelledPerson(shot.person)
    var passing = RandomStream(seed: seed, name: name + "/passage")
    let passage = Snapshot.Passage(person, camera: camera, from: &passing)
    let snapshot = Snapshot(
      camera: camera, person: person, passage: passage, seconds: shot.seconds, framing: shot.framing)
    return (snapshot, RandomStream(seed: seed, name: name + "/" + shot.stream))
  }

  private func unlabelledPerson(_ key: String) -> Person {
    var random = RandomStream(seed: seed, name: "twin/\(kind.rawValue)/\(key)")
    return Person(frequencies.draw(from: &random), from: &random)
  }

  private func key(_ identity: Int) -> String { IdentityNames.numbers.name(of: identity) }

  /// Gives identities their traits; some have exactly those of another.
  private mutating func giveTraits(to identities: [Int], in split: AttributeTable.Split, random: inout RandomStream) {
    var known: [Traits] = []
    for identity in identities {
      var stream = RandomStream(seed: seed, name: "twin/\(kind.rawValue)/\(key(identity))")
      var traits = frequencies.draw(from: &stream)
      if !known.isEmpty, random.chance(0.08) { traits = random.pick(known) }
      // The annotators left one in three hundred out.
      traits.isUpperLengthLabelled = !random.chance(1 / 300)
      known.append(traits)
      people[key(identity)] = Person(traits, from: &stream)
      labels[split]?[identity] = traits.labels(for: kind.scheme)
    }
  }

  /// A camera that an identity passes once; the images of it follow each other.
  private struct Sighting {
    var identity: Int
    var camera: Int
  }

  /// Sends each identity past two cameras, then some past more until there are `count` sightings.
  private func sightings(of identities: [Int], count: Int, random: inout RandomStream) -> [Sighting] {
    let orders = identities.map { _ in random.permutation(kind.cameras) }
    var lengths = identities.map { _ in 2 }
    var left = count - 2 * identities.count
    while left > 0 {
      let index = random.int(below: identities.count)
      guard lengths[index] < kind.cameras else { continue }
      lengths[index] += 1
      left -= 1
    }
    return identities.indices.flatMap { index in
      orders[index].prefix(lengths[index]).sorted().map { Sighting(identity: identities[index], camera: $0 + 1) }
    }
  }

  /// Splits a number into so many random parts of at least one, few of them large.
  private func shares(of total: Int, among count: Int, random: inout RandomStream) -> [Int] {
    guard count > 0 else { return [] }
    let floor = max(1, total / count / 2)
    var parts = Array(repeating: floor, count: count)
    for _ in 0..<(total - floor * count) { parts[random.int(below: count)] += 1 }
    return parts
  }

  /// Plans the images of one sighting, at ascending frames.
  private mutating func plan(
    _ sighting: Sighting, count: Int, folder: String, hasQuery: Bool = false, random: inout RandomStream
  ) {
    let identity = key(sighting.identity)
    let sequence = 1 + random.int(below: 6)
    let first = kind == .market ? 100 + random.int(below: 80_000) : 40_000 + random.int(below: 180_000)
    var frame = first
    let queried = hasQuery ? random.int(below: count + 1) : -1
    for index in 0..<(count + (hasQuery ? 1 : 0)) {
      let isQuery = index == queried
      let file: String
      if kind == .market {
        let detection = isQuery ? 0 : 1 + random.int(below: 5)
        file = "\(identity)_c\(sighting.camera)s\(sequence)_\(digits(frame, 6))_\(digits(detection, 2)).jpg"
      } else {
        file = "\(identity)_c\(sighting.camera)_f\(digits(frame, 7)).jpg"
      }
      let seconds = Float(frame - first) / (kind == .market ? 25 : 60)
      shots.append(
        Shot(
          folder: isQuery ? "query" : folder, file: file, person: identity, camera: sighting.camera, seconds: seconds,
          framing: .good, stream: String(frame)))
      frame += kind == .market ? 25 * (1 + random.int(below: 2)) : 60 * (1 + random.int(below: 2))
    }
  }

  /// Plans one image of Market's gallery that belongs to nobody: a distractor (0) or junk (−1).
  private mutating func planNobody(_ identity: Int, _ index: Int, person: String, random: inout RandomStream) {
    while true {
      let camera = 1 + random.int(below: kind.cameras)
      let sequence = 1 + random.int(below: 6)
      let frame = 100 + random.int(below: 80_000)
      let prefix = identity < 0 ? "-1" : "0000"
      let file = "\(prefix)_c\(camera)s\(sequence)_\(digits(frame, 6))_\(digits(1 + random.int(below: 5), 2)).jpg"
      guard usedNames.insert(file).inserted else { continue }
      let framing: Snapshot.Framing = identity < 0 ? .poor : random.chance(0.6) ? .empty : .good
      shots.append(
        Shot(
          folder: "bounding_box_test", file: file, person: person, camera: camera,
          seconds: Float(random.uniform(in: 0...4)), framing: framing, stream: "\(prefix)/\(index)"))
      return
    }
  }

  private func digits(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}
