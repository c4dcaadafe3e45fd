/** Parts of a graph with timers, two inputs and broadcast state: rows of `job-shapes.ts` for jobs with event time. */
import { HoldBoth, HoldByClock, HoldByTime, HoldForRules, RULES, withRules } from './holding-functions.js'
import { keyedBy } from './job-keys.js'
import { NUMBERS_A_SOURCE } from './job-time.js'
import { FURTHER_FROM, furtherSource, placed, type Shape } from './shape.js'

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
