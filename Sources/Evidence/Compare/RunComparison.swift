import Documents
import Foundation
import Runs
import Support

/// Runs, variants or experiments side by side: which settings differ, what was measured and how it differs, how training
/// went, and which queries one gets right and the other wrong.
///
/// A function of the records: the same records give the same tables.
package struct RunComparison: Sendable {
  /// The names that were compared, as they were given.
  package let names: [String]
  /// What is compared, as it was named.
  package let groups: [ComparedGroup]
  /// Which figure sorts the rows, best first; nil leaves them as they were named.
  package let sorting: Metric?
  /// For each dataset whether it is drawn; a dataset that nobody knows is not in it.
  package let drawn: [String: Bool]
  /// Runs that the names could mean as well.
  package let passedOver: [PassedOver]
  /// Files that cannot be read.
  package let damage: [FileError]
  /// How many groups were named more than once.
  let repeated: Int
  /// Each group's queries beside those of the group that it is compared against, as the groups were named.
  private let contrastsAsNamed: [Contrast]

  /// At most so many groups have curves in one chart.
  package static let mostCurves = 8

  /// Reads and compares what names stand for.
  ///
  /// - Parameter drawn: for each known dataset whether it is drawn.
  /// - Throws: ``PlainError`` where a name is unknown, or there are not two groups.
  package init(
    _ names: [String], in store: RunStore, sorting: Metric? = nil, drawn: [String: Bool] = [:]
  ) throws(PlainError) {
    let known = RunNames(store.identities())
    var selections: [RunSelection] = []
    for name in names { selections.append(try RunSelection(name, in: store, names: known)) }
    let read = selections.enumerated().map { ComparedGroup.read($1, part: $0) }
    try self.init(
      names: names, groups: read.flatMap(\.groups), sorting: sorting, drawn: drawn,
      passedOver: read.flatMap(\.passedOver), damage: read.flatMap(\.damage))
  }

  /// Compares groups that are at hand.
  ///
  /// - Throws: ``PlainError`` where there are not two different ones.
  package init(
    names: [String], groups: [ComparedGroup], sorting: Metric? = nil, drawn: [String: Bool] = [:],
    passedOver: [PassedOver] = [], damage: [FileError] = []
  ) throws(PlainError) {
    var seen: Set<[URL]> = []
    let unique = groups.filter { group in
      !group.runs.isEmpty && seen.insert(group.runs.map(\.folder.standardizedFileURL)).inserted
    }
    guard unique.count > 1 else {
      throw PlainError(
        "there is only one thing to compare, \(Wording.list(names)): name a second run, variant or experiment")
    }
    self.names = names
    self.groups = GroupLabels.applied(to: unique)
    self.sorting = sorting
    self.drawn = drawn
    self.passedOver = passedOver.unique
    self.damage = damage.enumerated().filter { damage.firstIndex(of: $1) == $0 }.map(\.element)
    repeated = groups.count - unique.count
    let labelled = self.groups
    contrastsAsNamed = labelled.indices.compactMap { place in
      Self.reference(of: place, in: labelled).map {
        Contrast(place: place, reference: $0, result: Self.contrast(from: labelled[$0], to: labelled[place]))
      }
    }
  }

  /// Every group's queries beside those of the group that it is compared against, in the order of the tables.
  package var contrasts: [Contrast] { order.compactMap { place in contrastsAsNamed.first { $0.place == place } } }

  /// What rows are told by: the figure that sorts them, else mAP.
  var leading: Metric { sorting ?? .mAP }

  /// The figures that any run has.
  package var metrics: [Metric] {
    Metric.all.filter { metric in
      groups.contains { !$0.row.values(metric).isEmpty }
    }
  }

  /// The groups' places in the order of the tables.
  package var order: [Int] {
    guard let sorting else { return Array(groups.indices) }
    return ranked(by: sorting) + groups.indices.filter { level(groups[$0], sorting) == nil }
  }

  /// The places of the groups that were measured, best first.
  package func ranked(by metric: Metric) -> [Int] {
    groups.indices.compactMap { place in level(groups[place], metric).map { (place, $0) } }
      .sorted { ($1.1, $0.0) < ($0.1, $1.0) }.map(\.0)
  }

  private func level(_ group: ComparedGroup, _ metric: Metric) -> Double? {
    group.row.sample(metric).map { $0.mean.isFinite ? $0.mean : -.infinity }
  }

  /// What a group is compared against: the variant of the same name in the first experiment where whole experiments
  /// are compared, else the first group. Nil for the first group itself, and what belongs to the first experiment is
  /// compared with its first variant.
  package func reference(of place: Int) -> Int? { Self.reference(of: place, in: groups) }

  private static func reference(of place: Int, in groups: [ComparedGroup]) -> Int? {
    guard place > 0 else { return nil }
    let group = groups[place]
    guard group.kind == .experiment, groups[0].kind == .experiment, group.part != groups[0].part else { return 0 }
    return groups.firstIndex { $0.part == groups[0].part && $0.variant == group.variant } ?? 0
  }

  /// How far a group is from the one at `reference`.
  package func difference(of place: Int, against reference: Int, in metric: Metric) -> Difference {
    Difference(
      from: groups[reference].row, to: groups[place].row, in: metric,
      onSameData: groups[reference].sharesData(with: groups[place]))
  }

  /// The places of the groups that are compared against another, with that one's, in the order of the tables.
  var pairs: [(place: Int, reference: Int)] {
    order.compactMap { place in reference(of: place).map { (place, $0) } }
  }

  /// The groups whose curves are drawn, in the order they were named: all, or where they are too many the first one and
  /// those at both ends of the leading figure.
  package var drawnGroups: [Int] {
    guard groups.count > Self.mostCurves else { return Array(groups.indices) }
    let ranked = ranked(by: leading).filter { $0 != 0 }
    guard ranked.count >= Self.mostCurves else {
      let others = groups.indices.filter { $0 != 0 && !ranked.contains($0) }
      return ([0] + ranked + others).prefix(Self.mostCurves).sorted()
    }
    return ([0] + ranked.prefix(4) + ranked.suffix(Self.mostCurves - 5)).sorted()
  }
}

/// What groups are called beside each other: no longer than tells them apart.
enum GroupLabels {
  static func applied(to groups: [ComparedGroup]) -> [ComparedGroup] {
    let hasOneExperiment = Set(groups.map(\.experiment)).count == 1
    let names = groups.map { group -> String in
      let variant = hasOneExperiment ? group.variant : "\(group.experiment)/\(group.variant)"
      guard group.kind == .run, let run = group.runs.first else { return variant }
      return "\(variant)/\(run.identity.seed)"
    }
    let counts = Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
    return groups.indices.map { place in
      let hash = groups[place].runs.first.map { " (\($0.identity.hash.prefix(8)))" } ?? ""
      return groups[place].called(names[place] + (counts[names[place], default: 1] > 1 ? hash : ""), number: place + 1)
    }
  }
}
