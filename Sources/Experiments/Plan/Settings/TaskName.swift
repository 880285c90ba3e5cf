import Models

/// The four tasks, in the order in which losses, σ and descriptors list them everywhere: the model's own list.
package typealias TaskName = AANetTask
