// Duty: what a method of a reduction or an aggregation in state is called in messages.
// Thread: any.

/** Flink's name of the state of windows in which their records lie. No program has named it, so no message does. */
export const CONTENTS_STATE = 'window-contents'

export function stateMethod(method: string, state: string): string {
  return state === CONTENTS_STATE ? `${method} of its windows` : `${method} of state '${state}'`
}
