/** Parts of a graph with timers, two inputs and broadcast state: rows of `job-shapes.ts` for jobs with event time. */
import { TumblingEventTimeWindows } from '../../src/index.js'
import { HoldBoth, HoldByClock, HoldByTime, HoldForRules, RULES, withRules } from './holding-functions.js'
import { keyArgumentsOf, keyedBy } from './job-keys.js'
import { SameRecord, WithId } from './joining-functions.js'
import { NUMBERS_A_SOURCE } from './job-time.js'
import type { NumberRecord } from './job-world.js'
import { FURTHER_FROM, furtherSource, placed, type Shape } from './shape.js'

const JOIN_DISTANCE_MS = 5

const RULES_FROM = 2 * NUMBERS_A_SOURCE
const LEAST_SLOT_MS = 10
/** One for so many records of a further source. */
const RULE_ONE_IN = 20

export const TIME_SHAPES = {
  heldByTime: {
    build: (numbers, place, plan) => {
      const uid = `${place.uid}-held`
      const slotMs = place.time?.slotMs ?? LEAST_SLOT_MS
      const hold = place.functions.get(uid, (world) => new HoldByTime(world, uid, slotMs))
      return placed(keyedBy(numbers, plan.keys).process(hold), place, { ...plan, operator: 'held' })
    },
    plain: (values) => [...values],
  },
  heldByClock: {
    build: (numbers, place, plan) => {
      const uid = `${place.uid}-held`
      const hold = place.functions.get(uid, (world) => new HoldByClock(world, uid))
      return placed(keyedBy(numbers, plan.keys).process(hold), place, { ...plan, operator: 'held' })
    },
    plain: (values) => [...values],
  },
  /** One input may be far ahead of the other. */
  heldOfTwo: {
    build: (numbers, place, plan) => {
      const uid = `${place.uid}-held`
      const slotMs = place.time?.slotMs ?? LEAST_SLOT_MS
      const hold = place.functions.get(uid, (world) => new HoldBoth(world, uid, slotMs))
      const further = furtherSource(place, { from: FURTHER_FROM, records: plan.records })
      const both = keyedBy(numbers, plan.keys).connect(keyedBy(further, plan.keys))
      return placed(both.process(hold), place, { ...plan, operator: 'held' })
    },
    plain: (values, { records }) => [...values, ...Array.from({ length: records }, (_, index) => FURTHER_FROM + index)],
  },
  /** All of both streams, by the windows of their event time. */
  coGrouped: {
    build: (numbers, place, plan) => {
      const further = furtherSource(place, { from: FURTHER_FROM, records: plan.records })
      const both = numbers
        .coGroup(further)
        .where(...keyArgumentsOf(plan.keys))
        .equalTo(...keyArgumentsOf(plan.keys))
        .window(TumblingEventTimeWindows.of(place.time?.slotMs ?? LEAST_SLOT_MS))
        .apply<NumberRecord>((first, second, out) => {
          for (const { value } of [...first, ...second]) out.collect({ value })
        })
      return placed(both, place, { ...plan, operator: 'grouped' })
    },
    plain: (values, { records }) => [...values, ...Array.from({ length: records }, (_, index) => FURTHER_FROM + index)],
  },
  /** A stream meets itself: each record is there once on either side. */
  joinedWithItself: {
    build: (numbers, place, plan) => {
      const withId = place.functions.get(`${place.uid}-ids`, (world) => new WithId(world))
      const identified = placed(numbers.map(withId), place, { ...plan, operator: 'ids' })
      const [left, right] = [keyedBy(identified, plan.keys), keyedBy(identified, plan.keys)] as const
      const same = place.functions.get(`${place.uid}-joined`, () => new SameRecord())
      const joined = left.intervalJoin(right).between(-JOIN_DISTANCE_MS, JOIN_DISTANCE_MS).process<NumberRecord>(same)
      return placed(joined, place, { ...plan, operator: 'joined' })
    },
    plain: (values) => [...values],
  },
  heldForRules: {
    build: (numbers, place, plan) => {
      const uid = `${place.uid}-held`
      const rules = rulesOf(plan)
      const hold = place.functions.get(uid, (world) => new HoldForRules(world, uid, rules))
      const further = furtherSource(place, { from: RULES_FROM, records: rules })
      const both = keyedBy(numbers, plan.keys).connect(further.broadcast(RULES))
      return placed(both.process(hold), place, { ...plan, operator: 'held' })
    },
    plain: (values, plan) => values.map((value) => withRules(value, rulesOf(plan))),
  },
} satisfies Readonly<Record<string, Shape>>

function rulesOf({ records }: { readonly records: number }): number {
  return Math.ceil(records / RULE_ONE_IN)
}
