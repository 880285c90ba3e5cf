import Foundation

/// How numbers are written in reports: two decimals for percentages, as the paper prints them, and a true minus sign.
package enum Numerals {
  /// A number with a fixed count of decimals; what rounds to zero has no sign.
  package static func number(_ value: Double, decimals: Int = 2) -> String {
    guard value.isFinite else { return "not a number" }
    let text = String(format: "%.\(decimals)f", value)
    guard text.hasPrefix("-") else { return text }
    let digits = text.dropFirst()
    return digits.contains { $0 != "0" && $0 != "." } ? "−" + digits : String(digits)
  }

  package static func signed(_ value: Double, decimals: Int = 2) -> String {
    let text = number(value, decimals: decimals)
    return !value.isFinite || text.hasPrefix("−") || !text.contains(where: { "123456789".contains($0) })
      ? text : "+" + text
  }

  /// A number for a machine, to four decimals; an absent one is an empty field.
  package static func exact(_ value: Double?) -> String {
    value.map { $0.isFinite ? String(format: "%.4f", $0) : "NaN" } ?? ""
  }

  /// A weight as the paper writes it: no decimals where it is whole.
  package static func weight(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e6 ? number(value, decimals: 0) : number(value)
  }

  /// A whole number in words, up to ten.
  package static func words(_ count: Int) -> String {
    let names = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    return names.indices.contains(count) ? names[count] : "\(count)"
  }

  /// Words with commas and a last "and".
  package static func list(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + last
  }
}
