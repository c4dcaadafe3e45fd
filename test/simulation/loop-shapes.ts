/**
 * Parts of a job graph in which numbers go round, each up to thirty times. On its way a number carries how often it still has
 * to go round: `value * ROUNDS + rounds`.
 */
import type { KeyedStream } from '../../src/index.js'
import { PassOn } from './job-functions.js'
import { keyedBy } from './job-keys.js'
import type { NumberRecord } from './job-world.js'
import { placed, type BuildPlace, type Numbers, type Shape, type ShapeDetails } from './shape.js'

const ROUNDS = 64
const MOST_ROUNDS = 30

interface LoopWays {
  /** From where the loop begins to its body, and back. */
  readonly in: (numbers: Numbers, place: BuildPlace, plan: ShapeDetails) => Numbers
  readonly back: (numbers: Numbers, plan: ShapeDetails) => Numbers | KeyedStream<NumberRecord, unknown>
}

const STRAIGHT: LoopWays = { in: (numbers) => numbers, back: (numbers) => numbers }

function unchanged(values: readonly number[]): number[] {
  return [...values]
}

export function loop(ways: LoopWays): Shape {
  return { build: (numbers, place, plan) => goingRound(numbers, { place, plan, ways }), plain: unchanged }
}

export const LOOP_SHAPES = {
  loop: loop(STRAIGHT),
  loopWithExchanges: loop({ in: (numbers) => numbers.rebalance(), back: (numbers) => numbers.shuffle() }),
  loopWithKeys: loop({ in: (numbers) => numbers, back: (numbers, { keys }) => keyedBy(numbers, keys) }),
  /** Whoever comes back has an input of his own. */
  loopOfTwo: {
    build: (numbers, place, plan) => {
      const both = numbers
        .map((record) => record)
        .setParallelism(place.parallelism)
        .iterate()
        .withFeedbackType<NumberRecord>()
        .uid(`${place.uid}-loop`)
      const enter = (record: NumberRecord): NumberRecord => entering(record)
      const all = both.map<NumberRecord>({ map1: enter, map2: (record) => record }).setParallelism(place.parallelism)
      const body = passedOn(all, place, plan)
      both.closeWith(comingBack(body, place))
      return leaving(body, place)
    },
    plain: unchanged,
  },
  /** Of one loop two streams come back, and there is another one in its body. */
  loopInLoop: {
    build: (numbers, place, plan) => {
      const entered = numbers.map(entering).setParallelism(place.parallelism)
      const begin = entered.iterate().uid(`${place.uid}-outer`)
      const inner = goingRound(begin.shuffle(), {
        place: { ...place, uid: `${place.uid}-inner` },
        plan,
        ways: STRAIGHT,
      })
      const back = comingBack(inner, place)
      begin.closeWith(back.filter(isEven).setParallelism(place.parallelism))
      begin.closeWith(back.filter((record) => !isEven(record)).setParallelism(place.parallelism))
      return leaving(inner, place)
    },
    plain: unchanged,
  },
} satisfies Readonly<Record<string, Shape>>

function goingRound(
  numbers: Numbers,
  { place, plan, ways }: { readonly place: BuildPlace; readonly plan: ShapeDetails; readonly ways: LoopWays },
): Numbers {
  const begin = numbers.map(entering).setParallelism(place.parallelism).iterate().uid(`${place.uid}-loop`)
  const body = passedOn(ways.in(begin, place, plan), place, plan)
  begin.closeWith(ways.back(comingBack(body, place), plan))
  return leaving(body, place)
}

function entering({ value }: NumberRecord): NumberRecord {
  return { value: value * ROUNDS + (Math.abs(value) % MOST_ROUNDS) }
}

function isEven({ value }: NumberRecord): boolean {
  return Math.floor(value / ROUNDS) % 2 === 0
}

function passedOn(numbers: Numbers, place: BuildPlace, plan: ShapeDetails): Numbers {
  const uid = `${place.uid}-round`
  const pass = place.functions.get(uid, (world) => new PassOn(world, uid))
  return placed(numbers.map(pass), place, { ...plan, operator: 'round' })
}

function comingBack(body: Numbers, { parallelism }: BuildPlace): Numbers {
  const back = body.filter(({ value }) => value % ROUNDS !== 0).setParallelism(parallelism)
  return back.map(({ value }) => ({ value: value - 1 })).setParallelism(parallelism)
}

function leaving(body: Numbers, { parallelism }: BuildPlace): Numbers {
  const done = body.filter(({ value }) => value % ROUNDS === 0).setParallelism(parallelism)
  return done.map(({ value }) => ({ value: value / ROUNDS })).setParallelism(parallelism)
}
