import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { jarProgramOf } from '../../../../../src/rest/session/jars/jar-program-of.js'
import type { RestRequest } from '../../../../../src/rest/route.js'

const JOB = 'AB'.repeat(16)

function read(body: object, query: Readonly<Record<string, string>> = {}, purpose: 'run' | 'plan' = 'run'): object {
  return jarProgramOf({ body, query } as unknown as RestRequest, purpose)
}

const NOTHING = { entry: undefined, args: [], configuration: {}, jobId: undefined }

describe('A request to run an uploaded program', () => {
  it('asks for nothing where the dashboard leaves its fields empty', () => {
    const body = {
      ...{ entryClass: null, parallelism: '', programArgs: null, programArgsList: null, savepointPath: '' },
      ...{ allowNonRestoredState: null, claimMode: null, restoreMode: '', flinkConfiguration: null, jobId: null },
    }
    assert.deepEqual(read(body), NOTHING)
    assert.deepEqual(read({}), NOTHING)
  })

  it('has every field of Flink, a number also as text', () => {
    const body = {
      ...{ entryClass: 'Main', parallelism: '4', programArgsList: ['--a', 'b c', ''], jobId: JOB },
      ...{
        savepointPath: '/sp',
        allowNonRestoredState: true,
        claimMode: 'claim',
        flinkConfiguration: { a: 'b', n: 1 },
      },
    }
    assert.deepEqual(read(body), {
      entry: 'Main',
      args: ['--a', 'b c', ''],
      configuration: {
        ...{ a: 'b', n: '1', 'parallelism.default': '4', 'execution.state-recovery.path': '/sp' },
        'execution.state-recovery.ignore-unclaimed-state': 'true',
        'execution.state-recovery.claim-mode': 'CLAIM',
      },
      jobId: JOB.toLowerCase(),
    })
    assert.deepEqual(read({ parallelism: 2 }), { ...NOTHING, configuration: { 'parallelism.default': '2' } })
    assert.deepEqual(read({ restoreMode: 'NO_CLAIM' }), {
      ...NOTHING,
      configuration: { 'execution.state-recovery.claim-mode': 'NO_CLAIM' },
    })
  })

  it('takes the query where the body says nothing, and no snapshot for a plan', () => {
    const query = {
      ...{ 'entry-class': 'Main', parallelism: '3', programArg: 'a,b', savepointPath: '/sp' },
      allowNonRestoredState: 'TRUE',
    }
    const { configuration, ...asked } = read({}, query) as { configuration: object }
    assert.deepEqual(asked, { entry: 'Main', args: ['a', 'b'], jobId: undefined })
    assert.deepEqual(Object.keys(configuration).length, 3)
    assert.deepEqual(read({ parallelism: '7', savepointPath: '/sp' }, query, 'plan'), {
      ...{ entry: 'Main', args: ['a', 'b'], jobId: undefined, configuration: { 'parallelism.default': '7' } },
    })
  })

  it('divides one text of arguments as Flink does, with quotes of both kinds', () => {
    assert.deepEqual(read({ programArgs: `--a 1 "b c" 'd "e' --x="y z"` }), {
      ...NOTHING,
      args: ['--a', '1', 'b c', 'd e', '--x=y', 'z'],
    })
    assert.deepEqual(read({}, { 'program-args': '--limit 3' }), { ...NOTHING, args: ['--limit', '3'] })
  })

  for (const [body, message] of [
    [{ programArgs: 'a', programArgsList: ['b'] }, /^Confusing request: programArgs and programArgsList are specified/],
    [{ parallelism: '-1' }, /field "parallelism" must be a positive number/],
    [{ parallelism: '2.5' }, /field "parallelism"/],
    [{ parallelism: ['2'] }, /field "parallelism" must be a text/],
    [{ jobId: 'x' }, /field "jobId" must be 32 hexadecimal digits/],
    [{ claimMode: 'MINE' }, /field "claimMode" must be one of CLAIM, NO_CLAIM, LEGACY/],
    [{ allowNonRestoredState: 'perhaps' }, /field "allowNonRestoredState" must be true or false/],
    [{ programArgsList: 'a' }, /field "programArgsList" must be a list of texts/],
    [{ programArgsList: [1] }, /field "programArgsList"/],
    [{ flinkConfiguration: [] }, /field "flinkConfiguration" must be an object of texts/],
    [{ flinkConfiguration: { a: {} } }, /field "flinkConfiguration"/],
    [{ entryClass: {} }, /field "entryClass" must be a text/],
  ] as const) {
    it(`is refused where it is ${JSON.stringify(body)}`, () => {
      assert.throws(() => read(body), { code: 'CONTROL_REQUEST_INVALID', message })
    })
  }
})
