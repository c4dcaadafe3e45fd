/**
 * Windows of simulated jobs. Whatever lies in which window, each record comes out of all windows that it is in, once of each: how
 * many these are is all that the plain loop has to know. That they are the right ones `CheckedWindow` looks at.
 */
import {
  EventTimeSessionWindows,
  EventTimeTrigger,
  ContinuousEventTimeTrigger,
  PurgingTrigger,
  SlidingEventTimeWindows,
  TumblingEventTimeWindows,
  WatermarkStrategy,
  type SingleOutputStreamOperator,
  type WindowedStream,
  type TimeWindow,
} from '../../src/index.js'
import { keyedBy } from './job-keys.js'
import { WITHOUT_TIME } from './joining-functions.js'
import type { NumberRecord } from './job-world.js'
import { placed, type BuildPlace, type Numbers, type Shape, type ShapeDetails } from './shape.js'
import {
  CheckedWindow,
  collected,
  hastyWatermarks,
  LATE,
  reduceNumbers,
  WithTime,
  type TimedNumbers,
  type WindowRules,
} from './window-functions.js'

const LEAST_SIZE_MS = 10
/** Windows of a record, where they slide. */
const OVERLAPS = 3

type Assigner = 'tumbling' | 'sliding' | 'session'
type Fold = 'process' | 'reduce' | 'aggregate'

/** Of these details, which the seed has drawn. */
interface WindowPlan {
  readonly assigner: Assigner
  readonly fold: Fold
  readonly trigger: 'at the end' | 'in between too'
  readonly latenessMs: number
  /** Watermarks do not wait for records that are late. */
  readonly isHasty: boolean
}

function windowPlanOf({ records }: ShapeDetails): WindowPlan {
  const assigner = (['tumbling', 'sliding', 'session', 'sliding'] as const)[records % 4] ?? 'tumbling'
  const rest = Math.floor(records / 4)
  return {
    assigner,
    fold: (['process', 'reduce', 'aggregate'] as const)[rest % 3] ?? 'process',
    trigger: Math.floor(rest / 3) % 3 === 2 ? 'in between too' : 'at the end',
    latenessMs: Math.floor(rest / 9) % 2 === 0 ? 0 : 20 * (1 + (records % 7)),
    // A record that is late for some of its windows only is in none of the late ones.
    isHasty: assigner !== 'sliding' && Math.floor(rest / 18) % 2 === 1,
  }
}

type Windows = WindowedStream<TimedNumbers, unknown, TimeWindow>

function rulesOf({ assigner, trigger, isHasty }: WindowPlan, place: BuildPlace): WindowRules {
  const sizeMs = place.time?.slotMs ?? LEAST_SIZE_MS
  const firesOnce = trigger === 'at the end' && !isHasty
  if (assigner === 'session') return { sizeMs, slideMs: undefined, firesOnce }
  return assigner === 'tumbling'
    ? { sizeMs, slideMs: sizeMs, firesOnce }
    : { sizeMs: sizeMs * OVERLAPS, slideMs: sizeMs, firesOnce }
}

function windowsOf(
  timed: SingleOutputStreamOperator<TimedNumbers>,
  plan: WindowPlan,
  details: ShapeDetails,
  rules: WindowRules,
): Windows {
  const keyed = keyedBy(timed, details.keys)
  const assigner =
    rules.slideMs === undefined
      ? EventTimeSessionWindows.withGap(rules.sizeMs)
      : rules.slideMs === rules.sizeMs
        ? TumblingEventTimeWindows.of(rules.sizeMs)
        : SlidingEventTimeWindows.of(rules.sizeMs, rules.slideMs)
  const windows = keyed.window(assigner).allowedLateness(plan.latenessMs).sideOutputLateData(LATE)
  // What has fired is not to come out again.
  if (plan.trigger === 'in between too')
    return windows.trigger(PurgingTrigger.of(ContinuousEventTimeTrigger.of(rules.sizeMs)))
  return plan.isHasty ? windows.trigger(PurgingTrigger.of(EventTimeTrigger.create())) : windows
}

function fired(windows: Windows, fold: Fold, check: CheckedWindow): SingleOutputStreamOperator<NumberRecord> {
  switch (fold) {
    case 'process':
      return windows.process(check)
    case 'reduce':
      return windows.reduce(reduceNumbers, check)
    case 'aggregate':
      return windows.aggregate(collected, check)
  }
}

function build(numbers: Numbers, place: BuildPlace, details: ShapeDetails): Numbers {
  const plan = windowPlanOf(details)
  const rules = rulesOf(plan, place)
  const withTime = place.functions.get(`${place.uid}-times`, () => new WithTime(timesOf(plan)))
  const stamped = placed(numbers.process(withTime), place, { ...details, operator: 'times' })
  const strategy = WatermarkStrategy.forGenerator<TimedNumbers>(hastyWatermarks).withTimestampAssigner(
    ({ all }) => all[0]?.[1] ?? 0,
  )
  const timed = plan.isHasty
    ? placed(stamped.assignTimestampsAndWatermarks(strategy), place, { ...details, operator: 'hasty' })
    : stamped
  const check = place.functions.get(
    `${place.uid}-windowed`,
    (world) => new CheckedWindow(world, `${place.uid}-windowed`, rules),
  )
  const results = placed(fired(windowsOf(timed, plan, details, rules), plan.fold, check), place, {
    ...details,
    operator: 'windowed',
  })
  const late = results.getSideOutput(LATE).map(({ value }): NumberRecord => ({ value }))
  const all = results.union(placed(late, place, { ...details, operator: 'late' }), stamped.getSideOutput(WITHOUT_TIME))
  if (!plan.isHasty) return all
  // Downstream nothing may be late: there is no time until the end.
  const untimed = all.assignTimestampsAndWatermarks(WatermarkStrategy.noWatermarks())
  return placed(untimed, place, { ...details, operator: 'untimed' })
}

/** Windows of a record. */
function timesOf({ assigner }: WindowPlan): number {
  return assigner === 'sliding' ? OVERLAPS : 1
}

function plain(values: readonly number[], details: ShapeDetails): number[] {
  const times = timesOf(windowPlanOf(details))
  return values.flatMap((value) => Array.from({ length: times }, () => value))
}

export const WINDOW_SHAPES = { windowed: { build, plain } } satisfies Readonly<Record<string, Shape>>
