import Foundation
import Testing

/// What an explorer's page carries, and what follows from it by the protocol's rules: the page's script in Swift.
struct PageAnswers {
  private struct Contents: Decodable {
    struct Attribute: Decodable {
      let name: String
      let classes: [String]
    }
    struct Images: Decodable {
      let gallery: Int
      let names: [String]
      let identities: [Int]
      let cameras: [Int]
      let labels: String?
    }
    struct Ranking: Decodable {
      let order: String
      let distances: String
      let least: Double
      let greatest: Double
    }
    struct Run: Decodable {
      let name: String
      let predicted: String?
      let rankings: [Ranking]
    }
    let attributes: [Attribute]
    let images: Images
    let runs: [Run]
  }

  /// A ranking after a filter.
  struct Answer {
    var images: [String] = []
    /// Ranks without the filter.
    var before: [Int] = []
    var distances: [Double] = []
    var precision: Double?
    /// How far a distance may be from the exact one.
    var step = 0.0
  }

  private let contents: Contents

  var names: [String] { contents.images.names }
  var runs: [String] { contents.runs.map(\.name) }

  init(of html: String) throws {
    let start = try #require(html.range(of: "<script type=\"application/json\" id=\"data\">"))
    let rest = html[start.upperBound...]
    let end = try #require(rest.range(of: "</script>"))
    contents = try JSONDecoder().decode(Contents.self, from: Data(rest[..<end.lowerBound].utf8))
  }

  func answer(run: Int, query: String, where conditions: [String], by source: String) throws -> Answer {
    let images = contents.images
    let place = try #require(images.names.lastIndex(of: query))
    let ranking = contents.runs[run].rankings[place - images.gallery]
    let classes =
      try source == "predicted" ? contents.runs[run].predicted.map(Self.bytes) : images.labels.map(Self.bytes)
    var wanted: [Int: Set<UInt8>] = [:]
    for condition in conditions {
      let parts = condition.split(separator: "=").map(String.init)
      let attribute = try #require(contents.attributes.firstIndex { $0.name == parts[0] })
      let value = try #require(contents.attributes[attribute].classes.firstIndex(of: parts[1]))
      wanted[attribute, default: []].insert(UInt8(value))
    }
    let distances = Self.numbers(try Self.bytes(ranking.distances))
    var answer = Answer(step: (ranking.greatest - ranking.least) / 65_535)
    var (ranked, found, sum) = (0, 0, 0.0)
    for (number, image) in Self.numbers(try Self.bytes(ranking.order)).enumerated() {
      let isOwn = images.identities[image] == images.identities[place]
      if images.identities[image] == -1 || (isOwn && images.cameras[image] == images.cameras[place]) { continue }
      ranked += 1
      let isKept = wanted.allSatisfy { attribute, values in
        classes.map { values.contains($0[image * contents.attributes.count + attribute]) } ?? false
      }
      guard isKept else { continue }
      answer.images.append(images.names[image])
      answer.before.append(ranked)
      answer.distances.append(ranking.least + answer.step * Double(distances[number]))
      if isOwn {
        found += 1
        sum += Double(found) / Double(answer.images.count)
      }
    }
    answer.precision = found > 0 ? sum / Double(found) : nil
    return answer
  }

  private static func bytes(_ text: String) throws -> [UInt8] { [UInt8](try #require(Data(base64Encoded: text))) }

  private static func numbers(_ bytes: [UInt8]) -> [Int] {
    stride(from: 0, to: bytes.count, by: 2).map { Int(bytes[$0]) | Int(bytes[$0 + 1]) << 8 }
  }
}
