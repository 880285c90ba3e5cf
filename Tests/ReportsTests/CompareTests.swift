import Configuration
import Documents
import Evidence
import Foundation
import Support
import Testing

/// Runs side by side; no figure here was ever measured.
@Suite struct CompareTests {
  private func runs<Result>(_ name: String = #function, _ body: (FabricatedRuns) throws -> Result) throws -> Result {
    try withFolder("compare-\(name.filter(\.isLetter))") { try body(FabricatedRuns($0)) }
  }

  /// Two variants under three seeds: the second gains 2, 4 and 6 points.
  private func twoVariants(_ runs: FabricatedRuns) throws {
    for seed in 1...3 {
      try runs.add(.init(variant: "Lg", seed: seed, mAP: 0.40))
      try runs.add(
        .init(
          variant: "Lg+Lp", seed: seed, plan: "train: { epochs: 3, rate: { new: 0.05 } }\ntasks: { part: {} }\n",
          mAP: 0.40 + 0.02 * Double(seed), hits: ["a.jpg": false, "b.jpg": true, "c.jpg": seed == 1],
          tasks: ["global", "part"]))
    }
  }

  @Test func namesMeanRunsVariantsAndExperiments() throws {
    try runs { runs in
      try twoVariants(runs)
      let other = try runs.add(.init(experiment: "other", variant: "Lg+Lp", seed: 9))
      func kind(_ name: String) throws -> (RunSelection.Kind, Int) {
        let selection = try RunSelection(name, in: runs.store)
        return (selection.kind, selection.runs.count)
      }
      #expect(try kind("made/up") == (.experiment, 6))
      #expect(try kind("up") == (.experiment, 6))
      #expect(try kind("made") == (.experiment, 6))
      #expect(try kind("up/Lg") == (.variant, 3))
      #expect(try kind("Lg/2") == (.run, 1))
      #expect(try kind("Lg/seed-2") == (.run, 1))
      #expect(try kind(other.hash) == (.run, 1))
      #expect(try kind(String(other.hash.prefix(5))) == (.run, 1))
      #expect(try kind(runs.store.folder(for: other).path) == (.run, 1))
      #expect(try kind(runs.store.folder(for: other).deletingLastPathComponent().path) == (.variant, 1))
      let ambiguous = #expect(throws: PlainError.self) { try kind("Lg+Lp") }
      #expect(ambiguous?.description.contains("variant made/up/Lg+Lp\n  variant other/Lg+Lp") == true)
      let unknown = #expect(throws: PlainError.self) { try kind("up/Lgg") }
      #expect(unknown?.description.contains("did you mean 'up/Lg'?") == true)
      #expect(throws: PlainError.self) { try kind("") }
      // A run of another project, by its folder.
      let elsewhere = FabricatedRuns(runs.store.root.appendingPathComponent("copied"))
      let copied = try elsewhere.add(.init(variant: "Lg", seed: 4))
      let selection = try RunSelection(elsewhere.store.folder(for: copied).path, in: runs.store)
      #expect(selection.kind == .run && selection.store.isFinished(selection.runs[0]))
    }
  }

