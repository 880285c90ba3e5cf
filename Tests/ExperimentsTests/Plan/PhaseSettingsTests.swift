import Experiments
import Layers
import Testing

/// `train.phases` and `train.sampler` as they are written.
@Suite struct PhaseSettingsTests {
  private static let two = """
    dataset: d
    train:
      batch: 16
      rate: { new: 0.2, step: { at: [5] } }
      phases:
        - { name: first, epochs: 3 }
        - name: second
          epochs: 2
          batch: 8
          sampler: { identities: { count: 4, images: 2 } }
          rate: { new: 0.01 }
          augment: { flip: false }
          frozen: [backbone, part_heads.0]
          batch_norm: running
          fresh: [global]

    """

  private func settings(_ text: String, _ overrides: [String] = []) throws -> Settings {
    try TemporaryProject.plan(text, overrides).variants[0].settings
  }

  @Test func aPhaseTakesFromTrainWhatItDoesNotSay() throws {
    let train = try settings(Self.two).train
    let (first, second) = (train.phases[0], train.phases[1])
    #expect(first.name == "first" && first.epochs == 3 && first.batch == 16 && first.sampler == .shuffled)
    #expect(first.rate.new == 0.2 && first.rate.step.at == [5] && first.augment.flip && first.frozen.isEmpty)
    #expect(first.batchNorm == .batch && first.fresh.isEmpty)
    #expect(second.epochs == 2 && second.batch == 8 && second.rate.new == 0.01 && second.rate.step.at == [5])
    #expect(second.sampler == .identities(.init(count: 4, images: 2)) && !second.augment.flip)
    #expect(
      second.frozen == ["backbone", "part_heads.0"] && second.batchNorm == .running && second.fresh == ["global"])
    #expect(train.totalEpochs == 5 && train.plan == train.phases)
    #expect(try settings(Self.two, ["train.rate.step.at=[1]"]).train.phases.map(\.rate.step.at) == [[1], [1]])
  }

  @Test func aPhaseHasImagesOfItsOwnSize() throws {
    let text = "dataset: d\ninput: { size: [128, 64] }\ntrain: { phases: [{ name: a, size: [96, 48] }, { name: b }] }\n"
    let own = try settings(text)
    let sizes = own.train.phases.map { own.input(of: $0).imageSize.description }
    #expect(sizes == ["96x48", "128x64"])
    for (size, message) in [
      ("[96]", "expected 2 values, found 1"), ("small", "expected input or a height and a width in pixels"),
      ("[96, 4]", "8 to 2048"), ("[40, 40]", "6 parts do not fit on a feature map of 3 rows"),
    ] {
      do {
        _ = try settings(text.replacing("[96, 48]", with: size))
        Issue.record("\(size) was taken")
      } catch {
        #expect("\(error)".contains("train.phases[0].size") && "\(error)".contains(message), "\(error)")
      }
    }
  }

  /// The factors of the golden case `spreid`, `op.rates`.
  @Test func ratesFallByAPower() throws {
    let fall = PowerSchedule(steps: 10, power: 0.9)
    #expect((0..<3).map { Float(fall.multiplier(epoch: $0, of: 3)) } == [1, 0.7254178524017334, 0.4383832812309265])
    let last = (0..<40).map { Float(fall.multiplier(epoch: $0, of: 40)) }
    #expect(last[3] == 1 && last[4] == 0.9095325469970703 && last[35] == 0.23492379486560822)
    #expect(last[36...].allSatisfy { $0 == 0.1258925348520279 })
  }

  @Test func withoutPhasesTrainIsTheOne() throws {
    let settings = try settings("dataset: d\ntrain: { epochs: 7, batch: 4 }\n")
    let plan = settings.train.plan
    #expect(plan.count == 1 && plan[0].epochs == 7 && plan[0].batch == 4 && settings.train.totalEpochs == 7)
    #expect(settings.yaml[key: "train"]?[key: "phases"] == nil && settings.yaml[key: "train"]?[key: "sampler"] == nil)
  }

  @Test func plansReadBack() throws {
    for text in [Self.two, "dataset: d\ntrain: { sampler: { identities: { count: 8, images: 4 } } }\n"] {
      let trial = Trial(experiment: "e", variant: "v", seed: 1, settings: try settings(text))
      #expect(try Trial(resolvedYAML: trial.resolvedYAML(), experiment: "e", file: "plan.yaml") == trial)
    }
  }

  @Test func whatDecidesTheResultDecidesTheHash() throws {
    func hash(_ text: String, _ overrides: [String] = []) throws -> String {
      Trial(experiment: "e", variant: "v", seed: 1, settings: try settings(text, overrides))
        .hash(datasetFingerprint: "data", numericVersion: "2")
    }
    let plain = "dataset: d\n"
    #expect(try hash(plain) == hash(plain, ["train.sampler=shuffled"]))
    #expect(try hash(plain) == hash(plain, ["train.phases=none"]))
    var seen: Set<String> = [try hash(plain), try hash(Self.two)]
    for (old, new) in [
      ("epochs: 2", "epochs: 1"), ("[backbone, part_heads.0]", "[backbone]"), ("running", "batch"), ("[global]", "[]"),
      ("0.01", "0.02"), ("name: second", "name: third"), ("count: 4, images: 2", "count: 2, images: 4"),
    ] {
      #expect(seen.insert(try hash(Self.two.replacing(old, with: new))).inserted, "\(old)")
    }
    #expect(seen.insert(try hash(plain, ["train.sampler={identities: {count: 8, images: 4}}"])).inserted)
  }

  @Test func whatAPhaseDoesOfItsOwn() throws {
    let train = try settings(
      """
      dataset: d
      tasks: [global, part]
      train:
        batch: 12
        phases:
          - { name: one, tasks: [global], dropout: false, augment: { cut_out: 0.5 } }
          - { name: two, sampler: { groups: { images: 4 } } }
          - { name: three, tasks: all, sampler: { triplets: { count: 4, pool: 9, hardest: 2, refresh: 3 } } }

      """
    ).train
    #expect(train.phases.map(\.tasks) == [[.global], nil, nil] && train.phases.map(\.dropout) == [false, true, true])
    #expect(train.phases.map(\.augment.cutOut) == [0.5, 0, 0] && train.phases[0].augment.flip)
    #expect(train.phases[1].sampler == .groups(.init(images: 4)))
    #expect(train.phases[2].sampler == .triplets(.init(count: 4, pool: 9, hardest: 2, refresh: 3)))
  }

  @Test func aListOfPhasesMayStandSeveralTimesOver() throws {
    let text = """
      dataset: d
      train:
        phases:
          - { name: base, epochs: 4 }
          - repeat: 2
            phases:
              - { name: fixed, epochs: 1, frozen: [global] }
              - { name: free, epochs: 2 }

      """
    let train = try settings(text).train
    #expect(train.phases.map(\.name) == ["base", "fixed 1", "free 1", "fixed 2", "free 2"])
    #expect(train.totalEpochs == 10 && train.phases[3].frozen == ["global"])
    // What is written out reads back as the same phases, and an error in a later round has the place of the item.
    let trial = Trial(experiment: "e", variant: "v", seed: 1, settings: try settings(text))
    #expect(try Trial(resolvedYAML: trial.resolvedYAML(), experiment: "e", file: "plan.yaml") == trial)
    let wrong = text.replacing("frozen: [global]", with: "tasks: [attention]")
    let complaint = try TemporaryProject.complaint(wrong) ?? ""
    #expect(
      complaint.hasPrefix(
        "experiments/e.yaml:7:44: train.phases[1].tasks: the attention task needs the attribute task"),
      "\(complaint)")
  }

  static let faults: [(String, String)] = [
    (
      "phases: [{ repeat: 0, phases: [{ name: a }] }]", "2:29: train.phases[0].repeat: 0 is out of range; from 1 to 100"
    ),
    ("phases: [{ repeat: 2, name: a }]", "2:32: train.phases[0].name: unknown key"),
    ("phases: [{ repeat: 2 }]", "2:19: train.phases[0].phases: is missing and has no default"),
    (
      "phases: [{ repeat: 60, phases: [{ name: a }, { name: b }] }]",
      "2:18: train.phases: there are 120 phases; at most 100"
    ),
    ("phases: [{ name: a, tasks: [globe] }]", "2:38: train.phases[0].tasks[0]: 'globe' is not known here"),
    ("phases: [{ name: a, tasks: [part, part] }]", "2:44: train.phases[0].tasks[1]: 'part' stands here twice"),
    (
      "phases: [{ name: a, transform: [part] }]",
      "2:41: train.phases[0].transform: the part task has nothing to transform"
    ),
    ("augment: { cut_out: 2 }", "2:30: train.augment.cut_out: 2 is out of range; from 0 to 1"),
    (
      "sampler: { groups: { images: 5 } }",
      "2:19: train.sampler: groups of 5 do not fill a batch of 32; make batch a multiple of 5"
    ),
    (
      "sampler: { groups: { images: 32 } }",
      "2:19: train.sampler: a batch of 32 is one group of 32, so that it shows one identity alone; make batch 64 or more"
    ),
    (
      "sampler: { triplets: { count: 11 } }",
      "2:19: train.sampler: 11 triplets are 33 images, and a batch is 32; make batch 33"
    ),
    (
      "sampler: { triplets: { count: 11, pool: 10 } }",
      "2:19: train.sampler: 11 anchors cannot be drawn from a pool of 10 images; make pool larger"
    ),
    (
      "sampler: { groups: { images: 4 }, triplets: {} }",
      "2:19: train.sampler: a sampler is one of identities, groups, triplets, and here are 2"
    ),
    ("phases: []", "2:18: train.phases: expected 1 to 100 values, found 0"),
    ("phases: first", "2:18: train.phases: expected a list, found the text 'first'"),
    ("phases: [{ epochs: 1 }]", "2:19: train.phases[0].name: is missing and has no default"),
    (
      "phases: [{ name: a, epoch: 1 }]", "2:30: train.phases[0].epoch: unknown key; did you mean 'epochs'? Known: name,"
    ),
    ("phases: [{ name: a }, { name: a }]", "2:32: train.phases[1]: a phase 'a' stands here twice"),
    ("phases: [{ name: a, epochs: 0 }]", "2:38: train.phases[0].epochs: 0 is out of range; from 1 to 10000"),
    ("phases: [{ name: a, batch: 1 }]", "2:37: train.phases[0].batch: a batch of 1 has no variance"),
    (
      "phases: [{ name: a, batch_norm: none }]",
      "2:42: train.phases[0].batch_norm: 'none' is not known here; known: batch, running"
    ),
    ("phases: [{ name: a, frozen: [part, part] }]", "2:45: train.phases[0].frozen[1]: 'part' stands here twice"),
    ("sampler: random", "2:19: train.sampler: expected shuffled or { identities: { count: 8, images: 4 } }, found"),
    ("sampler: { identities: { count: 4 } }", "2:33: train.sampler.identities.images: is missing and has no default"),
    ("sampler: { identity: {} }", "2:21: train.sampler.identity: unknown key; did you mean 'identities'?"),
    (
      "sampler: { identities: { count: 1, images: 4 } }",
      "2:42: train.sampler.identities.count: 1 is out of range; from 2 to 2048"
    ),
    (
      "sampler: { identities: { count: 8, images: 2 } }",
      "2:19: train.sampler: 8 identities with 2 images each are 16 images, and a batch is 32; make batch 16"
    ),
    (
      "phases: [{ name: a, sampler: { identities: { count: 4, images: 1 } } }]",
      "2:39: train.phases[0].sampler: 4 identities with 1 image each are 4 images, and a batch is 32; make batch 4"
    ),
  ]

  @Test(arguments: faults) func faultsHaveTheirPlace(_ text: String, _ expected: String) throws {
    let found = try TemporaryProject.complaint("dataset: d\ntrain: { \(text) }\n")
    #expect(found?.hasPrefix("experiments/e.yaml:\(expected)") == true, "\(found ?? "accepted")")
  }

  @Test func pathsIntoAListAreNone() throws {
    #expect(
      try TemporaryProject.complaint(Self.two, ["train.phases.second.epochs=1"])?
        .contains("train.phases has no settings within it") == true)
  }
}
