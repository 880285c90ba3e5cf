import Experiments
import Foundation
import Testing

@Suite struct ExtendsTests {
  @Test func laterOverridesEarlierKeyByKey() throws {
    let project = try TemporaryProject([
      "experiments/base/a.yaml":
        "abstract: true\ntitle: base\nhead: { width: 10 }\ntrain: { epochs: 3, rate: { new: 0.5, step: { at: [1, 2] } } }\nseeds: [4, 5]\n",
      "experiments/base/b.yaml": "abstract: true\nextends: a.yaml\ntrain: { epochs: 4, rate: { step: { at: [3] } } }\n",
      "experiments/e.yaml": "extends: base/b.yaml\ndataset: d\ntrain: { batch: 8 }\n",
    ])
    let plan = try project.library.plan("e")
    let settings = plan.variants[0].settings
    #expect(plan.title == "e" && plan.seeds == [4, 5] && plan.table == nil)
    #expect(settings.head.width == 10 && settings.train.epochs == 4 && settings.train.batch == 8)
    #expect(settings.train.rate == .init(new: 0.5, step: .init(at: [3])))
    func origin(_ path: String) -> String? { plan.variants[0].location(of: path)?.description }
    #expect(origin("head.width") == "experiments/base/a.yaml:3:16")
    #expect(origin("train.epochs") == "experiments/base/b.yaml:3:18")
    #expect(origin("train.batch") == "experiments/e.yaml:3:17")
    #expect(origin("train.rate.new") == "experiments/base/a.yaml:4:34")
    #expect(origin("train.rate.factor") == nil && origin("loss.weights") == nil)
  }

  @Test func variantsAndSeedsAreReplacedAsAWhole() throws {
    let project = try TemporaryProject([
      "experiments/a.yaml":
        "dataset: d\nseeds: [1, 2]\ntable: table3\nvariants: { x: {}, y: { head: { width: 2 } } }\n",
      "experiments/b.yaml": "extends: a.yaml\n",
      "experiments/c.yaml": "extends: a.yaml\nseeds: [3]\nvariants: { z: {} }\n",
    ])
    let b = try project.library.plan("b")
    #expect(b.variants.map(\.name) == ["x", "y"] && b.seeds == [1, 2] && b.table == nil)
    #expect(b.variants.map(\.settings.head.width) == [256, 2])
    let c = try project.library.plan("c")
    #expect(c.variants.map(\.name) == ["z"] && c.seeds == [3])
  }

  @Test func severalFilesAreLaidOverEachOther() throws {
    let project = try TemporaryProject([
      "experiments/rows.yaml":
        "abstract: true\nseeds: [1]\nhead: { width: 10 }\ntrain: { epochs: 3 }\nvariants: { x: { train: { batch: 4 } }, y: {} }\n",
      "experiments/size.yaml":
        "abstract: true\ndataset: d\nkeep: scores\nseeds: [4, 5]\ntrain: { epochs: 7, rate: { new: 0.5 } }\n",
      "experiments/e.yaml":
        "extends: [rows.yaml, size.yaml]\nadjust: { x: { train: { rate: { new: 0.25 } } } }\n",
      "experiments/f.yaml": "extends: e.yaml\nadjust: { z: {} }\n",
      "experiments/g.yaml": "extends: [rows.yaml, g.yaml]\ndataset: d\n",
    ])
    let plan = try project.library.plan("e")
    #expect(plan.seeds == [4, 5] && plan.variants.map(\.name) == ["x", "y"] && plan.keep == .scores)
    let (x, y) = (plan.variants[0].settings, plan.variants[1].settings)
    #expect(x.head.width == 10 && x.train.epochs == 7 && x.train.batch == 4 && x.train.rate.new == 0.25)
    #expect(y.train.batch == 32 && y.train.rate.new == 0.5)
    #expect(project.complaint("f")?.contains("adjust.z: there is no variant 'z'") == true)
    #expect(project.complaint("g")?.contains("extends this file in turn") == true)
  }

