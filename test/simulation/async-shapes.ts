/**
 * Parts of a job graph that ask about numbers and have their answers later: in order, as they come, in the order of each key, asked
 * again where an answer is not sure, in a loop. The numbers are the same in all of them.
 */
import {
  AsyncDataStream,
  AsyncRetryStrategies,
  TimeUnit,
  type DataStream,
  type SingleOutputStreamOperator,
} from '../../src/index.js'
import { InOrder, Lookup, Stamp, type AskedNumber, type Order } from './async-functions.js'
import { keyedBy } from './job-keys.js'
import { loop } from './loop-shapes.js'
import { placed, type BuildPlace, type Numbers, type Shape, type ShapeDetails } from './shape.js'

/** Longer than a worker hangs, as the time of the clock may jump so far. */
const TIMEOUT_S = 120
const RETRY_DELAY_MS = 30
/** So that none is the last but at the end of the input. */
const MOST_ATTEMPTS = 100

/** What goes round may wait for many answers. */
const LOOP_CAPACITY = 50
const MOST_CAPACITY = 12

type Ask = (
  numbers: DataStream<AskedNumber>,
  lookup: Lookup,
  capacity: number,
) => SingleOutputStreamOperator<AskedNumber>

interface Rules {
  readonly ask: Ask
  readonly order: Order
  readonly mayBeUnsure: boolean
  readonly capacity?: number
}

function asking(rules: Rules): Shape {
  return {
    build: (numbers, place, plan) => asked(numbers, rules, { place, plan }),
    plain: (values) => [...values],
  }
}

const asTheyCome: Ask = (numbers, lookup, capacity) =>
  AsyncDataStream.unorderedWait(numbers, lookup, TIMEOUT_S, TimeUnit.SECONDS, capacity)

const again: Ask = (numbers, lookup, capacity) => {
  const strategy = new AsyncRetryStrategies.FixedDelayRetryStrategyBuilder<AskedNumber>(MOST_ATTEMPTS, RETRY_DELAY_MS)
    .ifResult((answers) => [...answers].some(({ isUnsure }) => isUnsure === true))
    .build()
  return AsyncDataStream.orderedWaitWithRetry(numbers, lookup, TIMEOUT_S, TimeUnit.SECONDS, capacity, strategy)
}

export const ASYNC_SHAPES = {
  askedInOrder: asking({
    ask: (numbers, lookup, capacity) =>
      AsyncDataStream.orderedWait(numbers, lookup, TIMEOUT_S, TimeUnit.SECONDS, capacity),
    order: 'of all',
    mayBeUnsure: false,
  }),
  askedAsTheyCome: asking({ ask: asTheyCome, order: 'none', mayBeUnsure: false }),
  askedByKey: asking({ ask: asTheyCome, order: 'of each key', mayBeUnsure: false }),
  askedAgain: asking({ ask: again, order: 'of all', mayBeUnsure: true }),
  askedInLoop: loop({
    in: (numbers, place, plan) =>
      asked(numbers, { ask: asTheyCome, order: 'none', mayBeUnsure: false, capacity: LOOP_CAPACITY }, { place, plan }),
    back: (numbers) => numbers,
  }),
} satisfies Readonly<Record<string, Shape>>

function asked(
  numbers: Numbers,
  { ask, order, mayBeUnsure, capacity }: Rules,
  { place, plan }: { readonly place: BuildPlace; readonly plan: ShapeDetails },
): Numbers {
  const { uid, functions } = place
  const stamp = functions.get(`${uid}-stamp`, (world) => new Stamp(world, `${uid}-stamp`))
  const lookup = functions.get(`${uid}-lookup`, (world) => new Lookup(world, mayBeUnsure))
  const inOrder = functions.get(
    `${uid}-in-order`,
    (world) => new InOrder(world, { uid: `${uid}-in-order`, order, keys: plan.keys }),
  )
  const stamped = placed(numbers.map(stamp), place, { ...plan, operator: 'stamp' })
  const given = order === 'of each key' ? keyedBy(stamped, plan.keys) : stamped
  const results = ask(given, lookup, capacity ?? 1 + (plan.records % MOST_CAPACITY))
  placed(results, place, { ...plan, operator: 'asked' })
  return placed(results.map(inOrder), place, { ...plan, operator: 'in-order' })
}
