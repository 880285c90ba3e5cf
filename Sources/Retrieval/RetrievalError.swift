/// What is wrong with the descriptors, labels or distances that retrieval is to be measured on.
package struct RetrievalError: Error, CustomStringConvertible, Equatable {
  /// What is wrong, where, and what to do about it.
  package let description: String

  package init(_ description: String) { self.description = description }
}
