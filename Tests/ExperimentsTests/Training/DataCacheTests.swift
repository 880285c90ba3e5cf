import Datasets
import Experiments
import Foundation
import Runs
import TestSupport
import Testing

/// `runs/.cache/`: kept whole, believed only where it can be, and missed by nobody.
@Suite struct DataCacheTests {
  private func open(_ project: TinyProject) throws -> Dataset {
    try Dataset.open(
      named: "tiny", registry: try DatasetRegistry(project: project.url), places: DatasetPlaces(project: project.url))
  }

  private func store(_ project: TinyProject) -> RunStore {
    RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true))
  }

  /// A cache under a clock that is ahead of the files' times, so that they are settled.
  private func cache(_ project: TinyProject) -> DataCache {
    DataCache(of: store(project)) { FileStamp.now + 10_000_000_000 }
  }

  private func files(_ project: TinyProject) -> [String] {
    project.folder.files().filter { $0.hasPrefix("runs/") }
  }

  /// What a dataset holds, and whether any image was read for it.
  private func look(_ cache: DataCache, _ dataset: Dataset) -> (contents: DatasetContents, read: Bool) {
    var read = false
    let contents = cache.contents(of: dataset, threads: 2) { _, _ in read = true }
    return (contents, read)
  }

  @Test func whatIsKeptIsNotReadAgain() throws {
    let project = try TinyProject()
    let (dataset, cache) = (try open(project), cache(project))
    let first = look(cache, dataset)
    #expect(first.read)
    cache.keep(first.contents, of: dataset)
    #expect(files(project).isEmpty, "no folder is made for it where there are no runs")
    cache.keep(first.contents, of: dataset, makesRuns: true)
    #expect(files(project).count == 1 && files(project)[0].hasPrefix("runs/.cache/"))
    let second = look(cache, dataset)
    #expect(!second.read && !second.contents.isNews && second.contents.fingerprint == first.contents.fingerprint)
    // It is no run, and none of the files of one.
    #expect(store(project).identities().isEmpty)
    #expect(store(project).survey().damage.isEmpty)
  }

  @Test func aDamagedCacheIsAsGoodAsNone() throws {
    let project = try TinyProject()
    let (dataset, cache) = (try open(project), cache(project))
    let first = look(cache, dataset).contents
    cache.keep(first, of: dataset, makesRuns: true)
    let file = project.url.appendingPathComponent(try #require(self.files(project).first))
    let whole = try Data(contentsOf: file)
    for damaged in [Data(), whole.dropLast(), Data(repeating: 0xff, count: 4096), Data("no cache".utf8)] {
      try damaged.write(to: file)
      let again = look(cache, dataset)
      #expect(again.read && again.contents.fingerprint == first.fingerprint)
      cache.keep(again.contents, of: dataset)
      #expect(!look(cache, dataset).read, "it is mended")
    }
    // A folder, a pipe or a link to nothing in its place.
    try FileManager.default.removeItem(at: file)
    try FileManager.default.createDirectory(at: file, withIntermediateDirectories: true)
    #expect(look(cache, dataset).read)
    cache.keep(look(cache, dataset).contents, of: dataset)
    try FileManager.default.removeItem(at: file)
    #expect(mkfifo(file.path, 0o600) == 0)
    #expect(look(cache, dataset).read)
    try FileManager.default.removeItem(at: file)
    try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: "/nowhere/at/all")
    #expect(look(cache, dataset).contents.fingerprint == first.fingerprint)
  }

  @Test func aPlaceThatCannotBeWrittenToKeepsNobodyFromWorking() throws {
    let project = try TinyProject()
    let (dataset, cache) = (try open(project), cache(project))
    try project.folder.write("in the way", to: "runs/.cache")
    for _ in 0..<2 {
      let found = look(cache, dataset)
      #expect(found.read && found.contents.fingerprint != nil)
      cache.keep(found.contents, of: dataset, makesRuns: true)
    }
    #expect(files(project) == ["runs/.cache"])
  }

  /// Whoever reads finds a whole one, whoever writes leaves one.
  @Test func severalProcessesMayKeepAtOnce() async throws {
    let project = try TinyProject()
    let (dataset, cache) = (try open(project), cache(project))
    let first = look(cache, dataset).contents
    cache.keep(first, of: dataset, makesRuns: true)
    await withTaskGroup(of: Bool.self) { group in
      for number in 0..<16 {
        group.addTask {
          if number % 2 == 0 { cache.keep(first, of: dataset) }
          var read = false
          let found = cache.contents(of: dataset, threads: 1) { _, _ in read = true }
          return !read && found.fingerprint == first.fingerprint
        }
      }
      for await isWhole in group { #expect(isWhole) }
    }
    #expect(files(project).count == 1, "nothing half-written is left")
  }

  @Test func eachFolderOfADatasetHasItsOwn() throws {
    let project = try TinyProject()
    let cache = cache(project)
    let here = try open(project)
    let copy = project.url.appendingPathComponent("elsewhere/tiny", isDirectory: true)
    try FileManager.default.createDirectory(at: copy.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: here.root, to: copy)
    let there = try Dataset(try DatasetRegistry(project: project.url).entry(named: "tiny"), root: copy)
    for dataset in [here, there] { cache.keep(look(cache, dataset).contents, of: dataset, makesRuns: true) }
    #expect(files(project).count == 2)
    #expect(!look(cache, here).read && !look(cache, there).read)
    #expect(look(cache, here).contents.fingerprint == look(cache, there).contents.fingerprint)
  }
}
