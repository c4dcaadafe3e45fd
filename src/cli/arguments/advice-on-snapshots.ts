/** Of actions that read and write files of snapshots, where a session is meant. */
export const ADVICE_ON_SNAPSHOTS =
  'Snapshots are read and written where they lie: take one with flink-ts savepoint <Job ID> <directory>, and give its path, without -m and -t.'
