/** Errors about formats of records. See error-table.ts for the columns. */
export const FORMAT_ERRORS = {
  FORMAT_PACKAGE_MISSING: {
    message: '{format} needs a package beside flink-ts: {reason}. Run: npm install {package}',
    fault: 'user',
    recovery: 'fail',
  },
  SCHEMA_REGISTRY_FAILED: {
    message: 'The schema registry at {url} did not give {what}: {reason}.',
    fault: 'external',
    recovery: 'restart',
  },
  SCHEMA_REGISTRY_REFUSED: {
    message: 'The schema registry at {url} refused {what}: {reason}.',
    fault: 'user',
    recovery: 'restart',
  },
} as const
