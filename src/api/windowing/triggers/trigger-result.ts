/**
 * What a {@link Trigger} decides: FIRE emits the results of the window, PURGE drops its contents.
 *
 * @example
 * ```ts
 * import { TriggerResult } from 'flink-ts'
 *
 * const atTheTenth = (count: number): TriggerResult => (count === 10 ? TriggerResult.FIRE : TriggerResult.CONTINUE)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#fire-and-purge
 */
export const TriggerResult = {
  CONTINUE: 'CONTINUE',
  FIRE_AND_PURGE: 'FIRE_AND_PURGE',
  FIRE: 'FIRE',
  PURGE: 'PURGE',
} as const

export type TriggerResult = (typeof TriggerResult)[keyof typeof TriggerResult]

export function isFire(result: TriggerResult): boolean {
  return result === TriggerResult.FIRE || result === TriggerResult.FIRE_AND_PURGE
}

export function isPurge(result: TriggerResult): boolean {
  return result === TriggerResult.PURGE || result === TriggerResult.FIRE_AND_PURGE
}
