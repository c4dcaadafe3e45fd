/** What the cases of Flink's contract tests of window operators have in common: two windows, and triggers with state and a timer. */
import { describe } from 'node:test'
import { ValueStateDescriptor } from '../../src/api/state/value-state-descriptor.js'
import { TriggerResult } from '../../src/api/windowing/triggers/trigger-result.js'
import { TimeWindow } from '../../src/api/windowing/windows/time-window.js'
import { Types } from '../../src/api/types/types-table.js'
import { ToldWindows, type Domain, type ToldOptions } from './told-windows.js'

export type Open = (options?: ToldOptions) => Promise<ToldWindows>

export const FIRST = new TimeWindow(0, 2)
export const SECOND = new TimeWindow(2, 4)
export const BOTH = new TimeWindow(0, 4)
export const LONG = new TimeWindow(0, 20)

export const text = new ValueStateDescriptor<string>('string-state', Types.STRING)

export const PROCESSED = ['process 2..4: 0', 'process 0..2: 0']

/** As most triggers of Flink's cases: sets a timer and has state, and drops both when it is cleared. */
export function withStateAndTimer(
  told: ToldWindows,
  timeMs: number,
  result: TriggerResult = TriggerResult.CONTINUE,
): void {
  told.onElement = (_window, ctx) => {
    told.register(ctx, timeMs)
    ctx.getPartitionedState(text).update('hello')
    return result
  }
}

export function clearsBoth(told: ToldWindows, timeMs: number): void {
  told.clear = (_window, ctx) => {
    told.delete(ctx, timeMs)
    ctx.getPartitionedState(text).clear()
  }
}

export function registers(told: ToldWindows, timeMs: number): void {
  told.onElement = (_window, ctx) => {
    told.register(ctx, timeMs)
    return TriggerResult.CONTINUE
  }
}

export function counts(told: ToldWindows): readonly [states: number, timers: number] {
  return [told.states(), told.timers()]
}

/** Each case with all records as they are and with an evictor, as Flink's two classes do; those of `timed` by both times, too. */
export function describeContract(plain: (open: Open) => void, timed: (open: Open, domain: Domain) => void): void {
  for (const evicting of [false, true]) {
    const open: Open = (options = {}) => new ToldWindows({ evicting, ...options }).open()
    describe(evicting ? 'EvictingWindowOperatorContractTest' : 'RegularWindowOperatorContractTest', () => {
      plain(open)
      for (const domain of ['event', 'processing'] as const) {
        describe(`by ${domain} time`, () => {
          timed((options = {}) => open({ domain, ...options }), domain)
        })
      }
    })
  }
}
