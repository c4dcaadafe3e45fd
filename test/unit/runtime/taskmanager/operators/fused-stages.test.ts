import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { RowCopier } from '../../../../../src/core/types/row-copier.js'
import type { RecordStage, StageRun } from '../../../../../src/runtime/taskmanager/operators/stage-run.js'
import {
  fusedStagesSource,
  fuseStages,
} from '../../../../../src/runtime/taskmanager/operators/fused-stages-generator.js'
import { RecordingOutput } from '../../../../operators/recording-output.js'
import { record } from '../../../../operators/stream-elements.js'

function stage(kind: RecordStage['kind'], call: (value: never) => unknown, name = 'op'): RecordStage {
  const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error))
  return {
    kind,
    method: 'apply',
    function: { apply: call },
    copier: undefined,
    keyed: undefined,
    failed: (error) =>
      FlinkError.is(error)
        ? error
        : new FlinkError('OPERATOR_FAILED', { operator: name, subtask: 1, parallelism: 1, reason: reason(error) }),
    refused: () => new FlinkError('ASYNC_NOT_ALLOWED', { operator: name, method: 'apply', source: '' }),
  }
}

function runOf(stages: readonly RecordStage[], tail: StageRun['tail']): StageRun {
  const run = stages.reduceRight<StageRun | undefined>((next, each) => ({ stage: each, next, tail }), undefined)
  assert.ok(run !== undefined)
  return run
}

describe('a run of stages', () => {
  it('gives the result of the last one to what is downstream, with the timestamp of the record', () => {
    const output = new RecordingOutput()
    const stages = [
      stage('map', (value: number) => value + 1),
      stage('filter', (value: number) => value % 2 === 0),
      stage('map', (value: number) => `v${String(value)}`),
    ]
    const process = fuseStages(runOf(stages, output))
    for (const value of [1, 2, 3]) process(value, value * 10, 0)
    assert.deepEqual(output.emitted, [record('v2', 10), record('v4', 30)])
  })

  it('passes on undefined as any other result of a map', () => {
    const output = new RecordingOutput()
    fuseStages(runOf([stage('map', () => undefined)], output))(1, 0, 0)
    assert.deepEqual(output.values(), [undefined])
  })

  it('names the stage that threw', () => {
    const stages = [
      stage('map', (value: number) => value, 'first'),
      stage(
        'map',
        () => {
          throw new Error('bad record')
        },
        'second',
      ),
    ]
    const process = fuseStages(runOf(stages, new RecordingOutput()))
    assert.throws(
      () => {
        process(1, 0, 0)
      },
      (error) => FlinkError.is(error, 'OPERATOR_FAILED') && /second/.test(error.message),
    )
  })

  it('refuses a promise of any stage, a filter included', () => {
    for (const kind of ['map', 'filter'] as const) {
      const stages = [stage('map', (value: number) => value), stage(kind, () => Promise.resolve(true), 'late')]
      const process = fuseStages(runOf(stages, new RecordingOutput()))
      assert.throws(
        () => {
          process(1, 0, 0)
        },
        (error) => FlinkError.is(error, 'ASYNC_NOT_ALLOWED') && /late/.test(error.message),
      )
    }
  })

  it('leaves an error of what is downstream of it as it is', () => {
    const downstream = new TypeError('of the next operator')
    const tail = Object.assign(new RecordingOutput(), {
      collect: () => {
        throw downstream
      },
    })
    const process = fuseStages(runOf([stage('map', (value: number) => value)], tail))
    assert.throws(() => {
      process(1, 0, 0)
    }, downstream)
  })

  it('copies between two stages what is not a number or a text', () => {
    assert.equal(
      fusedStagesSource([
        { kind: 'map', method: 'map', copier: undefined, keyed: undefined },
        { kind: 'filter', method: 'filter', copier: new RowCopier(), keyed: undefined },
      ])
        .split('\n')
        .find((line) => line.startsWith('g1')),
      "g1 = typeof r0 === 'number' || typeof r0 === 'string' ? r0 : c1.copy(r0)",
    )
  })

  it('is one function with a call a stage', () => {
    assert.equal(
      fusedStagesSource([
        { kind: 'map', method: 'map', copier: undefined, keyed: undefined },
        { kind: 'filter', method: 'filter', copier: undefined, keyed: undefined },
      ]),
      `const f0 = stages[0].function
const f1 = stages[1].function
return function processElement(v, timestamp, keyHash) {
let at = 0, r0, r1
try {
r0 = f0.map(v)
if (typeof r0 === 'object' && r0 !== null && typeof r0.then === 'function') {
throw stages[at].refused(r0)
}
at = 1
r1 = f1.filter(r0)
if (typeof r1 === 'object' && r1 !== null && typeof r1.then === 'function') {
throw stages[at].refused(r1)
}
if (!r1) return
} catch (error) {
throw stages[at].failed(error)
}
tail.collect(r0, timestamp)
}
`,
    )
  })
})
