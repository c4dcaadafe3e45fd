/** Errors about windows. See error-table.ts for the columns. */
export const WINDOW_ERRORS = {
  RECORD_WITHOUT_TIMESTAMP: {
    message: '{operator}: a record has no timestamp, and {assigner} needs one. {advice}',
    fault: 'user',
    recovery: 'fail',
  },
  JOIN_WITHOUT_TIMESTAMP: {
    message:
      '{operator}: a record of its {side} stream has no timestamp, and an interval join is by event time. Call assignTimestampsAndWatermarks(...) on that stream before its keyBy(...).',
    fault: 'user',
    recovery: 'fail',
  },
  SESSION_GAP_INVALID: {
    message:
      'The gap of a session must be whole milliseconds, more than 0, but the function of withDynamicGap gave {gap} for the record {element}.',
    fault: 'user',
    recovery: 'restart',
  },
  TRIGGER_RESULT_INVALID: {
    message:
      '{operator}: {method} of its trigger {trigger} returned {returned}. Return TriggerResult.CONTINUE, FIRE, PURGE or FIRE_AND_PURGE.',
    fault: 'user',
    recovery: 'fail',
  },
  WINDOW_MERGED_INTO_PAST: {
    message:
      '{operator}: {assigner} merged windows into {window}, which has ended already: time has come to {time}. A merged window must not end before those it is made of.',
    fault: 'user',
    recovery: 'fail',
  },
  WINDOW_CONTENTS_INCOMPATIBLE: {
    message:
      "{operator}: the windows in the snapshot kept something else than these do, so they cannot be restored (state '{state}': {difference}). Leave what they keep as it was (reduce, aggregate, or all records; with or without an evictor; the type), or give the operator another uid and restore with -n: then its windows begin empty.",
    fault: 'user',
    recovery: 'fail',
  },
  ASSIGNED_WINDOWS_INVALID: {
    message:
      '{operator}: assignWindows of {assigner} returned {returned}. Return an array of windows, none of which ends before it starts: [new TimeWindow(start, end)], say, or instances of a class that extends Window.',
    fault: 'user',
    recovery: 'fail',
  },
  EVICTOR_RESULT_UNUSED: {
    message:
      '{operator}: {method} of its evictor{evictor} returned an array, which goes nowhere. Take records out of the array that it is given: elements.splice(...).',
    fault: 'user',
    recovery: 'fail',
  },
  WINDOW_STATE_NOT_MERGEABLE: {
    message:
      "{operator}: windowState() was asked for state '{state}', but the windows of {assigner} merge, and nobody knows how to merge that state. Use globalState().",
    fault: 'user',
    recovery: 'fail',
  },
} as const
