/** Name of the operator state that says how far time was in an operator with timers. */
export const WATERMARK_STATE = '_watermark_'

/** True for a state that goes with timers: every operator that may have some has it, and it says nothing of what the operator is. */
export function isOfTimers({ name, kind }: { readonly name: string; readonly kind: string }): boolean {
  return kind === 'priority-queue' || name === WATERMARK_STATE
}