  /// Single pairs of runs are tested query by query, in the terminal, in JSON and on the page.
  @Test func singlePairsAreTestedByQuery() throws {
    try runs { runs in
      try twoVariants(runs)
      let pair = try runs.compare("Lg/1", "up/Lg+Lp/1")
      let tests = try pair.contrasts[0].result.get().permutation
      #expect(
        tests.map(\.metric) == ["mAP", "rank1"]
          && tests.allSatisfy { $0.queries == 3 && $0.permutations == 10_000 })
      // One query is lost and one is won: nothing that chance does not do.
      #expect(tests.allSatisfy { abs($0.mean) < 1e-9 && $0.p == 1 })
      #expect(pair.summary().queries.map(\.permutation) == [tests])
      #expect(
        pair.permutationTable()?.words.map { $0.suffix(2) } == [
          ["0.00", "1.0000"], ["0.00", "1.0000"],
        ])
      #expect(pair.terminal(width: 100).contains("10,000 permutations"))
      // Several seeds have a noise of their own.
      let several = try runs.compare("up/Lg", "up/Lg+Lp")
      #expect(several.permutationTable() == nil && several.summary().queries[0].permutation == nil)
    }
  }

  @Test func onlyWhatDiffersIsShown() throws {
    try runs { runs in
      try twoVariants(runs)
      let settings = try #require(try runs.compare("up/Lg", "up/Lg+Lp").settingsTable())
      #expect(settings.columns.map(\.title.plain) == ["Setting", "1 Lg", "2 Lg+Lp"])
      #expect(settings.words == [["tasks.part", "—", "on"], ["train.rate.new", "—", "0.05"]])
      let same = try runs.compare("Lg/1", "Lg/2")
      #expect(same.settingsTable() == nil && same.noSettings == "No setting differs.")
    }
  }

  @Test func whereARunWentOnIsComparedToo() throws {
    try runs { runs in
      let moved = try runs.add(.init(variant: "Lg", seed: 1))
      try runs.add(.init(variant: "Lg", seed: 2))
      var origin = try #require(try runs.store.provenance(of: moved))
      var later = origin
      later.blasKernels = "Zen"
      origin.resumed = [later]
      try runs.store.writeProvenance(origin, of: moved)
      let settings = try #require(try runs.compare("Lg/1", "Lg/2").settingsTable())
      #expect(settings.words == [["kernels", "Haswell, Zen", "Haswell"]])
      let records = runs.store.survey().records
      #expect(Table.provenance(of: records)?.words.map { $0[2] } == ["OpenBLAS, Haswell", "OpenBLAS, Zen"])
    }
  }

  @Test func differencesArePairedBySeed() throws {
    try runs { runs in
      try twoVariants(runs)
      let comparison = try runs.compare("up/Lg", "up/Lg+Lp")
      let delta = comparison.difference(of: 1, against: 0, in: .mAP)
      // Differences 2, 4, 6: mean 4, deviation 2, t(0.975, 2) = 4.303, noise 4.303 · 2 / √3 = 4.968.
      #expect(abs((delta.mean ?? 0) - 4) < 1e-9)
      #expect(abs((delta.noise ?? 0) - 4.968) < 1e-3)
      #expect(delta.exceedsNoise == false && delta.seeds == [1, 2, 3])
      let words = try #require(comparison.deltasTable()).words
      #expect(words[0][0] == "2 Lg+Lp" && words[0][1] == "+4.00 ± 4.97" && words[0].last == "1–3")
      #expect(comparison.findings().map(\.plain).contains { $0.contains("does not exceed the seeds’ noise") })

      let single = try runs.compare("Lg/1", "up/Lg+Lp/1").difference(of: 1, against: 0, in: .mAP)
      #expect(single.noise == nil && single.hindrance == .oneSeed && abs((single.mean ?? 0) - 2) < 1e-9)
      let apart = try runs.compare("Lg/1", "up/Lg+Lp/2").difference(of: 1, against: 0, in: .mAP)
      #expect(apart.hindrance == .noCommonSeed && abs((apart.mean ?? 0) - 4) < 1e-9)
    }
  }

  @Test func queriesThatOneGetsRight() throws {
    try runs { runs in
      try twoVariants(runs)
      let comparison = try runs.compare("up/Lg", "up/Lg+Lp")
      let contrast = try comparison.contrasts[0].result.get()
      #expect(contrast.won.map { [$0.before, $0.after] } == [[0, 3]] && contrast.won[0].query == "b.jpg")
      #expect(contrast.lost.map(\.query) == ["a.jpg", "c.jpg"] && contrast.lost[1].after == 1)
      #expect(contrast.clearlyWon == 1 && contrast.clearlyLost == 1 && contrast.queries == 3)
      #expect(comparison.queriesTable()?.words == [["2 Lg+Lp", "1 Lg", "3", "1", "1", "2", "1", "0"]])
      #expect(comparison.flipsTable()?.sections.map(\.rows.count) == [1, 2])
    }
  }

  @Test func otherDataAndOtherQueriesAreSaid() throws {
    try runs { runs in
      try runs.add(.init(variant: "A"))
      try runs.add(.init(variant: "B", dataset: "elsewhere", data: "beef", mAP: 0.6))
      try runs.add(.init(variant: "C", hits: ["a.jpg": true, "z.jpg": true, "c.jpg": true]))
      try runs.add(.init(variant: "D", hits: nil))
      let comparison = try runs.compare("up/A", "up/B", "up/C", "up/D")
      #expect(comparison.difference(of: 1, against: 0, in: .mAP).hindrance == .otherData)
      #expect(comparison.queriesTable() == nil && comparison.flipsTable() == nil)
      let cautions = comparison.cautions().joined(separator: "\n")
      #expect(cautions.contains("other data than 1 A: 2 B") && cautions.contains("with other queries: 3 C"))
      #expect(comparison.noQueries.contains("other data, other queries and no ranks.json"))
      #expect(comparison.dataStatement().contains("made-up: drawn pedestrians"))
      #expect(comparison.dataStatement().contains("elsewhere, of which datasets.yaml does not say"))
      #expect(comparison.terminal(width: 80).contains("The queries are not compared one by one"))
    }
  }

  @Test func unfinishedAndDamagedRunsAreNamed() throws {
    try runs { runs in
      try twoVariants(runs)
      try runs.add(.init(variant: "later", mAP: nil, epochs: 2))
      let broken = try runs.add(.init(variant: "broken"))
      try runs.store.write(Data("{ \"retrieval\": {} }".utf8), as: .metrics, of: broken)
      let torn = try runs.add(.init(variant: "torn"))
      try runs.store.write(Data("dataset: [\n".utf8), as: .plan, of: torn)
      let comparison = try runs.compare("made/up")
      #expect(comparison.groups.map(\.variant) == ["Lg", "Lg+Lp", "broken", "later", "torn"])
      #expect(comparison.damage.map(\.file.lastPathComponent).sorted() == ["metrics.json", "plan.yaml"])
      let states = Dictionary(
        comparison.runsTable().words.map { ($0[0], $0[2]) }, uniquingKeysWith: { first, _ in first })
      #expect(states["4 later"] == "unfinished" && states["3 broken"] == "damaged" && states["5 torn"] == "damaged")
      #expect(comparison.levelsTable().words[3].dropFirst() == ["0 of 1", "—", "—", "—", "—", "—", "—"])
      let cautions = comparison.cautions().joined(separator: "\n")
      #expect(cautions.contains("4 later, seed 1") && cautions.contains("metrics.json"))
      // What is whole in a damaged record is compared: the torn run's figures, the broken one's curves.
      #expect(comparison.groups[4].row.sample(.mAP)?.mean == 40)
      #expect(comparison.trainingTable().words[2][1] == "3" && comparison.trainingTable().words[3][1] == "2")
      #expect(comparison.settingsTable()?.notes.first?.plain.contains("5 torn") == true)
    }
  }

  @Test func laterSettingsGoBeforeOlderOnes() throws {
    try runs { runs in
      let old = try runs.add(.init(variant: "Lg", plan: "train: { epochs: 9 }\n", mAP: 0.9))
      try runs.add(.init(variant: "Lg", started: "2026-02-01T00:00:00Z", mAP: 0.4))
      try runs.add(.init(variant: "Lp", mAP: 0.5))
      let comparison = try runs.compare("up/Lg", "up/Lp")
      #expect(comparison.groups[0].row.sample(.mAP)?.mean == 40)
      #expect(comparison.passedOver.map(\.variant) == ["made/up/Lg"] && comparison.passedOver[0].hashes == [old.hash])
      #expect(comparison.cautions().contains { $0.contains(old.hash) })
      let both = try runs.compare("up/Lg", old.hash)
      #expect(both.groups.map(\.label) == ["Lg", "Lg/1"] && both.difference(of: 1, against: 0, in: .mAP).mean == 50)
      #expect(throws: PlainError.self) { try runs.compare("up/Lp", "Lp/1") }
    }
  }

  @Test func experimentsAreComparedVariantByVariant() throws {
    try runs { runs in
      for (place, experiment) in ["one", "two"].enumerated() {
        for (index, variant) in ["Lg", "Lp"].enumerated() {
          try runs.add(
            .init(experiment: experiment, variant: variant, mAP: 0.4 + 0.1 * Double(index) + 0.02 * Double(place)))
        }
      }
      let comparison = try runs.compare("one", "two", sorting: "map")
      #expect(comparison.groups.map(\.label) == ["one/Lg", "one/Lp", "two/Lg", "two/Lp"])
      #expect(comparison.groups.indices.map { comparison.reference(of: $0) } == [nil, 0, 0, 1])
      #expect(comparison.order == [3, 1, 2, 0])
      #expect(comparison.deltasTable()?.words[0].prefix(3) == ["4 two/Lp", "2 one/Lp", "+2.00"])
      let unknown = #expect(throws: PlainError.self) { try runs.compare("one", "two", sorting: "rnak1") }
      #expect(unknown?.description.contains("did you mean 'rank1'?") == true)
    }
  }
}
