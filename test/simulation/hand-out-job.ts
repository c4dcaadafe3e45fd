/**
 * A job whose numbers coordinators hand out: to a source that asks for them, and unasked to an operator after it. Both kinds are
 * counted by key and committed, each in a branch of its own.
 */
import type { KeySpec } from '../../src/api/dag/key-spec.js'
import type { Transformation } from '../../src/api/dag/transformation.js'
import type { Random } from '../../src/core/random/random.js'
import { RecordedProgram } from '../unit/graph/recorded-program.js'
import { between, oneOf } from './draw.js'
import { HANDED_OUT, handOutMiddle, handOutSource, type HandOutWorld } from './hand-out-operators.js'
import { CountByKey } from './job-functions.js'
import { keyOf, labelOf } from './job-keys.js'
import type { FunctionBag, JobWorld, NumberRecord } from './job-world.js'
import { TransactionalSink } from './transactional-sink.js'

/** Where the second coordinated operator is: in the source's chain, at the head of one, or after an exchange. */
type MiddlePlace = 'chained' | 'head' | 'after an exchange'

export interface HandOutPlan {
  readonly rangeSize: number
  readonly middle: MiddlePlace
  /** Numbers that the second one gets unasked. */
  readonly unasked: number
  readonly periodMs: number
}

export const UNASKED_FROM = 10_000_000
export const UNASKED_BRANCH = 'unasked'
export const UNASKED_PREFIX: string = `${UNASKED_BRANCH}: `

export function drawHandOut(random: Random): HandOutPlan {
  return {
    rangeSize: oneOf(random, [1, between(random, 2, 10), between(random, 10, 60)]),
    middle: oneOf(random, ['chained', 'head', 'after an exchange', 'after an exchange']),
    unasked: between(random, 20, 200),
    periodMs: between(random, 1, 25),
  }
}

export function unaskedNumbers({ unasked }: HandOutPlan): number[] {
  return Array.from({ length: unasked }, (_, index) => UNASKED_FROM + index)
}

/** One branch of the job for the counts of `prefix`, which tells its keys from those of the other one. */
interface Branch {
  readonly name: string
  readonly prefix: string
}

export function handOutJob(
  handOut: HandOutPlan,
  functions: FunctionBag,
  { scenario, plan }: Pick<JobWorld, 'scenario' | 'plan'>,
): RecordedProgram {
  const { rangeSize, periodMs, unasked, middle } = handOut
  const asked = { from: 0, to: scenario.records, rangeSize, periodMs: undefined }
  const handedOut = { from: UNASKED_FROM, to: UNASKED_FROM + unasked, rangeSize, periodMs }
  const program = new RecordedProgram()
  const { sourceParallelism, parallelism } = plan
  const sourceSpec = functions.get('hand-out', (world) => handOutSource(asked, worldOf(world, 'hand-out', unasked)))
  const source = program.source('hand-out', { uid: 'hand-out', parallelism: sourceParallelism }, sourceSpec)
  const middleSpec = functions.get('middle', (world) => handOutMiddle(handedOut, worldOf(world, 'middle', unasked)))
  const isExchanged = middle === 'after an exchange'
  const input = isExchanged ? program.partition(source, { kind: 'rebalance' }) : source
  const settings = {
    uid: 'middle',
    parallelism: isExchanged ? parallelism : sourceParallelism,
    chainingStrategy: middle === 'head' ? ('head' as const) : ('always' as const),
  }
  const numbers = program.operator(input, 'middle', middleSpec, settings)
  const surroundings = { program, functions, scenario, plan }
  endInSink(numbers, { name: 'asked', prefix: '' }, surroundings)
  endInSink(program.sideOutput(numbers, HANDED_OUT), { name: UNASKED_BRANCH, prefix: UNASKED_PREFIX }, surroundings)
  return program
}

function endInSink(
  numbers: Transformation,
  { name, prefix }: Branch,
  surroundings: Pick<JobWorld, 'scenario' | 'plan'> & {
    readonly program: RecordedProgram
    readonly functions: FunctionBag
  },
): void {
  const { program, functions, plan } = surroundings
  const { keys, state: kind } = surroundings.scenario.count
  const key: KeySpec = { select: (value) => labelOf(keyOf((value as NumberRecord).value, keys)), kind: 'auto' }
  const [uid, sinkUid] = [`${name}-count`, `${name}-sink`]
  const count = functions.get(uid, (world) => new CountByKey(world, { uid, kind, prefix }))
  const keyed = program.partition(numbers, { kind: 'hash', key })
  const spec = { kind: 'keyed-process', function: count } as const
  const counted = program.operator(keyed, uid, spec, { uid, parallelism: plan.parallelism }, key)
  const sink = functions.get(sinkUid, (world) => new TransactionalSink(world, sinkUid))
  const settings = { uid: sinkUid, parallelism: plan.sinkParallelism }
  program.operator(counted, sinkUid, { kind: 'sink', function: sink }, settings)
}

function worldOf(world: JobWorld, uid: string, unasked: number): HandOutWorld {
  const isAlone = world.plan.sourceParallelism === 1
  return {
    coordinator: {
      before: (hook) => world.beforeHook(`coordinator: ${hook}`, uid),
      fail: world.fail,
    },
    beforeRecord: world.beforeRecord,
    beforeEvent: () => world.beforeHook('handleOperatorEvent', uid),
    nextInt: world.nextInt,
    mayEnd: (who) => {
      const records = world.store.records()
      const numUnasked = records.filter(([key]) => key.startsWith(UNASKED_PREFIX)).length
      // What is on its way to a subtask that ends comes to the last one in the end, and nobody asks for the others.
      const isAllTaken = who === 'other' || isAlone || records.length - numUnasked >= world.scenario.records
      return numUnasked >= unasked && isAllTaken
    },
  }
}