  @Test func aListOfTasksChoosesAmongTheBases() throws {
    let project = try TemporaryProject([
      "experiments/a.yaml": "dataset: d\ntasks: { global: {}, part: { parts: 3 }, attribute: {} }\n",
      "experiments/b.yaml": "extends: a.yaml\ntasks: [part, global]\n",
      "experiments/c.yaml": "extends: b.yaml\ntasks: { attribute: { reduction: sum }, global: none }\n",
      "experiments/d.yaml": "extends: b.yaml\ntasks: [attribute]\n",
    ])
    let b = try project.library.plan("b").variants[0]
    #expect(b.settings.tasks == .init(part: .init(parts: 3), attribute: nil, attention: nil))
    #expect(b.location(of: "tasks.attribute")?.description == "experiments/b.yaml:2:8")
    let c = try project.library.plan("c").variants[0].settings.tasks
    #expect(c == .init(global: nil, part: .init(parts: 3), attribute: .init(reduction: .sum), attention: nil))
    #expect(
      project.complaint("d")
        == "experiments/d.yaml:2:9: tasks[0]: there is no attribute task to keep; the list chooses among the tasks of "
        + "the settings below it, and { attribute: {} } in it adds one")
  }

  @Test func aListOfTasksMayBringSettings() throws {
    let base = "dataset: d\ntasks: { global: {}, part: { parts: 3 } }\n"
    func tasks(_ list: String) throws -> Settings.Tasks {
      let project = try TemporaryProject([
        "experiments/a.yaml": base, "experiments/b.yaml": "extends: a.yaml\ntasks: \(list)\n",
      ])
      return try project.library.plan("b").variants[0].settings.tasks
    }
    // What stays keeps its settings under those of the list; what comes has the list's.
    #expect(
      try tasks("[{ part: { reduction: mean } }]")
        == .init(global: nil, part: .init(parts: 3, reduction: .mean), attribute: nil, attention: nil))
    #expect(
      try tasks("[global, { attribute: { regions: whole } }]")
        == .init(part: nil, attribute: .init(regions: .whole), attention: nil))
    for (list, complaint) in [
      ("[{ part: { part: 3 } }]", "2:19: tasks.part.part: unknown key; did you mean 'parts'?"),
      ("[{ prat: {} }]", "2:11: tasks.prat: unknown key; did you mean 'part'?"),
      ("[{ part: {}, global: {} }]", "2:9: tasks[0]: a task in a list is its name, or its name with settings"),
      ("[{ part: {} }, part]", "2:23: tasks[1]: part stands here twice"),
      ("[{ part: none }]", "2:8: tasks: every task is off"),
    ] {
      let project = try TemporaryProject([
        "experiments/a.yaml": base, "experiments/b.yaml": "extends: a.yaml\ntasks: \(list)\n",
      ])
      let found = project.complaint("b") ?? "accepted"
      #expect(found.hasPrefix("experiments/b.yaml:\(complaint)"), "\(found)")
    }
  }

  @Test func chainsEnd() throws {
    let project = try TemporaryProject([
      "experiments/a.yaml": "extends: b.yaml\ndataset: d\n", "experiments/b.yaml": "\nextends: ./sub/../a.yaml\n",
      "experiments/self.yaml": "extends: self.yaml\n", "experiments/sub/x.yaml": "dataset: d\n",
    ])
    #expect(
      project.complaint("a")
        == "experiments/b.yaml:2:10: extends: experiments/a.yaml extends this file in turn; a chain must end")
    #expect(
      project.complaint("self")
        == "experiments/self.yaml:1:10: extends: experiments/self.yaml extends this file in turn; a chain must end")
    for n in 0..<20 {
      try project.write("dataset: d\n" + (n == 0 ? "" : "extends: c\(n - 1).yaml\n"), to: "experiments/c\(n).yaml")
    }
    #expect(project.complaint("c15") == nil)
    #expect(project.complaint("c16") == "experiments/c1.yaml:2:10: extends: more than 16 files extend each other")
  }

  @Test func onlyFilesOfTheFolderAreExtended() throws {
    let project = try TemporaryProject(["secret.yaml": "dataset: d\n", "experiments/near.yaml": "dataset: d\n"])
    func complaint(_ extends: String) throws -> String? {
      try project.write("extends: \(extends)\n", to: "experiments/e.yaml")
      return project.complaint("e")
    }
    let outside = "lies outside the experiments' folder; only files in it are extended"
    #expect(try complaint("../secret.yaml") == "experiments/e.yaml:1:10: extends: '../secret.yaml' \(outside)")
    #expect(
      try complaint("../../../../etc/passwd") == "experiments/e.yaml:1:10: extends: '../../../../etc/passwd' \(outside)"
    )
    #expect(
      try complaint("/etc/passwd")
        == "experiments/e.yaml:1:10: extends: a path relative to this file is expected, as in ../base/quickstart.yaml")
    #expect(
      try complaint("naer.yaml")
        == "experiments/e.yaml:1:10: extends: there is no file 'naer.yaml'; did you mean 'near.yaml'? Known: e.yaml, near.yaml"
    )
    #expect(try complaint(".") != nil)
    try FileManager.default.createSymbolicLink(
      at: project.url.appendingPathComponent("experiments/link.yaml"),
      withDestinationURL: project.url.appendingPathComponent("secret.yaml"))
    #expect(try complaint("link.yaml") == "experiments/e.yaml:1:10: extends: 'link.yaml' \(outside)")
    #expect(try complaint("near.yaml") == nil)
  }

  @Test func faultsInABaseAreNamedThere() throws {
    let project = try TemporaryProject([
      "experiments/a.yaml": "abstract: true\ntrain: { epohcs: 3 }\n",
      "experiments/e.yaml": "extends: a.yaml\ndataset: d\n",
    ])
    #expect(
      project.complaint("e")
        == "experiments/a.yaml:2:10: train.epohcs: unknown key; did you mean 'epochs'? Known: epochs, batch, optimizer, rate, augment, sampler, shards, precision, gauge, phases"
    )
    let faults = project.library.survey().faults.map(\.description)
    #expect(faults.count == 2 && Set(faults).count == 1)
  }
}
