import Documents

/// How numbers are computed, said once for every report.
extension Typeset {
  /// Of mAP.
  static let rectangleForm: Typeset =
    "mAP is the rectangle form: the mean, over a query’s true matches, of the precision at that match, then the mean "
    + "over queries. The trapezoid form, the benchmark’s own code, is in the table of runs and in the CSV file."
  /// Of Rank-1.
  static let rankOne: Typeset =
    "Rank-1 is the share of queries whose first match, leaving out the query’s identity in its own camera, is right."
  /// Of ±.
  static let deviation: Typeset =
    "The deviation is the sample deviation over seeds, √(Σ(x − mean)²/(n − 1))."
  /// Of gains.
  static let gainAndNoise: Typeset =
    "A gain is the mean over seeds of the difference between two rows under the same seed, d. Its noise is half of "
    + "the 95 % interval of Student’s t, t(0.975, n − 1) · s(d) / √n, with n pairs and s(d) the sample deviation "
    + "of the differences. A gain exceeds the noise where the interval leaves out zero."
}
