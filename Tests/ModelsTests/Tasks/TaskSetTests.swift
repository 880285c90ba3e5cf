import Configuration
import Models
import Tensors
import Testing

/// The one list of all tasks, and what follows from it.
struct TaskSetTests {
  @Test("a task stands behind those that it needs, and its name leads back to it")
  func order() {
    for (place, entry) in TaskSet.all.enumerated() {
      let alone = TaskSet(only: [entry.name])
      #expect(alone.enabled == [entry.name] && alone.has(entry.name))
      #expect(TaskName(rawValue: entry.name.rawValue) == entry.name)
      for task in alone.all {
        #expect(task.needs.allSatisfy { need in TaskSet.all[..<place].contains { $0.name == need.task } })
      }
    }
    #expect(TaskName(rawValue: "globe") == nil)
    #expect(TaskName.allCases.prefix(4) == [.global, .part, .attribute, .attention])
    #expect(TaskName.allCases.sorted() == TaskName.allCases)
    #expect([TaskName.global, .part, .attribute, .attention].map(\.mark) == ["L_g", "L_p", "L_a", "L_aa"])
    #expect(Set(TaskSet.all.map(\.mark)).count == TaskSet.all.count)
  }

  @Test("by default the paper's four are on, whatever else there is")
  func defaults() {
    #expect(TaskSet().enabled == [.global, .part, .attribute, .attention])
    #expect(TaskSet(only: []).enabled.isEmpty && TaskSet(only: []).all.isEmpty)
  }

  @Test("tables say where a task is not the usual one")
  func labels() {
    let tasks = TaskSet(part: .init(binning: .uniform), attribute: .init(regions: .whole))
    #expect(tasks.all.map(\.label) == ["global", "part (uniform)", "attribute (no regions)", "attention"])
    #expect(AttributeTask(regions: .whole, features: .pooled).label == "attribute (no regions, pooled features)")
    #expect(IdentityTask(isReweighted: true).label == "identity (reweighted)")
    #expect(TaskSet().all.map(\.label) == TaskSet().enabled.map(\.rawValue))
  }

  @Test("no two tasks name a parameter alike, so that any of them can stand side by side")
  func names() {
    let labels = TrainingLabels(
      identities: 2, attributes: [.init(name: "hat", classes: 2, region: .top)], attended: ["hat"])
    let everything = AANetConfiguration(
      backbone: .init(block: .basic, blocks: [1, 1, 1, 1], width: 1), head: .init(width: 1),
      tasks: TaskSet(only: TaskName.allCases), labels: labels)
    let store = AANet(everything, on: Engine(threads: 1)).store
    let names = store.parameters.map(\.name) + store.statistics.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(store.parameterCount == everything.parameterCount)
  }

  /// All ways are too many: those that have or lack three tasks at most.
  @Test("ways of switching tasks on and off are written and read back")
  func roundTrip() throws {
    let count = TaskName.allCases.count
    for bits in 0..<1 << count where bits.nonzeroBitCount <= 3 || bits.nonzeroBitCount >= count - 3 {
      let names = TaskName.allCases.enumerated().filter { bits >> $0.offset & 1 == 1 }.map(\.element)
      let tasks = TaskSet(only: names)
      #expect(try TaskSet(Setting(tasks.yaml)) == tasks)
      #expect(tasks.yaml.entries?.map(\.key) == names.map(\.rawValue))
    }
  }
}
