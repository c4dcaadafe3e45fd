/** Errors about sources with splits. See error-table.ts for the columns. */
export const SOURCE_ERRORS = {
  SOURCE_SPLIT_INVALID: {
    message: '{source}: {split} is no split: it has no splitId() that gives a text.',
    fault: 'user',
    recovery: 'fail',
  },
  SOURCE_NOT_SERIALIZABLE: {
    message:
      '{source}: {what} cannot be stored: {reason}. Give the source a {serializer}; without one plain data can be stored, and instances of classes that env.getConfig().registerType(...) knows.',
    fault: 'user',
    recovery: 'fail',
  },
  SOURCE_STATE_UNREADABLE: {
    message: '{source}: {what} of the snapshot cannot be read: {reason}',
    fault: 'user',
    recovery: 'fail',
  },
  SOURCE_STATE_FOREIGN: {
    message:
      '{source}: the snapshot has state of another kind of source in its place ({states}). Give the new source a uid of its own and run with --allowNonRestoredState to begin anew, or go on with the kind of source that wrote it: env.generateSequence in place of an earlier env.fromSequence.',
    fault: 'user',
    recovery: 'fail',
  },
  SOURCE_PART_INVALID: {
    message: '{source}: {method}() of the source returned {returned}, which is no {part}: {reason}.',
    fault: 'user',
    recovery: 'fail',
  },
  SOURCE_READER_INVALID: {
    message: '{source}: {method}() of its reader returned {returned} in place of {expected}.',
    fault: 'user',
    recovery: 'fail',
  },
  SOURCE_SPLIT_UNKNOWN: {
    message:
      "fetch() of the split reader gave {what} of the split '{split}', which its reader was not assigned, or whose end was given before. Its splits: {assigned}. A split is named by what its splitId() gives.",
    fault: 'user',
    recovery: 'fail',
  },
  SOURCE_FETCH_INVALID: {
    message:
      'fetch() of the split reader gave {returned}, which is no RecordsWithSplitIds{reason}. Give records with new RecordsBySplits().add(splitId, record), and none of them where there are none.',
    fault: 'user',
    recovery: 'fail',
  },
  SOURCE_READER_UNKNOWN: {
    message: '{source}: {call} for reader {reader}, {reason}. Readers that have registered: {registered}.',
    fault: 'user',
    recovery: 'restart',
  },
} as const
