import Foundation

/// How records are written as JSON: keys in order, and a loss that is no longer a number as `"NaN"`, so that a run
/// that diverged can still be recorded.
package enum RunJSON {
  static func encoder(pretty: Bool) -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting =
      pretty ? [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes] : [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return encoder
  }

  /// A value as text on one line. JSON has one shortest form for every number, so that equal texts are equal bits.
  ///
  /// - Throws: what encoding throws.
  package static func text(of value: some Encodable) throws -> String {
    String(decoding: try encoder(pretty: false).encode(value), as: UTF8.self)
  }

  static func decoder() -> JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return decoder
  }

  /// The reason in a decoding error, with the key: `retrieval.rank1 is missing`.
  package static func reason(_ error: any Error) -> String {
    func path(_ keys: [any CodingKey]) -> String {
      keys.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined().drop { $0 == "." }.description
    }
    switch error {
    case DecodingError.keyNotFound(let key, let context): return "\(path(context.codingPath + [key])) is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      return "\(path(context.codingPath)) has the wrong type"
    case DecodingError.dataCorrupted(let context):
      return context.codingPath.isEmpty ? "is no JSON" : "\(path(context.codingPath)): \(context.debugDescription)"
    default: return error.localizedDescription
    }
  }
}
