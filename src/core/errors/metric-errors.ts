/** Errors about reporters of metrics. See error-table.ts for the columns. */
export const METRIC_ERRORS = {
  METRIC_REPORTER_INVALID: {
    message: "The metrics reporter '{reporter}' cannot be started: {reason} (set in {where}).",
    fault: 'user',
    recovery: 'fail',
  },
  METRIC_REPORTER_UNAVAILABLE: {
    message:
      "The metrics reporter '{reporter}' stands on packages that are no part of flink-ts, and they cannot be loaded: {reason}. Run {install}, or leave metrics.reporter.{reporter} out.",
    fault: 'user',
    recovery: 'fail',
  },
} as const
