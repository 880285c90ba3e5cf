import Foundation

/// What is wrong with a file of tensors.
package struct TensorFileError: Error, CustomStringConvertible, Equatable {
  /// The reason; behind the file's path where the file was opened by it.
  package let description: String

  init(_ description: String) { self.description = description }

  /// A file that ends before it should.
  static func cutOff(_ size: Int, of whole: String) -> Self {
    Self("it is cut off: \(size) of \(whole) bytes; download or copy it again")
  }
}

/// What the system says where it refuses a file.
package enum SystemRefusal {
  /// The reason of an `errno` in the system's words, in brackets, and what to do where that is known.
  package static func reason(_ code: Int32) -> String {
    "(\(String(cString: strerror(code))))"
      + (code == EACCES ? "; make it, and the folders above it, readable for you" : "")
  }
}
