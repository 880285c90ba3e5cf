/// Which numbers of a descriptor are whose: the vectors of a network's tasks, one after the other. Whatever cuts a
/// descriptor into vectors asks here.
///
/// Source: paper, section 3.5: what the tasks learn is concatenated, 12·V numbers with all four.
package struct DescriptorLayout: Hashable, Sendable {
  /// Whose vector stands in a descriptor. Each task names its own, in its file.
  package struct Slot: Hashable, Sendable {
    /// The task that it is learned by.
    package let task: TaskName
    /// Which of the task's vectors, from 0.
    let number: Int

    init(task: TaskName, number: Int = 0) {
      self.task = task
      self.number = number
    }
  }

  /// A slot and how many numbers it takes.
  package struct Vector: Hashable, Sendable {
    package let slot: Slot
    package let width: Int

    package init(_ slot: Slot, width: Int) {
      self.slot = slot
      self.width = width
    }
  }

  /// The vectors in their order.
  package let vectors: [Vector]
  package var slots: [Slot] { vectors.map(\.slot) }

  /// The layout of the descriptors that tasks give.
  package init(of tasks: TaskSet, in sizes: TaskSizes) {
    vectors = tasks.sized(sizes).flatMap { $0.task.vectors(in: $0.sizes) }
  }

  /// Numbers in a descriptor.
  package var length: Int { vectors.reduce(0) { $0 + $1.width } }

  /// Where a vector stands among the vectors; nil where the network has none of it.
  package func place(of slot: Slot) -> Int? { vectors.firstIndex { $0.slot == slot } }

  /// Where a vector's numbers stand in a descriptor; nil where the network has none of it.
  package func range(of slot: Slot) -> Range<Int>? {
    place(of: slot).map { place in
      let start = vectors[..<place].reduce(0) { $0 + $1.width }
      return start..<start + vectors[place].width
    }
  }
}
